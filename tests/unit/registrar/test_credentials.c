// SPDX-License-Identifier: BSD-3-Clause
// REGISTER with digest: challenge, answer, and what must not pass.
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "registrar/rig.h"

static struct rig rig;

static void start(enum hl_digest_algorithm algorithm, bool qop_auth)
{
	struct hl_registrar_config config;

	rig_config(&config);
	config.password = "secret";
	config.algorithm = algorithm;
	config.qop_auth = qop_auth;
	config.nonce_life_s = 30;
	rig_start(&rig, &config);
}

static void teardown(void)
{
	rig_stop(&rig);
}

TestSuite(credentials, .fini = teardown);

static const struct wish usual = { 0 };

Test(credentials, challenge_and_answer_with_every_algorithm_and_both_forms)
{
	for (unsigned a = 0; a < HL_DIGEST_ALGORITHMS; a++) {
		for (int qop = 0; qop < 2; qop++) {
			start((enum hl_digest_algorithm)a, qop);
			const char *answer = rig_register(&rig, 0, &usual);
			cr_assert_eq(status_of(answer), 401);
			cr_assert_not_null(strstr(answer, "Digest realm=\"heartline\""));
			cr_assert_eq(strstr(answer, "qop=\"auth\"") != NULL, qop);
			cr_assert_null(strstr(answer, "stale"));
			cr_assert_eq(COUNTER(&rig, 0, bindings), 0);

			answer = rig_authorise(&rig, 0, &(struct wish){ .cseq = 2 }, answer, NULL);
			cr_assert_eq(status_of(answer), 200);
			cr_assert_not_null(strstr(answer, ";expires=60"));
			cr_assert_eq(COUNTER(&rig, 0, challenges), 1);
			cr_assert_eq(COUNTER(&rig, 0, bad_credentials), 0);
			rig_stop(&rig);
		}
	}
}

Test(credentials, options_need_none)
{
	start(HL_MD5, true);
	cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
}

Test(credentials, a_wrong_password_is_challenged_again_and_counted)
{
	start(HL_SHA256, true);
	const char *answer = rig_authorise(&rig, 0, &usual, rig_register(&rig, 0, &usual),
					   "Secret");
	cr_assert_eq(status_of(answer), 401);
	cr_assert_null(strstr(answer, "stale"));
	cr_assert_eq(COUNTER(&rig, 0, bad_credentials), 1);
	cr_assert_eq(COUNTER(&rig, 0, bindings), 0);
}

Test(credentials, an_old_nonce_is_stale_but_only_with_the_right_password)
{
	char challenge[HL_FRAME_MAX];

	start(HL_MD5, true);
	strcpy(challenge, rig_register(&rig, 0, &usual));
	rig.now_ns += 30 * SECOND;
	cr_assert_eq(status_of(rig_authorise(&rig, 0, &usual, challenge, NULL)), 200);
	rig.now_ns += 3 * MILLISECOND; // times are rounded to about one
	const char *answer = rig_authorise(&rig, 0, &usual, challenge, NULL);
	cr_assert_eq(status_of(answer), 401);
	cr_assert_not_null(strstr(answer, ", stale=true\r\n"));
	cr_assert_eq(COUNTER(&rig, 0, bad_credentials), 0);
	cr_assert_eq(status_of(rig_authorise(&rig, 0, &(struct wish){ .cseq = 2 }, answer, NULL)),
		     200);

	answer = rig_authorise(&rig, 0, &usual, challenge, "wrong");
	cr_assert_eq(status_of(answer), 401);
	cr_assert_null(strstr(answer, "stale"));
	cr_assert_eq(COUNTER(&rig, 0, bad_credentials), 1);
}

Test(credentials, a_nonce_of_one_server_is_refused_at_the_other)
{
	start(HL_MD5, true);
	const char *answer = rig_authorise(&rig, 1, &usual, rig_register(&rig, 0, &usual), NULL);
	cr_assert_eq(status_of(answer), 401);
	cr_assert_null(strstr(answer, "stale"));
	cr_assert_eq(COUNTER(&rig, 1, bad_credentials), 1);
	cr_assert_eq(status_of(rig_authorise(&rig, 1, &usual, answer, NULL)), 200);
}

#define CREDENTIALS(REALM, URI, MORE) \
	"Authorization: Digest username=\"6000\", realm=\"" REALM "\", nonce=\"n\", uri=\"" URI \
	"\", response=\"0\"" MORE "\r\n"

Test(credentials, what_is_not_for_us_is_challenged_and_what_is_broken_is_400)
{
	static const struct {
		const char *headers;
		int status;
		unsigned bad;
	} cases[] = {
		{ "Authorization: Basic YTpi\r\n", 401, 0 },
		{ CREDENTIALS("elsewhere", "sip:10.0.0.1", ""), 401, 0 },
		{ CREDENTIALS("heartline", "sip:10.0.0.9", ""), 400, 0 },
		{ CREDENTIALS("heartline", "sip:10.0.0.1", ", qop=auth"), 400, 0 },
		{ CREDENTIALS("heartline", "sip:10.0.0.1", ""), 401, 1 },
		{ "Authorization: Digest username=\"6000\r\n", 400, 0 },
	};

	start(HL_MD5, true);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t bad = COUNTER(&rig, 0, bad_credentials);
		const char *answer = rig_register(&rig, 0,
						  &(struct wish){ .headers = cases[i].headers });
		cr_assert_eq(status_of(answer), cases[i].status, "%s", cases[i].headers);
		cr_assert_eq(COUNTER(&rig, 0, bad_credentials) - bad, cases[i].bad);
	}
}

// Takes "; name=value" out of the credentials that would have passed.
Test(credentials, another_form_than_asked_for_does_not_pass)
{
	char challenge[HL_FRAME_MAX], *qop;

	start(HL_MD5, true);
	strcpy(challenge, rig_register(&rig, 0, &usual));
	qop = strstr(challenge, ", qop=\"auth\"");
	memmove(qop, qop + 12, strlen(qop + 12) + 1);
	cr_assert_eq(status_of(rig_authorise(&rig, 0, &usual, challenge, NULL)), 401,
		     "without qop though it was asked for");

	strcpy(challenge, rig_register(&rig, 0, &usual));
	memcpy(strstr(challenge, "MD5, qop"), "md5, qop", 8);
	cr_assert_eq(status_of(rig_authorise(&rig, 0, &usual, challenge, NULL)), 200);
	char other[HL_FRAME_MAX];
	char *name = strstr(challenge, "md5, qop");
	snprintf(other, sizeof(other), "%.*sSHA-256%s", (int)(name - challenge), challenge,
		 name + 3);
	cr_assert_eq(status_of(rig_authorise(&rig, 0, &usual, other, NULL)), 401);
	cr_assert_eq(COUNTER(&rig, 0, bad_credentials), 2);
}

// A client chooses its Call-ID; one of eight bytes is as long as the time in a nonce.
Test(credentials, no_call_id_gives_a_tag_that_is_the_mac_of_a_nonce)
{
	static const char letters[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.!%";
	struct rng rng;

	start(HL_MD5, true);
	rng_seed(&rng, 1);
	for (unsigned i = 0; i < 500; i++) {
		char id[9] = "", tag[17] = "", challenge[256];
		unsigned char bytes[8];

		for (unsigned k = 0; k < 8; k++)
			id[k] = letters[rng_below(&rng, sizeof(letters) - 1)];
		const char *answer = rig_register(&rig, 0, &(struct wish){ .call_id = id });
		memcpy(tag, strstr(strstr(answer, "\r\nTo: "), ";tag=") + 5, 16);
		memcpy(bytes, id, 8);
		for (int big = 0; big < 2; big++) {
			unsigned long long time = 0;

			for (unsigned k = 0; k < 8; k++)
				time = time << 8 | bytes[big ? k : 7 - k];
			snprintf(challenge, sizeof(challenge),
				 "SIP/2.0 401 x\r\nWWW-Authenticate: Digest realm=\"heartline\", "
				 "nonce=\"%016llx%s\", algorithm=MD5, qop=\"auth\"\r\n\r\n",
				 time, tag);
			answer = rig_authorise(&rig, 0, &(struct wish){ .cseq = 2 }, challenge,
					       NULL);
			cr_assert_eq(status_of(answer), 401, "Call-ID %s", id);
			cr_assert_null(strstr(answer, "stale"), "Call-ID %s", id);
		}
	}
	cr_assert_eq(COUNTER(&rig, 0, bindings), 0);
}

// Status of a REGISTER with this nc and CSeq and that challenge; 1401: stale.
static int with_nc(const char *challenge, uint32_t nc, uint32_t cseq)
{
	const char *answer = rig_authorise(&rig, 0, &(struct wish){ .nc = nc, .cseq = cseq },
					   challenge, NULL);

	return status_of(answer) + (strstr(answer, ", stale=true\r\n") != NULL ? 1000 : 0);
}

Test(credentials, a_replayed_nc_is_stale_and_one_not_seen_yet_is_good_once)
{
	static const struct {
		uint32_t nc;
		int status;
	} steps[] = {
		{ 1, 200 },    { 1, 1401 },         { 2, 200 },    { 5, 200 },
		{ 5, 1401 },   { 3, 200 },          { 3, 1401 },   { 4, 200 },
		{ 2, 1401 },   { 68, 200 },         { 5, 1401 },   { 4, 1401 },
		{ 6, 200 },    { 6, 1401 },         { 132, 200 },  { 68, 1401 },
		{ 69, 200 },   { 131, 200 },        { 131, 1401 }, { 0xffffffff, 200 },
		{ 132, 1401 }, { 0xfffffffe, 200 },
	};
	char challenge[HL_FRAME_MAX];
	uint64_t replays = 0;

	start(HL_MD5, true);
	strcpy(challenge, rig_register(&rig, 0, &usual));
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		cr_assert_eq(with_nc(challenge, steps[i].nc, i + 2), steps[i].status,
			     "step %u, nc %u", i, steps[i].nc);
		replays += steps[i].status == 1401;
		cr_assert_eq(COUNTER(&rig, 0, replays), replays);
	}
	cr_assert_eq(COUNTER(&rig, 0, bad_credentials), 0);
}

// Its answer was lost: the registrar has no transactions, so it answers again as it did.
Test(credentials, a_retransmission_is_no_replay_for_as_long_as_a_transaction_may_last)
{
	char challenge[HL_FRAME_MAX];

	start(HL_MD5, true);
	strcpy(challenge, rig_register(&rig, 0, &usual));
	cr_assert_eq(with_nc(challenge, 1, 2), 200);
	cr_assert_eq(with_nc(challenge, 1, 2), 200);
	rig.now_ns += 4 * SECOND;
	cr_assert_eq(with_nc(challenge, 1, 2), 200);
	cr_assert_eq(with_nc(challenge, 1, 3), 1401, "another request with the same credentials");
	cr_assert_eq(with_nc(challenge, 2, 4), 200);
	cr_assert_eq(with_nc(challenge, 1, 2), 1401, "no longer the last one");
	rig_stop(&rig);

	start(HL_MD5, true);
	strcpy(challenge, rig_register(&rig, 0, &usual));
	rig.now_ns += 29 * SECOND;
	cr_assert_eq(with_nc(challenge, 1, 2), 200);
	rig_stop(&rig);

	struct hl_registrar_config config;
	rig_config(&config);
	config.password = "secret";
	rig_start(&rig, &config);
	strcpy(challenge, rig_register(&rig, 0, &usual));
	cr_assert_eq(with_nc(challenge, 1, 2), 200);
	rig.now_ns += 33 * SECOND;
	cr_assert_eq(with_nc(challenge, 1, 2), 1401);
}

// Many clients are challenged at the same time, and each counts from 1.
Test(credentials, counts_of_two_nonces_have_nothing_to_do_with_each_other)
{
	char first[HL_FRAME_MAX], second[HL_FRAME_MAX];

	start(HL_MD5, true);
	strcpy(first, rig_register(&rig, 0, &usual));
	strcpy(second, rig_register(&rig, 0, &usual));
	cr_assert_eq(with_nc(first, 1, 2), 200);
	cr_assert_eq(with_nc(second, 1, 3), 200);
	cr_assert_eq(with_nc(second, 1, 4), 1401);
}

Test(credentials, a_wrong_password_uses_no_nc_up)
{
	char challenge[HL_FRAME_MAX];

	start(HL_MD5, true);
	strcpy(challenge, rig_register(&rig, 0, &usual));
	cr_assert_eq(status_of(rig_authorise(&rig, 0, &usual, challenge, "wrong")), 401);
	cr_assert_eq(with_nc(challenge, 1, 2), 200);
}

Test(credentials, a_nonce_whose_counts_are_forgotten_is_stale)
{
	char challenge[HL_FRAME_MAX];

	start(HL_MD5, true); // 100 bindings
	strcpy(challenge, rig_register(&rig, 0, &usual));
	for (unsigned i = 0; i < 200; i++)
		rig_register(&rig, 0, &usual);
	cr_assert_eq(with_nc(challenge, 1, 2), 200);
	for (unsigned i = 0; i < 100; i++)
		rig_register(&rig, 0, &usual);
	cr_assert_eq(with_nc(challenge, 2, 3), 1401);
	cr_assert_eq(COUNTER(&rig, 0, bad_credentials), 0);
}

Test(credentials, the_digest_user_must_be_that_of_the_aor_or_the_account)
{
	static const struct {
		const char *account, *user, *name;
		int status;
	} cases[] = {
		{ NULL, "6000", "6000", 200 }, { NULL, "6000", "6001", 403 },
		{ NULL, "6000", "600", 403 },  { NULL, "6000", "*", 403 },
		{ "ann", "6000", "ann", 200 }, { "ann", "6000", "6000", 403 },
		{ "*", "6000", "6001", 200 },  { "*", "6000", "6000", 200 },
		{ "**", "6000", "6000", 403 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct wish wish = { .user = cases[i].user, .account = cases[i].name };
		struct hl_registrar_config config;

		rig_config(&config);
		config.password = "secret";
		config.account = cases[i].account;
		rig_start(&rig, &config);
		const char *answer = rig_authorise(&rig, 0, &wish, rig_register(&rig, 0, &wish),
						   NULL);
		cr_assert_eq(status_of(answer), cases[i].status, "case %u: %s", i, answer);
		cr_assert_eq(COUNTER(&rig, 0, bindings), cases[i].status == 200);
		cr_assert_eq(COUNTER(&rig, 0, bad_credentials), cases[i].status == 403);
		answer = rig_authorise(&rig, 0, &wish, rig_register(&rig, 0, &wish), "wrong");
		cr_assert_eq(status_of(answer), 401, "said only to who knows the password");
		if (i + 1 < sizeof(cases) / sizeof(cases[0]))
			rig_stop(&rig);
	}
}

Test(credentials, an_account_that_is_empty_or_too_long_is_refused)
{
	struct hl_registrar_config config;
	struct hl_registrar *r;
	struct hl_error err;
	char name[130];

	start(HL_MD5, true);
	memset(name, 'a', 129);
	name[129] = '\0';
	rig_config(&config);
	for (unsigned i = 0; i < 2; i++) {
		config.account = i == 0 ? "" : name;
		cr_assert_eq(hl_registrar_new(&r, &config, &err), -EINVAL);
		cr_assert_not_null(strstr(err.text, "account: allowed 1..128"), "%s", err.text);
	}
}
