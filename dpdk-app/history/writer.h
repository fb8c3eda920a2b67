// SPDX-License-Identifier: BSD-3-Clause
// The thread that writes a history, and what it shares with the control thread.
#pragma once

#include <stdatomic.h>

#include <sys/types.h>

#include "base/byte_ring.h"
#include "base/side_thread.h"
#include "history/history.h"
#include "history/record.h"

struct history {
	char *path, *version, *config, **profiles;
	struct history_run run;
	struct history_limits limits;
	struct byte_ring *queue;
	struct side_thread thread;
	_Atomic uint64_t put, lost;        // writer: the control thread
	_Atomic uint64_t written, failing; // writer: the thread
	// The thread's own; before it starts and after it ended the control thread's.
	sqlite3 *db; // NULL: closed after an error
	struct history_record *record;
	dev_t device; // what the path led to when it was opened
	ino_t inode;
	uint64_t lost_said;
	int64_t retained_ms;            // when it was last looked over
	char error[HISTORY_WORDS_ROOM]; // the first one
};

int history_writer_open(struct history *history, struct hl_error *err);
void *history_writer_main(void *history);
void history_writer_close(struct history *history);
