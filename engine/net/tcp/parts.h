// SPDX-License-Identifier: BSD-3-Clause
// Between the files of this folder.
#pragma once

#include "net/tcp/tcp.h"

enum {
	TCP_WINDOW = 32768,                       // offered
	TCP_INITIAL_CWND = 3,                     // segments (RFC 5681 3.1)
	TCP_DUPLICATES = 3,                       // start a fast retransmission
	TCP_CWND_MAX = 64,                        // more than the largest window holds
	TCP_RESEND_FIRST_MS = 1000,               // RFC 6298 2.1
	TCP_RESEND_AFTER_LOST_SYN_MS = 3000,      // RFC 6298 5.7
	TCP_STAMP_OLD_MS = 24 * 24 * 3600 * 1000, // RFC 7323 5.5
};

#define TCP_TICK_SHIFT 17 // as that of lines (line/line.h)

static inline bool seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool seq_after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

static inline bool tcp_is_synchronized(const struct tcp_conn *c)
{
	return c->state >= TCP_ESTABLISHED;
}

// What was sent and not acknowledged.
static inline uint32_t tcp_flight(const struct tcp_conn *c)
{
	return c->snd_nxt - c->snd_una;
}

static inline bool tcp_has(const struct tcp_conn *c, unsigned flag)
{
	return (c->flags & flag) != 0;
}

static inline void tcp_set(struct tcp_conn *c, unsigned flag)
{
	c->flags |= (uint8_t)flag;
}

static inline void tcp_clear(struct tcp_conn *c, unsigned flag)
{
	c->flags &= (uint8_t)~flag;
}

uint32_t tcp_span(uint64_t ms); // ticks, rounded up
void tcp_heed_syn(struct tcp *t, struct tcp_conn *c, const struct tcp_segment *syn);
uint32_t tcp_stamp(const struct tcp *t, const struct tcp_conn *c);

// timer.c
void tcp_arm(struct tcp *t, struct tcp_conn *c, enum tcp_timer timer, uint64_t ticks);
void tcp_arm_resend(struct tcp *t, struct tcp_conn *c);
// Whatever it waits for in its state, from now on.
void tcp_rearm(struct tcp *t, struct tcp_conn *c);
void tcp_end(struct tcp *t, struct tcp_conn *c);

// congestion.c
void tcp_took_round_trip(struct tcp_conn *c, uint32_t ticks);
void tcp_acknowledged(struct tcp *t, struct tcp_conn *c, const struct tcp_segment *in);
void tcp_duplicate(struct tcp *t, struct tcp_conn *c);
void tcp_timed_out(struct tcp *t, struct tcp_conn *c);
