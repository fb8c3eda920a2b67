// SPDX-License-Identifier: BSD-3-Clause
// Two ends of one connection, and a network between them that loses, doubles, delays and reorders.
#pragma once

#include <criterion/criterion.h>
#include <string.h>

#include "net/tcp/parts.h"

#define BED_MS 1000000ull
#define BED_SLOTS 256
#define BED_MTU 1500
#define BED_SEGMENT (TCP_HEADER_WRITTEN + BED_MTU)

struct bed_end {
	struct tcp t;
	struct tcp_conn c;
	struct rng rng;
	uint32_t written, to_write; // bytes of its stream
	uint32_t came;
	uint32_t chunk;  // bytes of one write
	uint32_t events; // all that came, enum tcp_event
	uint32_t n_open, n_end, n_closed;
	uint16_t window; // what it says of its window at most
	uint32_t sent;   // segments
	bool closes;     // when all is written
};

// On the wire, as bytes.
struct bed_segment {
	uint64_t at_ns; // 0: the slot is free
	uint64_t order;
	uint8_t to;
	uint16_t len;
	uint8_t bytes[BED_SEGMENT];
};

struct bed {
	struct bed_end end[2];
	struct rng rng;
	uint64_t now_ns, delay_ns, order;
	uint32_t lose, twice, late; // of 1000 segments
	uint32_t lost;
	uint16_t mss;
	struct bed_segment wire[BED_SLOTS];
	bool (*eats)(struct bed *bed, uint8_t from,
		     const struct tcp_segment *s); // one that is lost
};

// Byte k of the stream of an end.
static inline uint8_t bed_byte(unsigned end, uint32_t k)
{
	return (uint8_t)((k * 2654435761u >> 13) + end * 101);
}

static inline void bed_now(struct bed *bed, uint64_t ns)
{
	bed->now_ns = ns;
	tcp_set_now(&bed->end[0].t, ns);
	tcp_set_now(&bed->end[1].t, ns);
}

static inline struct bed *bed_new(uint64_t seed)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct tcp_options options;
	struct hl_error err;

	tcp_options_default(&options);
	rng_seed(&bed->rng, seed);
	bed->delay_ns = 5 * BED_MS;
	bed->mss = BED_MTU - 40;
	for (unsigned i = 0; i < 2; i++) {
		struct bed_end *end = &bed->end[i];

		rng_seed(&end->rng, seed * 2 + i);
		cr_assert_eq(tcp_open(&end->t, &options, 256, &end->rng, &err), 0);
		end->window = UINT16_MAX;
		end->chunk = 700;
	}
	bed_now(bed, 1000 * BED_MS + rng_next(&bed->rng) % (1ull << 50));
	return bed;
}

static inline void bed_free(struct bed *bed)
{
	for (unsigned i = 0; i < 2; i++) {
		struct tcp_pool *pool = &bed->end[i].t.pool;

		if (bed->end[i].c.queue == TCP_NO_QUEUE)
			cr_expect_eq(pool->n_free, pool->n - 1, "no block leaks");
		tcp_close_all(&bed->end[i].t);
	}
	free(bed);
}

static inline void bed_connect(struct bed *bed)
{
	tcp_connect(&bed->end[0].t, &bed->end[0].c, &(struct tcp_ends){ { 1 } }, bed->mss);
}

static inline void bed_put(struct bed *bed, uint8_t to, const uint8_t *bytes, uint16_t len,
			   uint64_t delay_ns)
{
	for (unsigned k = 0; k < BED_SLOTS; k++) {
		struct bed_segment *s = &bed->wire[k];

		if (s->at_ns != 0)
			continue;
		s->at_ns = bed->now_ns + delay_ns;
		s->order = bed->order++;
		s->to = to;
		s->len = len;
		memcpy(s->bytes, bytes, len);
		return;
	}
	bed->lost++; // a queue on the way is full
}

static inline void bed_send(struct bed *bed, uint8_t from, struct tcp_segment *s)
{
	struct bed_end *end = &bed->end[from];
	uint8_t bytes[BED_SEGMENT];
	uint16_t header = tcp_segment_header(s);

	end->sent++;
	if (s->window > end->window)
		s->window = end->window;
	cr_assert_leq(header - TCP_BYTES + s->len, bed->mss, "longer than agreed");
	tcp_segment_write(s, bytes);
	if (s->len > 0)
		tcp_output_data(&end->t, &end->c, s, bytes + header);
	if (rng_below(&bed->rng, 1000) < bed->lose || (bed->eats && bed->eats(bed, from, s))) {
		bed->lost++;
		return;
	}
	unsigned copies = rng_below(&bed->rng, 1000) < bed->twice ? 2 : 1;
	while (copies-- > 0) {
		uint64_t more = rng_below(&bed->rng, 1000) < bed->late
					? rng_next(&bed->rng) % (4 * bed->delay_ns)
					: 0;
		bed_put(bed, !from, bytes, (uint16_t)(header + s->len), bed->delay_ns + more);
	}
}

// What its user does: writes as long as there is room, then closes.
static inline void bed_write(struct bed *bed, uint8_t i)
{
	struct bed_end *end = &bed->end[i];
	uint8_t bytes[4096];

	while (end->written < end->to_write) {
		uint32_t n = end->to_write - end->written;

		if (n > end->chunk)
			n = end->chunk;
		for (uint32_t k = 0; k < n; k++)
			bytes[k] = bed_byte(i, end->written + k);
		if (tcp_queue_len(&end->t.pool, end->c.queue) > 20000 ||
		    !tcp_write(&end->t, &end->c, bytes, n))
			return;
		end->written += n;
	}
	if (end->closes && end->c.state != TCP_SYN_SENT)
		tcp_close(&end->t, &end->c);
}

static inline void bed_output(struct bed *bed, uint8_t i)
{
	struct tcp_segment s;

	bed_write(bed, i);
	for (unsigned n = 0; tcp_output(&bed->end[i].t, &bed->end[i].c, &s); n++) {
		cr_assert_lt(n, 200, "it never ends to say something");
		bed_send(bed, i, &s);
	}
	cr_assert_not(tcp_has_output(&bed->end[i].t, &bed->end[i].c));
}

static inline void bed_heed(struct bed *bed, uint8_t i, const struct tcp_result *r)
{
	struct bed_end *end = &bed->end[i];
	struct tcp_segment reply = r->reply;

	end->events |= r->events;
	end->n_open += (r->events & TCP_EVENT_OPEN) != 0;
	end->n_end += (r->events & TCP_EVENT_END) != 0;
	end->n_closed += (r->events & TCP_EVENT_CLOSED) != 0;
	for (uint16_t k = 0; k < r->len; k++)
		cr_assert_eq(r->data[k], bed_byte(!i, end->came + k), "byte %u", end->came + k);
	end->came += r->len;
	if (r->events & TCP_EVENT_REPLY)
		bed_send(bed, i, &reply);
}

static inline void bed_input(struct bed *bed, uint8_t i, const struct tcp_segment *in)
{
	struct bed_end *end = &bed->end[i];
	struct tcp_result r;

	if (i == 1 && end->c.state == TCP_CLOSED && end->n_open == 0 &&
	    tcp_accept(&end->t, &end->c, &(struct tcp_ends){ { 2 } }, bed->mss, in)) {
		bed_output(bed, i);
		return;
	}
	tcp_input(&end->t, &end->c, in, &r);
	bed_heed(bed, i, &r);
	bed_output(bed, i);
}

static inline void bed_deliver(struct bed *bed, struct bed_segment *s)
{
	struct tcp_segment in;

	s->at_ns = 0;
	cr_assert(tcp_segment_read(s->bytes, s->len, &in));
	bed_input(bed, s->to, &in);
}

static inline struct bed_segment *bed_first(struct bed *bed)
{
	struct bed_segment *first = NULL;

	for (unsigned k = 0; k < BED_SLOTS; k++) {
		struct bed_segment *s = &bed->wire[k];

		if (s->at_ns != 0 && (!first || s->at_ns < first->at_ns ||
				      (s->at_ns == first->at_ns && s->order < first->order)))
			first = s;
	}
	return first;
}

// When the next deadline of an end comes; UINT64_MAX: never.
static inline uint64_t bed_deadline(const struct bed *bed, unsigned i)
{
	uint32_t at;

	if (!tcp_deadline(&bed->end[i].c, &at))
		return UINT64_MAX;
	int32_t ahead = (int32_t)(at - bed->end[i].t.now);
	return bed->now_ns + (ahead > 0 ? (uint64_t)ahead << 17 : 0);
}

// One thing that happens. False: nothing will before `until_ns`.
static inline bool bed_step(struct bed *bed, uint64_t until_ns)
{
	struct bed_segment *s = bed_first(bed);
	uint64_t at[3] = { bed_deadline(bed, 0), bed_deadline(bed, 1), s ? s->at_ns : UINT64_MAX };
	unsigned k = at[0] <= at[1] ? 0 : 1;

	if (at[2] <= at[k])
		k = 2;
	if (at[k] > until_ns)
		return false;
	if (at[k] > bed->now_ns)
		bed_now(bed, at[k]);
	if (k == 2) {
		bed_deliver(bed, s);
		return true;
	}
	struct tcp_result r = { .events = tcp_timer(&bed->end[k].t, &bed->end[k].c) };
	bed_heed(bed, (uint8_t)k, &r);
	bed_output(bed, (uint8_t)k);
	return true;
}

static inline void bed_run(struct bed *bed, uint64_t ms)
{
	uint64_t until_ns = bed->now_ns + ms * BED_MS;

	for (unsigned n = 0; bed_step(bed, until_ns); n++)
		cr_assert_lt(n, 1000000, "it does not come to rest");
	bed_now(bed, until_ns);
}

// Both open, nothing under way.
static inline struct bed *bed_open(uint64_t seed)
{
	struct bed *bed = bed_new(seed);

	bed_connect(bed);
	bed_output(bed, 0);
	bed_run(bed, 100);
	cr_assert_eq(bed->end[0].c.state, TCP_ESTABLISHED);
	cr_assert_eq(bed->end[1].c.state, TCP_ESTABLISHED);
	return bed;
}

// What end i says next, without the network.
static inline bool bed_take(struct bed *bed, uint8_t i, struct tcp_segment *out)
{
	return tcp_output(&bed->end[i].t, &bed->end[i].c, out);
}

// A segment that end i would take for its peer's, but for what the test changes of it.
static inline struct tcp_segment bed_from_peer(const struct bed *bed, uint8_t i, uint8_t flags)
{
	const struct bed_end *end = &bed->end[i];

	return (struct tcp_segment){
		.seq = end->c.rcv_nxt,
		.ack = end->c.snd_nxt,
		.flags = flags,
		.window = 8192,
		.has_stamps = tcp_has(&end->c, TCP_STAMPED),
		.stamp = end->c.stamp_recent,
		.echo = tcp_stamp(&end->t, &end->c),
	};
}
