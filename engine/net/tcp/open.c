// SPDX-License-Identifier: BSD-3-Clause
// Connections begin and end.
#include <errno.h>
#include <string.h>

#include "base/siphash.h"
#include "net/tcp/parts.h"

#define MSS_UNSAID 536 // RFC 9293 3.7.1, MUST-15
#define MSS_LEAST 64   // a peer that asks for less wants packets, not data

void tcp_options_default(struct tcp_options *options)
{
	*options = (struct tcp_options){
		.resend_min_ms = 1000,
		.resend_max_ms = 60000,
		.resends = 8,
		.syn_resends = 6, // more than 3 min (RFC 9293 MUST-23)
		.keepalive_s = 0,
		.keepalives = 9,
		.linger_ms = 60000,
		.time_wait_ms = 60000,
	};
}

int tcp_open(struct tcp *t, const struct tcp_options *options, uint32_t n_blocks, struct rng *rng,
	     struct hl_error *err)
{
	*t = (struct tcp){ .options = *options, .rng = rng };
	t->key[0] = rng_next(rng);
	t->key[1] = rng_next(rng);
	return tcp_pool_open(&t->pool, n_blocks, err);
}

void tcp_close_all(struct tcp *t)
{
	tcp_pool_close(&t->pool);
}

void tcp_set_now(struct tcp *t, uint64_t now_ns)
{
	t->now_ns = now_ns;
	t->now = (uint32_t)(now_ns >> TCP_TICK_SHIFT);
	t->now_ms = (uint32_t)(now_ns / 1000000);
}

uint32_t tcp_stamp(const struct tcp *t, const struct tcp_conn *c)
{
	return t->now_ms + c->id * 0x9e3779b9u + (uint32_t)t->key[0];
}

// RFC 6528: every 4 us another one, from a start that only we know.
static uint32_t first_number(const struct tcp *t, const struct tcp_ends *ends)
{
	return (uint32_t)(t->now_ns / 4000) +
	       (uint32_t)siphash(t->key, ends->bytes, sizeof(ends->bytes));
}

static void conn_make(struct tcp *t, struct tcp_conn *c, const struct tcp_ends *ends, uint16_t mss)
{
	uint32_t id = c->id;

	*c = (struct tcp_conn){
		.snd_una = first_number(t, ends),
		.mss = mss,
		.cwnd = TCP_INITIAL_CWND,
		.ssthresh = TCP_CWND_MAX,
		.id = id,
	};
	c->snd_nxt = c->snd_una;
}

void tcp_connect(struct tcp *t, struct tcp_conn *c, const struct tcp_ends *ends, uint16_t mss)
{
	conn_make(t, c, ends, mss);
	c->state = TCP_SYN_SENT;
	tcp_arm_resend(t, c);
	t->counters.opened++;
}

static uint16_t mss_agreed(uint16_t own, const struct tcp_segment *syn, bool stamped)
{
	uint16_t mss = syn->mss != 0 ? syn->mss : MSS_UNSAID;

	if (mss < MSS_LEAST)
		mss = MSS_LEAST;
	if (mss > own)
		mss = own;
	return stamped ? mss - TCP_STAMPS_BYTES : mss;
}

void tcp_heed_syn(struct tcp *t, struct tcp_conn *c, const struct tcp_segment *syn)
{
	if (syn->has_stamps) {
		tcp_set(c, TCP_STAMPED);
		c->stamp_recent = syn->stamp;
		c->stamp_recent_ms = t->now_ms;
	}
	c->mss = mss_agreed(c->mss, syn, syn->has_stamps);
	c->rcv_nxt = syn->seq + 1;
	c->snd_wnd = c->max_wnd = syn->window;
	c->snd_wl1 = syn->seq;
	c->snd_wl2 = syn->ack;
}

bool tcp_accept(struct tcp *t, struct tcp_conn *c, const struct tcp_ends *ends, uint16_t mss,
		const struct tcp_segment *syn)
{
	if ((syn->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) != TCP_SYN)
		return false;
	conn_make(t, c, ends, mss);
	tcp_heed_syn(t, c, syn);
	c->state = TCP_SYN_RECEIVED;
	c->passive = 1;
	tcp_arm_resend(t, c);
	t->counters.accepted++;
	return true;
}

bool tcp_refuse(const struct tcp_segment *in, struct tcp_segment *reply)
{
	if (in->flags & TCP_RST)
		return false;
	if (in->flags & TCP_ACK)
		*reply = (struct tcp_segment){ .seq = in->ack, .flags = TCP_RST };
	else
		*reply = (struct tcp_segment){ .ack = in->seq + tcp_segment_space(in),
					       .flags = TCP_RST | TCP_ACK };
	return true;
}

bool tcp_write(struct tcp *t, struct tcp_conn *c, const void *bytes, uint32_t len)
{
	bool was_idle = c->queue == TCP_NO_QUEUE;

	if (c->state == TCP_CLOSED || c->state > TCP_CLOSE_WAIT || c->state == TCP_FIN_WAIT_1 ||
	    c->state == TCP_FIN_WAIT_2 || tcp_has(c, TCP_CLOSES) ||
	    !tcp_queue_add(&t->pool, &c->queue, bytes, len))
		return false;
	if (!was_idle || !tcp_is_synchronized(c))
		return true;
	if (c->cwnd >
	    TCP_INITIAL_CWND) // nothing was under way, so nothing tells of the path (RFC 5681 4.1)
		c->cwnd = TCP_INITIAL_CWND;
	c->retries = 0;
	tcp_rearm(t, c);
	return true;
}

void tcp_close(struct tcp *t, struct tcp_conn *c)
{
	if (c->state == TCP_SYN_SENT) {
		tcp_end(t, c);
		return;
	}
	if (c->state != TCP_ESTABLISHED && c->state != TCP_CLOSE_WAIT &&
	    c->state != TCP_SYN_RECEIVED)
		return;
	tcp_set(c, TCP_CLOSES);
	if (tcp_is_synchronized(c) && c->timer != TCP_TIMER_RESEND)
		tcp_rearm(t, c);
}

void tcp_abort(struct tcp *t, struct tcp_conn *c)
{
	if (c->state == TCP_CLOSED)
		return;
	if (c->state != TCP_SYN_SENT && c->state != TCP_TIME_WAIT)
		tcp_set(c, TCP_OWES_RESET);
	tcp_end(t, c);
}

void tcp_too_big(struct tcp *t, struct tcp_conn *c, uint32_t quoted_seq, uint16_t mss)
{
	uint16_t options = tcp_has(c, TCP_STAMPED) ? TCP_STAMPS_BYTES : 0;

	// Only who sees the connection knows a number under way (RFC 5927 4.1).
	if (!tcp_is_synchronized(c) || c->queue == TCP_NO_QUEUE ||
	    seq_before(quoted_seq, c->snd_una) || !seq_before(quoted_seq, c->snd_nxt) ||
	    mss < MSS_UNSAID || mss - options >= c->mss)
		return;
	c->mss = mss - options;
	tcp_queue(&t->pool, c->queue)->resend = c->snd_una;
	tcp_set(c, TCP_RESENDS);
}
