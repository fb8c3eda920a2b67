// SPDX-License-Identifier: BSD-3-Clause
// Expectations against what was measured.
#pragma once

#include <stdio.h>

#include <jansson.h>

#include "report/measure.h"

enum expected_result {
	EXPECTED_MET,
	EXPECTED_MISSED,
	EXPECTED_NOT_MEASURED, // which is not met either: nothing is proved
};

struct expected {
	struct hl_expectation of;
	enum expected_result result;
	double value;    // when it was measured
	const char *why; // when it was not
};

struct expected_list {
	uint32_t n;
	struct expected of[HL_MEASURES];
};

void expected_judge(struct expected_list *list, const struct hl_expectations *expectations,
		    const struct measured *measured);

// How many have this result.
uint32_t expected_count(const struct expected_list *list, enum expected_result result);

// Is there an expectation of this measure? It then takes the place of what the verdict would say of it.
bool expected_has(const struct expected_list *list, enum hl_measure measure);

// "met", "missed", "not measured"
const char *expected_result_name(enum expected_result result);

// How far a value is on the right side of its threshold; below 0: on the wrong one.
double expected_margin(const struct expected *expected);

// The names of those with a result, or of all others, by comma.
#define EXPECTED_NAMES_ROOM 160
void expected_names(const struct expected_list *list, enum expected_result result, bool others,
		    char out[EXPECTED_NAMES_ROOM]);

// A table: measure, target, value, margin, result. `name` stands on the left of its first row.
void expected_print(const struct expected_list *list, const char *name, FILE *to);

json_t *expected_array(const struct expected_list *list);
