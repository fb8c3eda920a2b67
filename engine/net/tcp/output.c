// SPDX-License-Identifier: BSD-3-Clause
// What a connection has to say, one segment after the other.
#include "net/tcp/parts.h"

// What comes next, before anything is changed by it.
struct next {
	uint32_t seq;
	uint16_t len;
	uint8_t flags; // enum tcp_flag
	bool again;    // it was sent before
};

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static bool next_syn(const struct tcp_conn *c, struct next *n)
{
	bool again = tcp_has(c, TCP_RESENDS | TCP_OWES_ACK);

	if (c->snd_nxt != c->snd_una && !again)
		return false;
	*n = (struct next){
		.seq = c->snd_una,
		.flags = c->state == TCP_SYN_SENT ? TCP_SYN : TCP_SYN | TCP_ACK,
		.again = c->snd_nxt != c->snd_una,
	};
	return true;
}

// Of an idle peer: a number that it has acknowledged, so that it says so again (RFC 9293 3.8.4).
static struct next keepalive(const struct tcp_conn *c)
{
	return (struct next){ .seq = c->snd_una - 1, .flags = TCP_ACK };
}

// Too little for a segment, while more waits and the peer has room for more at other times (RFC 9293 3.8.6.2.1).
static bool is_silly(const struct tcp_conn *c, uint32_t len, uint32_t waiting)
{
	return len < waiting && len < c->mss && len < c->max_wnd / 2u;
}

static bool next_data(const struct tcp *t, const struct tcp_conn *c, struct next *n)
{
	uint32_t held = tcp_queue_len(&t->pool, c->queue), end = c->snd_una + held;
	bool again = tcp_has(c, TCP_RESENDS), probes = tcp_has(c, TCP_PROBES);
	uint32_t seq = again ? c->snd_una : c->snd_nxt;
	uint32_t window = smaller(c->snd_wnd, (uint32_t)c->cwnd * c->mss);

	if (again && held > 0 && seq_after(tcp_queue(&t->pool, c->queue)->resend, seq))
		seq = tcp_queue(&t->pool, c->queue)->resend;
	if (probes && c->snd_wnd == 0) {
		seq = c->snd_una;
		window = 1;
		again = seq != c->snd_nxt;
	}
	uint32_t used = seq - c->snd_una;
	uint32_t waiting = seq_before(seq, end) ? end - seq : 0;
	uint32_t room = window > used ? window - used : 0;
	uint32_t len = smaller(smaller(waiting, c->mss), room);
	bool fin = tcp_has(c, TCP_CLOSES) && seq + len == end && room > len &&
		   (again || !tcp_has(c, TCP_FIN_SENT));

	if (!again && !probes && is_silly(c, len, waiting))
		len = 0, fin = false;
	if (len == 0 && !fin)
		return false;
	*n = (struct next){
		.seq = seq,
		.len = (uint16_t)len,
		.flags = (uint8_t)(TCP_ACK | (len > 0 && len == waiting ? TCP_PSH : 0) |
				   (fin ? TCP_FIN : 0)),
		.again = again,
	};
	return true;
}

static bool find_next(const struct tcp *t, const struct tcp_conn *c, struct next *n)
{
	if (tcp_has(c, TCP_OWES_RESET)) {
		*n = (struct next){ .seq = c->snd_nxt, .flags = TCP_RST | TCP_ACK };
		return true;
	}
	if (c->state == TCP_CLOSED)
		return false;
	if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED)
		return next_syn(c, n);
	if (next_data(t, c, n))
		return true;
	if (tcp_has(c, TCP_PROBES) && c->timer == TCP_TIMER_KEEPALIVE) {
		*n = keepalive(c);
		return true;
	}
	if (!tcp_has(c, TCP_OWES_ACK))
		return false;
	*n = (struct next){ .seq = c->snd_nxt, .flags = TCP_ACK };
	return true;
}

bool tcp_has_output(const struct tcp *t, const struct tcp_conn *c)
{
	struct next n;

	return find_next(t, c, &n);
}

static void note_data(struct tcp *t, struct tcp_conn *c, const struct next *n, uint32_t end)
{
	if (c->queue == TCP_NO_QUEUE)
		return;
	struct tcp_block *q = tcp_queue(&t->pool, c->queue);

	q->resend = end;
	if (n->again) {
		q->is_timed = false;
	} else if (!q->is_timed) {
		q->is_timed = true;
		q->timed = end;
		q->timed_at = t->now;
	}
}

static void note_fin(struct tcp_conn *c)
{
	if (tcp_has(c, TCP_FIN_SENT))
		return;
	tcp_set(c, TCP_FIN_SENT);
	c->state = c->state == TCP_CLOSE_WAIT ? TCP_LAST_ACK : TCP_FIN_WAIT_1;
}

// It takes numbers: they are to be acknowledged.
static void note_sent(struct tcp *t, struct tcp_conn *c, const struct next *n, uint32_t space)
{
	uint32_t end = n->seq + space;

	if (n->len > 0)
		note_data(t, c, n, n->seq + n->len);
	if (n->flags & TCP_FIN)
		note_fin(c);
	if (n->flags & TCP_SYN && c->srtt == 0)
		c->rttvar = t->now; // until there is a round trip
	if (seq_after(end, c->snd_nxt))
		c->snd_nxt = end;
	if (n->again)
		t->counters.resent++;
	if (tcp_has(c, TCP_RECOVERS) || !seq_before(end, c->snd_nxt))
		tcp_clear(c, TCP_RESENDS);
	if (c->timer != TCP_TIMER_RESEND && (c->snd_wnd > 0 || n->flags & TCP_SYN))
		tcp_arm_resend(t, c);
}

bool tcp_output(struct tcp *t, struct tcp_conn *c, struct tcp_segment *out)
{
	struct next n;

	if (!find_next(t, c, &n))
		return false;
	*out = (struct tcp_segment){
		.seq = n.seq,
		.ack = n.flags & TCP_ACK ? c->rcv_nxt : 0,
		.flags = n.flags,
		.len = n.len,
		.window = TCP_WINDOW,
		.has_stamps = tcp_has(c, TCP_STAMPED) || n.flags == TCP_SYN,
		.mss = n.flags & TCP_SYN ? c->mss : 0,
	};
	if (out->has_stamps) {
		out->stamp = tcp_stamp(t, c);
		out->echo = n.flags & TCP_ACK ? c->stamp_recent : 0;
	}
	if (n.flags & TCP_SYN && tcp_has(c, TCP_STAMPED))
		out->mss += TCP_STAMPS_BYTES; // what was agreed on is without them
	if (tcp_has(c, TCP_PROBES) && c->timer != TCP_TIMER_RESEND)
		t->counters.probes++;
	tcp_clear(c, TCP_OWES_RESET | TCP_PROBES);
	if (n.flags & TCP_ACK)
		tcp_clear(c, TCP_OWES_ACK);
	uint32_t space = tcp_segment_space(out);
	if (space > 0)
		note_sent(t, c, &n, space);
	t->counters.out++;
	return true;
}

void tcp_output_data(const struct tcp *t, const struct tcp_conn *c, const struct tcp_segment *s,
		     uint8_t *out)
{
	tcp_queue_copy(&t->pool, c->queue, s->seq - c->snd_una, out, s->len);
}
