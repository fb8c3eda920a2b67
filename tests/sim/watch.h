// SPDX-License-Identifier: BSD-3-Clause
// The watcher on the wire: checks what the worker sends against RFC 3261 and FAILOVER.md, from the
// frames alone.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/packet.h>

enum { WATCH_REGISTER, WATCH_OPTIONS, WATCH_UNREGISTER, WATCH_KINDS };

struct watch_line {
	uint32_t last_cseq;             // highest seen
	uint64_t hash[WATCH_KINDS];     // of the latest request's bytes
	uint64_t first_ns[WATCH_KINDS]; // its first transmission
	uint32_t cseq[WATCH_KINDS];
	uint8_t copies[WATCH_KINDS];
};

struct watch {
	struct watch_line *lines;
	uint32_t n;
	uint64_t timeout_ns; // longest of the profile's time-outs: no copy may leave after it
	char broken[512];    // the first broken rule, "" so far
};

void watch_init(struct watch *watch, uint32_t n, uint64_t timeout_ns);
void watch_free(struct watch *watch);
void watch_frame(struct watch *watch, const struct hl_packet *pkt, uint64_t now_ns);
