// SPDX-License-Identifier: BSD-3-Clause
// Segments of TCP: header and options (RFC 9293 3.1), read into fields and written from them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	TCP_BYTES = 20,        // header without options
	TCP_STAMPS_BYTES = 12, // the timestamps option, padded (RFC 7323 appendix A)
	TCP_MSS_BYTES = 4,     // the option of a SYN
	TCP_HEADER_MAX = 60,   // that can be read
	TCP_HEADER_WRITTEN = TCP_BYTES + TCP_MSS_BYTES + TCP_STAMPS_BYTES,
};

enum tcp_flag {
	TCP_FIN = 1 << 0,
	TCP_SYN = 1 << 1,
	TCP_RST = 1 << 2,
	TCP_PSH = 1 << 3,
	TCP_ACK = 1 << 4,
	TCP_URG =
		1 << 5, // its pointer is not heeded: urgent bytes are bytes like others (RFC 6093)
};

struct tcp_segment {
	uint32_t seq, ack;
	uint32_t stamp, echo; // TSval and TSecr, with has_stamps
	uint16_t window;
	uint16_t mss;  // 0: no such option
	uint8_t flags; // enum tcp_flag
	bool has_stamps;
	uint16_t len;        // bytes of data
	const uint8_t *data; // of a segment that was read
};

// What a segment takes of the sequence space.
static inline uint32_t tcp_segment_space(const struct tcp_segment *s)
{
	return s->len + ((s->flags & TCP_SYN) != 0) + ((s->flags & TCP_FIN) != 0);
}

// False: its lengths do not fit (RFC 9293 3.1, MUST-7). The checksum is the caller's, as are the ports.
bool tcp_segment_read(const uint8_t *bytes, uint16_t len, struct tcp_segment *out);

// Bytes of the header that tcp_segment_write() writes in front of the data.
static inline uint16_t tcp_segment_header(const struct tcp_segment *s)
{
	return (uint16_t)(TCP_BYTES + (s->mss != 0 ? TCP_MSS_BYTES : 0) +
			  (s->has_stamps ? TCP_STAMPS_BYTES : 0));
}

// Ports and checksum are left 0.
void tcp_segment_write(const struct tcp_segment *s, uint8_t *out);
