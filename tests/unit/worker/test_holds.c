// SPDX-License-Identifier: BSD-3-Clause
// Servers that must not be asked before a time: Retry-After, cool-down (FAILOVER.md section 2).
#include "policy.h"

Test(policy, retry_after_on_any_failure_holds_one_server_and_tries_the_other)
{
	static const unsigned statuses[] = {
		403, 404, 408, 423, 480, 486, 500, 503, 600, 603, 302
	};

	for (unsigned k = 0; k < sizeof(statuses) / sizeof(statuses[0]); k++) {
		struct rig *rig = rig_new("    backoff_base: 1s\n    backoff_max: 2s\n", 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, statuses[k], "Retry-After: 60\r\n");
		cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_B), "%u", statuses[k]);
		rig_clear(rig);
		rig_pass(rig, 50 * SEC); // B is silent and is asked again and again, P is held
		cr_expect(eq(u32, find(rig, 0, "REGISTER", "P"), rig->n), "%u", statuses[k]);
		cr_expect(lt(u32, find(rig, 0, "REGISTER", "B"), rig->n));
		rig_pass(rig, 20 * SEC);
		cr_expect(lt(u32, find(rig, 0, "REGISTER", "P"), rig->n), "%u", statuses[k]);
		rig_free(rig);
	}
}

// The return fails by a 503 with Retry-After: the pause after a failed return (15 to 30 s) must not
// take its place.
Test(policy, retry_after_to_a_return_is_not_shortened_by_the_cool_down)
{
	struct rig *rig = registered(PROBED "    prefer_primary: on\n");

	rig_command(rig, HL_COMMAND_FORCE_B);
	rig_answer(rig, find(rig, 0, "REGISTER", "B"), 200, "");
	answer_probe(rig, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_P));
	rig_answer(rig, find(rig, 0, "REGISTER", "P"), 503, "Retry-After: 100\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	for (uint64_t end = rig->now_ns + 95 * SEC; rig->now_ns < end;) {
		answer_probe(rig, 200, "");
		cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	}
	answer_probe(rig, 200, "");
	answer_probe(rig, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_P));
	rig_free(rig);
}

// And the pause is not shortened by a probe that is told to wait for a second.
Test(policy, the_cool_down_of_a_return_is_not_shortened_by_a_retry_after)
{
	struct rig *rig = registered(PROBED "    prefer_primary: on\n    backoff_base: 100s\n");

	rig_command(rig, HL_COMMAND_FORCE_B);
	rig_answer(rig, find(rig, 0, "REGISTER", "B"), 200, "");
	answer_probe(rig, 200, "");
	rig_answer(rig, find(rig, 0, "REGISTER", "P"), 500, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	uint64_t end = rig->now_ns + 45 * SEC;
	answer_probe(rig, 503, "Retry-After: 1\r\n");
	while (rig->now_ns < end) {
		answer_probe(rig, 200, "");
		cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	}
	rig_free(rig);
}

// A server may ask to be left alone for a while, not for days: both say so once, and are well then.
Test(policy, retry_after_max_bounds_what_a_server_may_dictate)
{
	static const struct {
		const char *keys, *said;
		uint64_t held_s;
	} cases[] = {
		{ "", "Retry-After: 140000\r\n", 300 },
		{ "", "Retry-After: 4294967294\r\n", 300 },
		{ "    retry_after_max: 60\n", "Retry-After: 61\r\n", 60 },
		{ "    retry_after_max: 60\n", "Retry-After: 59\r\n", 59 },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		char keys[128];

		snprintf(keys, sizeof(keys), "    backoff_base: 1\n    backoff_max: 1\n%s",
			 cases[k].keys);
		struct rig *rig = rig_new(keys, 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, 503, cases[k].said);
		rig_answer(rig, 1, 503, cases[k].said);
		cr_assert(eq(int, rig_state(rig, 0).state, HL_DOWN));
		rig_clear(rig);
		uint64_t from = rig->now_ns;
		while (rig->n == 0 && rig->now_ns < from + 2000 * SEC)
			rig_pass(rig, 500 * MS);
		cr_expect(ge(u64, rig->now_ns - from, (cases[k].held_s - 1) * SEC), "%u", k);
		cr_expect(le(u64, rig->now_ns - from, (cases[k].held_s + 2) * SEC), "%u", k);
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->long_retry_afters),
			     strstr(cases[k].said, "59") ? 0 : 2));
		rig_free(rig);
	}
}
