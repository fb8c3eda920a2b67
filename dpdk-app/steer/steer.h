// SPDX-License-Identifier: BSD-3-Clause
// How replies reach the worker of their line: by the port's RSS, by rules of the port, or over
// rings.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/plan.h>

#include "device/port.h"
#include "loop/handoff.h"
#include "loop/lcore_loop.h"

#define STEERING_TABLE_MAX 4096

enum steering_rung {
	STEERING_NONE, // one worker
	STEERING_RSS,
	STEERING_RULES_ADDRESS,
	STEERING_RULES_PORT,
	STEERING_RING,
};

// Owner: the control thread.
struct steering {
	enum steering_rung rung;
	uint16_t port_id;
	uint32_t n_queues, lines, steered;
	enum hl_family family; // of rules by port
	struct hl_steering how;
	uint16_t table[STEERING_TABLE_MAX];
	bool key_asked_for; // the port took the RSS key that it was asked to use
	const char *why_not_rss, *why_not_rules;
	struct rte_flow **rules;
	uint32_t n_rules;
	bool doubt_said;
};

// Whether steering works, judged by the frames that arrived at all workers.
enum steering_proof { STEERING_UNSEEN, STEERING_CONFIRMED, STEERING_REFUTED };

// Make the plan for the first rung that steers (almost) all replies to their worker, or else for
// the one that steers most of them, and put that rung in force on a port that was started. *s is
// zero.
int steering_choose(struct steering *s, const struct port *port, const struct hl_config *config,
		    struct hl_plan_options *options, struct hl_plan **plan, struct hl_error *err);

const char *steering_rung_name(enum steering_rung rung); // for programs
const char *steering_rung_text(enum steering_rung rung); // for people

// Print one line on stderr about the rung in use. Prints nothing with one worker.
void steering_say(const struct steering *s);

// How the replies of a run were steered, for its report.
struct steering_result {
	enum steering_rung rung;
	uint32_t n_queues, steered;
	struct handoff_counts all, of[LCORE_LOOPS_MAX];
};
void steering_report(const struct steering *s, const struct handoff *handoff,
		     struct steering_result *result);

// Did the replies of steered lines arrive at their worker? UNSEEN: none has arrived so far.
enum steering_proof steering_proof(const struct handoff_counts *all);

// Print a warning, once, when they arrive at other workers.
void steering_watch(struct steering *s, const struct handoff *handoff);

// Remove the rules. Call it before the port is closed.
void steering_undo(struct steering *s);
