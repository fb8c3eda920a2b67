// SPDX-License-Identifier: BSD-3-Clause
// What workers run: read-only tables, made by control/plan.c, shared by all of them.
#pragma once

#include <assert.h>
#include <stdint.h>

#include <heartline/plan.h>
#include "net/addr_set.h"
#include "worker/constants.h"
#include "worker/directory.h"

#define PLAN_WINDOWS_MAX 16
#define PLAN_WORKERS_MAX 64
static_assert(PLAN_WORKERS_MAX <= PUBLISH_READERS_MAX, "each reads the constants");

// What the boot key is used for, each by a key of its own: what goes out for one purpose must not be
// valid for another (the tag of an answer as the MAC of a branch).
enum plan_key {
	PLAN_KEY_BRANCH,  // MAC of Via branches
	PLAN_KEY_CALL_ID, // of registrations and probes
	PLAN_KEY_DIALOG,  // Call-ID and tag of a subscription
	PLAN_KEY_TO_TAG,  // of answers
	PLAN_KEY_CNONCE,
	PLAN_KEY_REALMS,    // place in the table of realms
	PLAN_KEY_PORTS,     // order in which ports are dealt
	PLAN_KEY_FRAGMENTS, // place in the table of fragments
	PLAN_KEYS,
};

// Lines that share a hash for their Call-IDs: none is computed for a message, and none is stored a line.
#define PLAN_CALL_ID_LINES 64

struct plan_address {
	struct hl_addr addr;
	uint8_t text_len;
	char text[HL_ADDR_TEXT];
};

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

struct hl_plan {
	struct hl_plan_options options; // without the boot key
	uint64_t keys[PLAN_KEYS][2];
	uint64_t *call_ids; // hash of each PLAN_CALL_ID_LINES lines
	// The plan is of three parts: what is constant, where servers are, and the table of lines (the rest).
	struct publisher constants; // struct plan_constants, see plan_constants()
	struct plan_directory directory;
	struct hl_profile *settings; // of each profile, as it is configured now. Control thread
	uint32_t n_lines;
	struct plan_address *addresses; // by index of addr_set
	struct addr_set addr_set;
	struct plan_identity *identities; // by line
	struct plan_line *lines;
	char *arena;
	uint32_t *slots; // line + 1, or 0
	uint64_t *
		steered; // a bit a line: its replies should arrive at its worker; NULL: nothing steers
	uint32_t n_steered;
	uint32_t n_windows, slots_per_address;
	struct port_window windows[PLAN_WINDOWS_MAX];
	uint32_t first[PLAN_WORKERS_MAX + 1]; // worker w owns lines first[w] .. first[w + 1] - 1
	// Lines that come and go; the control thread alone reads and writes these.
	struct plan_free free[PLAN_WORKERS_MAX];
	uint32_t n_free;            // of all workers
	uint32_t *next_free;        // by slot
	struct plan_block **blocks; // by slot; NULL: its texts are in the arena
};

// The constants that were published last. For the thread that changes them, and for no other: a worker reads
// those that it has taken (worker.h).
static inline struct plan_constants *plan_constants(const struct hl_plan *plan)
{
	return (struct plan_constants *)publish_current(&plan->constants);
}

// Line of an own address and port, or -1.
int64_t plan_find(const struct hl_plan *plan, const struct hl_addr *addr, uint16_t port);
