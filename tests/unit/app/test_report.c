// SPDX-License-Identifier: BSD-3-Clause
// The verdict, its exit code, and whether the generator was the limit: each cause by itself.

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "report.h"

static struct crew alone; // one worker: nothing to steer

// The crew that a report is taken of.
static struct {
	struct hl_snapshot end;
	uint64_t leftovers, lost, stalls, tx_full;
	double tx_full_ms, lateness_us;
} made_up;

void crew_snapshot(struct crew *crew, struct hl_snapshot *snapshot)
{
	(void)crew;
	*snapshot = made_up.end;
}

uint64_t crew_leftovers(const struct crew *crew)
{
	(void)crew;
	return made_up.leftovers;
}

uint64_t crew_lost(const struct crew *crew)
{
	(void)crew;
	return made_up.lost;
}

uint64_t crew_stalls(const struct crew *crew)
{
	(void)crew;
	return made_up.stalls;
}

uint64_t crew_tx_full(const struct crew *crew, double *longest_ms)
{
	(void)crew;
	*longest_ms = made_up.tx_full_ms;
	return made_up.tx_full;
}

double crew_lateness_us(const struct crew *crew, double q)
{
	(void)crew;
	cr_assert_eq(q, 0.99);
	return made_up.lateness_us;
}

// Ten lines, all registered and gone again.
static struct report report_make(uint64_t device_lost)
{
	struct report r = { .up = { .lines = 10, .registered = 10, .on_primary = 10 } };

	made_up.end.lines = 10;
	made_up.end.finals[HL_REGISTER] = 40;
	report_close(&r, &alone, device_lost);
	return r;
}

static const char *printed(const struct report *r)
{
	static char *text;
	size_t len;
	FILE *file;

	free(text);
	file = open_memstream(&text, &len);
	report_limits_print(r, file);
	fclose(file);
	return text;
}

static void limited_expect(uint64_t device_lost, const char *said)
{
	struct report r = report_make(device_lost);

	cr_expect(report_generator_limited(&r), "%s", said);
	cr_expect_neq(strstr(printed(&r), "the generator was the limit"), NULL);
	cr_expect_neq(strstr(printed(&r), said), NULL, "wanted %s in: %s", said, printed(&r));
	cr_expect_eq(report_verdict(&r), VERDICT_OK, "the lines are well nevertheless");
	memset(&made_up, 0, sizeof(made_up));
}

Test(report, a_generator_that_kept_up_is_not_the_limit)
{
	struct report r;

	made_up.lateness_us = 9000;
	r = report_make(0);
	cr_expect(!report_generator_limited(&r));
	cr_expect_str_eq(printed(&r), "");
}

Test(report, every_way_to_be_the_limit_is_told)
{
	limited_expect(3, "3 frames lost here"); // imissed
	made_up.lost = 4;
	limited_expect(0, "4 frames lost here");
	made_up.end.drops[HL_DROP_SLOW_FULL] = 5;
	limited_expect(0, "5 frames lost here");
	made_up.stalls = 6;
	limited_expect(0, "6 hangs in the driver");
	made_up.lateness_us = 12000;
	limited_expect(0, "more than 12.0 ms late");
	made_up.tx_full = 7;
	made_up.tx_full_ms = 11.5;
	limited_expect(0, "full in 7 polls, for up to 11.5 ms on end");
}

Test(report, a_ring_that_was_full_for_a_moment_is_told_and_is_no_limit)
{
	struct report r;

	made_up.tx_full = 7;
	made_up.tx_full_ms = 0.4;
	r = report_make(0);
	cr_expect(!report_generator_limited(&r));
	cr_expect_str_eq(printed(&r),
			 "heartline: the device's transmit ring was full in 7 polls, for up to 0.4 "
			 "ms on end\n");
}

static void verdict_expect(const struct report *r, enum verdict verdict, const char *name, int code)
{
	cr_expect_eq(report_verdict(r), verdict, "%s", verdict_name(report_verdict(r)));
	cr_expect_str_eq(verdict_name(verdict), name);
	cr_expect_eq(verdict_exit_code(verdict), code);
}

Test(report, verdicts_and_their_exit_codes)
{
	struct report r = report_make(0);

	verdict_expect(&r, VERDICT_OK, "ok", 0);
	r.up.registered = 9;
	verdict_expect(&r, VERDICT_FAILED, "failed", 1);
	r.not_expected = 1; // cut short by the end of the run
	verdict_expect(&r, VERDICT_OK, "ok", 0);
	r.not_expected = 0;
	r.up.by_state[HL_PARK] = 1;
	verdict_expect(&r, VERDICT_FAILED, "failed", 1);

	r = report_make(0);
	r.up.by_state[HL_DOWN] = 1;
	verdict_expect(&r, VERDICT_FAILED, "failed", 1);
	made_up.leftovers = 1;
	r = report_make(0);
	verdict_expect(&r, VERDICT_FAILED, "failed", 1);
	r.timed_out = true;
	verdict_expect(&r, VERDICT_TIMED_OUT, "timed out", 97);
	made_up.leftovers = 0;
	r = report_make(0);
	r.phase_failed = true;
	verdict_expect(&r, VERDICT_FAILED, "failed", 1);

	r = report_make(0);
	r.end.finals[HL_REGISTER] = 0;
	r.up.registered = 0;
	verdict_expect(&r, VERDICT_FAILED, "failed", 1); // all had their chance
	r.not_expected = 10;
	verdict_expect(&r, VERDICT_NOTHING, "nothing processed", 99);
}

Test(report, offered_and_achieved_rates)
{
	struct report r = { 0 };

	report_rates(&r, 10000, 4000000000u, 2000, 0); // meant for 2 s, took 4
	cr_expect_eq(r.offered_rate, 5000);
	cr_expect_eq(r.achieved_rate, 2500);
	report_rates(&r, 10000, 5000000000u, 2000, 2000); // the user's own limit was lower
	cr_expect_eq(r.offered_rate, 2000);
	cr_expect_eq(r.achieved_rate, 2000);
	report_rates(&r, 10000, 5000000000u, 0, 0); // all at once
	cr_expect_eq(r.offered_rate, 2000);
	cr_expect_eq(r.achieved_rate, 2000);
	report_rates(&r, 0, 0, 0, 0);
	cr_expect_eq(r.achieved_rate, 0);
}
