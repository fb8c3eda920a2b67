// SPDX-License-Identifier: BSD-3-Clause
// TCP of one worker (RFC 9293): connections that its lines open, and those that a registrar accepts.
//
// Nothing in here knows of frames, addresses or a clock. Whoever has found the connection of a segment hands it
// to tcp_input(); whoever has room for a frame asks tcp_output() for what is to be sent, until there is nothing
// more; when the tick of a connection's deadline has come, tcp_timer() is called. Each of them may move the
// deadline: tcp_deadline() says when it is now. Data goes up as it comes in and is not kept, so the window that
// is offered never closes, and a segment that came too early is asked for again by a second acknowledgement.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "net/tcp/queue.h"
#include "net/tcp/segment.h"

enum tcp_state {
	TCP_CLOSED,
	TCP_SYN_SENT,
	TCP_SYN_RECEIVED,
	TCP_ESTABLISHED,
	TCP_FIN_WAIT_1,
	TCP_FIN_WAIT_2,
	TCP_CLOSE_WAIT,
	TCP_CLOSING,
	TCP_LAST_ACK,
	TCP_TIME_WAIT,
	TCP_STATES,
};

// What a deadline is for. There is one at a time: what waits for an acknowledgement is neither idle nor
// without a window.
enum tcp_timer {
	TCP_TIMER_NONE,
	TCP_TIMER_RESEND,  // what was sent was not acknowledged (RFC 6298)
	TCP_TIMER_PERSIST, // the peer's window is closed: ask whether it still is (RFC 9293 3.8.6.1)
	TCP_TIMER_KEEPALIVE, // nothing has come for long (RFC 9293 3.8.4)
	TCP_TIMER_LINGER,    // the peer has not closed its side
	TCP_TIMER_TIME_WAIT, // twice the life of a segment
};

enum tcp_conn_flag {
	TCP_OWES_ACK = 1 << 0,
	TCP_RESENDS = 1 << 1,    // from queue.resend, or snd_una, on
	TCP_CLOSES = 1 << 2,     // a FIN follows the queue
	TCP_FIN_SENT = 1 << 3,   // it has a number: snd_nxt is behind it
	TCP_STAMPED = 1 << 4,    // both sides send timestamps
	TCP_PROBES = 1 << 5,     // a probe of the window, or of an idle peer, is to be sent
	TCP_OWES_RESET = 1 << 6, // it was aborted
	TCP_RECOVERS = 1 << 7,   // fast recovery
};

// One cache line. Numbers of the sequence space by their names in RFC 9293 3.3.1.
struct tcp_conn {
	uint32_t snd_una, snd_nxt, snd_wl1, snd_wl2, rcv_nxt;
	uint32_t queue;           // from snd_una on; TCP_NO_QUEUE: all was acknowledged
	uint32_t at;              // tick of its deadline
	uint32_t stamp_recent;    // TS.Recent (RFC 7323 4.3)
	uint32_t stamp_recent_ms; // when that came
	uint32_t srtt,
		rttvar; // ticks * 8, ticks * 4 (RFC 6298); before the first: 0, tick of the SYN
	uint16_t snd_wnd, max_wnd;
	uint16_t mss;           // bytes of data in a segment
	uint8_t cwnd, ssthresh; // segments (RFC 5681)
	uint8_t state;          // enum tcp_state
	uint8_t timer;          // enum tcp_timer
	uint8_t flags;          // enum tcp_conn_flag
	uint8_t retries;        // time-outs in a row
	uint8_t duplicates; // acknowledgements of nothing new, in a row; probes of a closed window not answered
	uint8_t passive : 1;    // it was accepted
	uint8_t syn_resent : 1; // its first round trip tells nothing (RFC 6298 5.7)
	uint32_t id;            // the caller's; it keeps timestamps of connections apart
};

struct tcp_options {
	uint32_t resend_min_ms;       // RFC 6298 2.4: 1000
	uint32_t resend_max_ms;       // 60000
	uint8_t resends, syn_resends; // so many time-outs in a row end a connection
	uint32_t keepalive_s;         // 0: never
	uint8_t keepalives;           // so many unanswered end it
	uint32_t linger_ms;           // in FIN-WAIT-2
	uint32_t time_wait_ms;
};

struct tcp_counters {
	uint64_t opened, accepted, established, closed, reset, timed_out, refused;
	uint64_t in, out, resent, duplicates, outside, stale, challenges, probes;
};

struct tcp {
	struct tcp_pool pool;
	struct tcp_options options;
	uint64_t key[2]; // of first sequence numbers and timestamps
	struct rng *rng;
	uint32_t now;    // tick
	uint32_t now_ms; // of timestamps
	uint64_t now_ns;
	uint32_t challenges_left, challenges_at; // RFC 5961 7
	struct tcp_counters counters;
};

enum tcp_event {
	TCP_EVENT_OPEN = 1 << 0,    // it is established
	TCP_EVENT_DATA = 1 << 1,    // result.data, result.len
	TCP_EVENT_ROOM = 1 << 2,    // some of what was written has been acknowledged
	TCP_EVENT_END = 1 << 3,     // the peer sends no more
	TCP_EVENT_REFUSED = 1 << 4, // the peer does not listen
	TCP_EVENT_RESET = 1 << 5,   // by the peer
	TCP_EVENT_TIMEOUT = 1 << 6, // it gave no sign of life
	TCP_EVENT_CLOSED = 1 << 7,  // it is over; comes with each of the three above, too
	TCP_EVENT_AGAIN =
		1 << 8, // of one in TIME-WAIT: a new connection may take its place (RFC 6191)
	TCP_EVENT_REPLY = 1 << 9, // result.reply is to be sent, which belongs to no connection
};

struct tcp_result {
	uint32_t events; // enum tcp_event
	uint16_t len;
	const uint8_t *data; // inside the segment
	struct tcp_segment reply;
};

void tcp_options_default(struct tcp_options *options);
int tcp_open(struct tcp *t, const struct tcp_options *options, uint32_t n_blocks, struct rng *rng,
	     struct hl_error *err);
void tcp_close_all(struct tcp *t);

void tcp_set_now(struct tcp *t, uint64_t now_ns);

// The two ends of a connection, in whatever form: they only serve the first sequence number (RFC 6528).
struct tcp_ends {
	uint8_t bytes[36];
};

// `mss`: bytes of data and options that a segment may carry from here. Both make all of *c.
void tcp_connect(struct tcp *t, struct tcp_conn *c, const struct tcp_ends *ends, uint16_t mss);
// False: the segment is no SYN that could be accepted.
bool tcp_accept(struct tcp *t, struct tcp_conn *c, const struct tcp_ends *ends, uint16_t mss,
		const struct tcp_segment *syn);

void tcp_input(struct tcp *t, struct tcp_conn *c, const struct tcp_segment *in,
	       struct tcp_result *result);

// What answers a segment that belongs to no connection (RFC 9293 3.10.7.1). False: nothing does.
bool tcp_refuse(const struct tcp_segment *in, struct tcp_segment *reply);

// All of it or nothing. False: no room now, or the connection has no open way there.
bool tcp_write(struct tcp *t, struct tcp_conn *c, const void *bytes, uint32_t len);

// The next segment to be sent; false: none. Its data by tcp_output_data(), before the next call.
bool tcp_output(struct tcp *t, struct tcp_conn *c, struct tcp_segment *out);
void tcp_output_data(const struct tcp *t, const struct tcp_conn *c, const struct tcp_segment *s,
		     uint8_t *out);
bool tcp_has_output(const struct tcp *t, const struct tcp_conn *c);

// The deadline came. TCP_EVENT_TIMEOUT, TCP_EVENT_CLOSED, or none.
uint32_t tcp_timer(struct tcp *t, struct tcp_conn *c);
static inline bool tcp_deadline(const struct tcp_conn *c, uint32_t *at)
{
	*at = c->at;
	return c->timer != TCP_TIMER_NONE;
}

// No more will be written; what was, is still sent.
void tcp_close(struct tcp *t, struct tcp_conn *c);

// Over at once; what tcp_output() says then is a reset.
void tcp_abort(struct tcp *t, struct tcp_conn *c);

// ICMP told that no frame longer than this passes (RFC 1191, RFC 8201): it quoted a segment of this one.
void tcp_too_big(struct tcp *t, struct tcp_conn *c, uint32_t quoted_seq, uint16_t mss);
