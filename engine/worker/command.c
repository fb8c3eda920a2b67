// SPDX-License-Identifier: BSD-3-Clause
// Commands: start, stop, move lines. Spread over time, a bounded number of lines per call.
#include "worker/worker.h"

#define COMMAND_LINES 64 // lines served by one call

static const enum failover_event command_events[] = {
	[HL_COMMAND_ENABLE] = FO_ENABLE,   [HL_COMMAND_DISABLE] = FO_DISABLE,
	[HL_COMMAND_FORCE_P] = FO_FORCE_P, [HL_COMMAND_FORCE_B] = FO_FORCE_B,
	[HL_COMMAND_LOCK] = FO_LOCK,       [HL_COMMAND_UNLOCK] = FO_UNLOCK,
};

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

// A command waits until the one before is done; but a stop does not wait for a start.
static void next_command(struct hl_worker *w)
{
	struct ramp *r = &w->ramp;

	if (!w->command_waits)
		w->command_waits = ring_pop(&w->commands, &w->command);
	if (!w->command_waits)
		return;
	bool stop = w->command.type == HL_COMMAND_DISABLE && r->command.type == HL_COMMAND_ENABLE;
	if (r->active && !stop)
		return;
	w->command_waits = false;
	clip_to_own(w, &w->command);
	*r = (struct ramp){ .command = w->command, .start_ns = w->now_ns, .active = true };
}

void worker_commands(struct hl_worker *w)
{
	struct ramp *r = &w->ramp;

	next_command(w);
	if (!r->active)
		return;
	uint32_t target = ramp_target(r, w->now_ns);
	for (uint32_t k = 0; k < COMMAND_LINES && r->done < target; k++) {
		if (w->tx->n >= w->tx->cap)
			break;
		uint32_t i = r->command.first - w->first + r->done++;
		worker_step(w, i, command_events[r->command.type], HL_CODE_NONE);
		worker_flush(w, i);
	}
	r->active = r->done < r->command.n;
}

// When the next line of the command is due.
uint64_t worker_command_next(const struct hl_worker *w)
{
	const struct ramp *r = &w->ramp;

	if (!w->command_waits && !ring_empty((struct ring *)&w->commands))
		return 0;
	if (!r->active)
		return w->command_waits ? 0 : UINT64_MAX;
	if (r->command.spread_ns == 0 || r->done < ramp_target(r, w->now_ns))
		return 0;
	return r->start_ns +
	       (uint64_t)((__uint128_t)r->command.spread_ns * (r->done + 1) / r->command.n) + 1;
}
