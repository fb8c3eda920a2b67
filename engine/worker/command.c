// SPDX-License-Identifier: BSD-3-Clause
// Commands: add, start, stop, move, remove lines. Spread over time, a bounded number of lines per call.
//
// Commands run side by side. One that starts or stops a line wins over an older one that has not come to
// that line yet, for that line alone; others wait until those before them are done. One that adds lines is
// done before any later one begins, and one that removes them is never overruled.
#include "worker/command.h"

#include "worker/detail.h"
#include "worker/driver.h"
#include "worker/flush.h"
#include "worker/link.h"
#include "worker/pace.h"
#include "worker/quiescent.h"
#include "worker/save.h"
#include "worker/slot.h"
#include "worker/streams.h"

#define COMMAND_LINES 64 // lines served by one call

static const enum failover_event command_events[] = {
	[HL_COMMAND_ENABLE] = FO_ENABLE,   [HL_COMMAND_DISABLE] = FO_DISABLE,
	[HL_COMMAND_FORCE_P] = FO_FORCE_P, [HL_COMMAND_FORCE_B] = FO_FORCE_B,
	[HL_COMMAND_LOCK] = FO_LOCK,       [HL_COMMAND_UNLOCK] = FO_UNLOCK,
	[HL_COMMAND_REMOVE] = FO_DISABLE,
};

static bool adds_or_removes(const struct ramp *r)
{
	return r->command.type == HL_COMMAND_ADD || r->command.type == HL_COMMAND_REMOVE;
}

static bool starts_or_stops(const struct ramp *r)
{
	return r->command.type == HL_COMMAND_ENABLE || r->command.type == HL_COMMAND_DISABLE ||
	       adds_or_removes(r);
}

static bool stops(const struct hl_command *c)
{
	return c->type == HL_COMMAND_DISABLE || c->type == HL_COMMAND_REMOVE;
}

static bool is_done(const struct ramp *r)
{
	return r->done == r->command.n;
}

// Lines of the command that are due by now.
static uint32_t ramp_target(const struct ramp *r, uint64_t now_ns)
{
	uint64_t spent = now_ns - r->start_ns;

	if (spent >= r->command.spread_ns)
		return r->command.n;
	return (uint32_t)((__uint128_t)r->command.n * spent / r->command.spread_ns);
}

static void clip_to_own(const struct hl_worker *w, struct hl_command *c)
{
	uint64_t first = c->first > w->first ? c->first : w->first;
	uint64_t end = (uint64_t)c->first + c->n;

	if (end > (uint64_t)w->first + w->n)
		end = (uint64_t)w->first + w->n;
	c->first = (uint32_t)first;
	c->n = end > first ? (uint32_t)(end - first) : 0;
}

// Done ones are kept as long as an older one may still come to their lines.
static void drop_done(struct hl_worker *w)
{
	uint32_t n = 0;

	while (n < w->n_ramps && is_done(&w->ramps[n]))
		n++;
	if (n == 0)
		return;
	w->n_ramps -= n;
	for (uint32_t k = 0; k < w->n_ramps; k++)
		w->ramps[k] = w->ramps[k + n];
}

// False: it is about lines.
static bool obey_at_once(struct hl_worker *w, const struct hl_command *command)
{
	switch (command->type) {
	case HL_COMMAND_RATE:
		pace_set_rate(w, command->rate, w->now_ns);
		return true;
	case HL_COMMAND_PAUSE:
	case HL_COMMAND_RESUME:
		w->paused = command->type == HL_COMMAND_PAUSE;
		return true;
	case HL_COMMAND_LINK_DOWN:
	case HL_COMMAND_LINK_UP:
		link_set(w, command->type == HL_COMMAND_LINK_UP);
		return true;
	case HL_COMMAND_TELL:
		if (command->n < HL_ASKS)
			detail_answer(w, command->n);
		return true;
	case HL_COMMAND_SAVE:
		save_answer(w);
		return true;
	default:
		return false;
	}
}

static void take_commands(struct hl_worker *w)
{
	struct hl_command command;

	while (w->n_ramps < RAMPS_MAX && ring_pop(&w->commands, &command)) {
		if (obey_at_once(w, &command))
			continue;
		quiescent_pass(w); // it may be about lines whose shape is newer than this call
		clip_to_own(w, &command);
		if (command.n == 0)
			continue;
		if (stops(&command))
			w->stopping += command.n;
		w->ramps[w->n_ramps++] = (struct ramp){ .command = command, .start_ns = w->now_ns };
	}
}

// Does a newer command say something else of this line?
static bool is_overruled(const struct hl_worker *w, uint32_t k, uint32_t line)
{
	if (!starts_or_stops(&w->ramps[k]) || adds_or_removes(&w->ramps[k]))
		return false;
	for (uint32_t newer = k + 1; newer < w->n_ramps; newer++) {
		const struct ramp *r = &w->ramps[newer];

		if (starts_or_stops(r) && line - r->command.first < r->command.n)
			return true;
	}
	return false;
}

// Must it wait for those before it?
static bool ramp_waits(const struct hl_worker *w, uint32_t k)
{
	bool of_all = !starts_or_stops(&w->ramps[k]);

	for (uint32_t older = 0; older < k; older++)
		if (!is_done(&w->ramps[older]) &&
		    (of_all || w->ramps[older].command.type == HL_COMMAND_ADD))
			return true;
	return false;
}

// What is no line, or will be none, heeds no command.
static void line_command(struct hl_worker *w, uint32_t i, enum hl_command_type type)
{
	if (type == HL_COMMAND_ADD) {
		slot_add(w, i);
		return;
	}
	if (!slot_has_line(w, i))
		return;
	driver_event(w, i, command_events[type], HL_CODE_NONE);
	if (type == HL_COMMAND_ENABLE && w->follows)
		streams_follow(w, i); // of a line whose registration went on from an earlier run
	if (type == HL_COMMAND_REMOVE)
		slot_remove(w, i);
	line_flush(w, i);
}

static void ramp_serve(struct hl_worker *w, uint32_t k, uint32_t *budget)
{
	struct ramp *r = &w->ramps[k];
	uint32_t target = ramp_target(r, w->now_ns);

	while (r->done < target && *budget != 0 && w->tx->n < w->tx->cap) {
		uint32_t line = r->command.first + r->done++;

		--*budget;
		if (stops(&r->command))
			w->stopping--;
		if (!is_overruled(w, k, line))
			line_command(w, line - w->first, r->command.type);
	}
}

void command_serve(struct hl_worker *w)
{
	uint32_t budget = COMMAND_LINES;

	drop_done(w);
	take_commands(w);
	for (uint32_t k = 0; k < w->n_ramps; k++) {
		if (!ramp_waits(w, k))
			ramp_serve(w, k, &budget);
		else // it begins when it need not wait
			w->ramps[k].start_ns = w->now_ns;
	}
}

static uint64_t ramp_next(const struct hl_worker *w, const struct ramp *r)
{
	if (is_done(r))
		return UINT64_MAX;
	if (r->command.spread_ns == 0 || r->done < ramp_target(r, w->now_ns))
		return 0;
	return r->start_ns +
	       (uint64_t)((__uint128_t)r->command.spread_ns * (r->done + 1) / r->command.n) + 1;
}

// When the next line of a command is due.
uint64_t command_next(const struct hl_worker *w)
{
	uint64_t next = UINT64_MAX;

	if (w->n_ramps < RAMPS_MAX && !ring_empty((struct ring *)&w->commands))
		return 0;
	for (uint32_t k = 0; k < w->n_ramps; k++) {
		uint64_t at = ramp_waits(w, k) ? UINT64_MAX : ramp_next(w, &w->ramps[k]);

		next = at < next ? at : next;
	}
	return next;
}
