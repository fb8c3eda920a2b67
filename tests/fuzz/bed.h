// SPDX-License-Identifier: BSD-3-Clause
// A worker with a few lines and a registrar for its two servers, under a clock of the input's.
#pragma once

#include <heartline/registrar.h>
#include <heartline/saved.h>
#include <heartline/worker.h>
#include "net/frame.h"

#define BED_LINES 4
#define BED_SENT 8 // frames that are remembered, the latest
#define MS 1000000ull
#define SEC 1000000000ull

struct bed {
	bool ipv6;
	struct hl_plan *plan;
	struct hl_worker *worker;
	struct hl_registrar *registrar;
	uint64_t now_ns;
	uint64_t n_sent; // datagrams, all of them
	struct {
		uint8_t bytes[HL_FRAME_MAX];
		uint16_t len;
	} sent[BED_SENT]; // by their number modulo BED_SENT
};

// The lines are on, with addresses of IPv4, or of IPv6. saved: what they take up; NULL: nothing.
struct bed *bed_new(struct hl_saved *saved, bool ipv6);
void bed_free(struct bed *bed);

// Let time pass; answered: the registrar gets what is sent, and what it says arrives.
void bed_pass(struct bed *bed, uint64_t span_ns, bool answered);
// A frame arrives at the worker.
void bed_frame(struct bed *bed, const uint8_t *bytes, uint16_t len);
// A datagram of server 0 or 1 to a line, its headers right; of what does not fit the end is cut off.
void bed_datagram(struct bed *bed, unsigned server, uint32_t line, const void *payload,
		  uint16_t len);

// An ICMP message of server 0 or 1 to a line, its checksum put in; hops: of IPv6, 255 as neighbours send.
void bed_icmp(struct bed *bed, unsigned server, uint32_t line, const uint8_t *icmp, uint16_t len,
	      uint8_t hops);

// What must hold of a worker whatever it was given; the input that breaks it is kept.
void bed_check(const struct bed *bed);
