// SPDX-License-Identifier: BSD-3-Clause
// A worker made and freed: all memory that it ever has.
#include <errno.h>

#include "base/memory.h"
#include "line/streams.h" // how much a line needs of it
#include "timer/wheel.h"
#include "worker/kinds.h"
#include "worker/pace.h"
#include "worker/request.h"
#include "worker/worker.h"

static bool any_wants(const struct plan_constants *c, const struct request_ops *ops)
{
	for (uint32_t k = 0; k < c->n_profiles; k++)
		if (kind_is_wanted(&c->profiles[k], ops))
			return true;
	return false;
}

// The part of all lines that holds the exchanges of a kind. first NULL: no memory.
static struct request_place place_of(struct hl_worker *w, uint32_t n, const struct request_ops *ops)
{
	switch (ops->store) {
	case STORE_LINE:
		return (struct request_place){ (char *)w->lines, sizeof(*w->lines) };
	case STORE_COLD:
		return (struct request_place){ (char *)w->cold, sizeof(*w->cold) };
	case STORE_STREAMS:
		if (!w->streams)
			w->streams = memory_zalloc(n, sizeof(*w->streams), 64);
		return (struct request_place){ (char *)w->streams, sizeof(*w->streams) };
	case STORE_OWN:
		break;
	}
	return (struct request_place){ memory_zalloc(n, ops->bytes, 64), ops->bytes };
}

// What lines remember of the kinds of requests that the plan wants.
static bool make_requests(struct hl_worker *w, uint32_t n)
{
	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++) {
		const struct request_ops *ops = request_kinds[kind];
		struct request_place *place = &w->places[kind];

		if (!any_wants(plan_constants(w->plan), ops))
			continue;
		*place = place_of(w, n, ops);
		if (!place->first)
			return false;
		place->first += ops->at;
		if (ops->is_rare)
			w->rare[w->n_rare++] = ops;
		w->follows |= ops->follow && ops->is_wanted;
	}
	if (w->places[KIND_SUBSCRIBE].first)
		w->dialogs = memory_zalloc(n, sizeof(*w->dialogs), 64);
	return w->dialogs || !w->places[KIND_SUBSCRIBE].first;
}

static void free_requests(struct hl_worker *w)
{
	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++)
		if (request_kinds[kind]->store == STORE_OWN)
			memory_free(w->places[kind].first);
	memory_free(w->dialogs);
	memory_free(w->streams);
}

// Spare slots are a run of their own, whatever profiles come to have lines there.
static uint16_t profile_of(const struct hl_worker *w, uint32_t i)
{
	uint16_t shape = w->plan->table.lines[w->first + i].shape;

	return shape == PLAN_NO_SHAPE ? PLAN_NO_SHAPE : w->plan->directory.shape_profiles[shape];
}

static bool run_begins(const struct hl_worker *w, uint32_t i)
{
	return i == 0 || profile_of(w, i) != profile_of(w, i - 1);
}

static bool make_runs(struct hl_worker *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n; i++)
		n += run_begins(w, i);
	w->runs = memory_zalloc(n ? n : 1, sizeof(*w->runs), 64);
	if (!w->runs)
		return false;
	for (uint32_t i = 0; i < w->n; i++) {
		if (run_begins(w, i))
			w->runs[w->n_runs++].first = i;
		w->runs[w->n_runs - 1].n++;
	}
	return true;
}

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
	w->notes = memory_zalloc(n, sizeof(struct line_notes), 64);
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
	       w->cold && w->accounts && w->notes && w->auth && w->long_texts && w->more_auth &&
	       w->more_long_texts && make_requests(w, n) && make_runs(w) && w->ready && w->wheel &&
	       w->digest &&
	       ring_init(&w->commands, COMMAND_RECORDS, sizeof(struct hl_command)) == 0 &&
	       ring_init(&w->removed, REMOVED_RECORDS, sizeof(uint32_t)) == 0 &&
	       ring_init(&w->events, EVENT_RECORDS, sizeof(struct hl_event)) == 0 &&
	       ring_init(&w->slow, SLOW_RECORDS, sizeof(struct slow_packet)) == 0 &&
	       ring_init(&w->slow_replies, SLOW_RECORDS, sizeof(struct slow_reply)) == 0;
}

// The memory of a spare line is there from the start: the first touch of a page costs the kernel up to a
// millisecond, in which the other lines would wait. calloc() has not touched it.
static void touch_spare(struct hl_worker *w, uint32_t i)
{
	memset(&w->cold[i], 0, sizeof(w->cold[i]));
	memset(&w->accounts[i], 0, sizeof(w->accounts[i]));
	memset(&w->notes[i], 0, sizeof(w->notes[i]));
	memset(&w->auth[(size_t)i * HL_SERVERS], 0, HL_SERVERS * sizeof(w->auth[0]));
}

static void make_lines(struct hl_worker *w)
{
	for (uint32_t i = 0; i < w->n; i++) {
		const struct plan_line *planned = &w->plan->table.lines[w->first + i];
		bool free = planned->shape == PLAN_NO_SHAPE;
		const struct hl_state off = {
			.state = HL_OFF,
			.server = HL_SERVER_NONE,
			.slot = free ? HL_SLOT_FREE : HL_SLOT_LINE,
		};

		if (free)
			touch_spare(w, i);
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
	w->first = plan->table.first[options->index];
	w->n = plan->table.first[options->index + 1] - w->first;
	w->port = plan_port_of_worker(plan, options->index);
	w->neighbours = (struct neigh_table *)&w->port->neighbours;
	w->leads = options->index == w->port->first_worker;
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
	free_requests(w);
	memory_free(w->more_long_texts);
	memory_free(w->more_auth);
	memory_free(w->long_texts);
	memory_free(w->auth);
	memory_free(w->notes);
	memory_free(w->accounts);
	memory_free(w->cold);
	memory_free(w->lines);
	memory_free(w);
}
