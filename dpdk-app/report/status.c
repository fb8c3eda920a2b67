// SPDX-License-Identifier: BSD-3-Clause
// Prints the status: lines by state, rates of the last second, totals, round-trip times.

#include "report/status.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/timebase.h"
#include "report/figure.h"

#define SECOND_NS 1000000000u
#define HEADER_EVERY 20

static uint64_t sum(const uint64_t *values, unsigned n)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < n; i++)
		all += values[i];
	return all;
}

static void header_print(void)
{
	fprintf(stderr, "%6s %-19s %9s %9s %8s %8s %8s %9s %9s %7s %8s %8s %8s %8s\n", "time",
		"    lines", "on P", "on B", "trying", "down", "parked", "req/s", "resp/s", "rtx/s",
		"failover", "returns", "p50 us", "p99 us");
}

static void line_print(struct status *st, const struct hl_snapshot *s, uint64_t now_ns)
{
	double seconds = (double)(now_ns - st->last_ns) / SECOND_NS;
	uint64_t requests = hl_all_methods(s->requests) - hl_all_methods(st->last.requests);
	uint64_t responses = sum(s->responses, 7) - sum(st->last.responses, 7);
	char p50[FIGURE_ROOM], p99[FIGURE_ROOM];
	uint64_t again = hl_all_methods(s->retransmissions) -
			 hl_all_methods(st->last.retransmissions);

	if (st->lines_shown++ % HEADER_EVERY == 0)
		header_print();
	fprintf(stderr,
		"%5" PRIu64 "s %8" PRIu64 " registered %9" PRIu64 " %9" PRIu64 " %8" PRIu64
		" %8" PRIu64 " %8" PRIu64 " %9.0f %9.0f %7.0f %8" PRIu64 " %8" PRIu64 " %8s %8s\n",
		(now_ns - st->start_ns + SECOND_NS / 2) / SECOND_NS, s->registered, s->on_primary,
		s->on_backup, s->by_state[HL_REG_P] + s->by_state[HL_SW_B], s->by_state[HL_DOWN],
		s->by_state[HL_PARK], (double)requests / seconds, (double)responses / seconds,
		(double)again / seconds, s->failovers, s->returns,
		figure_text(rtt_window_quantile(&st->rtt, st->dp, 0.5), p50),
		figure_text(rtt_window_quantile(&st->rtt, st->dp, 0.99), p99));
}

static void second_over(void *context)
{
	struct status *st = context;
	struct hl_snapshot now;
	uint64_t now_ns = timebase_ns();

	dataplane_snapshot(st->dp, &now);
	line_print(st, &now, now_ns);
	rtt_window_start(&st->rtt, st->dp);
	st->last = now;
	st->last_ns = now_ns;
	// A second that was missed, because the process did not run, is skipped.
	st->next_ns = RTE_MAX(st->next_ns + SECOND_NS, now_ns + SECOND_NS / 2);
	control_loop_set_timer(st->control, st->timer, st->next_ns - now_ns, 0);
}

int status_start(struct status *st, struct dataplane *dp, struct control_loop *control,
		 struct hl_error *err)
{
	st->dp = dp;
	st->control = control;
	st->start_ns = st->last_ns = timebase_ns();
	st->next_ns = st->start_ns + SECOND_NS;
	if (st->silent)
		return 0;
	dataplane_snapshot(dp, &st->last);
	rtt_window_start(&st->rtt, dp);
	int rc = control_loop_add_timer(control, second_over, st, err);
	if (rc < 0)
		return rc;
	st->timer = rc;
	control_loop_set_timer(control, st->timer, SECOND_NS, 0);
	return 0;
}

void status_stop(struct status *st)
{
	if (st->control)
		control_loop_remove(st->control, st->timer);
	st->timer = 0;
}
