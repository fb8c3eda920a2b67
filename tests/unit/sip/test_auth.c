// SPDX-License-Identifier: BSD-3-Clause
// Challenges and credentials, read at a guard page.
#include "auth_check.h"

Test(auth_challenge, what_kamailio_sends)
{
	struct auth_challenge c;

	cr_assert_eq(
		challenge("Digest realm=\"10.0.0.1\", nonce=\"ZJ+a/2SfmdM=\", qop=\"auth\"", &c),
		0);
	cr_assert(slice_is(c.realm, "10.0.0.1") && slice_is(c.nonce, "ZJ+a/2SfmdM="));
	cr_assert_null(c.opaque.at);
	cr_assert(c.algorithm == HL_MD5 && !c.sess && c.qop == DIGEST_AUTH && !c.stale);
}

Test(auth_challenge, any_order_case_and_white_space)
{
	struct auth_challenge c;

	cr_assert_eq(
		challenge(
			"\tdIGEST  STALE = TRUE ,\r\n  OpAque=\"\" , Nonce=\"n\",algorithm\t=\tsha-256-SESS,,"
			" REALM =\"r\" ,",
			&c),
		0);
	cr_assert(c.stale && c.sess && c.algorithm == HL_SHA256 && c.qop == DIGEST_NO_QOP);
	cr_assert(slice_is(c.realm, "r") && slice_is(c.nonce, "n") && slice_is(c.opaque, ""));
}

Test(auth_challenge, commas_escapes_and_equal_signs_in_quotes)
{
	struct auth_challenge c;

	cr_assert_eq(challenge("Digest realm=\"a, nonce=\\\"x\\\" \\\\\", nonce=\"1\"", &c), 0);
	cr_assert(slice_is(c.realm, "a, nonce=\\\"x\\\" \\\\"), "escapes stay as they stand");
	cr_assert(slice_is(c.nonce, "1"));
}

Test(auth_challenge, unquoted_values_and_quoted_tokens)
{
	struct auth_challenge c;

	cr_assert_eq(
		challenge(
			"Digest realm=r, nonce=ab/c+d==, algorithm=\"MD5\", stale=\"true\", qop=auth",
			&c),
		0);
	cr_assert(slice_is(c.realm, "r") && slice_is(c.nonce, "ab/c+d=="));
	cr_assert(c.algorithm == HL_MD5 && c.stale && c.qop == DIGEST_AUTH);
}

Test(auth_challenge, qop_auth_is_taken_before_auth_int)
{
	static const struct {
		const char *qop;
		int rc;
		enum digest_qop chosen;
	} cases[] = {
		{ "\"auth\"", 0, DIGEST_AUTH },
		{ "\"auth-int\"", 0, DIGEST_AUTH_INT },
		{ "\"auth-int,auth\"", 0, DIGEST_AUTH },
		{ "\"auth,auth-int\"", 0, DIGEST_AUTH },
		{ "\" auth-int , AUTH \"", 0, DIGEST_AUTH },
		{ "\"auth-conf,auth-int\"", 0, DIGEST_AUTH_INT },
		{ "\"auth-conf\"", -ENOTSUP, DIGEST_NO_QOP },
		{ "\"\"", 0, DIGEST_NO_QOP }, // RFC 2069 is meant
		{ "", 0, DIGEST_NO_QOP },
		{ "\" , \"", 0, DIGEST_NO_QOP },
	};
	struct auth_challenge c;
	char text[128];

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "Digest realm=\"r\", nonce=\"n\", qop=%s",
			 cases[i].qop);
		cr_assert_eq(challenge(text, &c), cases[i].rc, "%s", text);
		cr_assert_eq(c.qop, cases[i].chosen, "%s", text);
	}
}

Test(auth_challenge, an_empty_value_is_as_good_without_quotes)
{
	static const char *const cases[] = {
		"Digest realm=\"r\", opaque=, nonce=\"n\"",
		"Digest realm=\"r\", nonce=\"n\", opaque=",
		"Digest realm=\"r\", nonce=\"n\", opaque = , algorithm=,qop=, stale=",
		"Digest ,, realm=\"r\",, ,nonce=\"n\", algorithm=\"\", qop=\"\", opaque=\"\",",
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_challenge c;

		cr_assert_eq(challenge(cases[i], &c), 0, "%s", cases[i]);
		cr_expect(slice_is(c.realm, "r") && slice_is(c.nonce, "n"), "%s", cases[i]);
		cr_expect(c.opaque.at != NULL && c.opaque.len == 0, "%s", cases[i]);
		cr_expect(c.algorithm == HL_MD5 && !c.sess && c.qop == DIGEST_NO_QOP, "%s",
			  cases[i]);
	}
}

Test(auth_challenge, unknown_parameters_are_ignored_and_the_first_of_two_counts)
{
	struct auth_challenge c;

	cr_assert_eq(
		challenge(
			"Digest userhash=true, charset=UTF-8, realm=\"r\", x=\"a,b\", nonce=\"1\","
			" nonce=\"2\", domain=\"sip:a sip:b\"",
			&c),
		0);
	cr_assert(slice_is(c.nonce, "1"));
}

Test(auth_challenge, other_schemes_and_algorithms_are_not_supported)
{
	struct auth_challenge c;

	cr_assert_eq(challenge("Basic realm=\"r\"", &c), -ENOTSUP);
	cr_assert_eq(challenge("Digestive realm=\"r\", nonce=\"n\"", &c), -ENOTSUP);
	cr_assert_eq(challenge("", &c), -ENOTSUP);
	cr_assert_eq(challenge("Digest realm=\"r\", nonce=\"n\", algorithm=SHA-1", &c), -ENOTSUP);
	cr_assert_eq(challenge("Digest realm=\"r\", nonce=\"n\", algorithm=AKAv1-MD5", &c),
		     -ENOTSUP);
}

Test(auth_challenge, what_cannot_be_read_is_refused)
{
	static const char *const cases[] = {
		"Digest",
		"Digest ",
		"Digest realm=\"r\"",
		"Digest nonce=\"n\"",
		"Digest realm=\"r\", nonce=\"n",
		"Digest realm=\"r\", nonce=\"n\\",
		"Digest realm=\"r\", nonce=\"n\\\"",
		"Digest realm=\"r\" nonce=\"n\"",
		"Digest realm=\"r\", nonce=\"n\" x",
		"Digest realm=\"r\", nonce",
		"Digest realm=\"r\", nonce=",
		"Digest realm=, nonce=\"n\"",
		"Digest realm=\"r\", =\"n\"",
		"Digest realm=\"r\"x, nonce=\"n\"",
		"Digest realm=\"a\r\nEvil: 1\", nonce=\"n\"",
		"Digest realm=\"a\\\nb\", nonce=\"n\"",
		"Digest realm=\"r\", Digest nonce=\"n\"",
	};
	struct auth_challenge c;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert_eq(challenge(cases[i], &c), -EBADMSG, "%s", cases[i]);
}

Test(auth_challenge, no_prefix_reads_past_its_end)
{
	static const char text[] =
		"Digest realm=\"a\\\"b\", nonce=\"n\" , opaque=\"\", algorithm=MD5-sess,"
		" qop=\"auth,x\", stale=true";
	struct auth_challenge c;

	for (uint32_t n = 0; n < sizeof(text); n++) {
		char *copy = guard_copy(text, n);
		int rc = auth_challenge_read(copy, n, &c);
		// readable as soon as both realm and nonce are whole, and between two parameters
		cr_assert(rc == 0 || rc == -EBADMSG || rc == -ENOTSUP, "%u: %d", n, rc);
		cr_assert(rc != 0 || slice_is(c.nonce, "n"), "%.*s", (int)n, text);
		guard_free(copy, n);
	}
}

static const char good_credentials[] =
	"Digest username=\"6000\", realm=\"heartline\", nonce=\"abc\", uri=\"sip:10.0.0.1\","
	" response=\"0123456789abcdef0123456789abcdef\", algorithm=MD5, cnonce=\"c\", opaque=\"o\","
	" qop=auth, nc=0000000A";

Test(auth_credentials, all_of_it_is_read)
{
	struct auth_credentials c;

	cr_assert_eq(credentials(good_credentials, &c), 0);
	cr_assert(slice_is(c.user, "6000") && slice_is(c.realm, "heartline"));
	cr_assert(slice_is(c.nonce, "abc") && slice_is(c.uri, "sip:10.0.0.1"));
	cr_assert(slice_is(c.response, "0123456789abcdef0123456789abcdef"));
	cr_assert(slice_is(c.cnonce, "c") && slice_is(c.opaque, "o") && slice_is(c.nc, "0000000A"));
	cr_assert(c.algorithm == HL_MD5 && !c.sess && c.qop == DIGEST_AUTH);
}

Test(auth_credentials, the_form_of_rfc2069_needs_no_cnonce)
{
	struct auth_credentials c;

	cr_assert_eq(
		credentials(
			"Digest username=\"u\",realm=\"r\",nonce=\"n\",uri=\"sip:h\",response=\"x\"",
			&c),
		0);
	cr_assert_eq(c.qop, DIGEST_NO_QOP);
	cr_assert_null(c.nc.at);
}

Test(auth_credentials, what_lacks_or_disagrees_is_refused)
{
#define BASE "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:h\", response=\"x\""
	static const struct {
		const char *text;
		int rc;
	} cases[] = {
		{ "Basic dTpw", -ENOTSUP },
		{ "Digest realm=\"r\", nonce=\"n\", uri=\"sip:h\", response=\"x\"", -EBADMSG },
		{ "Digest username=\"u\", nonce=\"n\", uri=\"sip:h\", response=\"x\"", -EBADMSG },
		{ "Digest username=\"u\", realm=\"r\", uri=\"sip:h\", response=\"x\"", -EBADMSG },
		{ "Digest username=\"u\", realm=\"r\", nonce=\"n\", response=\"x\"", -EBADMSG },
		{ "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:h\"", -EBADMSG },
		{ BASE ", qop=auth, nc=00000001", -EBADMSG },
		{ BASE ", qop=auth, cnonce=\"c\"", -EBADMSG },
		{ BASE ", qop=auth, cnonce=\"c\", nc=1", -EBADMSG },
		{ BASE ", qop=auth, cnonce=\"c\", nc=0000000g", -EBADMSG },
		{ BASE ", qop=auth-conf, cnonce=\"c\", nc=00000001", -ENOTSUP },
		{ BASE ", algorithm=MD5-sess", -EBADMSG },
		{ BASE ", algorithm=SHA-1", -ENOTSUP },
		{ BASE ", algorithm=SHA-256-sess, cnonce=\"c\"", 0 },
		{ BASE ", qop=\"auth-int\", cnonce=\"c\", nc=\"00000001\"", 0 },
	};
	struct auth_credentials c;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert_eq(credentials(cases[i].text, &c), cases[i].rc, "%s", cases[i].text);
}

Test(auth_credentials, no_prefix_reads_past_its_end)
{
	struct auth_credentials c;

	for (uint32_t n = 0; n < sizeof(good_credentials); n++) {
		char *copy = guard_copy(good_credentials, n);
		int rc = auth_credentials_read(copy, n, &c);
		cr_assert(rc == 0 || rc == -EBADMSG || rc == -ENOTSUP, "%u: %d", n, rc);
		guard_free(copy, n);
	}
}
