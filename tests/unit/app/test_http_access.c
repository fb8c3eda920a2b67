// SPDX-License-Identifier: BSD-3-Clause
// Who may do what over HTTP, and how errors are worded.

#include "http/access.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "http/exchange.h"

#define TOKEN "0123456789abcdef"

Test(http_access, only_the_whole_token_is_right)
{
	static const struct {
		const char *header;
		bool good;
	} cases[] = {
		{ "Bearer " TOKEN, true },
		{ "bearer " TOKEN, true },
		{ "Bearer " TOKEN "0", false },
		{ "Bearer 0123456789abcde", false },
		{ "Bearer  " TOKEN, false },
		{ "Bearer " TOKEN " ", false },
		{ "Bearer ", false },
		{ "Bearer", false },
		{ "Basic " TOKEN, false },
		{ TOKEN, false },
		{ "", false },
		{ NULL, false },
	};
	struct http_access access = { .token = TOKEN };
	char all[7 + HTTP_TOKEN_MAX + 2] = "Bearer ";

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(http_access_token(&access, cases[i].header), cases[i].good, "%s",
			     cases[i].header);
	memset(access.token, 'x', HTTP_TOKEN_MAX);
	memset(all + 7, 'x', HTTP_TOKEN_MAX);
	cr_expect(http_access_token(&access, all));
	all[7 + HTTP_TOKEN_MAX] = 'x';
	cr_expect_not(http_access_token(&access, all));
	access = (struct http_access){ 0 };
	cr_expect_not(http_access_token(&access, "Bearer "), "no token is not the empty one");
}

Test(http_access, a_host_is_ours_only_when_it_is_loopback)
{
	static const struct {
		const char *host;
		bool good;
	} cases[] = {
		{ "localhost", true },
		{ "LocalHost:9060", true },
		{ "127.0.0.1", true },
		{ "127.255.0.9:1", true },
		{ "[::1]", true },
		{ "[::1]:9060", true },
		{ "localhost.", false },
		{ "localhost.evil", false },
		{ "evil", false },
		{ "127.0.0.1.evil", false },
		{ "128.0.0.1", false },
		{ "[::2]", false },
		{ "::1", false },
		{ "[::1", false },
		{ "[::1]x", false },
		{ "localhost:80x", false },
		{ "", false },
		{ ":80", false },
		{ "evil@localhost", false },
		{ NULL, false },
	};
	const struct http_access access = { .is_loopback = true }, other = { .is_loopback = false };

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(http_access_host(&access, cases[i].host), cases[i].good, "%s",
			     cases[i].host);
	cr_expect(http_access_host(&other, "lab.example:443"), "the certificate sees to it");
	cr_expect_not(http_access_host(&other, "[lab"));
}

Test(http_exchange, a_message_becomes_what_allowed_and_fix)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "limit: 0: allowed 1..1000",
		  "{\"what\":\"limit: 0\",\"allowed\":\"1..1000\",\"fix\":null}" },
		{ "profile: \"x\": there is none of this name; allowed lab; see profiles",
		  "{\"what\":\"profile: \\\"x\\\": there is none of this name\",\"allowed\":\"lab\","
		  "\"fix\":\"see profiles\"}" },
		{ "number: no line has 5; heartline ctl lines lists them",
		  "{\"what\":\"number: no line has 5\",\"allowed\":null,"
		  "\"fix\":\"heartline ctl lines lists them\"}" },
		{ "not allowed here",
		  "{\"what\":\"not allowed here\",\"allowed\":null,\"fix\":null}" },
		{ "allowed 1", "{\"what\":\"allowed 1\",\"allowed\":null,\"fix\":null}" },
		{ "caf\xe9", "{\"what\":\"caf?\",\"allowed\":null,\"fix\":null}" },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char wanted[300];
		struct http_exchange *x = http_exchange_new(NULL, NULL, "/");
		cr_assert(x);
		http_refuse_text(x, 400, cases[i].text);
		int n = snprintf(wanted, sizeof(wanted), "{\"error\":%s}\n", cases[i].json);
		cr_expect_eq(x->reply.status, 400);
		cr_assert_eq(x->reply.n, (size_t)n, "%s", x->reply.bytes);
		cr_expect_eq(memcmp(x->reply.bytes, wanted, (size_t)n), 0, "%s", x->reply.bytes);
		http_exchange_free(x);
	}
}
