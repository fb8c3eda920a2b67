// SPDX-License-Identifier: BSD-3-Clause
// Digest as a line does it (FAILOVER.md section 5): each response is computed again and compared.
#include "digest_check.h"

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
