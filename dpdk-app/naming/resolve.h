// SPDX-License-Identifier: BSD-3-Clause
// Keeps servers that are given by name up to date: DNS to plan, on a thread of its own, over the
// system's network, never on a worker.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/plan.h>

struct resolver;

struct resolver_options {
	uint64_t timeout_ms; // for the first answers
	bool quiet;          // do not tell of changes
};

// Look up all names; returns when every one has an answer, with a message when one has none. NULL
// in *resolver: the configuration, which must outlive it, names none.
int resolver_new(struct resolver **resolver, const struct hl_config *config,
		 const struct resolver_options *options, struct hl_error *err);

// The first answers, before any worker runs. NULL is allowed here and below.
int resolver_publish(struct resolver *resolver, struct hl_plan *plan, struct hl_error *err);

// From here on each name is looked up again when its answer gets old.
int resolver_run(struct resolver *resolver, struct hl_error *err);

// Before the plan goes.
void resolver_free(struct resolver *resolver);
