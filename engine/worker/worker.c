// SPDX-License-Identifier: BSD-3-Clause
// A worker made and freed, and what others may ask of it.
#include "worker/worker.h"

#include <errno.h>

#include "base/memory.h"
#include "timer/wheel.h"
#include "worker/clock.h"
#include "worker/kinds.h"
#include "worker/pace.h"
#include "worker/phase.h"

static uint32_t power_of_two(uint32_t n)
{
	uint32_t p = 64;

	while (p < n)
		p <<= 1;
	return p;
}

static bool make_tables(struct hl_worker *w)
{
	uint32_t n = w->n ? w->n : 1;
	uint32_t ready = power_of_two(n);

	w->ready_mask = ready - 1;
	w->lines = memory_zalloc(n, sizeof(struct line), 64);
	w->cold = memory_zalloc(n, sizeof(struct line_cold), 64);
	w->accounts = memory_zalloc(n, sizeof(struct line_account), 64);
	w->auth = memory_zalloc((size_t)n * HL_SERVERS, sizeof(struct auth), 64);
	w->long_texts = memory_zalloc((size_t)n * HL_SERVERS, AUTH_TEXT_LONG, 64);
	w->more_auth = memory_zalloc((size_t)n * HL_SERVERS, sizeof(struct auth), 64);
	w->more_long_texts = memory_zalloc((size_t)n * HL_SERVERS, AUTH_TEXT_LONG, 64);
	w->ready = memory_zalloc(ready, sizeof(uint32_t), 64);
	w->wheel = wheel_new(n, tick_of_ns(w->options.start_ns));
	w->server_next = memory_zalloc((size_t)plan_constants(w->plan)->n_profiles * HL_SERVERS,
				       sizeof(struct pace), 64);
	w->text_changes = memory_zalloc(plan_constants(w->plan)->n_profiles,
					sizeof(*w->text_changes), 64);
	w->digest = digest_new();
	w->reassembly = memory_zalloc(1, sizeof(*w->reassembly), 64);
	// each line may have two challenges of each server to answer
	bool realms = auth_realms_init(&w->realms, n * HL_SERVERS * 2,
				       w->plan->keys[PLAN_KEY_REALMS]);
	if (w->reassembly) {
		memcpy(w->reassembly->key, w->plan->keys[PLAN_KEY_FRAGMENTS],
		       sizeof(w->reassembly->key));
		w->reassembly->shared = w->plan->options.n_workers > 1;
	}
	return realms && w->reassembly && w->server_next && w->text_changes && w->lines &&
	       w->cold && w->accounts && w->auth && w->long_texts && w->more_auth &&
	       w->more_long_texts && kinds_make(w, n) && phase_make(w) && w->ready && w->wheel &&
	       w->digest &&
	       ring_init(&w->commands, COMMAND_RECORDS, sizeof(struct hl_command)) == 0 &&
	       ring_init(&w->removed, REMOVED_RECORDS, sizeof(uint32_t)) == 0 &&
	       ring_init(&w->events, EVENT_RECORDS, sizeof(struct hl_event)) == 0 &&
	       ring_init(&w->slow, SLOW_RECORDS, sizeof(struct slow_packet)) == 0 &&
	       ring_init(&w->slow_replies, SLOW_RECORDS, sizeof(struct slow_reply)) == 0;
}

static void make_lines(struct hl_worker *w)
{
	for (uint32_t i = 0; i < w->n; i++) {
		const struct plan_line *planned = &w->plan->lines[w->first + i];
		bool free = planned->shape == PLAN_NO_SHAPE;
		const struct hl_state off = {
			.state = HL_OFF,
			.server = HL_SERVER_NONE,
			.slot = free ? HL_SLOT_FREE : HL_SLOT_LINE,
		};

		w->lines[i].addr = planned->addr;
		w->lines[i].port = planned->port;
		w->lines[i].shape = free ? 0 : planned->shape;
		w->lines[i].target[HL_SERVER_P] = PLAN_NO_TARGET;
		w->lines[i].target[HL_SERVER_B] = PLAN_NO_TARGET;
		line_set_state(&w->lines[i], &off);
	}
}

int hl_worker_new(struct hl_worker **worker, struct hl_plan *plan,
		  const struct hl_worker_options *options, struct hl_error *err)
{
	struct hl_worker *w;

	if (options->index >= plan->options.n_workers)
		return hl_fail(err, EINVAL, "worker %u: the plan has %u", options->index,
			       plan->options.n_workers);
	w = memory_zalloc(1, sizeof(*w), 64);
	if (!w)
		return hl_fail(err, ENOMEM, "no memory for worker %u", options->index);
	w->plan = plan;
	w->options = *options;
	w->first = plan->first[options->index];
	w->n = plan->first[options->index + 1] - w->first;
	w->hop_at = w->n;
	w->now_ns = options->start_ns;
	w->tick = tick_of_ns(options->start_ns);
	w->announce_ns = options->start_ns;
	pace_set_rate(w, options->rate, options->start_ns);
	rng_seed(&w->rng, options->seed + options->index);
	if (!make_tables(w)) {
		hl_worker_free(w);
		return hl_fail(err, ENOMEM, "no memory for the %u lines of worker %u", w->n,
			       options->index);
	}
	make_lines(w);
	*worker = w;
	return 0;
}

void hl_worker_free(struct hl_worker *w)
{
	if (!w)
		return;
	hl_worker_rest(w);
	ring_free(&w->slow_replies);
	ring_free(&w->slow);
	ring_free(&w->events);
	ring_free(&w->removed);
	ring_free(&w->commands);
	auth_realms_free(&w->realms);
	digest_free(w->digest);
	wheel_free(w->wheel);
	memory_free(w->reassembly);
	memory_free(w->server_next);
	memory_free(w->text_changes);
	memory_free(w->ready);
	memory_free(w->runs);
	kinds_free(w);
	memory_free(w->more_long_texts);
	memory_free(w->more_auth);
	memory_free(w->long_texts);
	memory_free(w->auth);
	memory_free(w->accounts);
	memory_free(w->cold);
	memory_free(w->lines);
	memory_free(w);
}

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
