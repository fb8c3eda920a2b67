// SPDX-License-Identifier: BSD-3-Clause
// Keeps the addresses of servers that are given by name up to date. DNS is asked over the system's
// network by a thread of its own, never by a worker.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/plan.h>

struct resolver;

struct resolver_options {
	uint64_t timeout_ms; // for the first answers
	bool quiet;          // do not report changes
};

// Look up all names of a configuration, which must outlive the resolver. Returns when all of them
// have an address, or with a message when one has none. *resolver is NULL when the configuration
// has no names.
int resolver_new(struct resolver **resolver, const struct hl_config *config,
		 const struct resolver_options *options, struct hl_error *err);

// Put the first addresses into the plan, before any worker runs. resolver may be NULL, here and
// below.
int resolver_publish(struct resolver *resolver, struct hl_plan *plan, struct hl_error *err);

// From here on look up each name again when its answer expires.
int resolver_run(struct resolver *resolver, struct hl_error *err);

// Call it before the plan is freed.
void resolver_free(struct resolver *resolver);
