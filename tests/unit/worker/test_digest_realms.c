// SPDX-License-Identifier: BSD-3-Clause
// Challenges of a server and of proxies before it, each in its realm (FAILOVER.md section 5).
#include "digest_check.h"

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
