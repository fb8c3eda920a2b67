// SPDX-License-Identifier: BSD-3-Clause
// Segments arrive (RFC 9293 3.10.7, with RFC 5961 and 7323). Each step returns whether the next one is taken.
#include "net/tcp/parts.h"

#define CHALLENGES_A_SECOND 1000 // RFC 5961 7

// The three that a segment is about.
struct input {
	struct tcp *t;
	struct tcp_conn *c;
	const struct tcp_segment *in;
	struct tcp_result *result;
};

static void owe_ack(struct tcp_conn *c)
{
	tcp_set(c, TCP_OWES_ACK);
}

// To somebody who may have guessed: say where we are, but not as often as one likes. How often is no constant,
// or what is left would tell others what comes from elsewhere.
static void challenge(struct input *i)
{
	struct tcp *t = i->t;
	uint32_t second = t->now_ms / 1000;

	if (t->challenges_at != second) {
		t->challenges_at = second;
		t->challenges_left = CHALLENGES_A_SECOND / 2 +
				     rng_below(t->rng, CHALLENGES_A_SECOND);
	}
	if (t->challenges_left == 0)
		return;
	t->challenges_left--;
	t->counters.challenges++;
	owe_ack(i->c);
}

static void refuse(struct input *i)
{
	if (tcp_refuse(i->in, &i->result->reply))
		i->result->events |= TCP_EVENT_REPLY;
}

static void end(struct input *i, enum tcp_event why)
{
	tcp_end(i->t, i->c);
	i->result->events |= why | TCP_EVENT_CLOSED;
	if (why == TCP_EVENT_REFUSED)
		i->t->counters.refused++;
	else if (why == TCP_EVENT_RESET)
		i->t->counters.reset++;
}

static void establish(struct input *i)
{
	struct tcp_conn *c = i->c;

	c->state = TCP_ESTABLISHED;
	c->retries = 0;
	tcp_clear(c, TCP_RESENDS);
	if (c->syn_resent)
		c->cwnd = 1; // RFC 5681 3.1
	i->result->events |= TCP_EVENT_OPEN;
	i->t->counters.established++;
}

// The SYN was acknowledged.
static void syn_acknowledged(struct input *i)
{
	struct tcp_conn *c = i->c;
	uint32_t ticks = i->t->now - c->rttvar;

	c->snd_una = i->in->ack;
	c->rttvar = 0;
	if (!c->syn_resent)
		tcp_took_round_trip(c, ticks);
	establish(i);
}

// Bytes behind a SYN are not taken: they are sent again to one who is established.
static void syn_sent(struct input *i)
{
	struct tcp_conn *c = i->c;
	const struct tcp_segment *in = i->in;
	bool acks = in->flags & TCP_ACK;

	if (acks && in->ack != c->snd_nxt) {
		refuse(i);
		return;
	}
	if (in->flags & TCP_RST) {
		if (acks)
			end(i, TCP_EVENT_REFUSED);
		return;
	}
	if (!(in->flags & TCP_SYN))
		return;
	tcp_heed_syn(i->t, c, in);
	owe_ack(c);
	if (acks)
		syn_acknowledged(i);
	else
		c->state = TCP_SYN_RECEIVED; // both began (RFC 9293 figure 8)
	tcp_rearm(i->t, c);
}

// RFC 7323 5: an old duplicate whose numbers have come round.
static bool stamp_passes(struct input *i)
{
	struct tcp_conn *c = i->c;
	const struct tcp_segment *in = i->in;

	if (!tcp_has(c, TCP_STAMPED) || in->flags & TCP_RST)
		return true;
	if (!in->has_stamps) { // RFC 7323 3.2
		i->t->counters.stale++;
		return false;
	}
	if (seq_before(in->stamp, c->stamp_recent) &&
	    i->t->now_ms - c->stamp_recent_ms < TCP_STAMP_OLD_MS) {
		i->t->counters.stale++;
		owe_ack(c);
		return false;
	}
	return true;
}

static bool is_inside(const struct tcp_conn *c, uint32_t seq)
{
	return seq - c->rcv_nxt < TCP_WINDOW;
}

static bool number_passes(struct input *i)
{
	const struct tcp_segment *in = i->in;
	uint32_t space = tcp_segment_space(in);

	if (is_inside(i->c, in->seq) || (space > 0 && is_inside(i->c, in->seq + space - 1)))
		return true;
	i->t->counters.outside++;
	if (!(in->flags & TCP_RST))
		owe_ack(i->c);
	// The peer did not hear that its FIN had come, so the wait begins anew.
	if (i->c->state == TCP_TIME_WAIT && in->flags & TCP_FIN)
		tcp_rearm(i->t, i->c);
	return false;
}

static void heed_stamp(struct input *i)
{
	struct tcp_conn *c = i->c;

	if (!tcp_has(c, TCP_STAMPED) || !i->in->has_stamps || seq_after(i->in->seq, c->rcv_nxt))
		return;
	c->stamp_recent = i->in->stamp;
	c->stamp_recent_ms = i->t->now_ms;
}

// RFC 5961 3.2: a reset counts when its number is the very next one.
static void reset_came(struct input *i)
{
	struct tcp_conn *c = i->c;

	if (i->in->seq != c->rcv_nxt)
		challenge(i);
	else if (c->state == TCP_SYN_RECEIVED && !c->passive)
		end(i, TCP_EVENT_REFUSED);
	else if (c->state == TCP_TIME_WAIT)
		challenge(i); // RFC 1337: it stays
	else
		end(i, TCP_EVENT_RESET);
}

// May a SYN begin a new connection in place of one that waits for its end? (RFC 6191 2, RFC 9293 MAY-2)
static bool is_new_life(const struct tcp_conn *c, const struct tcp_segment *in)
{
	if ((in->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN || c->state != TCP_TIME_WAIT)
		return false;
	if (tcp_has(c, TCP_STAMPED) && in->has_stamps && in->stamp != c->stamp_recent)
		return seq_after(in->stamp, c->stamp_recent);
	return seq_after(in->seq, c->rcv_nxt);
}

// Each side had sent its SYN before the other's came, and now has heard the answer to it.
static bool both_began(const struct tcp_conn *c, const struct tcp_segment *in)
{
	return c->state == TCP_SYN_RECEIVED && !c->passive && in->seq + 1 == c->rcv_nxt &&
	       (in->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_SYN | TCP_ACK) &&
	       in->ack == c->snd_nxt;
}

static bool ack_is_of_syn(struct input *i)
{
	if (i->in->ack != i->c->snd_nxt) {
		refuse(i);
		return false;
	}
	i->c->snd_wnd = i->c->max_wnd = i->in->window;
	i->c->snd_wl1 = i->in->seq;
	i->c->snd_wl2 = i->in->ack;
	syn_acknowledged(i);
	tcp_rearm(i->t, i->c);
	return true;
}

static void heed_window(struct input *i)
{
	struct tcp_conn *c = i->c;
	const struct tcp_segment *in = i->in;

	if (seq_after(c->snd_wl1, in->seq) ||
	    (c->snd_wl1 == in->seq && seq_after(c->snd_wl2, in->ack)))
		return;
	bool opened = c->snd_wnd == 0 && in->window > 0;

	c->snd_wnd = in->window;
	c->snd_wl1 = in->seq;
	c->snd_wl2 = in->ack;
	if (in->window > c->max_wnd)
		c->max_wnd = in->window;
	if (!opened || tcp_flight(c) == 0)
		return;
	// What went out while it was closed was not taken.
	if (c->queue != TCP_NO_QUEUE)
		tcp_queue(&i->t->pool, c->queue)->resend = c->snd_una;
	tcp_set(c, TCP_RESENDS);
}

static bool is_duplicate(const struct tcp_conn *c, const struct tcp_segment *in)
{
	return in->ack == c->snd_una && in->len == 0 && !(in->flags & TCP_FIN) &&
	       in->window == c->snd_wnd && tcp_flight(c) > 0;
}

static bool fin_was_acknowledged(const struct tcp_conn *c)
{
	return tcp_has(c, TCP_FIN_SENT) && c->snd_una == c->snd_nxt;
}

// The state that follows once the peer has our FIN.
static bool fin_step(struct input *i)
{
	struct tcp_conn *c = i->c;

	if (!fin_was_acknowledged(c))
		return true;
	tcp_clear(c, TCP_CLOSES);
	switch ((enum tcp_state)c->state) {
	case TCP_FIN_WAIT_1:
		c->state = TCP_FIN_WAIT_2;
		break;
	case TCP_CLOSING:
		c->state = TCP_TIME_WAIT;
		break;
	case TCP_LAST_ACK:
		tcp_end(i->t, c);
		i->result->events |= TCP_EVENT_CLOSED;
		return false;
	default:
		break;
	}
	return true;
}

// Timers go on from now, but for those that have to grow: of what was sent, while it is not acknowledged, and
// of probes, while the window stays closed.
static void gave_sign_of_life(struct input *i, bool is_new)
{
	struct tcp_conn *c = i->c;

	if (c->timer == TCP_TIMER_PERSIST && c->snd_wnd == 0 && !is_new) {
		c->duplicates = 0;
		return;
	}
	if (c->timer == TCP_TIMER_RESEND && c->snd_wnd != 0 && !is_new)
		return;
	if (c->state == TCP_TIME_WAIT && !is_new)
		return;
	c->retries = c->duplicates = 0;
	tcp_rearm(i->t, c);
}

static bool ack_came(struct input *i)
{
	struct tcp_conn *c = i->c;
	const struct tcp_segment *in = i->in;

	if (c->state == TCP_SYN_RECEIVED)
		return ack_is_of_syn(i);
	// RFC 5961 5.2: nobody who sees the connection acknowledges what is that old, or not yet sent.
	if (seq_after(in->ack, c->snd_nxt) || seq_before(in->ack, c->snd_una - c->max_wnd)) {
		challenge(i);
		return false;
	}
	bool is_new = seq_after(in->ack, c->snd_una), was_closed = c->snd_wnd == 0;

	if (is_duplicate(c, in)) {
		i->t->counters.duplicates++;
		if (!was_closed)
			tcp_duplicate(i->t, c);
	}
	if (is_new) {
		tcp_acknowledged(i->t, c, in);
		i->result->events |= TCP_EVENT_ROOM;
	}
	if (!seq_before(in->ack, c->snd_una))
		heed_window(i);
	if (!fin_step(i))
		return false;
	gave_sign_of_life(i, is_new);
	return true;
}

// What is new of its data goes up; what comes too early is asked for once more.
static bool data_came(struct input *i)
{
	struct tcp_conn *c = i->c;
	const struct tcp_segment *in = i->in;
	uint32_t old = c->rcv_nxt - in->seq, len = in->len;

	if (tcp_segment_space(in) == 0)
		return false;
	owe_ack(c);
	if (seq_after(in->seq, c->rcv_nxt))
		return false;
	if (c->state != TCP_ESTABLISHED && c->state != TCP_FIN_WAIT_1 && c->state != TCP_FIN_WAIT_2)
		return false; // the peer had sent its FIN
	if (old > len)
		return false;
	len -= old;
	if (len > 0) {
		i->result->events |= TCP_EVENT_DATA;
		i->result->data = in->data + old;
		i->result->len = (uint16_t)len;
		c->rcv_nxt += len;
	}
	return in->seq + in->len == c->rcv_nxt;
}

static void fin_came(struct input *i)
{
	struct tcp_conn *c = i->c;

	c->rcv_nxt++;
	i->result->events |= TCP_EVENT_END;
	switch ((enum tcp_state)c->state) {
	case TCP_ESTABLISHED:
		c->state = TCP_CLOSE_WAIT;
		break;
	case TCP_FIN_WAIT_1:
		c->state = TCP_CLOSING;
		break;
	case TCP_FIN_WAIT_2:
		c->state = TCP_TIME_WAIT;
		tcp_rearm(i->t, c);
		break;
	default:
		break;
	}
}

// Both sides were heard in their states: numbers, reset, SYN. False: it is done with.
static bool passes(struct input *i)
{
	struct tcp_conn *c = i->c;

	if (is_new_life(c, i->in)) {
		i->result->events |= TCP_EVENT_AGAIN;
		return false;
	}
	if (!stamp_passes(i))
		return false;
	if (both_began(c, i->in)) {
		owe_ack(c);
		ack_is_of_syn(i);
		return false;
	}
	if (!number_passes(i))
		return false;
	if (i->in->flags & TCP_RST) {
		reset_came(i);
		return false;
	}
	if (i->in->flags & TCP_SYN) { // RFC 5961 4.2
		challenge(i);
		return false;
	}
	if (!(i->in->flags & TCP_ACK))
		return false;
	heed_stamp(i);
	return true;
}

void tcp_input(struct tcp *t, struct tcp_conn *c, const struct tcp_segment *in,
	       struct tcp_result *result)
{
	struct input i = { .t = t, .c = c, .in = in, .result = result };

	*result = (struct tcp_result){ 0 };
	t->counters.in++;
	if (c->state == TCP_CLOSED) {
		refuse(&i);
		return;
	}
	if (c->state == TCP_SYN_SENT)
		syn_sent(&i);
	else if (passes(&i) && ack_came(&i) && data_came(&i) && in->flags & TCP_FIN)
		fin_came(&i);
}
