// SPDX-License-Identifier: BSD-3-Clause
// Segments of any kind for a connection that we opened and one that we accepted, between writes, time-outs and
// closes: each says what it has to say and stops, takes bytes in order, and gives back what it held.
#include <stdbool.h>
#include <stdio.h>

#include "input.h"
#include "net/tcp/parts.h"

#define BLOCKS 64

static struct tcp tcp;
static struct rng rng;
static uint64_t now_ns;

static void tell(struct tcp_conn *c)
{
	struct tcp_segment s;
	uint8_t data[1460];

	for (unsigned n = 0; tcp_output(&tcp, c, &s); n++) {
		MUST(n < 2 * TCP_QUEUE_MAX / 52);
		MUST(s.len <= sizeof(data));
		tcp_output_data(&tcp, c, &s, data);
	}
	MUST(!tcp_has_output(&tcp, c));
	MUST(tcp_flight(c) <= TCP_QUEUE_MAX + 2u);
}

static void hear(struct tcp_conn *c, const struct tcp_segment *s)
{
	uint32_t next = c->rcv_nxt;
	bool was_open = c->state >= TCP_ESTABLISHED;
	struct tcp_result r;

	tcp_input(&tcp, c, s, &r);
	MUST(r.len == 0 || (r.data >= s->data && r.data + r.len <= s->data + s->len));
	if (was_open && c->state != TCP_CLOSED)
		MUST(c->rcv_nxt == next + r.len + ((r.events & TCP_EVENT_END) != 0));
	if (c->state == TCP_CLOSED)
		MUST(c->queue == TCP_NO_QUEUE && c->timer == TCP_TIMER_NONE);
}

// One whose numbers are near those that the connection expects, or bytes as they come.
static void segment(struct input *in, struct tcp_conn *c, uint8_t op)
{
	struct tcp_segment s;
	uint16_t len;

	if (op & 0x10) {
		uint8_t *bytes = input_piece(in, 1500, &len);
		if (tcp_segment_read(bytes, len, &s))
			hear(c, &s);
		free(bytes);
		return;
	}
	uint32_t seq = c->rcv_nxt + (uint32_t)(int16_t)input_u16(in);
	uint32_t ack = c->snd_nxt + (uint32_t)(int16_t)input_u16(in);
	s = (struct tcp_segment){
		.seq = seq,
		.ack = ack,
		.flags = input_u8(in) & 0x3f,
		.window = input_u16(in),
		.has_stamps = tcp_has(c, TCP_STAMPED) != (op & 0x20),
		.stamp = c->stamp_recent + input_u8(in) - 1u,
		.echo = tcp_stamp(&tcp, c) - input_u8(in),
		.mss = op & 0x40 ? input_u16(in) : 0,
	};
	uint8_t *data = input_piece(in, 1460, &len);
	s.data = data;
	s.len = len;
	hear(c, &s);
	free(data);
}

static void step(struct input *in, struct tcp_conn *c, uint8_t op)
{
	static const uint8_t bytes[4000];
	uint32_t at;

	switch (op & 0x0f) {
	case 0:
		tcp_write(&tcp, c, bytes, input_u16(in) % sizeof(bytes));
		break;
	case 1:
		tcp_close(&tcp, c);
		break;
	case 2:
		tcp_abort(&tcp, c);
		break;
	case 3:
		if (tcp_deadline(c, &at)) {
			if ((int32_t)(at - tcp.now) > 0)
				now_ns += (uint64_t)(at - tcp.now) << 17;
			tcp_set_now(&tcp, now_ns);
			tcp_timer(&tcp, c);
		}
		break;
	case 4:
		tcp_too_big(&tcp, c, c->snd_nxt - input_u16(in), input_u16(in));
		break;
	case 5:
		now_ns += (uint64_t)input_u16(in) * 10000000;
		tcp_set_now(&tcp, now_ns);
		break;
	default:
		segment(in, c, op);
		break;
	}
	tell(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct tcp_segment syn = {
		.flags = TCP_SYN, .has_stamps = true, .mss = 1460, .window = 8192
	};
	struct input in = { bytes, size };
	struct tcp_options options;
	struct tcp_conn conns[2] = { 0 };
	struct hl_error err;

	tcp_options_default(&options);
	options.keepalive_s = input_u8(&in) & 1 ? 7200 : 0;
	rng_seed(&rng, 1);
	MUST(tcp_open(&tcp, &options, BLOCKS, &rng, &err) == 0);
	now_ns = 1ull << (20 + input_u8(&in) % 30);
	tcp_set_now(&tcp, now_ns);
	tcp_connect(&tcp, &conns[0], &(struct tcp_ends){ { 1 } }, 1460);
	MUST(tcp_accept(&tcp, &conns[1], &(struct tcp_ends){ { 2 } }, 1460, &syn));
	tell(&conns[0]);
	tell(&conns[1]);
	while (in.left) {
		uint8_t op = input_u8(&in);
		step(&in, &conns[op >> 7], op);
	}
	for (unsigned i = 0; i < 2; i++)
		tcp_abort(&tcp, &conns[i]);
	MUST(tcp.pool.n_free == BLOCKS);
	tcp_close_all(&tcp);
	return 0;
}
