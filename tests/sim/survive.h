// SPDX-License-Identifier: BSD-3-Clause
// State that survives, in a simulation: saved at one moment, taken up by another worker at a later one.
#pragma once

#include <stddef.h>

#include "scenario.h"

#define SURVIVE_MORE 16 // lines that a configuration may gain
#define SURVIVE_SOON_NS UINT64_C(5000000000)

// What an earlier worker has left, and what came of it at the latest start.
struct survive {
	uint8_t *bytes; // NULL: nothing is saved
	size_t len;
	uint64_t events; // of the world, when it was saved
	uint32_t taken_up;
	uint32_t due; // lines that were to refresh until SURVIVE_SOON_NS behind that
};

struct world;

// The random scenario of this seed, with state that is saved and taken up in between.
void scenario_survive(struct scenario *s, uint64_t seed);

void survive_save(struct world *world);
// The worker is gone at once, and after a while another one goes on from what was saved last.
void survive_start(struct world *world, const struct scenario *s, const struct scenario_fault *f);
// No line has two bindings at one server.
void survive_verify(struct world *world);
void survive_free(struct survive *survive);
