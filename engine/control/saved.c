// SPDX-License-Identifier: BSD-3-Clause
// Reads the bytes of a file of state, and finds lines in them.
#include "control/saved.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/saved_file.h"

struct hl_saved *hl_saved_new(void)
{
	return calloc(1, sizeof(struct hl_saved));
}

void hl_saved_free(struct hl_saved *saved)
{
	if (saved == NULL)
		return;
	free(saved->files);
	free(saved->table);
	free(saved);
}

uint64_t hl_saved_lines(const struct hl_saved *saved)
{
	return saved->n;
}

uint64_t hl_saved_left(const struct hl_saved *saved)
{
	return saved->n - saved->n_taken;
}

bool hl_moment_age(const struct hl_moment *then, const struct hl_moment *now, uint64_t *age_ms)
{
	static const uint8_t unknown[sizeof(then->boot_id)];
	bool same_boot = memcmp(then->boot_id, now->boot_id, sizeof(then->boot_id)) == 0 &&
			 memcmp(then->boot_id, unknown, sizeof(unknown)) != 0;

	*age_ms = 0;
	if (same_boot && now->boot_ms >= then->boot_ms)
		*age_ms = now->boot_ms - then->boot_ms;
	else if (!same_boot && now->wall_ms >= then->wall_ms)
		*age_ms = (uint64_t)(now->wall_ms - then->wall_ms);
	else
		return false;
	return true;
}

// Its entry, or the one where it would stand.
static struct saved_entry *entry_of(const struct hl_saved *saved, const uint64_t identity[2])
{
	uint64_t at = identity[0] & saved->mask;

	while (saved->table[at].bytes != NULL &&
	       memcmp(saved->table[at].identity, identity, sizeof(saved->table[at].identity)) != 0)
		at = (at + 1) & saved->mask;
	return &saved->table[at];
}

// Room for so many more, half of the table empty.
static int table_grow(struct hl_saved *saved, uint64_t more)
{
	struct hl_saved bigger = { .mask = 63 };

	while (bigger.mask < 2 * (saved->n + more))
		bigger.mask = bigger.mask * 2 + 1;
	bigger.table = calloc(bigger.mask + 1, sizeof(*bigger.table));
	if (bigger.table == NULL)
		return -ENOMEM;
	for (uint64_t i = 0; saved->table != NULL && i <= saved->mask; i++)
		if (saved->table[i].bytes != NULL)
			*entry_of(&bigger, saved->table[i].identity) = saved->table[i];
	free(saved->table);
	saved->table = bigger.table;
	saved->mask = bigger.mask;
	return 0;
}

// A line may be in files of two runs, when the later one was ended before it had written all of them.
static void entry_add(struct hl_saved *saved, const struct saved_entry *entry)
{
	struct saved_entry *at = entry_of(saved, entry->identity);

	if (at->bytes != NULL &&
	    saved->files[at->file].head.run >= saved->files[entry->file].head.run)
		return;
	saved->n += at->bytes == NULL;
	*at = *entry;
}

static int lines_add(struct hl_saved *saved, const struct saved_reading *reading, bool add)
{
	struct saved_cursor cursor = saved_first(reading);
	struct saved_line line;
	struct saved_entry entry = { .file = saved->n_files - 1 };

	while (saved_next(&cursor, &entry.bytes, &entry.len)) {
		uint32_t len = saved_line_read(&line, entry.bytes, entry.len);

		if (len == 0)
			return -EBADMSG;
		saved_skip(&cursor, len);
		memcpy(entry.identity, line.identity, sizeof(entry.identity));
		entry.len = len;
		if (add)
			entry_add(saved, &entry);
	}
	return cursor.lines == reading->lines ? 0 : -EBADMSG;
}

int hl_saved_read(struct hl_saved *saved, const uint8_t *bytes, size_t len,
		  const struct hl_moment *now, struct hl_saved_head *head, struct hl_error *err)
{
	struct saved_reading reading;
	int rc = saved_open(&reading, bytes, len, err);

	if (rc != 0)
		return rc;
	struct saved_file *files = realloc(saved->files,
					   (saved->n_files + 1) * sizeof(*saved->files));
	if (files == NULL || table_grow(saved, reading.lines) != 0) {
		saved->files = files != NULL ? files : saved->files;
		return hl_fail(err, ENOMEM, "no memory for its lines");
	}
	saved->files = files;
	files[saved->n_files].head = reading.head;
	files[saved->n_files].age_known = hl_moment_age(&reading.head.at, now,
							&files[saved->n_files].age_ms);
	saved->n_files++;
	rc = lines_add(saved, &reading, false); // all of it or nothing
	if (rc != 0) {
		saved->n_files--;
		return hl_fail(err, EBADMSG, "its lines cannot be read: it is damaged");
	}
	lines_add(saved, &reading, true);
	*head = reading.head;
	return 0;
}

struct saved_entry *saved_find(const struct hl_saved *saved, const uint64_t identity[2],
			       struct saved_line *line)
{
	if (saved == NULL || saved->table == NULL)
		return NULL;
	struct saved_entry *entry = entry_of(saved, identity);
	if (entry->bytes == NULL || saved_line_read(line, entry->bytes, entry->len) == 0)
		return NULL;
	return entry;
}
