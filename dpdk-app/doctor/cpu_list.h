// SPDX-License-Identifier: BSD-3-Clause
// Sets of processors as the kernel writes them: "0-3,8".
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPU_LIST_MAX 1024
#define CPU_LIST_ROOM 256 // of a text; a longer one ends in "..."

struct cpu_list {
	uint64_t bits[CPU_LIST_MAX / 64];
};

// @return 0; -1: the text is no such list, or names a processor that is out of bounds
int cpu_list_read(struct cpu_list *list, const char *text);
const char *cpu_list_text(const struct cpu_list *list,
			  char out[CPU_LIST_ROOM]); // "none" when empty

bool cpu_list_has(const struct cpu_list *list, unsigned cpu);
void cpu_list_add(struct cpu_list *list, unsigned cpu);
unsigned cpu_list_count(const struct cpu_list *list);
// Those of a that are not in b.
struct cpu_list cpu_list_minus(const struct cpu_list *a, const struct cpu_list *b);
