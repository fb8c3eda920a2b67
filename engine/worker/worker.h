// SPDX-License-Identifier: BSD-3-Clause
// The worker's own tables and the calls between its parts. The only place that joins the hot parts.
//
// A packet: rx -> reply -> step -> act -> send. A timer: tick -> due -> step -> act -> send.
#pragma once

#include <heartline/worker.h>
#include "base/count.h"
#include "base/ring.h"
#include "base/rng.h"
#include "failover/failover.h"
#include "line/branch.h"
#include "line/line.h"
#include "net/frame.h"
#include "net/icmp.h"
#include "sip/auth.h"
#include "sip/parse.h"
#include "timer/wheel.h"
#include "worker/plan.h"

// RFC 3261 17.1.2.2 and its table 4.
#define T1_NS 500000000ull
#define T2_NS 4000000000ull

#define SLOW_RECORDS 256
#define EVENT_RECORDS 65536
#define COMMAND_RECORDS 64

// A reply that the scanner declined, on its way to the full parser.
struct slow_packet {
	struct hl_endpoint src, dst;
	uint64_t at_ns; // arrival
	uint16_t len;
	char text[HL_FRAME_MAX];
};

// And back.
struct slow_reply {
	struct hl_endpoint src, dst;
	uint64_t at_ns;
	struct parsed_reply parsed;
};

// A command that is being spread over time.
struct ramp {
	struct hl_command command;
	uint64_t start_ns;
	uint32_t done; // of command.n
	bool active;
};

struct hl_worker {
	struct hl_plan *plan;
	struct line *lines; // by local index: global number - first
	struct line_cold *cold;
	struct auth *auth; // local index * HL_SERVERS + server
	char *long_texts;  // AUTH_TEXT_LONG each, as auth; touched only by long nonces
	uint32_t first, n;
	struct wheel *wheel;
	struct digest *digest;
	struct auth_realms realms;
	struct rng rng;

	struct hl_burst *tx; // of the call under way
	uint64_t now_ns;
	uint32_t now; // tick

	uint32_t *ready; // ring of lines that wait for room or tokens
	uint32_t ready_head, ready_tail, ready_mask;

	uint64_t interval;  // of requests, ns << PACE_SHIFT; 0: no limit
	uint64_t next_send; // earliest time of the next request, likewise

	struct ramp ramp;
	struct hl_command command; // the next one, taken from the ring
	bool command_waits;
	uint32_t announced; // own addresses announced so far
	uint64_t announce_ns;
	uint32_t byes; // lines with an unregister under way or to come

	struct hl_worker_options options;
	struct ring commands, events, slow, slow_replies;
	struct slow_packet slow_out;    // being written; writer: the owner lcore, as the next one
	struct slow_reply slow_in;      // being read
	struct slow_packet slow_packet; // being parsed; writer: the control thread, as the next one
	struct slow_reply slow_reply;
	struct hl_counters counters;
};

#define PACE_SHIFT 10 // fractions of a nanosecond, so that 10 M/s is paced exactly

static inline const struct plan_profile *worker_profile(const struct hl_worker *w,
							const struct line *l)
{
	return &w->plan->profiles[w->plan->shapes[l->shape].profile];
}

static inline struct hl_state line_state(const struct line *l)
{
	return hl_state_unpack(atomic_load_explicit(&l->word, memory_order_relaxed));
}

static inline void line_set_state(struct line *l, const struct hl_state *s)
{
	atomic_store_explicit(&l->word, hl_state_pack(s), memory_order_relaxed);
}

// step.c: put an event to the failover machine, store the state word, act. code: what to remember.
void worker_step(struct hl_worker *w, uint32_t i, enum failover_event event, uint16_t code);
// Hold a server of a line until a tick (Retry-After, cool-down).
void worker_hold_server(struct hl_worker *w, uint32_t i, enum hl_server server, uint64_t span_ns);

// act.c: do what the machine said.
void worker_act(struct hl_worker *w, uint32_t i, uint32_t actions);
// A new REGISTER to a server, with the credentials known or without.
void worker_register(struct hl_worker *w, uint32_t i, enum hl_server server, bool with_auth);
// Give up an unanswered REGISTER, if there is one: nobody knows whether it was heard.
void worker_abandon(struct hl_worker *w, uint32_t i);

// bye.c: unregister at servers that were left.
void worker_bye(struct hl_worker *w, uint32_t i, uint8_t servers); // bits by enum hl_server
void worker_bye_cancel(struct hl_worker *w, uint32_t i, enum hl_server server);
void worker_bye_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply);
void worker_bye_due(struct hl_worker *w, uint32_t i);

// send.c: send what is flagged, then arm; what finds no room or token waits in the ready ring.
// Whoever has changed a line calls this last.
void worker_flush(struct hl_worker *w, uint32_t i);

// write.c: one request as a frame, into the burst. False: no room. A retransmission is the same
// bytes: all that goes in is kept in the line until the transaction ends.
struct request {
	enum request_kind kind;
	enum hl_server server;
	uint32_t number; // CSeq - CSEQ_FIRST
	bool with_auth;
};
bool worker_write(struct hl_worker *w, uint32_t i, const struct request *request);

// arm.c: one wheel entry a line, at its earliest deadline.
void worker_arm(struct hl_worker *w, uint32_t i);
bool worker_deadline(const struct line *l, uint32_t *at); // false: none
void worker_arm_rare(struct hl_worker *w, uint32_t i);    // the cold part's deadlines have changed
// Timer E (RFC 3261 17.1.2.2): when the nth retransmission is followed by the next.
uint32_t worker_timer_e(const struct hl_worker *w, uint32_t at, uint8_t n, bool provisional,
			uint32_t end);
void worker_ready_push(struct hl_worker *w, uint32_t i);
uint32_t worker_ready_count(const struct hl_worker *w);

// pace.c: the token bucket (GCRA).
bool pace_allows(const struct hl_worker *w);
void pace_take(struct hl_worker *w);
uint64_t pace_next_ns(const struct hl_worker *w);

// reply.c: a response that was read. slow: it came back from the full parser.
bool worker_reply_line(const struct hl_worker *w, const struct sip_reply *reply,
		       struct branch *branch);
void worker_reply(struct hl_worker *w, const struct branch *branch, const struct hl_endpoint *src,
		  const struct hl_endpoint *dst, const struct sip_reply *reply);
// challenge.c: learn a server's challenge. 0; -errno: nothing in it that can be answered.
int worker_challenge(struct hl_worker *w, uint32_t i, enum hl_server server,
		     const struct sip_reply *reply);

// incoming.c: requests to lines. address.c: ARP, ICMP, announcements.
void worker_incoming(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f);
void worker_arp(struct hl_worker *w, const struct frame *f);
void worker_icmp(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f);
void worker_announce(struct hl_worker *w);

// due.c: what a line's timers ask for.
void worker_due(struct hl_worker *w, uint32_t i);
// The outstanding probe is answered or given up: when the next one is due.
void worker_probe_ended(struct hl_worker *w, struct line *l);
// command.c: commands, spread over time.
void worker_commands(struct hl_worker *w);
// Earliest time at which it has something to do; 0: at once, UINT64_MAX: nothing.
uint64_t worker_command_next(const struct hl_worker *w);

// A free transmit buffer, or NULL; counted.
static inline struct hl_packet *worker_buffer(struct hl_worker *w)
{
	if (w->tx->n < w->tx->cap)
		return &w->tx->pkts[w->tx->n];
	return NULL;
}

// The buffer was written.
static inline void worker_sent(struct hl_worker *w)
{
	struct hl_packet *pkt = &w->tx->pkts[w->tx->n++];
	count(&w->counters.tx_packets);
	count_add(&w->counters.tx_bytes, pkt->len);
}
