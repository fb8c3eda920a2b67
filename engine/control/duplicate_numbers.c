// SPDX-License-Identifier: BSD-3-Clause
// Duplicate phone numbers: ranges against ranges, rows against ranges, rows against rows by a hash.
#include "control/duplicate_numbers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "control/entries.h"

// Rows seen so far, by the hash of domain and number. An entry holds the row's place among all rows, and
// the part of the hash that its place in the table does not tell.
struct seen {
	const struct hl_config *config;
	const struct domains *domains;
	uint32_t mask;
	struct seen_row {
		uint32_t tag;
		uint32_t row; // + 1; 0: free
	} * rows;
};

#define ROWS_AHEAD 32 // hashed and prefetched together

static int memory_fail(struct fault *fault)
{
	fault_say(fault, "out of memory");
	fault->code = ENOMEM;
	return -ENOMEM;
}

// Numbers of equal value differ as text when one has leading zeros: 0100 and 100.
static bool same_text(const struct hl_lines *a, const struct hl_lines *b, uint64_t number)
{
	return range_width(a, number) == range_width(b, number);
}

static int ranges_fail(struct fault *fault, uint32_t index, const struct hl_lines *a,
		       uint64_t number)
{
	fault_say(fault, "phone_number %0*llu is in two groups of the profile", a->digits,
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

// The ranges are sorted by profile and first number: each is compared with those that begin inside it.
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

// Equal numbers are duplicates only in the same domain, whose case does not count. For lines in the
// profile's own domain this is the index of the profile.
static uint32_t space_of(const struct seen *seen, uint32_t group, uint32_t row)
{
	return seen->domains->list[domain_of(seen->domains, seen->config, group, row)].same;
}

static int row_fail(const struct seen *seen, struct fault *fault, uint32_t group, uint32_t row)
{
	const char *number = seen->config->lines[group].rows[row].phone_number;
	uint32_t space = space_of(seen, group, row);

	if (space < seen->config->n_profiles)
		fault_say(fault, "%.64s appears twice in the profile", number);
	else
		fault_say(fault, "%.64s appears twice in the profile with the domain %.127s",
			  number, seen->domains->list[space].text);
	fault_at(fault, FAULT_ROW, group, "phone_number");
	fault->row = row;
	return -EINVAL;
}

// The group of a row, given its place among the rows of all groups, and its number in the group.
static uint32_t row_find(const struct hl_config *config, uint32_t row, uint32_t *group)
{
	for (*group = 0;; ++*group) {
		const struct hl_lines *lines = &config->lines[*group];

		if (lines->csv != NULL && row < lines->n_rows)
			return row;
		row -= lines->csv != NULL ? lines->n_rows : 0;
	}
}

static int twice_fail(const struct seen *seen, uint32_t group, uint32_t row, uint32_t other,
		      struct fault *fault)
{
	uint32_t its_group, its_row = row_find(seen->config, other, &its_group);

	row_fail(seen, fault, group, row);
	if (its_group == group)
		return fault_hint(fault, "the first one is row %u", its_row + 1);
	return fault_hint(fault, "the first one is row %u of %.200s", its_row + 1,
			  seen->config->lines[its_group].csv);
}

static int row_check(struct seen *seen, uint32_t group, uint32_t row, uint32_t place, uint64_t hash,
		     struct fault *fault)
{
	const struct hl_lines *lines = seen->config->lines;
	uint32_t at = (uint32_t)hash & seen->mask, tag = (uint32_t)(hash >> 32);

	for (; seen->rows[at].row != 0; at = (at + 1) & seen->mask) {
		uint32_t its_group, its_row;

		if (seen->rows[at].tag != tag)
			continue;
		its_row = row_find(seen->config, seen->rows[at].row - 1, &its_group);
		if (space_of(seen, its_group, its_row) == space_of(seen, group, row) &&
		    strcmp(lines[its_group].rows[its_row].phone_number,
			   lines[group].rows[row].phone_number) == 0)
			return twice_fail(seen, group, row, seen->rows[at].row - 1, fault);
	}
	seen->rows[at] = (struct seen_row){ .tag = tag, .row = place + 1 };
	return 0;
}

static int group_check(struct seen *seen, uint32_t group, uint32_t first_place,
		       const struct range_ref *refs, uint32_t n_refs, struct fault *fault)
{
	const struct hl_lines *lines = &seen->config->lines[group];
	uint64_t hash[ROWS_AHEAD];
	int rc = 0;

	for (uint32_t r = 0; r < lines->n_rows && rc == 0; r++) {
		const char *number = lines->rows[r].phone_number;
		uint32_t end = lines->n_rows - r < ROWS_AHEAD ? lines->n_rows : r + ROWS_AHEAD;

		for (uint32_t k = r; r % ROWS_AHEAD == 0 && k < end; k++) {
			const char *text = lines->rows[k].phone_number;
			const uint64_t key[2] = { 0x68656172746c696e, space_of(seen, group, k) };

			hash[k - r] = siphash(key, text, (uint32_t)strlen(text));
			__builtin_prefetch(&seen->rows[(uint32_t)hash[k - r] & seen->mask], 1);
		}
		// ranges are in the profiles' own domains
		const struct hl_lines *range = range_of(refs, n_refs, space_of(seen, group, r),
							number);
		if (range == NULL) {
			rc = row_check(seen, group, r, first_place + r, hash[r % ROWS_AHEAD],
				       fault);
			continue;
		}
		row_fail(seen, fault, group, r);
		rc = fault_hint(fault, "the first one is in the range %0*llu-%0*llu", range->digits,
				(unsigned long long)range->first, range->digits,
				(unsigned long long)range->last);
	}
	return rc;
}

static int rows_check(const struct hl_config *config, const struct domains *domains,
		      uint64_t n_rows, const struct range_ref *refs, uint32_t n_refs,
		      struct fault *fault)
{
	struct seen seen = { .config = config, .domains = domains, .mask = 15 };
	uint32_t place = 0;
	int rc = 0;

	while (seen.mask < n_rows + n_rows / 2)
		seen.mask = seen.mask * 2 + 1;
	seen.rows = calloc((size_t)seen.mask + 1, sizeof(*seen.rows));
	if (seen.rows == NULL)
		return memory_fail(fault);
	for (uint32_t g = 0; g < config->n_lines && rc == 0; g++)
		if (config->lines[g].csv != NULL) {
			rc = group_check(&seen, g, place, refs, n_refs, fault);
			place += config->lines[g].n_rows;
		}
	free(seen.rows);
	return rc;
}

int duplicate_numbers_check(const struct hl_config *config, const struct domains *domains,
			    struct fault *fault)
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
		rc = rows_check(config, domains, n_rows, refs, n, fault);
	free(refs);
	return rc;
}
