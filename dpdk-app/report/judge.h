// SPDX-License-Identifier: BSD-3-Clause
// The verdict on a whole run, and the reasons for it.
#pragma once

#include "report/report.h"

#define REASONS_MAX 16
#define HINTS_MAX 8
#define REASON_ROOM 480

struct judgement {
	enum verdict verdict;
	unsigned n_reasons;                     // 0: nothing is wrong
	char reasons[REASONS_MAX][REASON_ROOM]; // plain English, the most serious first
	unsigned n_hints;
	char hints[HINTS_MAX][REASON_ROOM]; // what the user can do about it
};

// Depends on the report alone: the same report gets the same judgement.
void judge(const struct report *report, struct judgement *judgement);

const char *verdict_name(enum verdict verdict);
int verdict_exit_code(enum verdict verdict);
