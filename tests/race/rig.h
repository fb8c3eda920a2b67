// SPDX-License-Identifier: BSD-3-Clause
// What races with workers share: workers that run in threads of their own, over a plan whose memory is poisoned
// when it is freed and kept for a while, so that a use after it is seen in any build.
#pragma once

#include <heartline/config.h>
#include <heartline/worker.h>
#include "worker/plan.h"

#define RACE_WORKERS 2
#define RACE_POISON 0xdb

struct race {
	uint32_t spare_lines;
	uint64_t step_ns; // of virtual time in a round of a worker
	struct hl_config config;
	struct hl_plan *plan;
	struct hl_worker *workers[RACE_WORKERS];
	_Atomic bool done;
	// Sent; with a byte of freed memory in it; calls of hl_worker_tick().
	_Atomic uint64_t frames, poisoned, rounds;
};

// A failure of the test itself ends it.
void race_must(int rc, const struct hl_error *err);
// Lines of the configuration are enabled; both servers, 10.99.0.1 and .2, answer ARP, and nothing else.
void race_begin(struct race *race, const char *yaml);
void race_start(struct race *race);
// Until workers have done so many rounds more, all together.
void race_wait(struct race *race, uint64_t rounds);
void race_stop(struct race *race);
void race_end(struct race *race);
