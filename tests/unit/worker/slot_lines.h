// SPDX-License-Identifier: BSD-3-Clause
// What tests of lines that come and go share: one that was removed, and its successor in the same slot.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include <heartline/snapshot.h>
#include "rig.h"
#include "worker/worker.h"

#define KEYS "    remove_last_registration: on\n    register_refresh_interval: 60s\n"
#define QUARANTINE (32100 * MS)

static inline void command(struct rig *rig, enum hl_command_type type, uint32_t first, uint32_t n,
			   uint64_t spread_ns)
{
	const struct hl_command c = {
		.type = type, .first = first, .n = n, .spread_ns = spread_ns
	};

	cr_assert(eq(int, hl_worker_command(rig->worker, &c), 0));
	rig_pass(rig, 1 * MS);
}

static inline uint64_t drops(const struct rig *rig, enum hl_drop drop)
{
	return rig_count(&rig_counters(rig)->drops[drop]);
}

static inline struct hl_snapshot snapshot(const struct rig *rig)
{
	struct hl_worker *const workers[] = { rig->worker };
	struct hl_snapshot s;

	hl_snapshot_take(&s, workers, 1);
	return s;
}

static inline bool slot_was_given_back(struct rig *rig, uint32_t slot)
{
	uint32_t slots[2];
	uint32_t n = hl_worker_removed(rig->worker, slots, 2);

	cr_assert(n == 0 || (n == 1 && slots[0] == slot));
	return n == 1;
}

// Line 0, registered at P; it was asked to go, and its unregister is out.
static inline struct rig *leaving(const char *keys)
{
	struct rig *rig = rig_new(keys, 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	cr_assert(eq(u32, rig->n, 1));
	cr_assert_str_eq(rig_header(rig, 0, "Expires"), "0");
	return rig;
}

// The same, and the server has said yes.
static inline struct rig *removed(const char *keys)
{
	struct rig *rig = leaving(keys);

	rig_answer(rig, 0, 200, "");
	return rig;
}

// Line 0 was asked to go before its first REGISTER was answered; the server has said yes to its unregister.
static inline struct rig *removed_unheard(void)
{
	struct rig *rig = rig_new(KEYS, 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	cr_assert(eq(u32, rig->n, 2), "it may have been heard: it is unregistered");
	rig_answer(rig, 1, 200, "");
	return rig;
}

// The next line of slot 0 has sent its first REGISTER; it stands behind what was caught before.
static inline uint32_t succeed(struct rig *rig)
{
	rig_pass(rig, QUARANTINE);
	cr_assert(slot_was_given_back(rig, 0));
	command(rig, HL_COMMAND_ADD, 0, 1, 0);
	cr_assert(eq(int, rig_state(rig, 0).slot, HL_SLOT_LINE));
	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	return rig->n - 1;
}
