// SPDX-License-Identifier: BSD-3-Clause
// The world of one simulation: the real worker, a registrar that plays P and B, the network between
// them, and a clock that jumps to whatever is next.
#pragma once

#include <stdint.h>

#include <heartline/registrar.h>
#include <heartline/saved.h>
#include <heartline/snapshot.h>
#include <heartline/worker.h>
#include "base/rng.h"
#include "churn.h"
#include "network.h"
#include "survive.h"
#include "watch.h"

#define WORLD_HISTORY 16384
#define WORLD_AOR_ROOM 256

struct world_options {
	const char *yaml;
	uint32_t lines;
	uint32_t spare_lines; // lines come and go; 0: they do not
	uint64_t seed;
	uint64_t rate;
	uint64_t poll_ns;                   // the worker runs at multiples of it; 0: whenever due
	uint32_t watch_every;               // lines watched on the wire: each nth; 0: all
	bool vlans;                         // the servers are behind a switch that knows them
	uint32_t numbers_left;              // of a line's first epoch when it starts; 0: all
	struct hl_registrar_config servers; // addresses and the like are filled in
};

struct world {
	struct world_options options;
	struct hl_plan *plan;
	struct hl_worker *worker;
	struct hl_registrar *registrar;
	struct network net;
	struct watch watch;
	struct hl_config config; // while lines may be added
	struct churn churn;
	struct survive survive;
	uint64_t now_ns;
	uint64_t start_ns;
	uint64_t worker_start_ns;
	uint32_t boots;
	// P falls silent for good at the first request with credentials: between 401 and the retry
	bool dies_at_credentials;
	bool may_lose; // bindings may vanish without the line's doing: a wipe, a step of the clock
	uint64_t notice_ns; // how long a line may not know that its binding is gone
	uint64_t *lost_ns;  // by line: since when it does not; 0: it has one, or is not registered
	// P and B are balancers: a request with credentials reaches the node that gave its nonce by chance
	// only, one in so many; 0 and 1: they are not
	uint32_t nodes;
	struct rng node_rng;
	uint64_t look_ns;                       // when the bindings are looked at next; 0: never
	struct hl_event history[WORLD_HISTORY]; // the latest ones, a ring
	uint64_t events;
	uint64_t entered[HL_LINE_STATES];  // changes to this state, over all lines
	uint64_t frames;                   // that the worker sent
	uint64_t frames_hash, events_hash; // of all of them, in their order and with their times
	uint32_t changes;                  // of settings
	uint64_t steps;
	uint64_t slow;          // replies left to the full parser so far
	uint64_t sweep_ns;      // when the registrar's tick is called next, due or not
	uint32_t unarmed_after; // steps until all lines are looked at again
	char broken[768];       // "" while all is well
};

// Exits with a message when the options cannot be used: the simulator's own fault.
struct world *world_new(const struct world_options *options);
void world_free(struct world *world);
// Run until a time (since the start), or until a rule is broken.
void world_run(struct world *world, uint64_t until_ns);
// n 0: all lines
void world_command(struct world *world, enum hl_command_type type, uint32_t first, uint32_t n,
		   uint64_t spread_ns);
// The clock jumps ahead, as after a suspended virtual machine; packets arrive after it.
void world_step_clock(struct world *world, uint64_t span_ns);
// The worker is gone at once; a new one starts, with its lines off. The servers keep everything.
void world_restart(struct world *world);
// The same, and its plan knows what was saved.
void world_restart_with(struct world *world, const struct hl_saved *saved);
void world_break(struct world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
// The line that the broken rule speaks of; UINT32_MAX: none in particular.
uint32_t world_broken_line(const struct world *world);
// "USER@HOST" of a line; returns `out`.
const char *world_aor(const struct world *world, uint32_t line, char out[WORLD_AOR_ROOM]);
// Latest events of a line, oldest first.
void world_print_history(const struct world *world, uint32_t line);
