// SPDX-License-Identifier: BSD-3-Clause
// switch_spread: a mass switch to B is spread over time (FAILOVER.md section 3).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "rig.h"

#define LINES 40
#define SPREAD "    switch_spread: 20s\n"

static uint32_t asked_b(const struct rig *rig)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < rig->n; k++)
		n += strncmp(rig->sent[k].text, "REGISTER", 8) == 0 &&
		     strcmp(rig_server(rig, k), "B") == 0;
	return n;
}

// All lines have asked P, and hear that it cannot help them.
static struct rig *refused_by_p(const char *extra)
{
	struct rig *rig = rig_new(extra, LINES);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, rig->n, LINES));
	for (uint32_t k = 0; k < LINES; k++)
		rig_answer(rig, k, 503, "");
	return rig;
}

Test(spread, switch_spread_0_switches_at_once)
{
	struct rig *rig = refused_by_p("");

	cr_assert(eq(u32, asked_b(rig), LINES));
	rig_free(rig);
}

Test(spread, switch_spread_delays_each_line_by_a_time_of_its_own)
{
	struct rig *rig = refused_by_p(SPREAD);
	uint32_t early, line;

	for (uint32_t k = 0; k < LINES; k++)
		cr_expect(eq(int, rig_state(rig, k).state, HL_SW_B));
	cr_assert(lt(u32, asked_b(rig), LINES / 4));
	cr_assert(hl_worker_armed(rig->worker, &line), "a waiting line is armed");
	rig_clear(rig);
	for (int s = 0; s < 10; s++) { // B answers, so that there is no second try
		uint32_t from = rig->n;

		rig_pass(rig, 1 * SEC);
		for (uint32_t k = from; k < rig->n; k++)
			if (strcmp(rig_server(rig, k), "B") == 0)
				rig_answer(rig, k, 200, "");
		cr_assert(hl_worker_armed(rig->worker, &line));
	}
	early = asked_b(rig);
	cr_assert(ge(u32, early, LINES / 5));
	cr_assert(le(u32, early, LINES - LINES / 5), "the first half takes about half of them");
	rig_clear(rig);
	rig_pass(rig, 11 * SEC);
	cr_assert(ge(u32, asked_b(rig), LINES - early), "all have switched");
	rig_free(rig);
}

Test(spread, switch_spread_after_lost_probes_too)
{
	struct rig *rig = rig_new(
		SPREAD "    primary_detect_interval: 5s\n    max_detect_fail_count: 1\n", LINES);

	rig_command(rig, HL_COMMAND_ENABLE);
	for (uint32_t k = 0; k < LINES; k++)
		rig_answer(rig, k, 200, "");
	rig_clear(rig);
	rig_pass(rig, 8 * SEC); // P is silent: all have missed a probe
	for (uint32_t k = 0; k < LINES; k++)
		cr_expect(ne(int, rig_state(rig, k).state, HL_ON_P));
	cr_assert(lt(u32, asked_b(rig), LINES));
	rig_free(rig);
}

// Answers what is caught, 10 ms at a time; the most that came in 100 ms.
static uint32_t most_in_100_ms(struct rig *rig, uint64_t span_ns)
{
	uint32_t most = 0;

	for (uint64_t ns = 0; ns < span_ns; ns += 100 * MS) {
		uint32_t n = 0;

		for (int k = 0; k < 10; k++) {
			rig_clear(rig);
			rig_pass(rig, 10 * MS);
			n += rig->n;
			for (uint32_t at = 0; at < rig->n; at++)
				rig_answer(rig, at, 200, "");
		}
		most = n > most ? n : most;
	}
	return most;
}

Test(spread, probes_that_a_stall_held_up_do_not_stay_together)
{
	struct rig *rig = rig_new("    primary_detect_interval: 1s\n", 100);
	uint32_t stalled, most;

	rig_command(rig, HL_COMMAND_ENABLE);
	for (uint32_t k = 0; k < 100; k++)
		rig_answer(rig, k, 200, "");
	most = most_in_100_ms(rig, 2 * SEC);
	cr_assert(le(u32, most, 20), "%u of 100 in a tenth of their period", most);
	rig->now_ns += 700 * MS; // nobody calls the worker
	stalled = most_in_100_ms(rig, 100 * MS);
	cr_assert(ge(u32, stalled, 60), "%u were due", stalled);
	most_in_100_ms(rig, 2 * SEC);
	most = most_in_100_ms(rig, 3 * SEC);
	cr_assert(le(u32, most, 20), "%u are together still", most);
	rig_free(rig);
}

Test(spread, an_operators_force_does_not_wait)
{
	struct rig *rig = refused_by_p(SPREAD);
	uint32_t before = asked_b(rig);

	rig_command(rig, HL_COMMAND_FORCE_B); // lines that wait
	cr_assert(eq(u32, asked_b(rig), LINES));
	cr_assert(lt(u32, before, LINES));
	rig_free(rig);

	rig = rig_new(SPREAD, LINES);
	rig_command(rig, HL_COMMAND_ENABLE);
	for (uint32_t k = 0; k < LINES; k++)
		rig_answer(rig, k, 200, "");
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_FORCE_B); // lines at P
	cr_assert(eq(u32, asked_b(rig), LINES));
	rig_free(rig);
}

Test(spread, forced_to_p_or_stopped_while_it_waits)
{
	struct rig *rig = refused_by_p(SPREAD);

	rig_clear(rig);
	rig_command(rig, HL_COMMAND_FORCE_P);
	cr_assert(ge(u32, rig->n, LINES / 2));
	for (uint32_t k = 0; k < rig->n; k++)
		if (strncmp(rig->sent[k].text, "REGISTER", 8) == 0)
			rig_answer(rig, k, 200, "");
	rig_clear(rig);
	rig_pass(rig, 1 * SEC);
	for (uint32_t k = 0; k < LINES; k++)
		cr_expect(eq(int, rig_state(rig, k).state, HL_ON_P));
	rig_free(rig);

	rig = refused_by_p(SPREAD);
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_pass(rig, 3 * SEC);
	rig_clear(rig);
	rig_pass(rig, 30 * SEC);
	cr_assert(eq(u32, rig->n, 0), "nothing wakes up later");
	rig_free(rig);
}

Test(spread, server_rate_0_registers_all_at_once)
{
	struct rig *rig = rig_new("", LINES);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, rig->n, LINES));
	rig_free(rig);
}

Test(spread, server_rate_paces_new_registrations_at_a_server)
{
	struct rig *rig = rig_new("    server_rate: 100\n", LINES);
	uint32_t line;

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(hl_worker_armed(rig->worker, &line), "a waiting line is armed");
	rig_pass(rig, 395 * MS);
	cr_assert(eq(u32, rig->n, LINES));
	for (uint32_t k = 1; k < LINES; k++) {
		uint64_t gap = rig->sent[k].at_ns - rig->sent[k - 1].at_ns;

		cr_expect(ge(u64, gap, 9 * MS));
		cr_expect(le(u64, gap, 11 * MS));
	}
	rig_free(rig);
}

Test(spread, server_rate_tames_a_mass_switch)
{
	struct rig *rig = rig_new("    server_rate: 100\n", LINES);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 395 * MS);
	for (uint32_t k = 0; k < LINES; k++)
		rig_answer(rig, k, 503, "");
	cr_assert(eq(u32, asked_b(rig), 1));
	rig_pass(rig, 200 * MS);
	cr_assert(ge(u32, asked_b(rig), 19));
	cr_assert(le(u32, asked_b(rig), 22));
	rig_command(rig, HL_COMMAND_FORCE_B); // an operator does not wait
	cr_assert(ge(u32, asked_b(rig), LINES));
	rig_free(rig);
}

Test(spread, server_rate_keeps_a_line_on_b_until_its_return_has_its_turn)
{
	struct rig *rig = rig_new("    server_rate: 1\n    primary_detect_interval: 2s\n"
				  "    prefer_primary: on\n    max_detect_fail_count: 1\n",
				  2);
	uint32_t at_b = 0, returning = 0;

	rig_command(rig, HL_COMMAND_ENABLE);
	for (int k = 0; k < 60; k++) { // P is silent to REGISTER and answers probes
		uint32_t from = rig->n;

		rig_pass(rig, 100 * MS);
		for (uint32_t j = from; j < rig->n; j++) {
			bool probe = strncmp(rig->sent[j].text, "OPTIONS", 7) == 0;

			if (probe || strcmp(rig_server(rig, j), "B") == 0)
				rig_answer(rig, j, 200, "");
		}
		at_b = returning = 0;
		for (uint32_t i = 0; i < 2; i++) {
			at_b += rig_state(rig, i).state == HL_ON_B;
			returning += rig_state(rig, i).state == HL_SW_P;
		}
		if (at_b == 1 && returning == 1)
			break;
		rig_clear(rig);
	}
	cr_assert(at_b == 1 && returning == 1,
		  "one returns, the other has to stay where it is served");
	rig_free(rig);
}

// Lines that a failover registered within 5 s of each minute do not stay in step: after three periods no
// second has more than twice its share of refreshes.
Test(spread, refresh_jitter_takes_refreshes_apart_after_a_mass_failover)
{
	enum { CROWD = 200, GRANT_S = 60, SECONDS = 150 };
	static uint32_t at[SECONDS];
	struct rig *rig = rig_new_profile("    outbound_server: 10.99.0.1\n    password: secret\n"
					  "    use_random_sip_port: on\n",
					  CROWD);
	const struct hl_command start = { HL_COMMAND_ENABLE, 0, CROWD, 5 * SEC, 0 };
	uint32_t total = 0, most = 0;

	cr_assert(eq(int, hl_worker_command(rig->worker, &start), 0));
	for (uint32_t step = 0; step < SECONDS * 100; step++) {
		rig_clear(rig);
		rig_pass(rig, 10 * MS);
		for (uint32_t k = 0; k < rig->n; k++) {
			at[step / 100]++;
			rig_answer(rig, k, 200, "Expires: 60\r\n");
		}
	}
	for (uint32_t s = 90; s + 5 <= SECONDS; s++) { // in spans of 5 s, as they were started
		uint32_t span = at[s] + at[s + 1] + at[s + 2] + at[s + 3] + at[s + 4];

		most = span > most ? span : most;
	}
	for (uint32_t s = 90; s < SECONDS; s++)
		total += at[s];
	cr_expect(gt(u32, total, CROWD), "refreshed at half of the grant at the latest");
	cr_expect(le(u32, most, 2 * total * 5 / (SECONDS - 90)), "%u of %u in 5 s", most, total);
	rig_free(rig);
}

Test(spread, refresh_jitter_takes_parked_lines_apart)
{
	enum { CROWD = 200, SECONDS = 500 };
	static uint32_t at[SECONDS];
	struct rig *rig = rig_new_profile("    outbound_server: 10.99.0.1\n    park_time: 100\n"
					  "    use_random_sip_port: on\n",
					  CROWD);
	uint32_t total = 0, most = 0;

	rig_command(rig, HL_COMMAND_ENABLE);
	for (uint32_t step = 0; step < SECONDS * 20; step++) {
		rig_clear(rig);
		rig_pass(rig, 50 * MS);
		for (uint32_t k = 0; k < rig->n; k++) {
			at[step / 20]++;
			rig_answer(rig, k, 403, "");
		}
	}
	for (uint32_t s = 300; s + 10 <= SECONDS; s++) {
		uint32_t span = 0;

		for (uint32_t k = 0; k < 10; k++)
			span += at[s + k];
		most = span > most ? span : most;
	}
	for (uint32_t s = 300; s < SECONDS; s++)
		total += at[s];
	cr_expect(gt(u32, total, CROWD));
	cr_expect(le(u32, most, 2 * total * 10 / (SECONDS - 300)), "%u of %u in 10 s", most, total);
	rig_free(rig);
}
