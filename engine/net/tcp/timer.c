// SPDX-License-Identifier: BSD-3-Clause
// What a connection does when nothing comes.
#include "net/tcp/parts.h"

uint32_t tcp_span(uint64_t ms)
{
	return (uint32_t)((ms * 1000000 + (1u << TCP_TICK_SHIFT) - 1) >> TCP_TICK_SHIFT);
}

static uint64_t resend_ticks(const struct tcp *t, const struct tcp_conn *c)
{
	uint64_t least = tcp_span(t->options.resend_min_ms),
		 most = tcp_span(t->options.resend_max_ms);
	uint64_t ticks = (c->srtt >> 3) + (c->rttvar > 0 ? c->rttvar : 1);

	if (c->srtt == 0)
		ticks = tcp_span(c->syn_resent && tcp_is_synchronized(c)
					 ? TCP_RESEND_AFTER_LOST_SYN_MS
					 : TCP_RESEND_FIRST_MS);
	if (ticks < least)
		ticks = least;
	ticks <<= c->retries < 16 ? c->retries : 16;
	return ticks < most ? ticks : most;
}

void tcp_arm(struct tcp *t, struct tcp_conn *c, enum tcp_timer timer, uint64_t ticks)
{
	c->timer = (uint8_t)timer;
	c->at = t->now + (uint32_t)ticks;
}

void tcp_arm_resend(struct tcp *t, struct tcp_conn *c)
{
	tcp_arm(t, c, TCP_TIMER_RESEND, resend_ticks(t, c));
}

static bool has_unacknowledged(const struct tcp_conn *c)
{
	return c->queue != TCP_NO_QUEUE || tcp_has(c, TCP_CLOSES);
}

static enum tcp_timer wanted(const struct tcp *t, const struct tcp_conn *c)
{
	switch ((enum tcp_state)c->state) {
	case TCP_CLOSED:
		return TCP_TIMER_NONE;
	case TCP_SYN_SENT:
	case TCP_SYN_RECEIVED:
		return TCP_TIMER_RESEND;
	case TCP_TIME_WAIT:
		return TCP_TIMER_TIME_WAIT;
	case TCP_FIN_WAIT_2:
		return TCP_TIMER_LINGER;
	default:
		break;
	}
	if (has_unacknowledged(c))
		return c->snd_wnd == 0 || tcp_flight(c) == 0 ? TCP_TIMER_PERSIST : TCP_TIMER_RESEND;
	return t->options.keepalive_s != 0 ? TCP_TIMER_KEEPALIVE : TCP_TIMER_NONE;
}

void tcp_rearm(struct tcp *t, struct tcp_conn *c)
{
	enum tcp_timer timer = wanted(t, c);

	switch (timer) {
	case TCP_TIMER_RESEND:
	case TCP_TIMER_PERSIST:
		tcp_arm(t, c, timer, resend_ticks(t, c));
		break;
	case TCP_TIMER_KEEPALIVE:
		tcp_arm(t, c, timer, tcp_span((uint64_t)t->options.keepalive_s * 1000));
		break;
	case TCP_TIMER_LINGER:
		tcp_arm(t, c, timer, tcp_span(t->options.linger_ms));
		break;
	case TCP_TIMER_TIME_WAIT:
		tcp_arm(t, c, timer, tcp_span(t->options.time_wait_ms));
		break;
	default:
		c->timer = TCP_TIMER_NONE;
		break;
	}
}

void tcp_end(struct tcp *t, struct tcp_conn *c)
{
	tcp_queue_free(&t->pool, &c->queue);
	c->state = TCP_CLOSED;
	c->timer = TCP_TIMER_NONE;
	c->flags &= TCP_OWES_RESET | TCP_STAMPED;
	t->counters.closed++;
}

static uint32_t give_up(struct tcp *t, struct tcp_conn *c)
{
	// A peer that only lost its way back learns that it is over.
	if (tcp_is_synchronized(c))
		tcp_set(c, TCP_OWES_RESET);
	tcp_end(t, c);
	t->counters.timed_out++;
	return TCP_EVENT_TIMEOUT | TCP_EVENT_CLOSED;
}

static bool is_out_of_patience(const struct tcp *t, const struct tcp_conn *c)
{
	if (c->timer == TCP_TIMER_KEEPALIVE)
		return c->retries >= t->options.keepalives;
	if (c->timer ==
	    TCP_TIMER_PERSIST) // while they are answered there is no end (RFC 9293 MUST-37)
		return c->duplicates >= t->options.resends;
	return c->retries >= (tcp_is_synchronized(c) ? t->options.resends : t->options.syn_resends);
}

uint32_t tcp_timer(struct tcp *t, struct tcp_conn *c)
{
	switch ((enum tcp_timer)c->timer) {
	case TCP_TIMER_RESEND:
	case TCP_TIMER_PERSIST:
	case TCP_TIMER_KEEPALIVE:
		if (is_out_of_patience(t, c))
			return give_up(t, c);
		break;
	case TCP_TIMER_LINGER:
	case TCP_TIMER_TIME_WAIT:
		tcp_end(t, c);
		return TCP_EVENT_CLOSED;
	default:
		return 0;
	}
	if (c->timer == TCP_TIMER_RESEND) {
		tcp_timed_out(t, c);
		tcp_arm_resend(t, c);
		return 0;
	}
	if (c->retries < UINT8_MAX)
		c->retries++;
	tcp_set(c, TCP_PROBES);
	if (c->timer == TCP_TIMER_KEEPALIVE) {
		tcp_arm(t, c, TCP_TIMER_KEEPALIVE, tcp_span(t->options.resend_max_ms));
		return 0;
	}
	if (c->snd_wnd == 0)
		c->duplicates++;
	tcp_arm(t, c, TCP_TIMER_PERSIST, resend_ticks(t, c));
	return 0;
}
