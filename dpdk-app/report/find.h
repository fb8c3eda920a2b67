// SPDX-License-Identifier: BSD-3-Clause
// What came of a search for the highest rate: its path and its result (RFC 7502 section 5).
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "report/expected.h"

#define FIND_TRIALS_MAX 128
#define FIND_WHY_ROOM 160

enum find_what { FIND_REGISTER, FIND_OPTIONS, FIND_WHATS };

struct find_trial {
	double asked, sent, answered; // a second
	double seconds;
	double p99_us; // NAN: nothing was answered
	bool verifies; // a longer one, of the candidate
	const char *result;
	char why[FIND_WHY_ROOM]; // unless it went well
};

struct find_report {
	enum find_what what;
	const char *end; // "found", "the generator was the limit", ...
	bool is_found;
	bool is_enough; // the highest rate that was to be tried went well
	double rate;    // as sent in the last trial that went well; 0: none did
	double above;   // the lowest rate that did not; 0: none was seen
	double held_s;
	char why[FIND_WHY_ROOM]; // when it was not found
	uint32_t n_trials;
	struct find_trial trials[FIND_TRIALS_MAX];
};

// "register", "options"
const char *find_what_name(enum find_what what);
// "registrations", "OPTIONS"
const char *find_what_unit(enum find_what what);

void find_trial_head_print(FILE *to);
void find_trial_print(const struct find_trial *trial, uint32_t number, FILE *to);

// The result, in one or two rows. Nothing for NULL.
void find_print(const struct find_report *find, FILE *to);

// null for NULL.
json_t *find_value(const struct find_report *find);
