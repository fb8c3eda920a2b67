// SPDX-License-Identifier: BSD-3-Clause
// Hands the instructions that callgrind collected to bench/instructions, one file a row.
#include "stopwatch.h"

#include <stdio.h>

void stopwatch_dump(const struct stopwatch *watch, const char *kind, uint64_t lines)
{
	char label[128];

	snprintf(label, sizeof(label), "kind=%s lines=%llu count=%llu", kind,
		 (unsigned long long)lines, (unsigned long long)watch->count);
	CALLGRIND_DUMP_STATS_AT(label);
}
