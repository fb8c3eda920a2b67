// SPDX-License-Identifier: BSD-3-Clause
// Reads and writes sets of processors.

#include "doctor/cpu_list.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cpu_list_has(const struct cpu_list *list, unsigned cpu)
{
	return cpu < CPU_LIST_MAX && list->bits[cpu / 64] >> cpu % 64 & 1;
}

void cpu_list_add(struct cpu_list *list, unsigned cpu)
{
	if (cpu < CPU_LIST_MAX)
		list->bits[cpu / 64] |= UINT64_C(1) << cpu % 64;
}

static int number_read(const char **at, unsigned *number)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return -1;
	unsigned long value = strtoul(*at, &end, 10);
	*at = end;
	*number = (unsigned)value;
	return value < CPU_LIST_MAX ? 0 : -1;
}

int cpu_list_read(struct cpu_list *list, const char *text)
{
	*list = (struct cpu_list){ 0 };
	for (const char *at = text; *at && *at != '\n';) {
		unsigned first, last;
		if (number_read(&at, &first) < 0)
			return -1;
		last = first;
		if (*at == '-') {
			at++;
			if (number_read(&at, &last) < 0 || last < first)
				return -1;
		}
		for (unsigned cpu = first; cpu <= last; cpu++)
			cpu_list_add(list, cpu);
		if (*at == ',')
			at++;
		else if (*at && *at != '\n')
			return -1;
	}
	return 0;
}

const char *cpu_list_text(const struct cpu_list *list, char out[CPU_LIST_ROOM])
{
	size_t len = 0;

	for (unsigned cpu = 0; cpu < CPU_LIST_MAX; cpu++) {
		unsigned first = cpu;
		char word[32];
		if (!cpu_list_has(list, cpu))
			continue;
		while (cpu_list_has(list, cpu + 1))
			cpu++;
		int n = snprintf(word, sizeof(word), first == cpu ? "%s%u" : "%s%u-%u",
				 len ? "," : "", first, cpu);
		if (len + (size_t)n + sizeof("...") > CPU_LIST_ROOM) {
			strcpy(out + len, "...");
			return out;
		}
		memcpy(out + len, word, (size_t)n + 1);
		len += (size_t)n;
	}
	if (len == 0)
		strcpy(out, "none");
	return out;
}

unsigned cpu_list_count(const struct cpu_list *list)
{
	unsigned n = 0;

	for (unsigned i = 0; i < CPU_LIST_MAX / 64; i++)
		n += (unsigned)__builtin_popcountll(list->bits[i]);
	return n;
}

struct cpu_list cpu_list_minus(const struct cpu_list *a, const struct cpu_list *b)
{
	struct cpu_list left;

	for (unsigned i = 0; i < CPU_LIST_MAX / 64; i++)
		left.bits[i] = a->bits[i] & ~b->bits[i];
	return left;
}
