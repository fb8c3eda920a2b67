// SPDX-License-Identifier: BSD-3-Clause
// State that survives: what lines need to go on after a restart, as bytes, and back (FAILOVER.md section 8).
//
// The bytes are one file a worker: a head, blocks of lines, an end with a checksum over all. Who writes and
// reads files is the caller's business; so is the time, which comes as an argument.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <heartline/error.h>
#include <heartline/worker.h>

#define HL_SAVED_FORMAT 1

// A moment, by clocks that another process can hold its own against.
struct hl_moment {
	int64_t wall_ms;     // since 1970
	uint64_t boot_ms;    // since the machine was started, sleep included
	uint8_t boot_id[16]; // which start that was; all zero: not known
};

struct hl_saved_head {
	uint64_t
		run; // rises from run to run; of two records of a line that of the later run counts
	uint32_t worker, n_workers;
	struct hl_moment at; // from which the times of the lines count
};

// Writing: head, blocks until all lines are in them, end.

#define HL_SAVED_HEAD_BYTES 80
#define HL_SAVED_BLOCK_BYTES 65536
#define HL_SAVED_END_BYTES 24

struct hl_saved_sum {
	uint64_t hash, lines;
};

/** Begin a file: its first bytes. */
void hl_saved_begin(struct hl_saved_sum *sum, const struct hl_saved_head *head,
		    uint8_t out[HL_SAVED_HEAD_BYTES]);

// A question to a worker: its lines, as many as one block takes and one call may serve.
struct hl_save {
	uint64_t base_ns; // monotonic time of the head's moment
	uint32_t next;    // the first line that is wanted; then the first that is not in the block
	uint32_t len, n_lines; // out: bytes of the block, and lines in it
	uint8_t block[HL_SAVED_BLOCK_BYTES];
};

/**
 * Ask a worker. It answers when it takes commands, and never waits. Control thread.
 * @return 0, and *save is the worker's until it has answered; -EAGAIN: try again
 */
int hl_worker_save(struct hl_worker *worker, struct hl_save *save);

/** Has it answered? Control thread. */
bool hl_worker_saved(const struct hl_worker *worker);

/** The same at once, of a worker at rest. */
void hl_worker_save_now(struct hl_worker *worker, struct hl_save *save, uint64_t now_ns);

/** Complete the block of an answer. @return how many of its bytes belong into the file; 0: none */
uint32_t hl_saved_block(struct hl_saved_sum *sum, struct hl_save *save);

/** The last bytes. */
void hl_saved_end(struct hl_saved_sum *sum, uint8_t out[HL_SAVED_END_BYTES]);

// Reading.

struct hl_saved;

/** @return NULL: no memory */
struct hl_saved *hl_saved_new(void);
void hl_saved_free(struct hl_saved *saved);

/**
 * Add the bytes of one file, all of it or nothing.
 *
 * @param bytes  they must stay until hl_saved_free()
 * @param now    against which the file's moment is held
 * @param head   out: when 0 is returned
 * @return 0; -EBADMSG: it is torn or damaged, or none of ours; -EPROTONOSUPPORT: of another format; -ENOMEM.
 * The message says it in words that follow the file's name.
 */
int hl_saved_read(struct hl_saved *saved, const uint8_t *bytes, size_t len,
		  const struct hl_moment *now, struct hl_saved_head *head, struct hl_error *err);

/** Lines that it knows. */
uint64_t hl_saved_lines(const struct hl_saved *saved);

/**
 * How much time has passed from one moment to a later one: by the clock that runs while the machine does, else by
 * the wall clock. @return false: nobody knows, since the wall clock has gone back
 */
bool hl_moment_age(const struct hl_moment *then, const struct hl_moment *now, uint64_t *age_ms);

// What became of a line at the start. The reasons why a registration does not go on, the first that applies.
enum hl_taken {
	HL_TAKEN_UP,      // it goes on
	HL_TAKEN_UNKNOWN, // the state does not know the line
	HL_TAKEN_CLOCK,   // nobody knows how much time has passed
	HL_TAKEN_NONE,    // the line was not registered
	HL_TAKEN_EXPIRED, // its registration has run out
	HL_TAKEN_PLACE,   // its own address or port is not the line's any more
	HL_TAKEN_SERVER,  // where it was registered is not a server of its profile any more
	HL_TAKEN_OUTCOMES,
};

/** "expired" and so on, a word for a summary; and what it means, for people. */
const char *hl_taken_name(enum hl_taken outcome);
const char *hl_taken_text(enum hl_taken outcome);

struct hl_take_up {
	uint64_t now_ns;                // monotonic
	uint64_t spread_ns;             // refreshes that are overdue are spread over it
	uint64_t by[HL_TAKEN_OUTCOMES]; // out: lines, added
};

/**
 * Let the lines of a worker go on where the state has them. The plan was made with it (struct hl_plan_options),
 * and servers have been published; the worker has not run yet. Lines that go on are on at once; the
 * others begin with HL_COMMAND_ENABLE, and so does what runs beside a registration.
 */
void hl_worker_take_up(struct hl_worker *worker, struct hl_saved *saved, struct hl_take_up *t);

/** Lines of the state that no worker has asked for: the configuration does not have them. */
uint64_t hl_saved_left(const struct hl_saved *saved);
