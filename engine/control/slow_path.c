// SPDX-License-Identifier: BSD-3-Clause
// The control thread's side of the slow path: osip2 parses replies that the scanner declined.
#include "worker/drop.h"
#include "worker/worker.h"

// The control thread has other duties as well: signals, status, the other workers.
#define SLOW_PATH_BATCH 64

uint32_t hl_worker_serve_slow(struct hl_worker *w)
{
	uint32_t n = 0;

	parse_init();
	for (; n < SLOW_PATH_BATCH && ring_pop(&w->slow, &w->slow_packet); n++) {
		struct slow_reply *reply = &w->slow_reply;

		reply->src = w->slow_packet.src;
		reply->dst = w->slow_packet.dst;
		reply->at_ns = w->slow_packet.at_ns;
		// an unreadable reply is dropped like a malformed packet; the request's timers go on
		if (parse_reply(w->slow_packet.text, w->slow_packet.len, &reply->parsed) < 0)
			drop_text(w, HL_DROP_UNREADABLE, reply->at_ns, &reply->src,
				  w->slow_packet.text, w->slow_packet.len);
		else if (!ring_push(&w->slow_replies, reply))
			drop_text(w, HL_DROP_SLOW_BACK_FULL, reply->at_ns, &reply->src,
				  w->slow_packet.text, w->slow_packet.len);
	}
	return n;
}
