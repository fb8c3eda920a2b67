// SPDX-License-Identifier: BSD-3-Clause
// Snapshots: sums over workers that this file makes up.
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <heartline/metrics.h>
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

void hl_worker_leases(const struct hl_worker *worker, uint64_t *clients, uint64_t *bound)
{
	*clients += worker->n;
	*bound += 1;
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
	cr_expect_eq(s.dhcp_clients, 10);
	cr_expect_eq(s.dhcp_leases, 2);
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
	cr_expect_eq(hl_all_methods(s.retransmissions), 3);
	cr_expect_eq(hl_all_methods(s.timeouts), 6);
	cr_expect_eq(s.timeouts[HL_OPTIONS], 4);
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
	const struct hl_hist *const rtt = &s.rtt_first;

	hl_snapshot_take(&s, workers, 2);
	cr_expect_eq(hl_hist_samples(&s.rtt_first), 0);
	cr_expect_eq(hl_hist_samples(&s.rtt_retransmitted), 0);
	for (int i = 0; i < 90; i++)
		hist_add(&a.counters.rtt_first, 100);
	for (int i = 0; i < 10; i++)
		hist_add(&b.counters.rtt_first, 10000);
	hl_snapshot_take(&s, workers, 2);
	cr_expect_eq(hl_hist_samples(&s.rtt_first), 100);
	double p50 = hl_hist_quantile(&rtt, 1, 0.5), p99 = hl_hist_quantile(&rtt, 1, 0.99);
	cr_expect(p50 >= 100 && p50 <= 107, "%f", p50);
	cr_expect(p99 >= 10000 && p99 <= 10700, "%f", p99);
}

static uint64_t counted(uint64_t word)
{
	return 1000 + 3 * word;
}

// Each word has a value of its own; with that of the other worker it must come out at its row.
Test(snapshot, every_counter_is_summed_and_has_one_row)
{
	const size_t n_words = sizeof(struct hl_counters) / sizeof(uint64_t);
	_Atomic uint64_t *of_a = (void *)&a.counters, *of_b = (void *)&b.counters;
	uint64_t late = counted(&a.counters.drops[HL_DROP_SLOW_FULL] - of_a) + 7;
	bool *seen = calloc(n_words, sizeof(*seen));
	struct hl_snapshot s;

	for (size_t word = 0; word < n_words; word++) {
		count_add(&of_a[word], counted(word));
		count_add(&of_b[word], 7);
	}
	hl_snapshot_take(&s, workers, 2);
	s.limits[HL_LIMIT_SLOW_FULL] -= late; // counted as a drop, and as a limit
	for (const struct hl_metric *m = hl_metrics; m->name; m++) {
		for (unsigned i = 0; m->type != HL_METRIC_GAUGE && i < m->n; i++) {
			size_t word = m->counter / sizeof(uint64_t) + i;
			cr_assert_lt(word, n_words, "%s", m->name);
			cr_expect(!seen[word], "%s: another row has it, too", m->name);
			cr_expect_eq(hl_metric_value(m, &s, i), counted(word) + 7, "%s: value %u",
				     m->name, i);
			seen[word] = true;
		}
	}
	for (size_t word = 0; word < n_words; word++)
		cr_expect(seen[word], "word %zu has no row", word);
	free(seen);
}

Test(snapshot, lines_by_state_are_a_metric)
{
	struct hl_snapshot s;
	char room[HL_LABEL_ROOM];

	state_put(&a, HL_ON_B);
	hl_snapshot_take(&s, workers, 1);
	cr_assert_str_eq(hl_metrics[0].name, "heartline_lines");
	for (unsigned i = 0; i < hl_metrics[0].n; i++)
		cr_expect_eq(hl_metric_value(&hl_metrics[0], &s, i),
			     strcmp(hl_metrics[0].label->value(i, room), "ON_B") == 0);
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
