// SPDX-License-Identifier: BSD-3-Clause
// The watcher on the wire: checks what the worker sends against RFC 3261 and FAILOVER.md, from the
// frames alone.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/packet.h>
#include <heartline/state.h>

#define WATCH_NONCES 64

enum { WATCH_REGISTER, WATCH_OPTIONS, WATCH_UNREGISTER, WATCH_KINDS };

// What a server has told a line.
struct watch_server {
	uint64_t nonces[WATCH_NONCES]; // hashes of the latest ones, a ring
	uint32_t n_nonces;
	uint32_t nc; // highest seen with used_nonce
	uint64_t used_nonce;
	uint64_t call_id; // hash of that of the latest REGISTER, whichever boot it was of
	uint32_t cseq;    // the highest with it
};

struct watch_line {
	uint32_t last_cseq;             // highest seen
	uint8_t generation;             // of the line, from its branches
	uint64_t hash[WATCH_KINDS];     // of the latest request's bytes
	uint64_t first_ns[WATCH_KINDS]; // its first transmission
	uint32_t cseq[WATCH_KINDS];
	uint8_t copies[WATCH_KINDS];
	uint8_t reg_server;    // where the latest REGISTER went
	bool reg_answered;     // with a final response that reached the line
	uint64_t reg_first_ns; // its first transmission
	uint64_t call_id;      // hash of the latest REGISTER's
	uint64_t minute;       // since the start, of the requests below
	uint32_t requests;     // REGISTERs and unregisters, without retransmissions
	struct watch_server server[HL_SERVERS];
};

struct watch {
	struct watch_line *lines;
	uint32_t n;
	uint32_t every;                    // lines watched: each nth one; 1: all
	uint64_t timeout_ns;               // longest of the profile's: no copy may leave after it
	uint64_t register_timeout_ns;      // the shortest
	uint32_t expires_s, min_expires_s; // all that a REGISTER may ask for, besides 0
	uint32_t least_expires_s; // and from here to the first of them, where settings change
	uint32_t worst;           // requests of one line in one minute so far
	uint32_t most_a_minute;   // requests of one line; 0: any number
	uint64_t operator_ns;     // commands may have cut requests short until then
	uint64_t epochs;          // lines that began their numbers again
	uint32_t sent_line;       // of the latest request sent but an unregister; UINT32_MAX: none
	char broken[512];         // the first broken rule, "" so far
};

void watch_init(struct watch *watch, uint32_t n, uint32_t every);
struct watch_line *watch_line(struct watch *watch, uint32_t line);
void watch_free(struct watch *watch);
// Another worker has the lines: what servers have told, and what they remember, still counts.
void watch_go_on(struct watch *watch, const struct watch *before);
// A frame leaves the worker, or reaches it.
void watch_sent(struct watch *watch, const struct hl_packet *pkt, uint64_t now_ns);
void watch_received(struct watch *watch, const struct hl_packet *pkt, uint64_t now_ns);

// watch_digest.c: a request and its credentials; a challenge.
void watch_credentials(struct watch *watch, uint32_t line, unsigned server, const char *text,
		       uint64_t now_ns);
void watch_challenge(struct watch *watch, uint32_t line, unsigned server, const char *text);

void watch_broken(struct watch *watch, uint64_t now_ns, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
// Text after a header's name, or NULL. The text ends with a NUL.
const char *watch_header(const char *text, const char *name);
