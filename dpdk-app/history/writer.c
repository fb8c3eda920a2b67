// SPDX-License-Identifier: BSD-3-Clause
// Writes batches of changes, each in one transaction. A batch leaves the queue when it is in the file: what
// cannot be written waits there, and is tried again each second.

#include "history/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/counter.h"
#include "base/wall_time.h"
#include "history/file.h"
#include "history/queue.h"

#define BATCH 8192
#define LOOK_EVERY_MS 200
#define TRY_AGAIN_MS 1000
#define BUSY_MS 500 // how long one try waits for another process that has the file locked
#define BUSY_STEP_MS 10
#define RETAIN_EVERY_MS 10000
#define RETAIN_SLICES 100 // at once
#define OPERATIONS 10000  // of SQLite's machine, between two looks at the deadline

static bool too_late(struct history *h)
{
	return side_thread_too_late(&h->thread);
}

static int deadline_look(void *context)
{
	return too_late(context);
}

static int busy_wait(void *context, int times)
{
	const struct timespec step = { .tv_nsec = BUSY_STEP_MS * 1000000 };

	if (times >= BUSY_MS / BUSY_STEP_MS || too_late(context))
		return 0;
	nanosleep(&step, NULL);
	return 1;
}

int history_writer_open(struct history *h, struct hl_error *err)
{
	struct stat st;
	int said, rc = history_file_create(&h->db, h->path, err);

	if (rc < 0)
		return rc;
	sqlite3_busy_handler(h->db, busy_wait, h);
	sqlite3_progress_handler(h->db, OPERATIONS, deadline_look, h);
	h->record = history_record_new(h->db, &h->run, &said);
	if (!h->record || stat(h->path, &st) < 0) {
		history_writer_close(h);
		return hl_fail(err, EIO, "%s: %s", h->path, history_error_text(said));
	}
	h->device = st.st_dev;
	h->inode = st.st_ino;
	return 0;
}

void history_writer_close(struct history *h)
{
	if (h->record)
		h->run.id = history_record_run(h->record);
	history_record_free(h->record);
	sqlite3_close(h->db);
	h->record = NULL;
	h->db = NULL;
}

static void cannot(struct history *h, const char *why)
{
	if (counter_load(&h->failing))
		return;
	atomic_store(&h->failing, 1);
	if (!h->error[0])
		snprintf(h->error, sizeof(h->error), "%s", why);
	fprintf(stderr,
		"heartline: history: %s: %s; changes of state wait in memory, and are only counted when "
		"there is no more room\n",
		h->path, why);
}

// All that waited is in the file.
static void can_again(struct history *h)
{
	uint64_t lost = counter_load(&h->lost), n = lost - h->lost_said;

	if (!counter_load(&h->failing) && n == 0)
		return;
	fprintf(stderr, "heartline: history: %s: %s; %" PRIu64 " changes of state were lost%s\n",
		h->path,
		counter_load(&h->failing) ? "it is written again" : "it is written on time again",
		n, n > 0 ? ", they are not in it" : "");
	if (n > 0 && !h->error[0])
		snprintf(h->error, sizeof(h->error), "changes came faster than it was written");
	h->lost_said = lost;
	atomic_store(&h->failing, 0);
}

// What passes by itself leaves the file open: a lock, a disk that is full.
static void failed(struct history *h, int rc)
{
	history_record_roll_back(h->record);
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
		break;
	default:
		history_writer_close(h);
	}
	cannot(h, history_error_text(rc));
}

// Somebody may move the file away, or remove it: what is written to it then is seen by nobody.
static bool is_in_place(const struct history *h)
{
	struct stat st;

	return stat(h->path, &st) == 0 && st.st_dev == h->device && st.st_ino == h->inode;
}

static bool ready(struct history *h)
{
	struct hl_error err = { 0 };

	if (h->db && !is_in_place(h)) {
		history_writer_close(h);
		fprintf(stderr,
			"heartline: history: %s: the file was moved, removed or replaced; it is opened "
			"anew\n",
			h->path);
	}
	if (h->db || history_writer_open(h, &err) == 0)
		return true;
	size_t n = strlen(h->path);
	cannot(h, strncmp(err.text, h->path, n) == 0 && strlen(err.text) > n + 2 ? err.text + n + 2
										 : err.text);
	return false;
}

// @return false: it could not be written
static bool batch_write(struct history *h)
{
	uint64_t cursor = byte_ring_cursor(h->queue), n = 0;
	struct history_change change;
	int rc = history_record_begin(h->record);

	for (; rc == SQLITE_OK && n < BATCH && history_queue_next(h->queue, &cursor, &change); n++)
		rc = history_record_change(h->record, &change);
	if (rc == SQLITE_OK)
		rc = history_record_commit(h->record);
	if (rc != SQLITE_OK) {
		failed(h, rc);
		return false;
	}
	byte_ring_release(h->queue, cursor);
	counter_add(&h->written, n);
	return true;
}

static void retain(struct history *h)
{
	bool more = true;
	int rc = SQLITE_OK;

	for (int i = 0;
	     more && rc == SQLITE_OK && i < RETAIN_SLICES && !side_thread_is_ending(&h->thread);
	     i++)
		rc = history_retain(h->db, &h->limits, wall_now_ms(), &more);
	// While there is more to remove it goes on at the next look.
	h->retained_ms = more && rc == SQLITE_OK ? 0 : wall_now_ms();
	if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY) // which is tried again next time
		failed(h, rc);
}

static void turn(struct history *h)
{
	bool well = true;

	if (byte_ring_empty(h->queue) && !counter_load(&h->failing) && h->db &&
	    wall_now_ms() - h->retained_ms < RETAIN_EVERY_MS)
		return;
	if (!ready(h))
		return;
	while (well && !byte_ring_empty(h->queue) && !too_late(h))
		well = batch_write(h);
	if (well)
		can_again(h);
	if (well && !side_thread_is_ending(&h->thread) &&
	    wall_now_ms() - h->retained_ms >= RETAIN_EVERY_MS)
		retain(h);
}

static void end_write(struct history *h)
{
	int rc = h->record ? history_record_end(h->record, wall_now_ms()) : SQLITE_OK;

	if (rc != SQLITE_OK)
		failed(h, rc);
}

void *history_writer_main(void *context)
{
	struct history *h = context;
	const struct timespec again = { .tv_nsec = BUSY_STEP_MS * 1000000 };

	side_thread_yield();
	while (!side_thread_is_ending(&h->thread)) {
		turn(h);
		side_thread_rest(&h->thread,
				 (counter_load(&h->failing) ? TRY_AGAIN_MS : LOOK_EVERY_MS) *
					 UINT64_C(1000000));
	}
	turn(h);
	while (!byte_ring_empty(h->queue) && !too_late(h)) {
		nanosleep(&again, NULL);
		turn(h);
	}
	if (!counter_load(&h->failing))
		end_write(h);
	return NULL;
}
