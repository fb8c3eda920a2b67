// SPDX-License-Identifier: BSD-3-Clause
// Interrupts of devices on processors that poll: /proc/interrupts, read twice.

#include "doctor/collect.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/read_file.h"

#define ROWS_MAX 512
#define COLUMNS_MAX 64 // processors of the file

struct irq_row {
	char number[16], name[32];
	uint64_t counts[COLUMNS_MAX];
};

struct irq_table {
	unsigned n_rows, n_columns;
	unsigned cpus[COLUMNS_MAX];
	struct irq_row rows[ROWS_MAX];
};

struct irq_sample {
	struct irq_table before;
};

static void head_read(struct irq_table *t, const char *line)
{
	for (const char *at = line; t->n_columns < COLUMNS_MAX && (at = strstr(at, "CPU")); at++)
		t->cpus[t->n_columns++] = (unsigned)strtoul(at + 3, NULL, 10);
}

// Rows of devices have a number; the others are the kernel's own, such as its timer.
static void row_read(struct irq_table *t, const char *line)
{
	struct irq_row *row = &t->rows[t->n_rows];
	const char *at = line + strspn(line, " ");
	size_t digits = strspn(at, "0123456789");

	if (digits == 0 || digits >= sizeof(row->number) || at[digits] != ':' ||
	    t->n_rows == ROWS_MAX)
		return;
	*row = (struct irq_row){ 0 };
	memcpy(row->number, at, digits);
	at += digits + 1;
	for (unsigned i = 0; i < t->n_columns; i++) {
		char *end;
		row->counts[i] = strtoull(at, &end, 10);
		at = end;
	}
	const char *last = strrchr(at, ' ');
	snprintf(row->name, sizeof(row->name), "%.*s", (int)strcspn(last ? last + 1 : at, "\n"),
		 last ? last + 1 : at);
	t->n_rows++;
}

static bool table_read(const char *root, struct irq_table *t)
{
	char path[ROOT_PATH_ROOM], line[8192];

	*t = (struct irq_table){ 0 };
	root_path(path, root, "/proc/interrupts");
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	if (fgets(line, sizeof(line), file))
		head_read(t, line);
	while (fgets(line, sizeof(line), file))
		row_read(t, line);
	fclose(file);
	return t->n_columns > 0;
}

struct irq_sample *irq_sample_begin(const struct collect *c, const struct facts *facts)
{
	if (!facts->cpus.named)
		return NULL;
	struct irq_sample *sample = malloc(sizeof(*sample));
	if (sample && !table_read(c->root, &sample->before)) {
		free(sample);
		return NULL;
	}
	return sample;
}

static const struct irq_row *row_find(const struct irq_table *t, const char *number)
{
	for (unsigned i = 0; i < t->n_rows; i++)
		if (!strcmp(t->rows[i].number, number))
			return &t->rows[i];
	return NULL;
}

static void column_judge(const struct irq_table *before, const struct irq_table *now,
			 unsigned column, uint64_t passed_ms, struct facts_interrupts *f)
{
	struct busy_irq busy = { .cpu = now->cpus[column] };
	uint64_t sum = 0, most = 0;

	for (unsigned i = 0; i < now->n_rows; i++) {
		const struct irq_row *row = &now->rows[i], *then = row_find(before, row->number);
		uint64_t n = row->counts[column] - (then ? then->counts[column] : 0);
		sum += n;
		if (n <= most)
			continue;
		most = n;
		snprintf(busy.busiest, sizeof(busy.busiest), "%.15s (%.28s)", row->number,
			 row->name);
		memcpy(busy.number, row->number, sizeof(busy.number));
	}
	busy.per_second = (unsigned)(sum * 1000 / passed_ms);
	if (busy.per_second > 0 && f->n < IRQS_MAX)
		f->list[f->n++] = busy;
}

void irq_sample_end(const struct collect *c, struct irq_sample *sample, uint64_t passed_ms,
		    struct facts *facts)
{
	struct facts_interrupts *f = &facts->interrupts;
	struct irq_table *now = sample ? malloc(sizeof(*now)) : NULL;

	if (!facts->cpus.named)
		snprintf(f->why_not, WHY_ROOM,
			 "workers float over all processors; name them by -- -l LIST");
	else if (!now || !table_read(c->root, now) || passed_ms == 0)
		snprintf(f->why_not, WHY_ROOM, "/proc/interrupts cannot be read");
	else
		for (unsigned i = 0; i < now->n_columns; i++)
			if (cpu_list_has(&facts->cpus.polled, now->cpus[i]))
				column_judge(&sample->before, now, i, passed_ms, f);
	free(now);
	free(sample);
}
