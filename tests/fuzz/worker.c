// SPDX-License-Identifier: BSD-3-Clause
// A worker under whatever the network and time may do: frames, answers to its own requests, requests to its lines,
// ICMP errors about what it sent, commands, and time that passes. Its books balance, its lines keep their timers,
// and no answer makes it send without end.
#include <stdio.h>

#include <heartline/worker.h>

#include "base/count.h"
#include "bed.h"
#include "input.h"
#include "net/headers.h"

// A request that was sent, the `back`th before the latest. False: it is none.
static bool request_read(const struct bed *bed, unsigned back, struct frame *f)
{
	if (back >= bed->n_sent || back >= BED_SENT)
		return false;
	const unsigned k = (bed->n_sent - 1 - back) % BED_SENT;

	return frame_read(bed->sent[k].bytes, bed->sent[k].len, 0, f) == FRAME_UDP;
}

// Its headers that an answer repeats.
static size_t header_copy(const struct frame *f, const char *name, char *out)
{
	const char *text = (const char *)f->payload, *end = text + f->payload_len;
	const char *at = memmem(text, f->payload_len, name, strlen(name));
	const char *stop = at ? memmem(at + 2, (size_t)(end - at) - 2, "\r\n", 2) : NULL;

	if (!stop)
		return 0;
	memcpy(out, at + 2, (size_t)(stop - at));
	return (size_t)(stop - at);
}

// An answer to a request of ours: its status and what follows after the repeated headers are the input's.
static void answer(struct bed *bed, struct input *in)
{
	static const char *const names[] = { "\r\nVia:", "\r\nFrom:", "\r\nTo:", "\r\nCall-ID:",
					     "\r\nCSeq:" };
	const uint8_t how = input_u8(in);
	const unsigned status = 100 + input_u16(in) % 600;
	char text[4 * HL_FRAME_MAX];
	struct frame f;
	uint16_t len;
	uint8_t *rest = input_piece(in, HL_FRAME_MAX, &len);

	if (request_read(bed, how & 7, &f)) {
		size_t n = (size_t)snprintf(text, 64, "SIP/2.0 %u X\r\n", status);
		for (unsigned i = 0; i < 5; i++)
			n += header_copy(&f, names[i], text + n);
		if (how & 8) // a listing of what was asked for
			n += header_copy(&f, "\r\nContact:", text + n);
		memcpy(text + n, rest, len);
		n += len;
		if (!(how & 16))
			n += (size_t)snprintf(text + n, 32, "Content-Length: 0\r\n\r\n");
		for (uint32_t line = 0; line < BED_LINES; line++) {
			const struct hl_endpoint place = hl_plan_place(bed->plan, line);
			if (place.port == f.src.port && hl_addr_equal(&place.addr, &f.src.addr))
				bed_datagram(bed,
					     f.dst.addr.bytes[bed->ipv6 ? 15 : 3] ==
						     (bed->ipv6 ? 0xb : 2),
					     line, text,
					     (uint16_t)(n < HL_FRAME_MAX ? n : HL_FRAME_MAX));
		}
	}
	free(rest);
}

static void datagram(struct bed *bed, struct input *in)
{
	const uint8_t how = input_u8(in);
	uint16_t len;
	uint8_t *text = input_piece(in, HL_FRAME_MAX, &len);

	bed_datagram(bed, how & 1, how / 2 % BED_LINES, text, len);
	free(text);
}

static void raw(struct bed *bed, struct input *in)
{
	uint16_t len;
	uint8_t *frame = input_piece(in, HL_FRAME_MAX, &len);

	bed_frame(bed, frame, len);
	free(frame);
}

// An ICMP error about a frame that was sent, cut anywhere; a byte of the quote may be another one.
static void unreachable(struct bed *bed, struct input *in)
{
	const uint8_t how = input_u8(in), code = input_u8(in), at = input_u8(in), x = input_u8(in);
	const uint16_t len = input_u16(in) % 600;
	uint8_t icmp[8 + 600] = { 0 };
	struct frame f;

	if (!request_read(bed, how & 7, &f))
		return;
	const uint8_t *sent = bed->sent[(bed->n_sent - 1 - (how & 7)) % BED_SENT].bytes;
	icmp[0] = !bed->ipv6 ? 3 : how & 8 ? 2 : 1; // of IPv6 also: too big
	icmp[1] = code;
	memcpy(icmp + 8, sent + ETH_BYTES, len);
	icmp[8 + at % (len + 1)] ^= x;
	bed_icmp(bed, how >> 4 & 1, how >> 5 & 3, icmp, (uint16_t)(8 + len), 64);
}

// Any ICMP message; those of neighbour discovery come from beside, or not.
static void icmp_any(struct bed *bed, struct input *in)
{
	const uint8_t how = input_u8(in);
	uint16_t len;
	uint8_t *icmp = input_piece(in, 256, &len);

	bed_icmp(bed, how & 1, how >> 1 & 3, icmp, len, how & 8 ? 64 : 255);
	free(icmp);
}

static void command(struct bed *bed, struct input *in)
{
	static const enum hl_command_type types[] = {
		HL_COMMAND_ENABLE,  HL_COMMAND_DISABLE, HL_COMMAND_FORCE_P,
		HL_COMMAND_FORCE_B, HL_COMMAND_LOCK,    HL_COMMAND_UNLOCK,
		HL_COMMAND_RATE,    HL_COMMAND_PAUSE,   HL_COMMAND_RESUME,
	};
	const uint8_t how = input_u8(in);
	const struct hl_command c = { .type = types[how % (sizeof(types) / sizeof(*types))],
				      .first = input_u8(in),
				      .n = input_u8(in),
				      .spread_ns = input_u16(in) * MS,
				      .rate = input_u8(in) };

	hl_worker_command(bed->worker, &c);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input in = { bytes, size };
	const uint8_t how = input_u8(&in);
	struct bed *bed = bed_new(NULL, how & 2);
	const uint64_t start_ns = bed->now_ns;
	uint64_t ops = 0;

	bed_pass(bed, 2 * SEC, how & 1);
	for (; in.left && ops < 200; ops++) {
		switch (input_u8(&in) % 8) {
		case 0:
			raw(bed, &in);
			break;
		case 1:
			datagram(bed, &in);
			break;
		case 2:
			answer(bed, &in);
			break;
		case 3:
			unreachable(bed, &in);
			break;
		case 4:
			command(bed, &in);
			break;
		case 5:
			icmp_any(bed, &in);
			break;
		case 6:
			bed_pass(bed, input_u16(&in) * MS, false);
			break;
		default:
			bed_pass(bed, input_u8(&in) * MS, true);
			break;
		}
	}
	bed_pass(bed, 40 * SEC, false);
	bed_check(bed);
	// Each input has at most one frame to answer, and may lead to three requests (a challenge, a longer time asked
	// for, another target), each sent up to eleven times; what is due by time comes on top.
	const uint64_t seconds = (bed->now_ns - start_ns) / SEC + 1;
	MUST(bed->n_sent <= 64 * (ops + 1) + 8ull * BED_LINES * seconds);
	bed_free(bed);
	return 0;
}
