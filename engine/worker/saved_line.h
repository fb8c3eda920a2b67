// SPDX-License-Identifier: BSD-3-Clause
// What survives of a line, and its bytes (FAILOVER.md section 8). HA1 does not: it is made anew of the password
// that the configuration has.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/state.h>
#include "base/text.h"

// Two challenges of each server, as worker/challenge.h remembers them.
#define SAVED_CHALLENGES 4

struct saved_challenge {
	uint8_t server; // enum hl_server
	uint8_t proxy;
	uint8_t algorithm, qop; // enum hl_digest_algorithm, enum digest_qop
	uint32_t nc;
	struct slice realm, nonce, opaque; // opaque.at NULL: there is none
};

// Times are milliseconds since the moment of the file's head; 0: none.
struct saved_server {
	uint32_t bound_ms, held_ms;    // until then
	uint32_t granted_s, expires_s; // as in struct line_notes, struct line_cold
	struct hl_endpoint at;         // family NONE: the line has not spoken to it
};

struct saved_line {
	uint64_t identity[2]; // see saved_identity()
	uint64_t call_id;     // see line_table_call_id()
	struct hl_endpoint place;
	uint32_t saved_ms, refresh_ms, return_ms;
	uint32_t number; // the last one used
	uint16_t epochs[HL_SERVERS];
	uint16_t code;
	uint8_t state;              // enum hl_line_state
	uint8_t lock;               // as in struct failover
	uint8_t bound, maybe_bound; // bits by enum hl_server, as the three below
	uint8_t held, asked, shunned;
	uint8_t cools;
	uint8_t n_challenges;
	struct saved_server servers[HL_SERVERS];
	struct saved_challenge challenges[SAVED_CHALLENGES];
};

// At most: challenges with the longest realms and texts.
#define SAVED_LINE_BYTES_MAX 8192

// Returns how many bytes it takes; 0: there is no room.
uint32_t saved_line_write(const struct saved_line *line, uint8_t *out, uint32_t room);
// Slices point into the bytes. Returns how many it took; 0: they are no line.
uint32_t saved_line_read(struct saved_line *line, const uint8_t *bytes, uint32_t len);

uint64_t saved_name_hash(const char *name);

// Who a line is, whatever its place in the configuration.
struct saved_who {
	uint64_t profile;            // saved_name_hash()
	struct slice domain, number; // domain: the Request-URI of its REGISTER
	struct slice account;
};

// So long that no two lines of a run share one.
void saved_identity(const struct saved_who *who, uint64_t identity[2]);
