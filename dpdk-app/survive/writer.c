// SPDX-License-Identifier: BSD-3-Clause
// Writes what it is handed. What cannot be written is left out until the next round begins: the last complete files
// stay as they are.

#include "survive/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/counter.h"
#include "base/timebase.h"

#define BUSY_REST_NS 1000000u
#define BUSY_LOOKS 100
#define IDLE_REST_NS 50000000u

static void cannot(struct survive *s)
{
	if (!s->error[0])
		snprintf(s->error, sizeof(s->error), "%s", strerror(-s->round_error));
	atomic_fetch_add(&s->failed, 1); // from here on the words are read
	if (counter_load(&s->failing))
		return;
	atomic_store(&s->failing, 1);
	fprintf(stderr,
		"heartline: state: %s: %s; what was written last is kept, and it is tried again\n",
		s->folder.path, strerror(-s->round_error));
}

static void round_done(struct survive *s)
{
	int rc = s->round_error;

	if (rc < 0) {
		cannot(s);
	} else {
		counter_add(&s->written, 1);
		if (counter_load(&s->failing))
			fprintf(stderr, "heartline: state: %s: it is written again\n",
				s->folder.path);
		atomic_store(&s->failing, 0);
		if (s->old_left)
			state_folder_clear(&s->folder, false);
		s->old_left = false;
	}
	s->round_error = 0;
}

// A file of this round that failed leaves the others of the round to be tried.
void writer_do(struct survive *s, const struct item *item)
{
	int rc = 0;

	switch (item->what) {
	case ITEM_BEGIN:
		rc = state_file_begin(&s->file, &s->folder, item->worker);
		break;
	case ITEM_BLOCK:
	case ITEM_END:
		if (s->file.fd < 0)
			return;
		break;
	case ITEM_DONE:
		round_done(s);
		return;
	}
	if (rc == 0)
		rc = state_file_add(&s->file, item->save.block, item->len);
	if (rc == 0 && item->what == ITEM_END)
		rc = state_file_commit(&s->file);
	if (rc == 0)
		return;
	state_file_drop(&s->file);
	s->round_error = s->round_error < 0 ? s->round_error : rc;
}

static bool is_empty(const struct survive *s)
{
	return atomic_load(&s->head) == atomic_load(&s->tail);
}

// While a round is under way the next item comes soon.
static uint64_t rest_ns(unsigned empty_looks)
{
	return empty_looks < BUSY_LOOKS ? BUSY_REST_NS : IDLE_REST_NS;
}

void *writer_main(void *context)
{
	struct survive *s = context;
	unsigned empty_looks = 0;

	side_thread_yield();
	while (!side_thread_is_ending(&s->side)) {
		if (is_empty(s)) {
			side_thread_rest(&s->side, rest_ns(empty_looks++));
			continue;
		}
		uint64_t from_ns = monotonic_ns();
		writer_do(s, &s->items[atomic_load(&s->tail) % ITEMS]);
		counter_add(&s->round_ns, monotonic_ns() - from_ns);
		atomic_fetch_add(&s->tail, 1);
		empty_looks = 0;
	}
	state_file_drop(&s->file);
	return NULL;
}
