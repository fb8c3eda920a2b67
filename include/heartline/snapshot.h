// SPDX-License-Identifier: BSD-3-Clause
// Snapshot: counts over all lines, walked lock-free from the state words, and the workers' counters.
#pragma once

#include <stdint.h>

#include <heartline/worker.h>

struct hl_snapshot {
	uint64_t lines; // slots that have one
	uint64_t removed_slots, free_slots;
	uint64_t by_state[HL_LINE_STATES];
	uint64_t on_primary, on_backup; // registered now: ON_P; ON_B, HOLD_B, SW_P
	uint64_t registered;            // their sum
	uint64_t
		unresolved_lines; // whose last request waits for a next hop, or was given up for it
	uint64_t dhcp_clients, dhcp_leases; // addresses that come from DHCP; those that are there
	// Summed over the workers: a member for each row of HL_COUNTER_TABLE. The program adds what it
	// counts itself to `limits`. After a retransmission a time counts from the first transmission,
	// since nobody knows which one was answered.
#define HL_SNAPSHOT_ONE(member, ...) uint64_t member;
#define HL_SNAPSHOT_EACH(member, values, ...) uint64_t member[values];
#define HL_SNAPSHOT_HIST(member, ...) struct hl_hist member;
	HL_COUNTER_TABLE(HL_SNAPSHOT_ONE, HL_SNAPSHOT_EACH, HL_SNAPSHOT_HIST)
};

/** Any thread, any time; about a millisecond for a million lines. */
void hl_snapshot_take(struct hl_snapshot *snapshot, struct hl_worker *const workers[], uint32_t n);

/** Of all methods together, for example s->timeouts. */
static inline uint64_t hl_all_methods(const uint64_t of[HL_METHODS])
{
	uint64_t sum = 0;

	for (unsigned method = 0; method < HL_METHODS; method++)
		sum += of[method];
	return sum;
}
