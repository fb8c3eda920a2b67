// SPDX-License-Identifier: BSD-3-Clause
// A frame on its way from a worker to the thread that writes traces. Its bytes stand behind it.
#pragma once

#include <stdint.h>

#define TRACE_NO_LINE UINT32_MAX // not known, or none

enum trace_flag {
	TRACE_SENT = 1 << 0,       // else received
	TRACE_UNFINISHED = 1 << 1, // the device makes the checksums: l2_len and l3_len say where
};

struct trace_record {
	uint64_t at_ns;      // monotonic
	uint32_t line;       // its place in the plan
	uint16_t bytes;      // that are here
	uint16_t wire_bytes; // of the whole frame
	uint8_t flags;       // of enum trace_flag
	uint8_t port;        // that it came by or left by
	uint8_t l2_len, l3_len;
};
