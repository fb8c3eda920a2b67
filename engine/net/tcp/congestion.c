// SPDX-License-Identifier: BSD-3-Clause
// How much may be under way, and what is sent again: RFC 5681, 6298, 6582, in segments.
#include <stddef.h>

#include "net/tcp/parts.h"

#define ROUND_TRIP_MAX_MS 600000 // a longer one was made up

void tcp_took_round_trip(struct tcp_conn *c, uint32_t ticks)
{
	if (ticks == 0)
		ticks = 1;
	if (c->srtt == 0) {
		c->srtt = ticks << 3;
		c->rttvar = ticks << 1;
		return;
	}
	int32_t delta = (int32_t)(ticks - (c->srtt >> 3));

	c->srtt += (uint32_t)delta;
	if (c->srtt == 0)
		c->srtt = 1;
	c->rttvar += (uint32_t)(delta < 0 ? -delta : delta) - (c->rttvar >> 2);
}

static void round_trip_of(struct tcp *t, struct tcp_conn *c, const struct tcp_segment *in)
{
	struct tcp_block *q = c->queue != TCP_NO_QUEUE ? tcp_queue(&t->pool, c->queue) : NULL;

	if (tcp_has(c, TCP_STAMPED)) {
		uint32_t ms = tcp_stamp(t, c) - in->echo;

		if (in->has_stamps && ms < ROUND_TRIP_MAX_MS)
			tcp_took_round_trip(c, tcp_span(ms));
	} else if (q != NULL && q->is_timed && !seq_before(in->ack, q->timed)) {
		q->is_timed = false;
		tcp_took_round_trip(c, t->now - q->timed_at);
	}
}

static uint32_t flight_segments(const struct tcp_conn *c)
{
	return (tcp_flight(c) + c->mss - 1) / c->mss;
}

static void cwnd_set(struct tcp_conn *c, uint32_t segments)
{
	if (segments < 1)
		segments = 1;
	c->cwnd = (uint8_t)(segments < TCP_CWND_MAX ? segments : TCP_CWND_MAX);
}

static void cwnd_grow(struct tcp *t, struct tcp_conn *c, uint32_t acked)
{
	if (c->cwnd < c->ssthresh) {
		cwnd_set(c, c->cwnd + 1u);
		return;
	}
	if (c->queue == TCP_NO_QUEUE)
		return;
	struct tcp_block *q = tcp_queue(&t->pool, c->queue);
	uint32_t grown = q->grown + acked, whole = (uint32_t)c->cwnd * c->mss;

	if (grown >= whole) {
		cwnd_set(c, c->cwnd + 1u);
		grown -= whole;
	}
	q->grown = (uint16_t)(grown < UINT16_MAX ? grown : UINT16_MAX);
}

// Numbers up to this one are acknowledged, in fast recovery (RFC 6582 3.2).
static void recovery_went_on(struct tcp *t, struct tcp_conn *c, uint32_t acked)
{
	struct tcp_block *q = c->queue != TCP_NO_QUEUE ? tcp_queue(&t->pool, c->queue) : NULL;

	if (q == NULL || !seq_before(c->snd_una, q->recover)) {
		uint32_t flight = flight_segments(c) + 1;

		cwnd_set(c, flight < c->ssthresh ? flight : c->ssthresh);
		tcp_clear(c, TCP_RECOVERS);
		return;
	}
	uint32_t segments = acked / c->mss;
	cwnd_set(c, c->cwnd > segments ? c->cwnd - segments + 1 : 1);
	q->resend = c->snd_una;
	tcp_set(c, TCP_RESENDS);
}

void tcp_acknowledged(struct tcp *t, struct tcp_conn *c, const struct tcp_segment *in)
{
	uint32_t acked = in->ack - c->snd_una, held = tcp_queue_len(&t->pool, c->queue);

	round_trip_of(t, c, in);
	tcp_queue_drop(&t->pool, &c->queue, acked < held ? acked : held); // a FIN is behind them
	c->snd_una = in->ack;
	c->retries = c->duplicates = 0;
	if (tcp_has(c, TCP_RECOVERS))
		recovery_went_on(t, c, acked);
	else
		cwnd_grow(t, c, acked);
	if (c->snd_una == c->snd_nxt)
		tcp_clear(c, TCP_RESENDS);
}

void tcp_duplicate(struct tcp *t, struct tcp_conn *c)
{
	if (tcp_has(c, TCP_RECOVERS)) {
		cwnd_set(c, c->cwnd + 1u);
		return;
	}
	if (tcp_has(c, TCP_RESENDS) || c->queue == TCP_NO_QUEUE || ++c->duplicates < TCP_DUPLICATES)
		return;
	struct tcp_block *q = tcp_queue(&t->pool, c->queue);
	uint32_t half = flight_segments(c) / 2;

	c->ssthresh = (uint8_t)(half > 2 ? half : 2);
	cwnd_set(c, c->ssthresh + TCP_DUPLICATES);
	q->recover = c->snd_nxt;
	q->resend = c->snd_una;
	q->is_timed = false;
	c->duplicates = 0;
	tcp_set(c, TCP_RESENDS | TCP_RECOVERS);
}

void tcp_timed_out(struct tcp *t, struct tcp_conn *c)
{
	if (c->retries == 0 && tcp_is_synchronized(c)) {
		uint32_t half = flight_segments(c) / 2;

		c->ssthresh = (uint8_t)(half > 2 ? half : 2);
	}
	if (!tcp_is_synchronized(c))
		c->syn_resent = 1;
	if (c->queue != TCP_NO_QUEUE) {
		struct tcp_block *q = tcp_queue(&t->pool, c->queue);

		q->resend = c->snd_una;
		q->is_timed = false;
	}
	c->cwnd = 1;
	c->retries++;
	c->duplicates = 0;
	tcp_clear(c, TCP_RECOVERS);
	tcp_set(c, TCP_RESENDS);
}
