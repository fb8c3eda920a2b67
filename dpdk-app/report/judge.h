// SPDX-License-Identifier: BSD-3-Clause
// The verdict over a whole run, and why.
#pragma once

#include "report/report.h"

#define REASONS_MAX 8
#define HINTS_MAX 2
#define REASON_ROOM 240

struct judgement {
	enum verdict verdict;
	unsigned n_reasons;                     // 0: nothing is wrong
	char reasons[REASONS_MAX][REASON_ROOM]; // plain English, the gravest first
	unsigned n_hints;
	char hints[HINTS_MAX][REASON_ROOM]; // what may be done about it
};

// Of facts alone: the same report gets the same judgement.
void judge(const struct report *report, struct judgement *judgement);

const char *verdict_name(enum verdict verdict);
int verdict_exit_code(enum verdict verdict);
