// SPDX-License-Identifier: BSD-3-Clause
// Where messages end in a stream of bytes (RFC 3261 18.3), and the keepalives between them (RFC 5626 4.4.1).
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum stream_result {
	STREAM_MORE,    // of the bytes that follow `skip` not all have come
	STREAM_MESSAGE, // `len` bytes, behind `skip`
	STREAM_PING,    // two empty lines, `skip` bytes: the peer waits for one
	STREAM_PONG,    // an empty line, `skip` bytes: the answer to ours
	// The stream cannot be read any further: what follows could be anything.
	STREAM_BAD,  // no Content-Length, one that is no number, or two that differ
	STREAM_LONG, // a message longer than allowed
};

// What was said of the bytes from the first one on that is not yet taken.
struct stream_place {
	uint32_t skip;
	uint32_t len;  // of the message; 0: not known yet
	uint32_t seen; // no need to look at these again
};

// Look at the `len` bytes that have come and were not taken. *place is all zero after a message, a ping or a pong
// was taken; else it is what the call before left.
// is_server: empty lines are pings, which come in twos; else they are pongs.
enum stream_result stream_next(const char *text, uint32_t len, uint32_t most, bool is_server,
			       struct stream_place *place);
