// SPDX-License-Identifier: BSD-3-Clause
// What the files of this folder share: the control thread asks the workers (collect.c), and what they answer goes
// by a few items to a thread that writes it (writer.c).
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include <heartline/saved.h>

#include "base/control_loop.h"
#include "base/side_thread.h"
#include "survive/counts.h"
#include "survive/folder.h"
#include "survive/state_file.h"

enum item_what {
	ITEM_BEGIN, // of the file of a worker: its first bytes
	ITEM_BLOCK,
	ITEM_END,  // its last bytes
	ITEM_DONE, // of all files; it has no bytes
};

struct item {
	enum item_what what;
	unsigned worker;
	uint32_t len;        // bytes of save.block
	struct hl_save save; // of a worker, until it has answered
};
#define ITEMS 8

struct state_bytes {
	struct state_bytes *next;
	uint8_t *bytes;
};

struct survive {
	struct state_folder folder;
	uint64_t interval_ns;
	struct hl_worker *const *workers;
	unsigned n_workers;
	struct hl_saved *saved; // until it was taken up
	struct state_bytes *read;
	struct survive_counts counts; // what is known since the start

	// Control thread.
	struct control_loop *loop;
	int timer;
	bool collecting, in_file, asked;
	unsigned worker; // that is asked
	uint32_t next;   // its first line that was not told
	uint64_t begun_ns;
	struct hl_saved_sum sum;
	struct hl_moment at;
	uint64_t at_ns; // that moment by the workers' clock

	// Items from `tail` to `head`, modulo ITEMS, are the writer's; the others the control thread's.
	struct item items[ITEMS];
	_Atomic uint32_t head, tail; // writers: the control thread; the writer
	struct side_thread side;

	// The writer, and who takes its place before and after.
	struct state_file file;
	int round_error; // of this round so far; 0: none
	bool old_left;   // files of other runs
	_Atomic uint64_t written, failed, failing;
	_Atomic uint64_t round_ns; // what the file system took for the latest round so far
	char error[SURVIVE_WORDS_ROOM];
};

// writer.c
void writer_do(struct survive *s, const struct item *item);
void *writer_main(void *context);

// collect.c
void collect_due(void *context);
// All lines of workers at rest, at once.
void collect_now(struct survive *s);
