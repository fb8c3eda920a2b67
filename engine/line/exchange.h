// SPDX-License-Identifier: BSD-3-Clause
// One client transaction of a line (RFC 3261 17.1.2): its number, where it stands, its times.
//
// A role of the line has one exchange, which serves all of its requests one after the other. Times
// are ticks of the wheel, as in line.h.
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

// Four bits. The last two also count the retransmissions, in their two lower bits: three stands for
// three and more, since from the third one on timer E is T2.
enum exchange_state {
	EXCHANGE_IDLE,
	EXCHANGE_TO_SEND, // as soon as there is room and a token
	EXCHANGE_TIMER,   // nothing is asked; the role's own timer is armed
	EXCHANGE_NO_HOP,  // not sent, since its next hop is not known; only its end is armed
	EXCHANGE_TRYING = 4,
	EXCHANGE_PROCEEDING = 8, // a 1xx came: timer E is T2
};
#define EXCHANGE_COUNT_MAX 3u

// Writer and reader: the owner lcore.
struct exchange {
	uint32_t number : 28; // of the latest request: its CSeq minus CSEQ_FIRST
	uint32_t state : 4;   // enum exchange_state
	uint32_t at;          // while it is out the next retransmission, else the role's timer
	uint32_t end;         // give-up
	uint32_t sent;        // first transmission: clock_stamp()
};
static_assert(sizeof(struct exchange) == 16, "two of them in the line's cache line");

static inline bool exchange_to_send(const struct exchange *e)
{
	return e->state == EXCHANGE_TO_SEND;
}

static inline bool exchange_on_timer(const struct exchange *e)
{
	return e->state == EXCHANGE_TIMER;
}

static inline bool exchange_waits_for_hop(const struct exchange *e)
{
	return e->state == EXCHANGE_NO_HOP;
}

// Is `at` a deadline?
static inline bool exchange_is_armed(const struct exchange *e)
{
	return e->state >= EXCHANGE_TIMER;
}

// Its time runs: sent and unanswered, or it waits for its next hop.
static inline bool exchange_is_out(const struct exchange *e)
{
	return e->state >= EXCHANGE_NO_HOP;
}

// A request is asked for and not answered yet.
static inline bool exchange_is_open(const struct exchange *e)
{
	return exchange_to_send(e) || exchange_is_out(e);
}

// It was sent and is unanswered.
static inline bool exchange_has_left(const struct exchange *e)
{
	return e->state >= EXCHANGE_TRYING;
}

static inline bool exchange_is_proceeding(const struct exchange *e)
{
	return e->state >= EXCHANGE_PROCEEDING;
}

static inline unsigned exchange_retransmissions(const struct exchange *e)
{
	return exchange_has_left(e) ? e->state & EXCHANGE_COUNT_MAX : 0;
}

static inline void exchange_count_retransmission(struct exchange *e)
{
	if (exchange_retransmissions(e) < EXCHANGE_COUNT_MAX)
		e->state++;
}

static inline void exchange_proceed(struct exchange *e)
{
	e->state = EXCHANGE_PROCEEDING | exchange_retransmissions(e);
}

static inline void exchange_end(struct exchange *e)
{
	e->state = EXCHANGE_IDLE;
}

static inline void exchange_ask(struct exchange *e)
{
	e->state = EXCHANGE_TO_SEND;
}

static inline void exchange_set_timer(struct exchange *e, uint32_t at)
{
	e->state = EXCHANGE_TIMER;
	e->at = at;
}
