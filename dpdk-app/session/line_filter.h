// SPDX-License-Identifier: BSD-3-Clause
// Which lines are meant: by number, state, server, profile.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>
#include <heartline/state.h>

#include "dataplane/dataplane.h"

#define FILTER_NUMBER_MAX 128

struct line_filter {
	uint32_t states;    // bits by enum hl_line_state; 0: all
	int server;         // enum hl_server that holds the registration; -1: any, or none
	int profile;        // its place in the configuration; -1: any
	const char *domain; // NULL: any
	bool numbered;
	char first[FILTER_NUMBER_MAX + 1], last[FILTER_NUMBER_MAX + 1]; // the same: one number
};

#define LINE_FILTER_ALL \
	{ \
		.server = -1, .profile = -1 \
	}

// Lines registered now: on a server, whichever.
#define STATES_REGISTERED (1u << HL_ON_P | 1u << HL_ON_B | 1u << HL_HOLD_B | 1u << HL_SW_P)

// Set the numbers from "6000" or "6000-6099". What has a dash and no digits on both sides is one number.
int line_filter_number(struct line_filter *filter, const char *text, struct hl_error *err);

// Is this line meant, which is in that state?
bool line_filter_holds(const struct line_filter *filter, const struct dataplane *dp, uint32_t line,
		       const struct hl_state *state);
