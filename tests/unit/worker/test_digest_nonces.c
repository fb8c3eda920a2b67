// SPDX-License-Identifier: BSD-3-Clause
// Nonces: stale, refused, new ones by nextnonce, and how often a request is asked again (FAILOVER.md section 5).
#include "base/rng.h"
#include "digest_check.h"

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
