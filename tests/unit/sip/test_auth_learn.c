// SPDX-License-Identifier: BSD-3-Clause
// Challenges that are remembered, and credentials that are written.
#include "auth_check.h"

// One line, one server: what auth_learn() and auth_write() work on.
static const uint64_t session_key[2] = { 5, 6 };
static struct auth_realms realms;
static struct auth auth;
static char long_text[AUTH_TEXT_LONG];
static struct digest *d;
static char line[AUTH_LINE_MAX];

static void setup(void)
{
	static const uint64_t key[2] = { 1, 2 };

	d = digest_new();
	cr_assert_not_null(d);
	cr_assert(auth_realms_init(&realms, 1, key));
}

static void teardown(void)
{
	auth_realms_free(&realms);
	digest_free(d);
}

static int learn(const char *text, char *room)
{
	struct auth_challenge c;

	cr_assert_eq(challenge(text, &c), 0, "%s", text);
	return auth_learn(&auth, &(struct auth_store){ &realms, room, d }, &c, slice_of("6000"),
			  slice_of("secret"));
}

static const char *write_for(const char *account)
{
	char ha2[DIGEST_HEX_MAX];
	const struct auth_request request = { slice_of(account), slice_of("sip:10.0.0.1"),
					      slice_of("0a4f113b"), ha2, session_key };

	digest_ha2(d, (enum hl_digest_algorithm)auth.algorithm, slice_of("REGISTER"), request.uri,
		   auth.qop == DIGEST_AUTH_INT, ha2);
	uint32_t n = auth_write(&auth, &(struct auth_store){ &realms, long_text, d }, &request,
				line, sizeof(line) - 1);
	line[n] = '\0';
	return line;
}

TestSuite(auth_write, .init = setup, .fini = teardown);
TestSuite(auth_learn, .init = setup, .fini = teardown);

Test(auth_write, with_qop_auth)
{
	cr_assert_eq(learn("Digest realm=\"heartline\", nonce=\"abcdef\", qop=\"auth\"", NULL), 0);
	auth.nc++;
	cr_assert_str_eq(
		write_for("6000"),
		"Authorization: Digest username=\"6000\", realm=\"heartline\", nonce=\"abcdef\", "
		"uri=\"sip:10.0.0.1\", response=\"2ef416b14484276970c66f4413a69d0e\", "
		"algorithm=MD5, cnonce=\"0a4f113b\", qop=auth, nc=00000001\r\n");
}

Test(auth_write, without_qop_there_is_no_nc_and_no_cnonce)
{
	cr_assert_eq(learn("Digest realm=\"heartline\", nonce=\"abcdef\", opaque=\"\"", NULL), 0);
	auth.proxy = true;
	auth.nc++;
	cr_assert_str_eq(
		write_for("6000"),
		"Proxy-Authorization: Digest username=\"6000\", realm=\"heartline\", "
		"nonce=\"abcdef\", uri=\"sip:10.0.0.1\", "
		"response=\"627308a27f0872f6c00e30953f33e62b\", algorithm=MD5, opaque=\"\"\r\n");
}

// Computed once more from the text alone: A1 has the nonce and the cnonce that go with it, without qop
// as well, so that the server needs to keep no session.
Test(auth_write, sess_forms)
{
	static const char *const qops[] = { ", qop=\"auth\"", "" };
	char first[17] = "";

	for (unsigned i = 0; i < 2; i++) {
		char text[160];
		struct auth_credentials c;

		snprintf(text, sizeof(text),
			 "Digest realm=\"heartline\", nonce=\"abcdef\", algorithm=MD5-sess%s",
			 qops[i]);
		cr_assert_eq(learn(text, NULL), 0);
		for (auth.nc = 1; auth.nc < 4; auth.nc++) {
			const char *value = strchr(write_for("6000"), ':') + 2;

			cr_assert_eq(auth_credentials_read(value, (uint32_t)strlen(value) - 2, &c),
				     0);
			cr_assert(c.sess && c.cnonce.len == 16);
			cr_expect(*first == '\0' || slice_is(c.cnonce, first), "the cnonce stays");
			memcpy(first, c.cnonce.at, 16);
			cr_expect(response_right(d, &c));
		}
	}
	cr_assert_eq(
		learn("Digest realm=\"heartline\", nonce=\"abcdeg\", algorithm=MD5-sess", NULL), 0);
	cr_expect_null(strstr(write_for("6000"), first), "another nonce, another cnonce");
}

Test(auth_write, the_same_input_gives_the_same_bytes)
{
	char first[AUTH_LINE_MAX];

	cr_assert_eq(
		learn("Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256", NULL), 0);
	auth.nc = 0x1234abcd;
	strcpy(first, write_for("6000"));
	cr_assert_str_eq(write_for("6000"), first);
	cr_assert_not_null(strstr(first, "nc=1234abcd\r\n"));
	auth.nc++;
	cr_assert_str_neq(write_for("6000"), first);
}

Test(auth_write, realm_and_opaque_go_back_verbatim_and_the_account_is_escaped)
{
	cr_assert_eq(
		learn("Digest realm=\"a \\\"b\\\", c\", nonce=\"n\\\\\", opaque=\"o\\\"=,\"", NULL),
		0);
	const char *text = write_for("6\"0\\0");
	cr_assert_not_null(strstr(
		text, "username=\"6\\\"0\\\\0\", realm=\"a \\\"b\\\", c\", nonce=\"n\\\\\","));
	cr_assert_not_null(strstr(text, "opaque=\"o\\\"=,\"\r\n"));
}

Test(auth_write, what_is_written_can_be_read_and_checked)
{
	static const char *const algorithms[] = { "MD5", "SHA-256", "SHA-512-256" };
	char text[128];
	struct auth_credentials c;

	for (unsigned i = 0; i < 3; i++) {
		snprintf(text, sizeof(text),
			 "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=%s",
			 algorithms[i]);
		cr_assert_eq(learn(text, NULL), 0);
		auth.nc = 7;
		const char *value = strchr(write_for("6000"), ':') + 2;
		cr_assert_eq(auth_credentials_read(value, (uint32_t)strlen(value) - 2, &c), 0);
		cr_assert(slice_is(c.nc, "00000007") && c.algorithm == i);
		cr_assert(response_right(d, &c));
	}
}

Test(auth_write, the_length_is_known_beforehand)
{
	static const char *const algorithms[] = { "MD5", "MD5-sess", "SHA-256",
						  "SHA-512-256-sess" };
	static const char *const rests[] = { "", ", qop=\"auth\"", ", qop=\"auth-int\"",
					     ", opaque=\"\"", ", qop=\"auth\", opaque=\"a\\\"b\"" };
	static const char *const accounts[] = { "6000", "6\"0\\0", "" };

	char ha2[DIGEST_HEX_MAX];

	memset(ha2, 'a', sizeof(ha2));
	for (unsigned k = 0; k < 4 * 5 * 3 * 2; k++) {
		struct slice account = slice_of(accounts[k / 20 % 3]);
		struct auth_request request = { account, slice_of("sip:h:5060"), slice_of("abcdef"),
						ha2, session_key };
		char text[256];
		struct auth_challenge c;

		snprintf(text, sizeof(text),
			 "Digest realm=\"r\\\"s\", nonce=\"n%u\", algorithm=%s%s", k,
			 algorithms[k % 4], rests[k / 4 % 5]);
		cr_assert_eq(challenge(text, &c), 0);
		c.proxy = k / 60;
		cr_assert_eq(auth_learn(&auth, &(struct auth_store){ &realms, NULL, d }, &c,
					account, slice_of("s")),
			     0);
		auth.nc = 1;
		cr_expect_eq(auth_line_len(&auth, &realms, account, 10, 6),
			     auth_write(&auth, &(struct auth_store){ &realms, NULL, d }, &request,
					line, sizeof(line)),
			     "%s", text);
	}
}

Test(auth_write, too_little_room_is_said_and_never_overrun)
{
	char ha2[DIGEST_HEX_MAX];
	const struct auth_request request = { slice_of("6000"), slice_of("sip:10.0.0.1"),
					      slice_of("0a4f113b"), ha2, session_key };

	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"n\", qop=\"auth\", opaque=\"o\"", NULL), 0);
	digest_ha2(d, HL_MD5, slice_of("REGISTER"), request.uri, false, ha2);
	uint32_t whole = auth_write(&auth, &(struct auth_store){ &realms, NULL, d }, &request, line,
				    sizeof(line));
	cr_assert_gt(whole, 0);
	for (uint32_t room = 0; room <= whole; room++) {
		char *out = guard_alloc(room);
		cr_assert_eq(auth_write(&auth, &(struct auth_store){ &realms, NULL, d }, &request,
					out, room),
			     room == whole ? whole : 0);
		guard_free(out, room);
	}
}

Test(auth_learn, a_new_nonce_starts_counting_again_and_the_same_one_does_not)
{
	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"one\"", NULL), 0);
	cr_assert(auth.usable && auth.nc == 0);
	auth.nc = 5;
	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"one\", stale=true", NULL), 0);
	cr_assert_eq(auth.nc, 5);
	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"two\"", NULL), 0);
	cr_assert_eq(auth.nc, 0);
}

Test(auth_learn, ha1_is_computed_again_for_another_realm_or_algorithm_only)
{
	uint8_t expected[DIGEST_RAW_MAX];

	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"one\"", NULL), 0);
	digest_ha1(d, HL_MD5, slice_of("6000"), slice_of("r"), slice_of("secret"), expected);
	cr_assert_arr_eq(auth.ha1, expected, 16);
	memset(auth.ha1, 0xee, sizeof(auth.ha1));
	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"two\"", NULL), 0);
	cr_assert_eq(auth.ha1[0], 0xee, "computed again for nothing");
	cr_assert_eq(learn("Digest realm=\"s\", nonce=\"two\"", NULL), 0);
	digest_ha1(d, HL_MD5, slice_of("6000"), slice_of("s"), slice_of("secret"), expected);
	cr_assert_arr_eq(auth.ha1, expected, 16);
	cr_assert_eq(learn("Digest realm=\"s\", nonce=\"two\", algorithm=SHA-256", NULL), 0);
	digest_ha1(d, HL_SHA256, slice_of("6000"), slice_of("s"), slice_of("secret"), expected);
	cr_assert_arr_eq(auth.ha1, expected, 32);
}

// A challenge with a nonce of n characters.
static const char *challenge_of(unsigned n, const char *rest)
{
	static char text[AUTH_TEXT_LONG * 2];
	unsigned at = (unsigned)sprintf(text, "Digest realm=\"r\", nonce=\"");

	memset(text + at, 'x', n);
	sprintf(text + at + n, "\"%s", rest);
	return text;
}

Test(auth_learn, a_nonce_of_512_bytes_goes_to_the_long_text_and_back)
{
	cr_assert_eq(learn(challenge_of(512, ", opaque=\"oo\""), long_text), 0);
	cr_assert(auth.long_text && auth.usable);
	char expected[600];
	memset(expected, 'x', 512);
	expected[512] = '\0';
	const char *text = write_for("6000");
	cr_assert_not_null(strstr(text, expected));
	cr_assert_not_null(strstr(text, "opaque=\"oo\"\r\n"));

	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"short\"", long_text), 0);
	cr_assert_not(auth.long_text);
	cr_assert_not_null(strstr(write_for("6000"), "nonce=\"short\""));
}

Test(auth_learn, texts_that_fit_nowhere_are_refused)
{
	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"one\"", long_text), 0);
	cr_assert_eq(learn(challenge_of(AUTH_TEXT_INLINE, ""), NULL), 0);
	cr_assert_eq(learn(challenge_of(AUTH_TEXT_INLINE + 1, ""), NULL), -ENOSPC);
	cr_assert_not(auth.usable);
	cr_assert_eq(learn(challenge_of(AUTH_TEXT_LONG, ""), long_text), 0);
	cr_assert(auth.usable);
	cr_assert_eq(learn(challenge_of(AUTH_TEXT_LONG, ", opaque=\"\""), long_text), -ENOSPC);
	cr_assert_eq(learn(challenge_of(AUTH_TEXT_LONG + 1, ""), long_text), -ENOSPC);
}

Test(auth_learn, realms_of_any_usual_length_are_answered_and_too_long_ones_refused)
{
	static char text[AUTH_REALM_BYTES + 64], realm[AUTH_REALM_BYTES + 2];
	static const uint32_t lens[] = { 0, 1, 127, 128, 129, 255, 256, AUTH_REALM_BYTES };

	memset(realm, 'r', sizeof(realm));
	for (unsigned k = 0; k < sizeof(lens) / sizeof(lens[0]); k++) {
		sprintf(text, "Digest realm=\"%.*s\", nonce=\"n\"", (int)lens[k], realm);
		cr_assert_eq(learn(text, NULL), 0, "%u", lens[k]);
	}
	sprintf(text, "Digest realm=\"%.*s\", nonce=\"n\"", AUTH_REALM_BYTES + 1, realm);
	cr_assert_eq(learn(text, NULL), -ENOSPC);
}

Test(auth_learn, nextnonce_replaces_the_nonce_and_keeps_the_opaque)
{
	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"one\", opaque=\"oo\", qop=\"auth\"", NULL),
		     0);
	auth.nc = 9;
	auth_next_nonce(&auth, &(struct auth_store){ &realms, NULL, d },
			slice_of("qop=auth, rspauth=\"ab\", nc=00000009"));
	cr_assert_eq(auth.nc, 9, "no nextnonce in it");
	auth_next_nonce(&auth, &(struct auth_store){ &realms, NULL, d },
			slice_of("qop=auth, NextNonce=\"second\", nc=00000009"));
	cr_assert_eq(auth.nc, 0);
	const char *text = write_for("6000");
	cr_assert_not_null(strstr(text, "nonce=\"second\""));
	cr_assert_not_null(strstr(text, "opaque=\"oo\""));
}

Test(auth_learn, a_long_nextnonce_moves_the_text_out_and_a_short_one_back)
{
	char info[700];

	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"one\", opaque=\"oo\"", long_text), 0);
	memset(info, 'y', sizeof(info));
	memcpy(info, "nextnonce=\"", 11);
	info[611] = '"';
	auth_next_nonce(&auth, &(struct auth_store){ &realms, NULL, d },
			(struct slice){ info, 612 });
	cr_assert(auth.usable && auth.nonce_len == 3, "without room the old one stays");
	auth_next_nonce(&auth, &(struct auth_store){ &realms, long_text, d },
			(struct slice){ info, 612 });
	cr_assert(auth.long_text && auth.nonce_len == 600);
	cr_assert_not_null(strstr(write_for("6000"), "y\", uri="));
	cr_assert_not_null(strstr(write_for("6000"), "opaque=\"oo\""));
	auth_next_nonce(&auth, &(struct auth_store){ &realms, long_text, d },
			slice_of("nextnonce=\"z\""));
	cr_assert_not(auth.long_text);
	cr_assert_not_null(strstr(write_for("6000"), "nonce=\"z\""));
	cr_assert_not_null(strstr(write_for("6000"), "opaque=\"oo\""));
}

Test(auth_learn, nextnonce_before_any_challenge_makes_nothing_usable)
{
	static struct auth fresh;

	auth_next_nonce(&fresh, &(struct auth_store){ &realms, long_text, d },
			slice_of("nextnonce=\"n2\""));
	cr_assert_not(fresh.usable);
	cr_assert_eq(fresh.nonce_len, 0);
}

Test(auth_learn, the_remembered_nonce_is_told_from_others)
{
	cr_assert_eq(learn("Digest realm=\"r\", nonce=\"abcdef\", opaque=\"o\"", long_text), 0);
	cr_assert(auth_has_nonce(&auth, long_text, slice_of("abcdef")));
	cr_assert_not(auth_has_nonce(&auth, long_text, slice_of("abcdeg")));
	cr_assert_not(auth_has_nonce(&auth, long_text, slice_of("abcde")));
	cr_assert_not(auth_has_nonce(&auth, long_text, slice_of("abcdef\"o")));
}

// RFC 8760 2.4 and RFC 7616 3.9.1: a server lists its challenges by preference.
Test(auth_learn, each_algorithm_of_rfc8760_is_learnt_from_its_challenge)
{
	static const struct {
		const char *text;
		enum hl_digest_algorithm algorithm;
		bool sess;
	} cases[] = {
		{ "Digest realm=\"a\", qop=\"auth\", algorithm=SHA-512-256, nonce=\"n\"",
		  HL_SHA512_256, false },
		{ "Digest realm=\"a\", qop=\"auth,auth-int\", algorithm=SHA-256, nonce=\"n\"",
		  HL_SHA256, false },
		{ "Digest realm=\"a\", algorithm=SHA-256-sess, nonce=\"n\"", HL_SHA256, true },
		{ "Digest realm=\"a\", algorithm=SHA-512-256-sess, nonce=\"n\"", HL_SHA512_256,
		  true },
		{ "Digest realm=\"a\", algorithm=MD5-sess, nonce=\"n\"", HL_MD5, true },
		{ "Digest realm=\"a\", nonce=\"n\"", HL_MD5, false },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert_eq(learn(cases[i].text, long_text), 0);
		cr_expect_eq(auth.algorithm, cases[i].algorithm, "%s", cases[i].text);
		cr_expect_eq(auth.sess, cases[i].sess, "%s", cases[i].text);
	}
}
