// SPDX-License-Identifier: BSD-3-Clause
// A worker on a bench of its own: virtual time, its frames caught, answers made by hand.
#pragma once

#include <stdint.h>

#include <heartline/saved.h>
#include <heartline/worker.h>
#include "net/frame.h"
#include "worker/transport.h"

#define RIG_FRAMES 256
#define MS 1000000ull
#define SEC 1000000000ull

struct rig {
	struct hl_plan *plan;
	struct hl_worker *worker;
	uint64_t now_ns;
	uint32_t
		n; // frames caught since the last rig_clear(), announcements and ARP not among them
	struct {
		struct frame frame;
		uint64_t at_ns;
		char text[HL_FRAME_MAX + 1]; // the SIP text, NUL-terminated
		uint8_t bytes[HL_FRAME_MAX];
		uint16_t len;
	} sent[RIG_FRAMES];
};

// Of the boots to come.
extern uint64_t rig_boot_key[2];
extern const struct transport *rig_transport; // of the rigs to come
extern const char *rig_rows;                  // CSV of their lines; NULL: a range, from 6000 on
extern struct hl_saved *rig_saved;            // what they take up; NULL: nothing
extern struct hl_take_up rig_taken;           // the latest of them; spread_ns: of those to come

// extra: further lines of the profile, each indented by four spaces; lines: how many, from 6000 on.
extern uint64_t rig_start_ns; // where the clock of the rigs to come starts
struct rig *rig_new(const char *extra, uint32_t lines);
struct rig *rig_new_rate(const char *extra, uint32_t lines, uint64_t rate);
// All of the profile; its servers are 10.99.0.1 and 10.99.0.2.
struct rig *rig_new_profile(const char *profile, uint32_t lines);
// The same without an ARP answer of either server; rig_neighbour() gives one.
struct rig *rig_new_alone(const char *extra, uint32_t lines);
void rig_neighbour(struct rig *rig, const char *addr);
void rig_free(struct rig *rig);

void rig_command(struct rig *rig, enum hl_command_type type);
// Let time pass until rig->now_ns + span_ns; frames are caught.
void rig_pass(struct rig *rig, uint64_t span_ns);
void rig_clear(struct rig *rig);

// Hand a datagram to the worker, now.
void rig_datagram(struct rig *rig, const char *src, uint16_t src_port, const struct hl_addr *dst,
		  uint16_t dst_port, const char *text);
// Answer the kth caught request from the server it went to; headers: further ones, each with CRLF.
void rig_answer(struct rig *rig, uint32_t k, unsigned status, const char *headers);
// The same with a text in place of another, to make it wrong.
void rig_answer_changed(struct rig *rig, uint32_t k, unsigned status, const char *headers,
			const char *from, const char *to);
// An ICMP error from anywhere to the address that a quote says it came from.
void rig_icmp(struct rig *rig, const struct hl_addr *src, uint8_t type, uint8_t code,
	      const uint8_t *quote, uint16_t quote_len);
// The same about the kth caught request, from its server: destination unreachable of that code.
void rig_unreachable(struct rig *rig, uint32_t k, uint8_t code);
// A raw frame.
void rig_frame(struct rig *rig, const uint8_t *bytes, uint16_t len);

struct hl_state rig_state(const struct rig *rig, uint32_t line);
uint64_t rig_count(const _Atomic uint64_t *counter);
const struct hl_counters *rig_counters(const struct rig *rig);
// Value of a header of the kth caught request; "" when it has none. Valid until the next call.
const char *rig_header(const struct rig *rig, uint32_t k, const char *name);
// Server of the kth caught request: "P" or "B"; "" else.
const char *rig_server(const struct rig *rig, uint32_t k);
