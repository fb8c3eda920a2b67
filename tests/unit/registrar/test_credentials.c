// SPDX-License-Identifier: BSD-3-Clause
// REGISTER with digest: challenge, answer, and what must not pass.
#include <criterion/criterion.h>
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
	rig.now_ns += 1;
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
