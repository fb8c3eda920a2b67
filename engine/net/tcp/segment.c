// SPDX-License-Identifier: BSD-3-Clause
// Every length is checked against the segment before it is used.
#include "net/tcp/segment.h"

#include <string.h>

#include "base/bytes.h"

enum { OPTION_END, OPTION_NONE, OPTION_MSS, OPTION_STAMPS = 8 }; // RFC 9293 3.2, RFC 7323 3.2

static bool option_take(const uint8_t *at, uint8_t len, struct tcp_segment *out)
{
	switch (at[0]) {
	case OPTION_MSS:
		if (len != TCP_MSS_BYTES)
			return false;
		out->mss = load_be16(at + 2);
		return true;
	case OPTION_STAMPS:
		if (len != TCP_STAMPS_BYTES - 2)
			return false;
		out->has_stamps = true;
		out->stamp = load_be32(at + 2);
		out->echo = load_be32(at + 6);
		return true;
	default: // stepped over (MUST-6)
		return true;
	}
}

static bool options_read(const uint8_t *at, const uint8_t *end, struct tcp_segment *out)
{
	while (at < end && at[0] != OPTION_END) {
		if (at[0] == OPTION_NONE) {
			at++;
			continue;
		}
		if (end - at < 2 || at[1] < 2 || at[1] > end - at || !option_take(at, at[1], out))
			return false;
		at += at[1];
	}
	return true;
}

bool tcp_segment_read(const uint8_t *bytes, uint16_t len, struct tcp_segment *out)
{
	if (len < TCP_BYTES)
		return false;
	uint16_t header = (bytes[12] >> 4) * 4;
	if (header < TCP_BYTES || header > len)
		return false;
	*out = (struct tcp_segment){
		.seq = load_be32(bytes + 4),
		.ack = load_be32(bytes + 8),
		.flags = bytes[13] & (TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG),
		.window = load_be16(bytes + 14),
		.data = bytes + header,
		.len = len - header,
	};
	return options_read(bytes + TCP_BYTES, bytes + header, out);
}

void tcp_segment_write(const struct tcp_segment *s, uint8_t *out)
{
	uint16_t header = tcp_segment_header(s);
	uint8_t *at = out + TCP_BYTES;

	memset(out, 0, header);
	store_be32(out + 4, s->seq);
	store_be32(out + 8, s->ack);
	out[12] = (uint8_t)(header / 4 << 4);
	out[13] = s->flags;
	store_be16(out + 14, s->window);
	if (s->mss != 0) {
		at[0] = OPTION_MSS;
		at[1] = TCP_MSS_BYTES;
		store_be16(at + 2, s->mss);
		at += TCP_MSS_BYTES;
	}
	if (s->has_stamps) {
		at[0] = at[1] = OPTION_NONE; // so that the numbers are aligned
		at[2] = OPTION_STAMPS;
		at[3] = TCP_STAMPS_BYTES - 2;
		store_be32(at + 4, s->stamp);
		store_be32(at + 8, s->echo);
	}
}
