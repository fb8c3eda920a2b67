// SPDX-License-Identifier: BSD-3-Clause
// GET /api/v1/events/stream: changes of state as server-sent events, as they happen.
//
// A stream is a place among the recent changes that the run keeps anyway. Who reads slowly falls behind in it, is
// told how many changes were lost once it is overrun, and holds no memory but one event's text.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/exchange.h"

#define HTTP_STREAMS_MAX 16
#define HTTP_STREAM_TURN_NS 50000000ull    // between two looks for what is new
#define HTTP_STREAM_BEAT_NS 10000000000ull // a comment after so long without an event
#define HTTP_STREAM_TURN_EVENTS 500 // of all streams together: about 5 ms of the control thread
#define HTTP_STREAM_TEXT_MAX 8192   // bytes of one event

// All streams of a server.
struct http_streams {
	uint64_t run; // tells this run's numbers from those of another one
	unsigned n;
	unsigned budget; // events that may still be written in this turn
	bool wants_turn; // one of them waits
	bool has_turn;   // the timer runs
};

struct http_stream {
	struct http_streams *all;
	uint64_t at;       // the number of the last change that was taken
	uint64_t moved_ns; // when all before had been handed to the socket
	uint64_t spoke_ns; // when something was written last
	bool has_begun;
	bool waits;   // for something new: the connection is suspended
	bool is_over; // the other side has left
	size_t n, sent;
	char text[HTTP_STREAM_TEXT_MAX]; // what is being written
};

void http_serve_stream(struct http_exchange *exchange);
void http_stream_free(struct http_stream *stream);

// Of the library: write up to `room` bytes. The stream waits when there is nothing to write.
// @return how many; 0: none for now; below 0: it is over
long http_stream_read(struct http_exchange *exchange, char *to, size_t room);

// Is there something to do for a stream that waits?
bool http_stream_due(const struct http_exchange *exchange, uint64_t now_ns);
