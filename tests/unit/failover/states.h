// SPDX-License-Identifier: BSD-3-Clause
// What engine/failover/STATES.md is made of: everything failover_step() can do, found by walking.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "failover/failover.h"

// What a step may depend on, as a person would say it. A situation is a set of these, one bit each.
enum fact { // of two that tell the same the first one is taken
	RETURN_ALLOWED,
	B_USABLE,
	P_USABLE,
	B_FREE,
	P_FREE,
	P_ANSWERS,
	P_RECOVERED,
	P_FAILED,
	PREFER_PRIMARY,
	PROBES,
	HAS_BACKUP,
	LOCKED,
	P_ACTIVE,
	B_ACTIVE,
	FACTS,
};

struct fact_text {
	const char *name, *meaning;
};
extern const struct fact_text fact_texts[FACTS];

// An outcome is where the line goes, and whether it does anything: 2 * state + (actions != 0).
enum { OUTCOMES = 2 * HL_LINE_STATES, SITUATIONS = 1 << FACTS };

struct cell {
	uint32_t outcomes;            // bits: those seen
	uint32_t always[OUTCOMES];    // actions
	uint32_t sometimes[OUTCOMES]; // actions beyond those
	uint32_t *by_situation;       // SITUATIONS sets of outcomes
	uint16_t *situations;         // those seen
	uint32_t n_situations;
	int guard; // the smallest set of facts that tells the outcomes apart; -1: there is none
};

struct walk {
	struct cell cells[HL_LINE_STATES][FAILOVER_EVENTS];
	uint64_t steps;
};

// Walk everything that a line can come to, under every policy.
void states_walk(struct walk *walk);
void states_free(struct walk *walk);

// What stays where it is and does nothing.
static inline bool outcome_is_nothing(enum hl_line_state from, unsigned outcome)
{
	return outcome == 2u * from;
}

// What cell->guard says.
int guard_facts(const struct cell *cell);
// When this outcome is the one: "P failed, B usable", "else", or "" when it is the only one.
void guard_text(const struct cell *cell, enum hl_line_state from, unsigned outcome, char *out,
		size_t room);

// The row of FAILOVER.md section 3 for a transition; NULL unless there is exactly one.
const char *row_of(enum hl_line_state from, enum failover_event event, enum hl_line_state to);
// A row that no transition has; NULL: none.
const char *row_without_transition(const struct walk *walk);

// A new action, event or state needs its name in states_names.c.
const char *action_name(unsigned bit); // NULL behind the last one
const char *action_meaning(unsigned bit);
const char *event_name(enum failover_event event); // "?": it has none
const char *event_in(enum hl_line_state state, enum failover_event event);
const char *state_meaning(enum hl_line_state state);
// Is this how the guard of an outcome reads: what is left when no other one is?
bool guard_is_else(const struct cell *cell, enum hl_line_state from, unsigned outcome);

// The whole of STATES.md.
void states_print(const struct walk *walk, FILE *to);
