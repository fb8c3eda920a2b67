// SPDX-License-Identifier: BSD-3-Clause
// The table of lines of a plan: a slot for each line, with its own address and port, its shape and its texts.
//
// Addresses and ports never change. Shapes and texts change only where a slot is free; the control thread
// writes them before the worker that owns the slot hears of the line, and frees them after it has given the
// slot up (ARCHITECTURE.md, ownership). Which line a slot has at the moment is the worker's to say: the
// generation and the state are in its struct line.
#pragma once

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>

#define PLAN_WINDOWS_MAX 16
#define PLAN_WORKERS_MAX 64

// Lines that share a hash for their Call-IDs, as a power of two: none is computed for a message, and none is
// stored a line, unless lines go on with Call-IDs that an earlier run gave them.
#define PLAN_CALL_ID_SHIFT 6

#define PLAN_ADDRESS_TEXT 43 // of the longest, without its NUL

struct plan_address {
	struct hl_addr addr;
	uint8_t text_len;
	uint16_t network; // of the directory
	// DHCP has taken it back: nothing is sent from it. Writer: the first worker of the port
	_Atomic bool gone;
	char text[PLAN_ADDRESS_TEXT]; // as it stands in a URI
};
static_assert(sizeof(struct plan_address) == 64, "one cache line a request");

// Texts of a line: user, display name, account, password, one behind the other. In front of
// them stands the UUID of its instance, where the profile has one.
#define PLAN_INSTANCE_LEN 36
struct plan_identity {
	const char *text; // NULL: a slot that never had a line
	uint8_t user_len, display_len, account_len, password_len;
};

// Ports in use: (address, port) -> slot = address * slots_per_address + offset + port - first.
struct port_window {
	uint16_t first, last;
	uint32_t offset;
};

struct plan_line {
	uint32_t addr; // index
	uint16_t port;
	uint16_t shape; // PLAN_NO_SHAPE: a free slot
};
#define PLAN_NO_SHAPE UINT16_MAX

// Texts of lines that were added together.
struct plan_block {
	uint32_t n_lines; // that use it
	char texts[];
};

// Free slots of a worker, first in, first out. All is one more than the slot; 0: none.
struct plan_free {
	uint32_t head, tail, n;
};

// Writer: the control thread. Readers: workers, of lines that are theirs; anyone, of what never changes.
struct line_table {
	uint32_t n_lines;                     // slots, also those without a line
	uint32_t first[PLAN_WORKERS_MAX + 1]; // worker w owns lines first[w] .. first[w + 1] - 1
	struct plan_line *lines;
	struct plan_identity *identities; // by line
	char *arena;                      // their texts, of lines that were configured
	uint64_t *call_ids;               // a hash by line >> call_id_shift
	uint32_t call_id_shift;           // PLAN_CALL_ID_SHIFT, or 0: each line has its own
	// Places: they never change.
	struct plan_address *addresses; // those of a network stand together
	uint32_t n_addresses;
	uint32_t n_windows, slots_per_address;
	struct port_window windows[PLAN_WINDOWS_MAX];
	uint32_t *slots; // line + 1, or 0
	// A bit a line: its replies should arrive at its worker. NULL: nothing steers.
	uint64_t *steered;
	uint32_t n_steered;
	// Lines that come and go; the control thread alone reads and writes these.
	struct plan_free free[PLAN_WORKERS_MAX];
	uint32_t n_free;            // of all workers
	uint32_t *next_free;        // by slot
	struct plan_block **blocks; // by slot; NULL: its texts are in the arena
};

// What the Call-IDs of a line are made of, together with epoch and server (write.c).
static inline uint64_t line_table_call_id(const struct line_table *table, uint32_t line)
{
	return table->call_ids[line >> table->call_id_shift] ^ (uint64_t)line << 1;
}

// Line of an own address, by its index, and port, or -1.
int64_t line_table_find(const struct line_table *table, uint32_t address, uint16_t port);
