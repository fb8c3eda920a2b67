// SPDX-License-Identifier: BSD-3-Clause
// The world of one simulation: the real worker, a registrar that plays P and B, the network between
// them, and a clock that jumps to whatever is next.
#pragma once

#include <stdint.h>

#include <heartline/registrar.h>
#include <heartline/snapshot.h>
#include <heartline/worker.h>
#include "network.h"
#include "watch.h"

#define WORLD_HISTORY 4096

struct world {
	struct hl_plan *plan;
	struct hl_worker *worker;
	struct hl_registrar *registrar;
	struct network net;
	struct watch watch;
	uint64_t now_ns;
	uint64_t start_ns;
	struct hl_event history[WORLD_HISTORY]; // the latest ones, a ring
	uint64_t events;
	uint64_t frames; // that the worker sent
	uint64_t steps;
	char broken[768]; // "" while all is well
};

struct world_options {
	const char *yaml;
	uint32_t lines;
	uint64_t seed;
	uint64_t timeout_ns; // longest of the profile's
	uint32_t max_grant_s;
	uint32_t nonce_life_s;
	uint64_t rate;
};

// Exits with a message when the options cannot be used: the simulator's own fault.
struct world *world_new(const struct world_options *options);
void world_free(struct world *world);
// Run until a time (since the start), or until a rule is broken.
void world_run(struct world *world, uint64_t until_ns);
void world_command(struct world *world, enum hl_command_type type, uint64_t spread_ns);
void world_break(struct world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
// Latest events of a line, oldest first.
void world_print_history(const struct world *world, uint32_t line);
