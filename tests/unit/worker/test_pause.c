// SPDX-License-Identifier: BSD-3-Clause
// A pause: no new probes, no new registrations; what is held is refreshed, what is out goes on. And a
// rate that changes while lines run.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "rig.h"

#define OFTEN "    register_refresh_interval: 20\n    primary_detect_interval: 2\n"

static uint64_t requests(const struct rig *rig, enum hl_method method)
{
	return rig_count(&rig_counters(rig)->requests[method]);
}

// Time passes; the servers named answer all that they get.
static void pass(struct rig *rig, uint64_t span_ns, const char *alive)
{
	uint64_t end = rig->now_ns + span_ns;

	while (rig->now_ns < end) {
		rig_clear(rig);
		rig_pass(rig, 50 * MS);
		for (uint32_t k = 0; k < rig->n; k++)
			if (strstr(alive, rig_server(rig, k)))
				rig_answer(rig, k, 200, "");
	}
	rig_clear(rig);
}

static struct rig *on_p(const char *extra)
{
	struct rig *rig = rig_new(extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	return rig;
}

Test(pause, probes_are_left_out_and_the_registration_is_refreshed)
{
	struct rig *rig = on_p(OFTEN);

	pass(rig, 10 * SEC, "PB");
	rig_command(rig, HL_COMMAND_PAUSE);
	pass(rig, 3 * SEC, "PB"); // what was out is over
	uint64_t probes = requests(rig, HL_OPTIONS), refreshes = requests(rig, HL_REGISTER);
	pass(rig, 60 * SEC, "PB");
	cr_expect(eq(u64, requests(rig, HL_OPTIONS), probes));
	cr_expect(ge(u64, requests(rig, HL_REGISTER), refreshes + 4));
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_command(rig, HL_COMMAND_RESUME);
	pass(rig, 20 * SEC, "PB");
	probes = requests(rig, HL_OPTIONS) - probes;
	cr_expect(probes >= 8 && probes <= 11, "%u probes in 20 s, one every 2 s",
		  (unsigned)probes);
	rig_free(rig);
}

Test(pause, the_keepalive_of_the_backup_is_left_out)
{
	struct rig *rig = on_p("    sip_options: on\n    sip_options_interval: 3\n");

	rig_command(rig, HL_COMMAND_FORCE_B);
	pass(rig, 10 * SEC, "PB");
	cr_assert(eq(int, rig_state(rig, 0).server, HL_SERVER_B));
	rig_command(rig, HL_COMMAND_PAUSE);
	pass(rig, 4 * SEC, "PB");
	uint64_t before = requests(rig, HL_OPTIONS);
	pass(rig, 30 * SEC, "PB");
	cr_expect(eq(u64, requests(rig, HL_OPTIONS), before));
	rig_command(rig, HL_COMMAND_RESUME);
	pass(rig, 30 * SEC, "PB");
	cr_expect(ge(u64, requests(rig, HL_OPTIONS), before + 8));
	rig_free(rig);
}

// The first REGISTER of line 0 is out when the pause begins.
static struct rig *asked_before_a_pause(void)
{
	struct rig *rig = rig_new(OFTEN, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, rig->n, 1));
	rig_command(rig, HL_COMMAND_PAUSE);
	return rig;
}

static void second_is_accepted(struct rig *rig)
{
	cr_assert(eq(u32, rig->n, 2), "it was sent once more");
	rig_answer(rig, 1, 200, "");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(pause, what_is_out_is_repeated_and_its_answer_counts)
{
	struct rig *rig = asked_before_a_pause();

	rig_pass(rig, 1 * SEC);
	second_is_accepted(rig); // repeated after 500 ms
}

Test(pause, a_challenge_is_answered)
{
	struct rig *rig = asked_before_a_pause();

	rig_answer(rig, 0, 401,
		   "WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", algorithm=MD5\r\n");
	rig_pass(rig, 10 * MS);
	second_is_accepted(rig);
}

Test(pause, no_line_registers_anew_until_it_is_over)
{
	struct rig *rig = rig_new("", 200);

	rig_command(rig, HL_COMMAND_PAUSE);
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 60 * SEC);
	cr_expect(eq(u64, requests(rig, HL_REGISTER), 0));
	uint32_t line;
	cr_expect(hl_worker_armed(rig->worker, &line));
	rig_command(rig, HL_COMMAND_RESUME);
	uint64_t early = 0;
	pass(rig, 1 * SEC, "PB");
	early = requests(rig, HL_REGISTER);
	pass(rig, 5 * SEC, "PB");
	cr_expect(eq(u64, requests(rig, HL_REGISTER), 200));
	cr_expect(early > 10 && early < 120, "%u of 200 in the first second: not all at once",
		  (unsigned)early);
	rig_free(rig);
}

Test(pause, a_line_that_loses_its_server_moves_when_it_is_over)
{
	struct rig *rig = on_p("    register_refresh_interval: 20\n");

	rig_command(rig, HL_COMMAND_PAUSE);
	pass(rig, 60 * SEC, "B"); // the refresh is lost
	cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_command(rig, HL_COMMAND_RESUME);
	pass(rig, 6 * SEC, "B");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_B));
	rig_free(rig);
}

Test(pause, what_the_operator_orders_is_done)
{
	struct rig *rig = on_p(OFTEN);

	rig_command(rig, HL_COMMAND_PAUSE);
	rig_command(rig, HL_COMMAND_FORCE_B);
	pass(rig, 1 * SEC, "PB");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_B));
	rig_command(rig, HL_COMMAND_DISABLE);
	pass(rig, 1 * SEC, "PB");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_OFF));
	cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	rig_free(rig);
}

// return_delay ends in the pause: the line returns after it.
Test(pause, no_return_begins)
{
	struct rig *rig = on_p(OFTEN "    back_to_primary_delay: 10\n");

	rig_command(rig, HL_COMMAND_FORCE_B);
	pass(rig, 5 * SEC, "PB");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_HOLD_B));
	rig_command(rig, HL_COMMAND_PAUSE);
	pass(rig, 60 * SEC, "PB");
	cr_expect(eq(int, rig_state(rig, 0).server, HL_SERVER_B));
	rig_command(rig, HL_COMMAND_RESUME);
	pass(rig, 20 * SEC, "PB");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

static void rate_set(struct rig *rig, uint64_t rate)
{
	const struct hl_command command = { .type = HL_COMMAND_RATE, .rate = rate };

	cr_assert(eq(int, hl_worker_command(rig->worker, &command), 0));
}

Test(pace, the_rate_may_change_while_lines_wait_for_it)
{
	struct rig *rig = rig_new_rate("", 200, 100);

	rig_command(rig, HL_COMMAND_ENABLE);
	rate_set(rig, 1000);
	rig_pass(rig, 1 * MS);
	rig_clear(rig);
	rig_pass(rig, 50 * MS);
	cr_expect(rig->n >= 49 && rig->n <= 52, "%u requests in 50 ms", rig->n);
	rate_set(rig, 10);
	rig_pass(rig, 1 * MS);
	rig_clear(rig);
	rig_pass(rig, 300 * MS);
	cr_expect(rig->n >= 2 && rig->n <= 4, "%u requests in 300 ms", rig->n);
	rate_set(rig, 0);
	rig_clear(rig);
	rig_pass(rig, 5 * MS);
	cr_expect(gt(u32, rig->n, 130), "no limit: the others at once");
	rig_free(rig);
}
