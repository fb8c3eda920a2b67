// SPDX-License-Identifier: BSD-3-Clause
// The packed 64-bit state word of a line: all that others want to know of it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum hl_line_state {
	HL_OFF,
	HL_REG_P,  // registering at P
	HL_ON_P,   // registered at P
	HL_SW_B,   // registering at B
	HL_ON_B,   // registered at B
	HL_HOLD_B, // on B, P recovered, the return delay runs
	HL_SW_P,   // registering back at P, B's binding still held
	HL_DOWN,   // both failed, backoff
	HL_PARK,   // rejected
	HL_LINE_STATES,
};

enum hl_server { HL_SERVER_P, HL_SERVER_B, HL_SERVERS, HL_SERVER_NONE = HL_SERVERS };

// last_code below 100 is no SIP status: what happened here, never to be taken for a received 408
enum hl_local_code {
	HL_CODE_NONE,
	HL_CODE_TIMEOUT,     // no answer within the profile's time-out
	HL_CODE_UNREACHABLE, // ICMP port unreachable, from the server, that quotes a live request
	HL_CODE_UNRESOLVED,  // it did not leave: no ARP answer, or no address of the server
	HL_CODE_NO_LEASE,    // likewise: DHCP has taken the address of the line back
	HL_CODE_CHALLENGE,   // a 401 or 407 without a challenge that can be answered
	HL_CODE_TOO_LONG,    // a 401 or 407 whose answer does not fit into a frame
	HL_LOCAL_CODES,
};

/** Did the request not leave, for want of an address of either end? */
static inline bool hl_code_is_unsent(unsigned code)
{
	return code == HL_CODE_UNRESOLVED || code == HL_CODE_NO_LEASE;
}

/** "time-out" and so on; NULL: a status, or no code that is known. */
const char *hl_local_code_name(unsigned code);

// A slot is a place for a line: lines may come and go while workers run.
enum hl_slot {
	HL_SLOT_LINE,    // a line has it
	HL_SLOT_REMOVED, // its line was removed: it unregisters, and late answers are waited for
	HL_SLOT_FREE,    // no line
};

struct hl_state {
	uint8_t state;     // enum hl_line_state
	uint8_t server;    // enum hl_server that holds the registration
	uint8_t fails;     // consecutive failed probes of P, 0..63
	uint8_t oks;       // consecutive answered probes of P, 0..127
	uint8_t locked;    // the operator keeps the line on its server
	uint8_t slot;      // enum hl_slot; the rest is of a line only while one has it
	uint16_t code;     // last final status, or enum hl_local_code
	uint32_t since_ms; // last change of state, since the worker's start
};

// bits: 0-3 state, 4-5 server, 6-11 fails, 12-18 oks, 19 locked, 20-29 code, 30-31 slot, 32-63 since_ms
static inline uint64_t hl_state_pack(const struct hl_state *s)
{
	return (uint64_t)s->state | (uint64_t)s->server << 4 | (uint64_t)s->fails << 6 |
	       (uint64_t)s->oks << 12 | (uint64_t)s->locked << 19 | (uint64_t)s->code << 20 |
	       (uint64_t)s->slot << 30 | (uint64_t)s->since_ms << 32;
}

static inline struct hl_state hl_state_unpack(uint64_t word)
{
	return (struct hl_state){
		.state = word & 15,
		.server = word >> 4 & 3,
		.fails = word >> 6 & 63,
		.oks = word >> 12 & 127,
		.locked = word >> 19 & 1,
		.code = word >> 20 & 1023,
		.slot = word >> 30 & 3,
		.since_ms = (uint32_t)(word >> 32),
	};
}

/** "ON_P" and so on, as in FAILOVER.md section 3. */
const char *hl_line_state_name(enum hl_line_state state);
