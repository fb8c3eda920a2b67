// SPDX-License-Identifier: BSD-3-Clause
// What others may ask of a worker.
#include <heartline/leases.h>
#include "worker/worker.h"

#include <errno.h>

#include "timer/wheel.h"
#include "worker/clock.h"

int hl_worker_command(struct hl_worker *w, const struct hl_command *command)
{
	return ring_push(&w->commands, command) ? 0 : -EAGAIN;
}

uint32_t hl_worker_events(struct hl_worker *w, struct hl_event *events, uint32_t max)
{
	uint32_t n = 0;

	while (n < max && ring_pop(&w->events, &events[n]))
		n++;
	return n;
}

uint32_t hl_worker_removed(struct hl_worker *w, uint32_t slots[], uint32_t max)
{
	uint32_t n = 0;

	while (n < max && ring_pop(&w->removed, &slots[n]))
		n++;
	return n;
}

const struct hl_counters *hl_worker_counters(const struct hl_worker *w)
{
	return &w->counters;
}

void hl_worker_leases(const struct hl_worker *w, uint64_t *clients, uint64_t *bound)
{
	for (uint32_t i = 0; w->leads && i < w->port->n_leased; i++) {
		*clients += hl_leases_wanted(w->port->leased[i].leases);
		*bound += hl_leases_bound(w->port->leased[i].leases);
	}
}

uint32_t hl_worker_first(const struct hl_worker *w)
{
	return w->first;
}

uint32_t hl_worker_lines(const struct hl_worker *w)
{
	return w->n;
}

uint64_t hl_worker_state(const struct hl_worker *w, uint32_t line)
{
	return atomic_load_explicit(&w->lines[line - w->first].word, memory_order_relaxed);
}

uint32_t hl_worker_unsettled(const struct hl_worker *w)
{
	return atomic_load_explicit(&w->unsettled, memory_order_relaxed);
}

uint32_t hl_worker_leftovers(const struct hl_worker *w, uint64_t now_ns)
{
	uint32_t now = coarse_of(w, now_ns), n = 0;

	for (uint32_t i = 0; i < w->n; i++)
		for (unsigned server = 0; server < HL_SERVERS; server++)
			n += w->cold[i].bound >> server & 1 && now < w->cold[i].bound_until[server];
	return n;
}

uint32_t hl_worker_maybe_left(const struct hl_worker *w, uint64_t now_ns)
{
	uint32_t now = coarse_of(w, now_ns), n = 0;

	for (uint32_t i = 0; i < w->n; i++) {
		const struct line_cold *c = &w->cold[i];

		for (unsigned server = 0; server < HL_SERVERS; server++)
			n += c->maybe_bound >> server & 1 && !(c->bound >> server & 1) &&
			     now < c->bound_until[server];
	}
	return n;
}

bool hl_worker_armed(const struct hl_worker *w, uint32_t *line)
{
	for (uint32_t i = 0; i < w->n; i++) {
		if (line_state(&w->lines[i]).state == HL_OFF || w->lines[i].flags & LINE_READY ||
		    wheel_armed(w->wheel, i))
			continue;
		*line = w->first + i;
		return false;
	}
	return true;
}
