// SPDX-License-Identifier: BSD-3-Clause
// Two snapshots, and the account of each line at both ends.

#include "session/window.h"

#include <errno.h>
#include <stdlib.h>

#include "base/timebase.h"
#include "session/run.h"

// Lines that workers have room for.
static uint32_t lines_all(const struct dataplane *dp)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < dp->n_workers; i++)
		n += hl_worker_lines(dp->workers[i]);
	return n;
}

static uint64_t down_ms(const struct hl_worker *w, uint32_t line, uint64_t now_ns)
{
	struct hl_line_account account;

	if (hl_state_unpack(hl_worker_state(w, line)).slot != HL_SLOT_LINE)
		return 0;
	hl_worker_account(w, line, now_ns, &account);
	return account.down_ms;
}

int window_begin(struct window *window, const struct run *run, struct hl_error *err)
{
	const struct dataplane *dp = run->dp;
	uint32_t *down = realloc(window->down_ms, (lines_all(dp) + 1) * sizeof(*down));

	if (!down)
		return hl_fail(err, ENOMEM, "no memory to watch the lines of a phase");
	window->run = run;
	window->down_ms = down;
	window->n_lines = lines_all(dp);
	window->begin_ns = timebase_ns();
	for (unsigned i = 0; i < dp->n_workers; i++) {
		const struct hl_worker *w = dp->workers[i];
		uint32_t first = hl_worker_first(w);
		for (uint32_t line = first; line < first + hl_worker_lines(w); line++)
			down[line] = (uint32_t)down_ms(w, line, window->begin_ns);
	}
	run_snapshot(run, &window->begin);
	return 0;
}

void window_look(struct window *window, struct measured *measured)
{
	run_snapshot(window->run, &window->now);
	*measured = (struct measured){
		.begin = &window->begin,
		.end = &window->now,
		.lines = &window->now,
		.outcome = &window->outcome,
		.took_ns = timebase_ns() - window->begin_ns,
	};
}

// A line that came into the place of another one has less behind it than that one had.
static void downtime_add(struct downtime *down, uint64_t before_ms, uint64_t now_ms)
{
	uint64_t ms = now_ms < before_ms ? now_ms : now_ms - before_ms;

	down->lines += ms > 0;
	down->total_ms += ms;
	if (ms > down->longest_ms)
		down->longest_ms = ms;
}

void window_end(struct window *window, struct measured *measured)
{
	const struct dataplane *dp = window->run->dp;
	uint64_t now_ns = timebase_ns();

	window_look(window, measured);
	outcome_take(&window->outcome, dp, now_ns);
	for (unsigned i = 0; i < dp->n_workers; i++) {
		const struct hl_worker *w = dp->workers[i];
		uint32_t first = hl_worker_first(w);
		for (uint32_t line = first; line < first + hl_worker_lines(w); line++)
			downtime_add(&measured->down, window->down_ms[line],
				     down_ms(w, line, now_ns));
	}
}

void window_free(struct window *window)
{
	outcome_free(&window->outcome);
	free(window->down_ms);
	*window = (struct window){ 0 };
}
