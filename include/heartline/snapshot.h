// SPDX-License-Identifier: BSD-3-Clause
// Snapshot: counts over all lines, walked lock-free from the state words.
#pragma once

#include <stdint.h>

#include <heartline/worker.h>

struct hl_snapshot {
	uint64_t lines;
	uint64_t by_state[HL_LINE_STATES];
	uint64_t on_primary, on_backup; // registered now: ON_P; ON_B, HOLD_B, SW_P
	uint64_t registered;            // their sum
	// counters summed over the workers
	uint64_t requests[HL_METHODS], finals[HL_METHODS], retransmissions, timeouts;
	uint64_t probe_timeouts; // of `timeouts`, those of OPTIONS
	uint64_t responses[7];
	uint64_t failovers, returns, flaps, unregistered, registered_once;
	uint64_t causes[HL_CAUSES]; // of failures that moved a line
	uint64_t drops[HL_DROPS];   // received without effect
	uint64_t
		unresolved_lines; // whose last request waits for a next hop, or was given up for it
	uint64_t limits[HL_LIMITS]; // of the generator itself; the program adds its own
	uint64_t long_retry_afters, short_grants, long_min_expires; // dictated, and not obeyed
	uint64_t epochs;
	uint64_t rx_packets, tx_packets, slow;
	// p50, p99, p99.9; NAN: nothing was measured. After a retransmission the time counts from the
	// first transmission, since nobody knows which one was answered.
	double rtt_us[3], rtt_retransmitted_us[3];
	uint64_t rtt_samples, rtt_retransmitted_samples;
};

/** Any thread, any time; about a millisecond for a million lines. */
void hl_snapshot_take(struct hl_snapshot *snapshot, struct hl_worker *const workers[], uint32_t n);
