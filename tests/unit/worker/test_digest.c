// SPDX-License-Identifier: BSD-3-Clause
// Digest as a line does it (FAILOVER.md section 5): each response is computed again and compared.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "response_check.h"
#include "rig.h"

#define WWW "WWW-Authenticate: Digest realm=\"lab\", nonce="
#define PROXY "Proxy-Authenticate: Digest realm=\"edge\", nonce="

// The kth request has good credentials for this nonce in this header; nc is what it should be.
static bool answers(const struct rig *rig, uint32_t k, const char *header, const char *nonce,
		    const char *nc, struct auth_credentials *out)
{
	const char *value = rig_header(rig, k, header);
	struct digest *d = digest_new();
	struct auth_credentials c;
	bool good;

	good = auth_credentials_read(value, (uint32_t)strlen(value), &c) == 0 &&
	       c.nonce.len == strlen(nonce) && memcmp(c.nonce.at, nonce, c.nonce.len) == 0 &&
	       response_right(d, &c) &&
	       (c.qop == DIGEST_NO_QOP ? c.nc.len == 0
				       : c.nc.len == 8 && memcmp(c.nc.at, nc, 8) == 0);
	digest_free(d);
	if (out)
		*out = c;
	return good;
}

static bool has(const struct rig *rig, uint32_t k, const char *header)
{
	return *rig_header(rig, k, header) != '\0';
}

static struct rig *registering(const char *extra)
{
	struct rig *rig = rig_new(extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, rig->n, 1));
	return rig;
}

// The refresh of a registration that was granted 60 s.
static void refresh(struct rig *rig)
{
	rig_answer(rig, rig->n - 1, 200, "Expires: 60\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	for (int k = 0; k < 320 && rig->n == 0; k++)
		rig_pass(rig, 100 * MS);
	cr_assert(eq(u32, rig->n, 1));
}

// Row 17: wherever a REGISTER is asked for credentials, the next one goes to the same server with
// them, and the state stays.
Test(digest, row_17_a_challenge_is_answered_in_every_state_and_moves_none)
{
	static const struct {
		enum hl_line_state state;
		const char *server;
	} cases[] = {
		{ HL_REG_P, "P" }, { HL_ON_P, "P" }, { HL_SW_B, "B" },
		{ HL_ON_B, "B" },  { HL_SW_P, "P" },
	};

	for (unsigned c = 0; c < 5; c++) {
		struct rig *rig = registering("");
		enum hl_line_state to = cases[c].state;

		if (to != HL_REG_P)
			rig_answer(rig, rig->n - 1, 200, "Expires: 60\r\n");
		if (to == HL_SW_B || to == HL_ON_B || to == HL_SW_P)
			rig_command(rig, HL_COMMAND_FORCE_B);
		if (to == HL_ON_B || to == HL_SW_P)
			rig_answer(rig, rig->n - 1, 200, "Expires: 60\r\n");
		if (to == HL_SW_P)
			rig_command(rig, HL_COMMAND_FORCE_P);
		uint32_t asked = rig->n - 1;
		if (to == HL_ON_P) { // a refresh
			rig_pass(rig, 30100 * MS);
			asked = rig->n - 1;
		} else if (to == HL_ON_B) { // without probes P comes first, and fails
			rig_pass(rig, 30100 * MS);
			rig_answer(rig, rig->n - 1, 500, "");
			rig_pass(rig, 1 * MS);
			asked = rig->n - 1;
		}
		cr_assert_str_eq(rig_server(rig, asked), cases[c].server, "case %u", c);
		rig_answer(rig, asked, 401, WWW "\"n1\", qop=\"auth\"\r\n");
		cr_expect(eq(int, rig_state(rig, 0).state, to), "case %u", c);
		cr_expect(eq(u32, rig->n, asked + 2), "case %u", c);
		cr_expect_str_eq(rig_server(rig, asked + 1), cases[c].server);
		cr_expect(answers(rig, asked + 1, "Authorization", "n1", "00000001", NULL),
			  "case %u", c);
		rig_free(rig);
	}
}

Test(digest, every_algorithm_and_qop_is_answered)
{
	static const char *const algorithms[] = {
		"MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"
	};
	static const struct {
		const char *challenge;
		enum digest_qop qop;
	} qops[] = {
		{ "", DIGEST_NO_QOP },
		{ ", qop=\"auth\"", DIGEST_AUTH },
		{ ", qop=\"auth-int\"", DIGEST_AUTH_INT },
		{ ", qop=\"auth-int,auth\"", DIGEST_AUTH },
	};

	for (unsigned a = 0; a < 6; a++)
		for (unsigned q = 0; q < 4; q++) {
			struct rig *rig = registering("");
			struct auth_credentials c = { 0 };
			char headers[256];

			snprintf(headers, sizeof(headers), WWW "\"n1\", algorithm=%s%s\r\n",
				 algorithms[a], qops[q].challenge);
			rig_answer(rig, 0, 401, headers);
			cr_expect(answers(rig, 1, "Authorization", "n1", "00000001", &c), "%s",
				  headers);
			cr_expect(eq(int, c.qop, qops[q].qop));
			cr_expect(eq(int, c.sess, a & 1));
			cr_expect(eq(int, c.algorithm, a / 2));
			rig_free(rig);
		}
}

Test(digest, the_form_of_rfc2069_has_neither_nc_nor_cnonce)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 401, WWW "\"n1\"\r\n");
	const char *value = rig_header(rig, 1, "Authorization");
	cr_assert_null(strstr(value, "nc="));
	cr_assert_null(strstr(value, "cnonce="));
	cr_assert_null(strstr(value, "qop="));
	rig_free(rig);
}

Test(digest, of_several_challenges_the_topmost_supported_one_is_taken)
{
	static const struct {
		const char *headers;
		enum hl_digest_algorithm algorithm;
	} cases[] = {
		// RFC 8760 2.4: the server's order is its preference
		{ WWW "\"n1\", algorithm=SHA-512-256, qop=\"auth\"\r\n" WWW
		      "\"n1\", algorithm=SHA-256, qop=\"auth\"\r\n" WWW "\"n1\", qop=\"auth\"\r\n",
		  HL_SHA512_256 },
		{ WWW "\"n1\", algorithm=MD5, qop=\"auth\"\r\n" WWW
		      "\"n1\", algorithm=SHA-256, qop=\"auth\"\r\n",
		  HL_MD5 },
		{ WWW "\"n0\", algorithm=SHA3-512, qop=\"auth\"\r\n"
		      "WWW-Authenticate: Bearer realm=\"lab\"\r\n" WWW
		      "\"n0\", algorithm=MD5, qop=\"auth-conf\"\r\n" WWW
		      "\"n1\", algorithm=SHA-256, qop=\"auth\"\r\n",
		  HL_SHA256 },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = registering("");
		struct auth_credentials c = { 0 };

		rig_answer(rig, 0, 401, cases[k].headers);
		cr_expect(answers(rig, 1, "Authorization", "n1", "00000001", &c), "case %u", k);
		cr_expect(eq(int, c.algorithm, cases[k].algorithm), "case %u", k);
		cr_expect(not(has(rig, 1, "Proxy-Authorization")));
		rig_free(rig);
	}
}

Test(digest, nothing_that_can_be_answered_is_a_rejection)
{
	static const char *const headers[] = {
		"",
		"WWW-Authenticate: Basic realm=\"lab\"\r\n",
		WWW "\"n1\", algorithm=SHA3-512\r\n",
		"WWW-Authenticate: Digest nonce=\"n1\"\r\n",
	};

	for (unsigned k = 0; k < sizeof(headers) / sizeof(headers[0]); k++) {
		struct rig *rig = registering("");

		rig_answer(rig, 0, 401, headers[k]);
		cr_expect(eq(u32, rig->n, 1));
		cr_expect(eq(int, rig_state(rig, 0).state, HL_PARK));
		rig_free(rig);
	}
}

// Nothing is wrong with the account, and the backup may be briefer. No length makes a line send what
// does not fit, or go without a word.
Test(digest, a_challenge_too_long_to_answer_is_a_failure_with_a_name)
{
	static const struct {
		uint32_t realm, nonce, opaque;
		bool fits;
	} cases[] = {
		{ 3, 30, 0, true },       { 500, 30, 30, true }, { 501, 30, 30, false },
		{ 3, 512, 100, true },    { 3, 1025, 0, false }, { 3, 30, 1000, false },
		{ 300, 400, 310, false },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = registering("");
		char headers[2048];

		snprintf(headers, sizeof(headers),
			 "WWW-Authenticate: Digest realm=\"%0*d\", nonce=\"%0*d\", "
			 "opaque=\"%0*d\", qop=\"auth\"\r\n",
			 (int)cases[k].realm, 0, (int)cases[k].nonce, 0, (int)cases[k].opaque, 0);
		rig_answer(rig, 0, 401, headers);
		cr_assert(eq(u32, rig->n, 2), "case %u", k);
		cr_expect(eq(int, has(rig, 1, "Authorization"), cases[k].fits), "case %u", k);
		cr_expect_str_eq(rig_server(rig, 1), cases[k].fits ? "P" : "B", "case %u", k);
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->causes[HL_CODE_TOO_LONG]),
			     !cases[k].fits),
			  "case %u", k);
		cr_expect(ne(int, rig_state(rig, 0).state, HL_PARK), "case %u", k);
		rig_free(rig);
	}
	cr_expect_str_eq(hl_local_code_name(HL_CODE_TOO_LONG), "challenge too long to answer");
}

// Of a length, whatever it is, each is answered or failed: there is no gap between the two.
Test(digest, every_length_of_a_nonce_is_answered_or_a_failure)
{
	bool before = true;

	for (int len = 1; len < 1100; len += 7) {
		struct rig *rig = registering("");
		char headers[1400];

		snprintf(headers, sizeof(headers), WWW "\"%0*d\", qop=\"auth\"\r\n", len, 0);
		rig_answer(rig, 0, 401, headers);
		bool answered = has(rig, 1, "Authorization");
		cr_assert(eq(u32, rig->n, 2), "%d", len);
		cr_assert_str_eq(rig_server(rig, 1), answered ? "P" : "B", "%d", len);
		cr_assert(before || !answered, "%d: longer ones fail, too", len);
		before = answered;
		rig_free(rig);
	}
	cr_assert_not(before);
}

Test(digest, a_407_is_answered_with_proxy_authorization)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 407, PROXY "\"p1\", qop=\"auth\"\r\n");
	cr_assert(answers(rig, 1, "Proxy-Authorization", "p1", "00000001", NULL));
	cr_assert(not(has(rig, 1, "Authorization")));
	rig_free(rig);
}

Test(digest, challenges_401_and_407_together_in_one_response)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n" PROXY "\"p1\", qop=\"auth\"\r\n");
	cr_assert(answers(rig, 1, "Authorization", "n1", "00000001", NULL));
	cr_assert(answers(rig, 1, "Proxy-Authorization", "p1", "00000001", NULL));
	refresh(rig);
	cr_assert(answers(rig, 0, "Authorization", "n1", "00000002", NULL), "nc goes on");
	cr_assert(answers(rig, 0, "Proxy-Authorization", "p1", "00000002", NULL));
	rig_free(rig);
}

Test(digest, challenges_407_and_then_401)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 407, PROXY "\"p1\", algorithm=SHA-256, qop=\"auth\"\r\n");
	rig_answer(rig, 1, 401, WWW "\"n1\", qop=\"auth\", opaque=\"o\"\r\n");
	cr_assert(answers(rig, 2, "Authorization", "n1", "00000001", NULL));
	cr_assert(answers(rig, 2, "Proxy-Authorization", "p1", "00000002", NULL));
	rig_answer(rig, 2, 407, PROXY "\"p2\", algorithm=SHA-256, qop=\"auth\", stale=true\r\n");
	cr_assert(answers(rig, 3, "Authorization", "n1", "00000002", NULL));
	cr_assert(answers(rig, 3, "Proxy-Authorization", "p2", "00000001", NULL));
	rig_answer(rig, 3, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_DISABLE);
	cr_assert_str_eq(rig_header(rig, 0, "Expires"), "0");
	cr_assert(answers(rig, 0, "Authorization", "n1", "00000003", NULL));
	cr_assert(answers(rig, 0, "Proxy-Authorization", "p2", "00000002", NULL));
	rig_free(rig);
}

Test(digest, challenges_401_and_then_407)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 401, WWW "\"n1\"\r\n");
	rig_answer(rig, 1, 407, PROXY "\"p1\"\r\n");
	cr_assert(answers(rig, 2, "Authorization", "n1", "", NULL));
	cr_assert(answers(rig, 2, "Proxy-Authorization", "p1", "", NULL));
	rig_free(rig);
}

// The credentials of that realm in the kth request.
static bool answers_realm(const struct rig *rig, uint32_t k, const char *header, const char *realm,
			  const char *nonce)
{
	char want[96], *line = NULL;

	snprintf(want, sizeof(want), "realm=\"%s\", nonce=\"%s\"", realm, nonce);
	for (const char *at = rig->sent[k].text; (at = strstr(at, header)) != NULL; at++) {
		line = strndup(at, strcspn(at, "\r"));
		bool found = strncmp(line, header, strlen(header)) == 0 && strstr(line, want);
		free(line);
		if (found)
			return true;
	}
	return false;
}

#define INNER "Proxy-Authenticate: Digest realm=\"core\", nonce="

// RFC 3261 22.3: each proxy in a row has a realm of its own and asks when its turn has come.
Test(digest, two_proxies_in_a_row_are_answered_each_in_its_realm)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 407, PROXY "\"p1\", qop=\"auth\"\r\n");
	rig_answer(rig, 1, 407, INNER "\"c1\", qop=\"auth\"\r\n");
	cr_assert(answers_realm(rig, 2, "Proxy-Authorization", "edge", "p1"));
	cr_assert(answers_realm(rig, 2, "Proxy-Authorization", "core", "c1"));
	rig_answer(rig, 2, 407, INNER "\"c2\", qop=\"auth\", stale=true\r\n");
	cr_assert(answers_realm(rig, 3, "Proxy-Authorization", "edge", "p1"));
	cr_assert(answers_realm(rig, 3, "Proxy-Authorization", "core", "c2"));
	rig_answer(rig, 3, 200, "Expires: 60\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(digest, of_several_challenges_the_topmost_of_each_realm_is_taken)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 407,
		   PROXY "\"p1\", algorithm=SHA-256, qop=\"auth\"\r\n" PROXY
			 "\"p2\", qop=\"auth\"\r\n" INNER "\"c0\", algorithm=SHA3-512\r\n" INNER
			 "\"c1\", qop=\"auth\"\r\n");
	cr_assert(answers_realm(rig, 1, "Proxy-Authorization", "edge", "p1"));
	cr_assert(answers_realm(rig, 1, "Proxy-Authorization", "core", "c1"));
	cr_assert(not(answers_realm(rig, 1, "Proxy-Authorization", "edge", "p2")));
	cr_assert(not(has(rig, 1, "Authorization")));
	rig_free(rig);
}

// A server that takes another realm is answered in that one alone.
Test(digest, a_server_that_changes_its_realm_is_answered_in_the_new_one)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
	refresh(rig);
	rig_answer(rig, 0, 401, "WWW-Authenticate: Digest realm=\"new\", nonce=\"n2\"\r\n");
	cr_assert(answers_realm(rig, 1, "Authorization", "new", "n2"));
	cr_assert(not(answers_realm(rig, 1, "Authorization", "lab", "n1")));
	rig_free(rig);
}

Test(digest, the_first_challenge_of_each_kind_is_no_refusal_of_the_other)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 407, PROXY "\"p1\"\r\n");
	rig_answer(rig, 1, 401, WWW "\"n1\"\r\n");
	rig_answer(rig, 2, 407, PROXY "\"p2\"\r\n"); // its nonces are good for one request
	rig_answer(rig, 3, 401, WWW "\"n2\"\r\n");   // and so are these
	cr_assert(eq(u32, rig->n, 5));
	cr_assert(answers(rig, 4, "Authorization", "n2", "", NULL));
	rig_answer(rig, 4, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(digest, a_changed_nonce_counts_as_stale_with_or_without_the_flag)
{
	static const char *const flags[] = { "", ", stale=true", ", stale=false" };

	for (unsigned k = 0; k < 3; k++) {
		struct rig *rig = registering("");
		char headers[128];

		rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
		snprintf(headers, sizeof(headers), WWW "\"n2\", qop=\"auth\"%s\r\n", flags[k]);
		rig_answer(rig, 1, 401, headers);
		cr_expect(answers(rig, 2, "Authorization", "n2", "00000001", NULL), "%s", flags[k]);
		rig_free(rig);
	}
}

// Nonces that change each time say nothing of the password: three requests, and the server has failed.
Test(digest, endless_stale_true_is_a_failure_after_three_requests)
{
	struct rig *rig = registering("");
	char headers[128];

	for (uint32_t k = 0; k < 10 && rig_state(rig, 0).state == HL_REG_P; k++) {
		snprintf(headers, sizeof(headers), WWW "\"n%u\", qop=\"auth\", stale=true\r\n", k);
		rig_answer(rig, k, 401, headers);
	}
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_assert(eq(u32, rig->n, 4));
	cr_assert_str_eq(rig_server(rig, 2), "P");
	cr_assert_str_eq(rig_server(rig, 3), "B");
	rig_free(rig);
}

Test(digest, an_empty_nonce_is_a_nonce_like_another)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 401, WWW "\"\", qop=\"auth\"\r\n");
	cr_assert(answers(rig, 1, "Authorization", "", "00000001", NULL));
	refresh(rig);
	cr_assert(answers(rig, 0, "Authorization", "", "00000002", NULL));
	rig_free(rig);
}

Test(digest, an_empty_nonce_again_is_a_rejection)
{
	struct rig *rig = registering("");

	for (uint32_t k = 0; k < 10 && k < rig->n; k++)
		rig_answer(rig, k, 401, WWW "\"\"\r\n");
	cr_assert(eq(u32, rig->n, 2));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_PARK));
	rig_free(rig);
}

Test(digest, a_refused_nonce_that_was_remembered_is_no_refusal_of_the_password)
{
	static const unsigned refusals[] = { 403, 400, 404, 603 };

	for (unsigned k = 0; k < sizeof(refusals) / sizeof(refusals[0]); k++) {
		struct rig *rig = registering("");

		rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
		refresh(rig);
		cr_assert(has(rig, 0, "Authorization"));
		rig_answer(rig, 0, refusals[k], "");
		cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P), "%u", refusals[k]);
		cr_assert(eq(u32, rig->n, 2));
		cr_assert_not(has(rig, 1, "Authorization"));
		rig_answer(rig, 1, 401, WWW "\"n2\", qop=\"auth\"\r\n");
		cr_assert(answers(rig, 2, "Authorization", "n2", "00000001", NULL));
		rig_answer(rig, 2, refusals[k], ""); // with what was just asked for
		cr_assert(eq(int, rig_state(rig, 0).state, HL_PARK), "%u", refusals[k]);
		cr_assert(eq(u32, rig->n, 3));
		rig_free(rig);
	}
}

// The sibling of the above: what is refused to the remembered nonce may be granted without it.
Test(digest, an_unregister_refused_with_a_remembered_nonce_is_asked_once_more)
{
	static const unsigned refusals[] = { 403, 400, 404, 603 };

	for (unsigned k = 0; k < sizeof(refusals) / sizeof(refusals[0]); k++) {
		struct rig *rig = registering("");

		rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
		rig_answer(rig, 1, 200, "Expires: 60\r\n");
		rig_clear(rig);
		rig_command(rig, HL_COMMAND_DISABLE);
		rig_pass(rig, 1 * MS);
		cr_assert(eq(u32, rig->n, 1));
		cr_assert(answers(rig, 0, "Authorization", "n1", "00000002", NULL));
		rig_answer(rig, 0, refusals[k], "");
		cr_assert(eq(u32, rig->n, 2));
		cr_assert_not(has(rig, 1, "Authorization"));
		rig_answer(rig, 1, 401, WWW "\"n2\", qop=\"auth\"\r\n");
		cr_assert(answers(rig, 2, "Authorization", "n2", "00000001", NULL));
		rig_answer(rig, 2, refusals[k], ""); // with what was just asked for
		rig_pass(rig, 60 * SEC);
		cr_assert(eq(u32, rig->n, 3), "%u", refusals[k]);
		rig_free(rig);
	}
}

Test(digest, a_refusal_without_credentials_parks_at_once)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
	refresh(rig);
	rig_answer(rig, 0, 403, "");
	rig_answer(rig, 1, 403, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_PARK));
	cr_assert(eq(u32, rig->n, 2));
	rig_free(rig);
}

// RFC 7616 3.4.2: nonce and cnonce of the first request stay in A1; nonce counts go on.
Test(digest, a_session_keeps_the_nonce_and_cnonce_of_its_first_request)
{
	struct rig *rig = registering("");
	struct digest *d = digest_new();
	uint8_t ha1[DIGEST_RAW_MAX];
	char ha2[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX];
	struct auth_credentials c;

	rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\", algorithm=MD5-sess\r\n");
	cr_assert(answers(rig, 1, "Authorization", "n1", "00000001", &c));
	digest_ha1(d, c.algorithm, c.user, c.realm, slice_of("secret"), ha1);
	digest_ha1_sess(d, c.algorithm, ha1, c.nonce, c.cnonce, ha1);
	for (unsigned round = 0; round < 3; round++) {
		char nc[9];

		refresh(rig);
		const char *value = rig_header(rig, 0, "Authorization");
		cr_assert(eq(int, auth_credentials_read(value, (uint32_t)strlen(value), &c), 0));
		snprintf(nc, sizeof(nc), "%08x", round + 2);
		cr_assert(eq(int, memcmp(c.nc.at, nc, 8), 0));
		// a server that keeps no session agrees, too: the cnonce stays
		cr_assert(answers(rig, 0, "Authorization", "n1", nc, NULL));
		digest_ha2(d, c.algorithm, slice_of("REGISTER"), c.uri, false, ha2);
		digest_response(d,
				&(struct digest_input){ .algorithm = c.algorithm,
							.ha1 = ha1,
							.nonce = c.nonce,
							.qop = c.qop,
							.nc = nc,
							.cnonce = c.cnonce,
							.ha2_hex = ha2 },
				response);
		cr_assert(eq(int, memcmp(c.response.at, response, c.response.len), 0), "round %u",
			  round);
	}
	digest_free(d);
	rig_free(rig);
}

// Whatever a server asks for, in any order: a bounded number of requests, and then an end.
Test(digest, no_sequence_of_challenges_is_answered_for_ever)
{
	static const char *const kinds[] = { "WWW-Authenticate", "Proxy-Authenticate" };
	static const char *const tails[] = { "",
					     ", stale=true",
					     ", stale=false, qop=\"auth\"",
					     ", opaque=\"\"",
					     ", algorithm=SHA-256",
					     ", algorithm=MD5-sess",
					     ", algorithm=none" };
	struct rng rng;

	rng_seed(&rng, 5);
	for (uint32_t round = 0; round < 400; round++) {
		struct rig *rig = registering("");
		uint32_t k = 0;

		for (; rig_state(rig, 0).state == HL_REG_P && k < 50; k++) {
			unsigned status = rng_next(&rng) % 4 ? 401 + 6 * (rng_next(&rng) % 2) : 423;
			char headers[1024] = "";

			for (uint64_t n = rng_next(&rng) % 3 + 1; n > 0; n--)
				sprintf(headers + strlen(headers),
					"%s: Digest realm=\"r%u\", nonce=\"%.*s\"%s\r\n",
					kinds[rng_next(&rng) % 2], (unsigned)(rng_next(&rng) % 5),
					(int)(rng_next(&rng) % 4), "abc",
					tails[rng_next(&rng) % 7]);
			sprintf(headers + strlen(headers), "Min-Expires: %u\r\n",
				(unsigned)(rng_next(&rng) % 100000));
			cr_assert(lt(u32, k, rig->n), "round %u: an answer without a request",
				  round);
			rig_answer(rig, rig->n - 1, status, headers);
		}
		cr_assert(le(u32, k, 6), "round %u: %u requests", round, k);
		rig_free(rig);
	}
}

Test(digest, a_million_wrong_passwords_back_off)
{
	struct rig *rig = registering("    park_time: 100s\n");

	rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
	rig_answer(rig, 1, 401, WWW "\"n1\", qop=\"auth\", stale=false\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_PARK));
	cr_assert(eq(int, rig_state(rig, 0).code, 401));
	for (int round = 0; round < 5; round++) { // a million such lines: real servers ban
		rig_clear(rig);
		rig_pass(rig, 98 * SEC);
		cr_assert(eq(u32, rig->n, 0), "round %d", round);
		rig_pass(rig, 2500 * MS);
		cr_assert(ge(u32, rig->n, 1));
		cr_assert_str_eq(rig_server(rig, 0), "P");
		rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
		uint32_t retry = rig->n - 1;
		rig_answer(rig, retry, 401, WWW "\"n1\", qop=\"auth\"\r\n");
		cr_assert(eq(int, rig_state(rig, 0).state, HL_PARK));
		cr_assert(eq(u32, rig->n, retry + 1));
	}
	rig_free(rig);
}

Test(digest, a_401_on_a_refresh_without_stale_is_answered)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
	refresh(rig);
	cr_assert(answers(rig, 0, "Authorization", "n1", "00000002", NULL));
	rig_answer(rig, 0, 401, WWW "\"n2\", qop=\"auth\"\r\n");
	cr_assert(answers(rig, 1, "Authorization", "n2", "00000001", NULL));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	refresh(rig);
	rig_answer(rig, 0, 401, WWW "\"n2\", qop=\"auth\"\r\n"); // even with the same nonce
	cr_assert(answers(rig, 1, "Authorization", "n2", "00000003", NULL));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(digest, one_time_nonces_never_park_a_line)
{
	struct rig *rig = registering("");
	char headers[128];

	for (unsigned k = 0; k < 20; k++) {
		snprintf(headers, sizeof(headers), WWW "\"once%02u\", qop=\"auth\"\r\n", k);
		rig_answer(rig, rig->n - 1, 401, headers);
		cr_assert(eq(u32, rig->n, 2), "round %u", k);
		refresh(rig);
	}
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->parked), 0));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->challenges), 20));
	rig_free(rig);
}

Test(digest, nextnonce_is_used_for_the_next_request)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
	rig_answer(rig, 1, 200, "Expires: 60\r\nAuthentication-Info: nextnonce=\"n9\"\r\n");
	rig_clear(rig);
	rig_pass(rig, 31 * SEC);
	cr_assert(answers(rig, 0, "Authorization", "n9", "00000001", NULL));
	rig_free(rig);
}

Test(digest, nextnonce_belongs_to_the_server_not_to_the_proxy)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 407, PROXY "\"p1\", qop=\"auth\"\r\n");
	rig_answer(rig, 1, 401, WWW "\"n1\", qop=\"auth\"\r\n");
	rig_answer(rig, 2, 200, "Expires: 60\r\nAuthentication-Info: nextnonce=\"n9\"\r\n");
	rig_clear(rig);
	rig_pass(rig, 31 * SEC);
	cr_assert(answers(rig, 0, "Authorization", "n9", "00000001", NULL));
	cr_assert(answers(rig, 0, "Proxy-Authorization", "p1", "00000003", NULL));
	rig_free(rig);
}

Test(digest, nextnonce_without_a_challenge_before_it_is_ignored)
{
	struct rig *rig = registering("    initial_register_with_auth: on\n");

	rig_answer(rig, 0, 200, "Expires: 60\r\nAuthentication-Info: nextnonce=\"n9\"\r\n");
	rig_clear(rig);
	rig_pass(rig, 31 * SEC);
	cr_assert(eq(u32, rig->n, 2));
	cr_assert(not(has(rig, 0, "Authorization")), "there is no realm to answer in");
	rig_free(rig);
}

Test(digest, a_nonce_of_512_bytes_and_its_opaque_go_back_verbatim)
{
	struct rig *rig = registering("");
	char nonce[513], headers[700];

	for (unsigned k = 0; k < 512; k++)
		nonce[k] = "ABCDEFGHabcdefgh0123456789+/="[k * 7 % 29];
	nonce[512] = '\0';
	snprintf(headers, sizeof(headers), WWW "\"%s\", qop=\"auth\", opaque=\"5cc \\\" 069\"\r\n",
		 nonce);
	rig_answer(rig, 0, 401, headers);
	cr_assert(answers(rig, 1, "Authorization", nonce, "00000001", NULL));
	cr_assert_not_null(strstr(rig_header(rig, 1, "Authorization"), "opaque=\"5cc \\\" 069\""));
	refresh(rig);
	cr_assert(answers(rig, 0, "Authorization", nonce, "00000002", NULL));
	rig_free(rig);
}

Test(digest, nc_rises_for_a_new_request_not_for_a_retransmission)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
	rig_pass(rig, 600 * MS);
	cr_assert(eq(u32, rig->n, 3));
	cr_assert_str_eq(rig->sent[1].text, rig->sent[2].text);
	for (unsigned k = 2; k < 12; k++) {
		char nc[9];

		refresh(rig);
		snprintf(nc, sizeof(nc), "%08x", k);
		cr_assert(answers(rig, 0, "Authorization", "n1", nc, NULL), "%s", nc);
	}
	rig_free(rig);
}

Test(digest, nonces_belong_to_one_server)
{
	struct rig *rig = registering("    initial_register_with_auth: on\n");

	rig_answer(rig, 0, 401, WWW "\"of-p\", qop=\"auth\"\r\n");
	rig_answer(rig, 1, 200, "");
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_FORCE_B);
	cr_assert(not(has(rig, 0, "Authorization")));
	rig_answer(rig, 0, 401, WWW "\"of-b\", qop=\"auth\"\r\n");
	cr_assert(answers(rig, 1, "Authorization", "of-b", "00000001", NULL));
	rig_answer(rig, 1, 200, "");
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_FORCE_P);
	cr_assert(answers(rig, 0, "Authorization", "of-p", "00000002", NULL));
	rig_free(rig);
}
