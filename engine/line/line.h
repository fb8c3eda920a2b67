// SPDX-License-Identifier: BSD-3-Clause
// A line: what a reply or a timer touches in one cache line, what is rare in others.
//
// Times are ticks of the wheel (2^17 ns, 131 us), 32 bits; compare with tick_before().
#pragma once

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <heartline/state.h>
#include "line/exchange.h"

#define TICK_SHIFT 17
#define TICK_NEVER_AHEAD (1u << 30) // longest time ahead that may be armed: 39 hours

static inline uint64_t tick_of_ns(uint64_t ns)
{
	return ns >> TICK_SHIFT;
}

// A time-out must not end early: round up, and one more for the part of the current tick.
static inline uint32_t tick_span_ns(uint64_t ns)
{
	uint64_t ticks = ((ns + (1u << TICK_SHIFT) - 1) >> TICK_SHIFT) + 1;
	return ticks < TICK_NEVER_AHEAD ? (uint32_t)ticks : TICK_NEVER_AHEAD;
}

static inline bool tick_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

// Registered, and on its server to stay: its next REGISTER is a refresh.
static inline bool state_is_settled(uint8_t state)
{
	return state == HL_ON_P || state == HL_ON_B || state == HL_HOLD_B;
}

enum line_flag {
	LINE_READY = 1 << 0,           // waits in the ready ring for room or tokens
	LINE_RARE = 1 << 1,            // rare_at is armed
	LINE_RARE_CHANGED = 1 << 2,    // a deadline of the rare parts: rare_at is to be found anew
	LINE_RARE_SEND = 1 << 3,       // something of the rare parts may be waiting to be sent
	LINE_REG_AUTH = 1 << 4,        // the latest REGISTER carries credentials
	LINE_PROBE_B = 1 << 5,         // the latest probe went to B (only in DOWN)
	LINE_REGISTERED_ONCE = 1 << 6, // until it is counted as unregistered
	LINE_PROBE_QUERY = 1 << 7,     // its probes are REGISTERs (worker/probe.h)
};

// Writer: the owner lcore. Others read `word` only.
struct line {
	alignas(64) _Atomic uint64_t word; // struct hl_state, packed

	struct exchange registration; // its timer: refresh, backoff, park, turn to register
	struct exchange probe;        // its timer: the next probe; idle: probes are off
	uint32_t cseq;                // last number used, from 0 (on the wire + CSEQ_FIRST)
	uint32_t rare_at;             // earliest deadline of the rare parts, see LINE_RARE

	uint32_t addr;  // index of its own address
	uint16_t port;  // own port, host order
	uint16_t shape; // index of its templates

	uint8_t flags;            // enum line_flag
	uint8_t servers;          // enum line_servers: tried, held, locked
	uint8_t target[2];        // by enum hl_server: the endpoint that it is spoken to at
	uint8_t reg_server : 1;   // enum hl_server of the latest REGISTER
	uint8_t probe_target : 7; // endpoint of the latest probe
	// How many lines had this slot before, modulo 256: it stands in each branch, so that an answer to
	// one of them is not taken for this one's (worker/slot.h).
	uint8_t generation;
};
static_assert(sizeof(struct line) == 64, "one cache line a line");

// Three pairs of bits, each by enum hl_server.
enum line_servers {
	LINE_TRIED_SHIFT = 0, // tried in this cycle
	LINE_HELD_SHIFT = 2,  // may not be used before cold.held_until
	LINE_LOCK_SHIFT = 4,  // the line must stay on this one
	LINE_BEAT_LOST =
		1 << 6, // no pair: the probe that is out left late, the next finds its time again
};

enum cold_flag {
	COLD_HOLD = 1 << 0,             // hold_at is armed
	COLD_UNREGISTER_AUTH = 1 << 1,  // it carries credentials
	COLD_UNREGISTER_STALE = 1 << 2, // it is of a contact that an earlier run left
	COLD_JUMPED = 1 << 3,           // this REGISTER follows a change of its server's targets
	COLD_ORPHAN = 1 << 4, // << enum hl_server: a late 2xx came while a REGISTER was under way
};

// What happened to the latest registration so far.
enum attempt_flag {
	ATTEMPT_CHALLENGED = 1 << 0, // a challenge was answered
	ATTEMPT_BRIEF = 1 << 1,      // asked again with a longer Expires (423)
	ATTEMPT_BARE = 1 << 2,       // asked again without the credentials that were remembered
	ATTEMPT_NEXT = 1 << 3,       // asked at another target of the server
};

// What came of the latest probe of B.
enum probed_b { PROBED_B_NEVER, PROBED_B_LOST, PROBED_B_ANSWERED };

// What only changes of state touch.
struct line_cold {
	uint32_t refresh_at; // when the held registration wants its refresh
	// end of the return delay, or of the time that a return has; of a line that was removed: when its
	// slot may be free
	uint32_t hold_at;
	// Retry-After and cool-down; valid while the line's bit is set
	uint32_t held_until[HL_SERVERS]; // as bound_until: coarse_of(), since these are not armed
	// a server confirmed a binding until then; valid with its bit in bound
	uint32_t bound_until[HL_SERVERS];
	struct exchange unregister;
	// asked for instead of the profile's (423), by server; 0: the profile's
	uint32_t expires_s[HL_SERVERS];
	uint8_t bound : 2;               // bit by enum hl_server, as the three beside it
	uint8_t maybe_bound : 2;         // a REGISTER there was given up unanswered: was it heard?
	uint8_t shunned : 2;             // held since its REGISTER failed, not because it said so
	uint8_t probed_b : 2;            // enum probed_b: its latest probe
	uint8_t unregister_pending : 3;  // still to be unregistered at, and bit UNREGISTER_STALE
	uint8_t unregister_server : 1;   // enum hl_server of the latest one
	uint8_t answered : 3;            // challenges and refusals of this attempt answered at once
	uint8_t unregister_answered : 3; // the same of the unregister
	uint8_t asked : 2; // bit by enum hl_server: held since it asked for it (Retry-After)
	uint8_t active : 2; // enum hl_server + 1: what follows the registration runs there; 0: nowhere
	uint8_t flags;      // enum cold_flag
	uint8_t backoffs;            // cycles failed in a row
	uint8_t cools;               // returns failed in a row
	uint8_t attempt;             // enum attempt_flag
	uint16_t epochs[HL_SERVERS]; // full registrations: each has a Call-ID of its own
	// a contact that an earlier run left, which is being removed
	uint16_t stale_port;
	uint8_t stale_tag; // 'p' or 'b'
	uint8_t stale_server : 1, looked : 2 /* bit by enum hl_server */, stale_removals : 5;
};
static_assert(sizeof(struct line_cold) <= 64, "one more cache line");

// What nothing is decided by, for those who ask about the line. Only written on the way of a packet.
struct line_notes {
	uint32_t granted_s[HL_SERVERS]; // by the latest 2xx to a REGISTER
	uint32_t nonce_at[HL_SERVERS];  // when the latest nonce came, as bound_until
};
static_assert(sizeof(struct line_notes) == 16, "memory a line");
