// SPDX-License-Identifier: BSD-3-Clause
// Snapshots: sums over workers that this file makes up.
#include <criterion/criterion.h>

#include <heartline/snapshot.h>
#include "base/count.h"

// As much of a worker as a snapshot looks at.
struct hl_worker {
	uint32_t first, n;
	uint64_t words[8];
	struct hl_counters counters;
};

uint32_t hl_worker_first(const struct hl_worker *worker)
{
	return worker->first;
}

uint32_t hl_worker_lines(const struct hl_worker *worker)
{
	return worker->n;
}

uint64_t hl_worker_state(const struct hl_worker *worker, uint32_t line)
{
	cr_assert(line >= worker->first && line < worker->first + worker->n);
	return worker->words[line - worker->first];
}

const struct hl_counters *hl_worker_counters(const struct hl_worker *worker)
{
	return &worker->counters;
}

static struct hl_worker a, b;
static struct hl_worker *const workers[] = { &a, &b };

static void state_put(struct hl_worker *worker, enum hl_line_state state)
{
	const struct hl_state s = { .state = state, .since_ms = 77, .code = 200 };

	worker->words[worker->n++] = hl_state_pack(&s);
}

Test(snapshot, lines_are_counted_by_state)
{
	struct hl_snapshot s;

	b.first = 5;
	state_put(&a, HL_OFF);
	state_put(&a, HL_ON_P);
	state_put(&a, HL_ON_P);
	state_put(&a, HL_REG_P);
	state_put(&a, HL_SW_B);
	state_put(&b, HL_ON_B);
	state_put(&b, HL_HOLD_B);
	state_put(&b, HL_SW_P);
	state_put(&b, HL_DOWN);
	state_put(&b, HL_PARK);
	hl_snapshot_take(&s, workers, 2);
	cr_expect_eq(s.lines, 10);
	cr_expect_eq(s.by_state[HL_ON_P], 2);
	for (int state = 0; state < HL_LINE_STATES; state++)
		cr_expect_eq(s.by_state[state], state == HL_ON_P ? 2 : 1);
	cr_expect_eq(s.on_primary, 2);
	cr_expect_eq(s.on_backup, 3);
	cr_expect_eq(s.registered, 5);
}

Test(snapshot, counters_of_all_workers_are_added)
{
	struct hl_snapshot s;

	count_add(&a.counters.requests[HL_REGISTER], 10);
	count_add(&b.counters.requests[HL_REGISTER], 5);
	count_add(&a.counters.retransmissions[HL_REGISTER], 1);
	count_add(&b.counters.retransmissions[HL_OPTIONS], 2);
	count_add(&a.counters.timeouts[HL_OPTIONS], 4);
	count_add(&b.counters.responses[2], 7);
	count_add(&a.counters.drops[HL_DROP_UNKNOWN_BRANCH], 1);
	count_add(&a.counters.drops[HL_DROP_WRONG_SOURCE], 2);
	count_add(&b.counters.drops[HL_DROP_WRONG_CSEQ], 4);
	count_add(&b.counters.drops[HL_DROP_DUPLICATE], 8);
	count_add(&b.counters.drops[HL_DROP_LATE], 16);
	count_add(&b.counters.failovers, 3);
	count_add(&b.counters.timeouts[HL_REGISTER], 2);
	count_add(&a.counters.long_retry_afters, 1);
	count_add(&b.counters.long_retry_afters, 1);
	count_add(&b.counters.short_grants, 3);
	count_add(&b.counters.long_min_expires, 4);
	count_add(&b.counters.epochs, 5);
	hl_snapshot_take(&s, workers, 2);
	cr_expect_eq(s.requests[HL_REGISTER], 15);
	cr_expect_eq(s.requests[HL_OPTIONS], 0);
	cr_expect_eq(s.retransmissions, 3);
	cr_expect_eq(s.timeouts, 6);
	cr_expect_eq(s.probe_timeouts, 4);
	cr_expect_eq(s.responses[2], 7);
	uint64_t drops = 0;
	for (int reason = 0; reason < HL_DROPS; reason++)
		drops += s.drops[reason];
	cr_expect_eq(drops, 31);
	cr_expect_eq(s.failovers, 3);
	cr_expect_eq(s.long_retry_afters, 2);
	cr_expect_eq(s.short_grants, 3);
	cr_expect_eq(s.long_min_expires, 4);
	cr_expect_eq(s.epochs, 5);
}

Test(snapshot, round_trips_of_all_workers_make_one_distribution)
{
	struct hl_snapshot s;

	hl_snapshot_take(&s, workers, 2);
	cr_expect(s.rtt_us[0] != s.rtt_us[0], "NAN: no samples");
	cr_expect(s.rtt_retransmitted_us[2] != s.rtt_retransmitted_us[2]);
	cr_expect_eq(s.rtt_samples, 0);
	for (int i = 0; i < 90; i++)
		hist_add(&a.counters.rtt_first, 100);
	for (int i = 0; i < 10; i++)
		hist_add(&b.counters.rtt_first, 10000);
	hl_snapshot_take(&s, workers, 2);
	cr_expect(s.rtt_us[0] >= 100 && s.rtt_us[0] <= 107, "%f", s.rtt_us[0]);
	cr_expect(s.rtt_us[1] >= 10000 && s.rtt_us[1] <= 10700, "%f", s.rtt_us[1]);
}

Test(snapshot, every_snapshot_starts_afresh)
{
	struct hl_snapshot s;

	state_put(&a, HL_ON_P);
	hl_snapshot_take(&s, workers, 1);
	hl_snapshot_take(&s, workers, 1);
	cr_expect_eq(s.lines, 1);
	cr_expect_eq(s.on_primary, 1);
}
