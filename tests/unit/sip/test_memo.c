// SPDX-License-Identifier: BSD-3-Clause
// What the memory of scanned texts accepts, the scanners read the same way.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "sip/memo.h"

#include "../guard.h"
#include "corpus.h"
#include "torture/table.h"

#define CORPUS (sizeof(corpus) / sizeof(corpus[0]))
#define MUTATIONS 10000

static const char options[] =
	"OPTIONS sip:example.com SIP/2.0\r\n"
	"Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0001e24030000abc0123456789ab;rport\r\n"
	"Max-Forwards: 70\r\nFrom: \"6000\" <sip:6000@example.com>;tag=a1b2c3d4\r\n"
	"To: <sip:example.com>\r\nCall-ID: 0123456789abcdef\r\nCSeq: 1000000003 OPTIONS\r\n"
	"Contact: <sip:6000@10.0.0.7:50001;hl=p>\r\nContent-Length: 0\r\n\r\n";
static const char registers[] =
	"REGISTER sip:example.com SIP/2.0\r\n"
	"Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0001e24030000abc0123456789ab;rport\r\n"
	"Via: SIP/2.0/UDP second, SIP/2.0/UDP third\r\n"
	"From: sip:6000@example.com;tag=a1b2c3d4\r\nTo: <sip:6000:secret@example.com:5070;x=y>\r\n"
	"Call-ID: abc-1.2\r\nCSeq: 7 REGISTER\r\nExpires: 120\r\n"
	"Contact: <sip:6000@10.0.0.7:50001>\r\nContact: <sip:6000@10.0.0.8:50001>\r\n"
	"Authorization: Digest username=\"6000\", realm=\"a\", nonce=\"b1\", uri=\"sip:a\", "
	"response=\"00112233445566778899aabbccddeeff\"\r\nRequire: outbound\r\n"
	"Event: presence\r\nSubscription-State: active\r\nContent-Length: 2\r\n\r\nab";

static void expect_same(struct slice a, struct slice b, const char *what, const char *text)
{
	cr_assert(a.at == b.at && a.len == b.len, "%s of\n%s", what, text);
}

static void expect_same_reply(const struct sip_reply *a, const struct sip_reply *b,
			      const char *text)
{
	cr_assert_eq(a->status, b->status);
	cr_assert_eq(a->method, b->method, "%s", text);
	cr_assert_eq(a->cseq, b->cseq, "%s", text);
	cr_assert_eq(a->n_contacts, b->n_contacts, "%s", text);
	cr_assert_eq(a->n_challenges, b->n_challenges, "%s", text);
	cr_assert_eq(a->proxy_challenges, b->proxy_challenges);
	cr_assert_eq(a->expires, b->expires, "%s", text);
	cr_assert_eq(a->min_expires, b->min_expires, "%s", text);
	cr_assert_eq(a->retry_after, b->retry_after, "%s", text);
	expect_same(a->branch, b->branch, "branch", text);
	expect_same(a->to, b->to, "To", text);
	expect_same(a->auth_info, b->auth_info, "Authentication-Info", text);
	for (uint8_t i = 0; i < a->n_contacts; i++)
		expect_same(a->contacts[i], b->contacts[i], "Contact", text);
	for (uint8_t i = 0; i < a->n_challenges; i++)
		expect_same(a->challenges[i], b->challenges[i], "challenge", text);
}

static void expect_same_request(const struct sip_request *a, const struct sip_request *b,
				const char *text)
{
#define SAME(MEMBER) cr_assert_eq(a->MEMBER, b->MEMBER, #MEMBER " of\n%s", text)
	SAME(method);
	SAME(cseq_method);
	SAME(n_vias);
	SAME(n_contacts);
	SAME(version_ok);
	SAME(uri_sip);
	SAME(to_sip);
	SAME(to_has_tag);
	SAME(via_has_rport);
	SAME(via_rport_end);
	SAME(via_end);
	SAME(complete);
	SAME(cseq);
	SAME(expires);
	SAME(max_forwards);
	SAME(via_port);
#undef SAME
#define SAME(MEMBER) expect_same(a->MEMBER, b->MEMBER, #MEMBER, text)
	SAME(method_text);
	SAME(uri);
	SAME(uri_user);
	SAME(uri_host);
	SAME(via_host);
	SAME(via_maddr);
	SAME(from);
	SAME(to);
	SAME(to_user);
	SAME(to_host);
	SAME(call_id);
	SAME(cseq_text);
	SAME(authorization);
	SAME(require);
	SAME(event);
	SAME(subscription_state);
	SAME(body);
	for (uint8_t i = 0; i < a->n_vias; i++)
		SAME(vias[i]);
	for (uint8_t i = 0; i < a->n_contacts; i++)
		SAME(contacts[i]);
#undef SAME
}

// A few bytes become others: of those that the grammar cares about, digits and letters, any.
static void mutate(char *text, uint32_t len, struct rng *rng)
{
	static const char telling[] = "0123456789aAzZ-._/;,:=\"<>()[]@\\ \t\r\n?SIPsipbranchtag";

	for (uint32_t n = 1 + rng_below(rng, 3); n > 0; n--) {
		uint32_t at = rng_below(rng, len);

		text[at] = rng_below(rng, 8) > 0 ? telling[rng_below(rng, sizeof(telling) - 1)]
						 : (char)rng_next(rng);
	}
}

// What memo.h says, byte by byte.
static bool fits_plainly(const struct memo *memo, const char *text, uint32_t len)
{
	if (memo->len != len)
		return false;
	for (uint32_t i = 0; i < len; i++) {
		char c = text[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '-' || c == '.';

		if (c != memo->text[i] && !(plain && memo->released[i]))
			return false;
	}
	return true;
}

// How many mutants of a text were like it.
static unsigned try_reply(const char *text, uint32_t len, struct rng *rng)
{
	struct reply_memory *memory = guard_alloc(sizeof(*memory));
	struct sip_reply known, read;
	char *copy = guard_alloc(len);
	unsigned like = 0;

	reply_memory_learn(memory, text, len);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		memcpy(copy, text, len);
		if (i > 0)
			mutate(copy, len, rng);
		cr_assert_eq(memos_find(memory->memos, copy, len) >= 0,
			     fits_plainly(&memory->memos[len % MEMOS], copy, len), "%.*s", (int)len,
			     copy);
		if (!reply_memory_find(memory, copy, len, &known))
			continue;
		like++;
		cr_assert_eq(scan_reply(copy, len, &read), SCAN_OK, "%.*s", (int)len, copy);
		expect_same_reply(&known, &read, text);
	}
	guard_free(copy, len);
	guard_free(memory, sizeof(*memory));
	return like;
}

static unsigned try_request(const char *text, uint32_t len, struct rng *rng)
{
	struct request_memory *memory = guard_alloc(sizeof(*memory));
	struct sip_request known, read;
	char *copy = guard_alloc(len);
	unsigned like = 0;

	request_memory_learn(memory, text, len);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		memcpy(copy, text, len);
		if (i > 0)
			mutate(copy, len, rng);
		if (!request_memory_find(memory, copy, len, &known))
			continue;
		like++;
		cr_assert_eq(scan_request(copy, len, &read), SCAN_OK, "%.*s", (int)len, copy);
		expect_same_request(&known, &read, copy);
	}
	guard_free(copy, len);
	guard_free(memory, sizeof(*memory));
	return like;
}

Test(memo, what_is_like_a_reply_is_read_as_the_scanner_reads_it)
{
	struct rng rng;

	rng_seed(&rng, 1);
	for (unsigned i = 0; i < CORPUS; i++) {
		uint32_t len = (uint32_t)strlen(corpus[i].text);
		unsigned like = try_reply(corpus[i].text, len, &rng);

		if (len <= MEMO_BYTES_MAX && corpus[i].text[0] == 'S')
			cr_expect_gt(like, MUTATIONS / 50, "%s: %u", corpus[i].name, like);
		else
			cr_expect_eq(like, 0, "%s: %u", corpus[i].name, like);
	}
	for (size_t i = 0; i < TORTURE_REPLIES; i++)
		try_reply(torture_replies[i].text, torture_replies[i].len, &rng);
}

Test(memo, what_is_like_a_request_is_read_as_the_scanner_reads_it)
{
	struct rng rng;

	rng_seed(&rng, 2);
	cr_expect_gt(try_request(options, sizeof(options) - 1, &rng), MUTATIONS / 50);
	cr_expect_gt(try_request(registers, sizeof(registers) - 1, &rng), MUTATIONS / 50);
	for (size_t i = 0; i < TORTURE_REQUESTS; i++)
		try_request(torture_requests[i].text, torture_requests[i].len, &rng);
}

// The same text with other values in it: those that differ from line to line and by transaction.
static const char *with_values(const char *text, const char *const values[][2], unsigned n)
{
	static char out[2048];

	snprintf(out, sizeof(out), "%s", text);
	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(values[i][0]);

		cr_assert_eq(len, strlen(values[i][1]));
		for (char *at = out; (at = strstr(at, values[i][0])) != NULL; at += len)
			memcpy(at, values[i][1], len);
	}
	return out;
}

static const char *const others[][2] = {
	{ "6000", "7123" },
	{ "10.0.0.7", "10.9.8.1" },
	{ "50001", "49152" },
	{ "0001e24030000abc0123456789ab", "00ffe24130000def9876543210fe" },
	{ "1000000003", "1000000104" },
	{ "0123456789abcdef", "fedcba9876543210" },
	{ "a1b2c3d4", "ffffffff" },
};
#define OTHERS (sizeof(others) / sizeof(others[0]))

Test(memo, another_line_s_reply_is_like_it)
{
	struct reply_memory *memory = guard_alloc(sizeof(*memory));
	unsigned found = 0;

	for (unsigned i = 0; i < CORPUS; i++) {
		uint32_t len = (uint32_t)strlen(corpus[i].text);
		const char *other = with_values(corpus[i].text, others, OTHERS);
		struct sip_reply known, read;

		memset(memory, 0, sizeof(*memory));
		reply_memory_learn(memory, corpus[i].text, len);
		if (!reply_memory_find(memory, other, len, &known))
			continue;
		found++;
		cr_assert_eq(scan_reply(other, len, &read), SCAN_OK);
		expect_same_reply(&known, &read, other);
	}
	// but for the longest, for one with an empty line in front, and one with its Via in other letters
	cr_expect_geq(found, CORPUS - 3, "%u of %u", found, (unsigned)CORPUS);
}

Test(memo, another_line_s_request_is_like_it)
{
	struct request_memory *memory = guard_alloc(sizeof(*memory));
	const char *other = with_values(options, others, OTHERS);
	struct sip_request known, read;

	cr_assert_eq(request_memory_scan(memory, options, sizeof(options) - 1, &read), SCAN_OK);
	cr_assert(request_memory_find(memory, other, sizeof(options) - 1, &known));
	cr_assert_eq(scan_request(other, sizeof(options) - 1, &read), SCAN_OK);
	expect_same_request(&known, &read, other);
	cr_expect_eq(known.via_port, 49152);
	cr_expect_eq(known.cseq, 1000000104);
}

Test(memo, a_port_that_is_none_is_left_to_the_scanner)
{
	static const char *const bad[][2] = { { "10.0.0.7:50001;b", "10.0.0.7:x0001;b" },
					      { "10.0.0.7:50001;b", "10.0.0.7:99999;b" } };
	struct request_memory *memory = guard_alloc(sizeof(*memory));
	struct sip_request r;

	request_memory_learn(memory, options, sizeof(options) - 1);
	for (unsigned i = 0; i < 2; i++) {
		const char *text = with_values(options, &bad[i], 1);

		cr_expect_not(request_memory_find(memory, text, sizeof(options) - 1, &r));
		cr_assert_eq(request_memory_scan(memory, text, sizeof(options) - 1, &r), SCAN_OK);
		cr_expect_not(r.complete);
	}
}

// Two kinds of the same length have a place each; a third one gets in when one of them stays away.
Test(memo, what_is_seen_most_stays)
{
	static const char *const kinds[3] = {
		"SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_OPTIONS "Server: a;x\r\n" NO_BODY,
		"SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_OPTIONS "Server: a,x\r\n" NO_BODY,
		"SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_OPTIONS "Server: a x\r\n" NO_BODY,
	};
	struct reply_memory *memory = guard_alloc(sizeof(*memory));
	uint32_t len = (uint32_t)strlen(kinds[0]);
	struct sip_reply r;

	for (unsigned i = 0; i < 10; i++) // in turn: the third finds no place
		for (unsigned k = 0; k < 3; k++)
			cr_assert_eq(reply_memory_scan(memory, kinds[k], len, &r), SCAN_OK);
	cr_expect(reply_memory_find(memory, kinds[0], len, &r));
	cr_expect(reply_memory_find(memory, kinds[1], len, &r));
	cr_expect_not(reply_memory_find(memory, kinds[2], len, &r));
	for (unsigned i = 0; i < 10; i++) // by itself
		cr_assert_eq(reply_memory_scan(memory, kinds[2], len, &r), SCAN_OK);
	cr_expect(reply_memory_find(memory, kinds[2], len, &r));
}

Test(memo, nothing_is_like_what_was_never_seen)
{
	struct reply_memory *memory = guard_alloc(sizeof(*memory));
	struct sip_reply r;

	cr_expect_not(reply_memory_find(memory, "", 0, &r));
	cr_expect_not(
		reply_memory_find(memory, corpus[0].text, (uint32_t)strlen(corpus[0].text), &r));
	reply_memory_learn(memory, "SIP/2.0 200", 11);
	cr_expect_not(reply_memory_find(memory, "SIP/2.0 200", 11, &r));
}
