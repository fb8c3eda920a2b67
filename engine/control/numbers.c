// SPDX-License-Identifier: BSD-3-Clause
// Duplicate phone numbers: ranges against ranges, rows against ranges, rows against rows by a hash.
#include "control/numbers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "control/entries.h"

// Rows seen: group + row of each, by the hash of profile and number.
struct seen {
	uint32_t mask;
	struct seen_row {
		uint32_t group; // + 1; 0: free
		uint32_t row;
	} * rows;
};

static int memory_fail(struct fault *fault)
{
	fault_say(fault, "out of memory");
	fault->code = ENOMEM;
	return -ENOMEM;
}

// Two numbers of equal value are two texts when zeros are in front of one: 0100 and 100.
static bool same_text(const struct hl_lines *a, const struct hl_lines *b, uint64_t number)
{
	return range_width(a, number) == range_width(b, number);
}

static int ranges_fail(struct fault *fault, uint32_t index, const struct hl_lines *a,
		       uint64_t number)
{
	fault_say(fault, "phone_number %0*llu stands in two groups of the profile", a->digits,
		  (unsigned long long)number);
	fault_hint(fault, "the other one is the range %0*llu-%0*llu", a->digits,
		   (unsigned long long)a->first, a->digits, (unsigned long long)a->last);
	return fault_at(fault, FAULT_LINES, index, "range");
}

struct range_ref {
	const struct hl_lines *lines;
	uint32_t index;
};

static int range_order(const void *left, const void *right)
{
	const struct range_ref *a = left, *b = right;

	if (a->lines->profile != b->lines->profile)
		return a->lines->profile < b->lines->profile ? -1 : 1;
	if (a->lines->first != b->lines->first)
		return a->lines->first < b->lines->first ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

// Sorted by profile and first number; those that begin in a range are looked at together.
static int ranges_check(const struct range_ref *refs, uint32_t n, struct fault *fault)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = i + 1; j < n; j++) {
			const struct hl_lines *a = refs[i].lines, *b = refs[j].lines;
			uint64_t end = a->last < b->last ? a->last : b->last;

			if (b->profile != a->profile || b->first > a->last)
				break;
			if (!same_text(a, b, end)) // the wider the number, the fewer zeros
				continue;
			if (refs[i].index > refs[j].index)
				return ranges_fail(fault, refs[i].index, b, end);
			return ranges_fail(fault, refs[j].index, a, end);
		}
	return 0;
}

static const struct hl_lines *range_of(const struct range_ref *refs, uint32_t n, uint32_t profile,
				       const char *number)
{
	size_t len = strspn(number, "0123456789");
	uint64_t value;

	if (n == 0 || len == 0 || len > RANGE_DIGITS_MAX || number[len] != '\0')
		return NULL;
	value = strtoull(number, NULL, 10);
	for (uint32_t i = 0; i < n; i++) {
		const struct hl_lines *a = refs[i].lines;

		if (a->profile == profile && a->first <= value && value <= a->last &&
		    range_width(a, value) == len)
			return a;
	}
	return NULL;
}

static int row_fail(struct fault *fault, uint32_t group, uint32_t row, const char *number)
{
	fault_say(fault, "%.64s stands twice in the profile", number);
	fault_at(fault, FAULT_ROW, group, "phone_number");
	fault->row = row;
	return -EINVAL;
}

static int row_check(struct seen *seen, const struct hl_config *config, uint32_t group,
		     uint32_t row, struct fault *fault)
{
	const char *number = config->lines[group].rows[row].phone_number;
	uint64_t key[2] = { 0x68656172746c696e, config->lines[group].profile };
	uint32_t at = (uint32_t)siphash(key, number, (uint32_t)strlen(number)) & seen->mask;

	for (; seen->rows[at].group != 0; at = (at + 1) & seen->mask) {
		const struct seen_row *other = &seen->rows[at];
		const struct hl_lines *lines = &config->lines[other->group - 1];

		if (lines->profile != config->lines[group].profile ||
		    strcmp(lines->rows[other->row].phone_number, number) != 0)
			continue;
		row_fail(fault, group, row, number);
		if (other->group - 1 == group)
			return fault_hint(fault, "the first one is row %u", other->row + 1);
		return fault_hint(fault, "the first one is row %u of %.200s", other->row + 1,
				  lines->csv);
	}
	seen->rows[at] = (struct seen_row){ .group = group + 1, .row = row };
	return 0;
}

static int rows_check(const struct hl_config *config, uint64_t n_rows, const struct range_ref *refs,
		      uint32_t n_refs, struct fault *fault)
{
	struct seen seen = { .mask = 15 };
	int rc = 0;

	while (seen.mask < n_rows + n_rows / 2)
		seen.mask = seen.mask * 2 + 1;
	seen.rows = calloc((size_t)seen.mask + 1, sizeof(*seen.rows));
	if (seen.rows == NULL)
		return memory_fail(fault);
	for (uint32_t g = 0; g < config->n_lines && rc == 0; g++) {
		const struct hl_lines *lines = &config->lines[g];

		for (uint32_t r = 0; lines->csv != NULL && r < lines->n_rows && rc == 0; r++) {
			const char *number = lines->rows[r].phone_number;
			const struct hl_lines *range = range_of(refs, n_refs, lines->profile,
								number);

			if (range == NULL) {
				rc = row_check(&seen, config, g, r, fault);
				continue;
			}
			row_fail(fault, g, r, number);
			rc = fault_hint(fault, "the first one is in the range %0*llu-%0*llu",
					range->digits, (unsigned long long)range->first,
					range->digits, (unsigned long long)range->last);
		}
	}
	free(seen.rows);
	return rc;
}

int numbers_check(const struct hl_config *config, struct fault *fault)
{
	struct range_ref *refs = calloc((size_t)config->n_lines + 1, sizeof(*refs));
	uint64_t n_rows = 0;
	uint32_t n = 0;
	int rc;

	if (refs == NULL)
		return memory_fail(fault);
	for (uint32_t i = 0; i < config->n_lines; i++)
		if (config->lines[i].csv != NULL)
			n_rows += config->lines[i].n_rows;
		else
			refs[n++] = (struct range_ref){ .lines = &config->lines[i], .index = i };
	qsort(refs, n, sizeof(*refs), range_order);
	rc = ranges_check(refs, n, fault);
	if (rc == 0 && n_rows > 0)
		rc = rows_check(config, n_rows, refs, n, fault);
	free(refs);
	return rc;
}
