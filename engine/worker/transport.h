// SPDX-License-Identifier: BSD-3-Clause
// Transports: how a message of SIP leaves, and what that means for the transactions above it.
//
// A plan has one, which writes its token into each Via. Frames come in by hl_worker_rx(); a transport over
// streams hands a message that it has found in one to message_receive() (message.h), and gets the answer to it.
#pragma once

#include "net/path.h"
#include "worker/worker.h"

enum write_result {
	WRITE_NO_ROOM, // just now
	WRITE_NO_HOP,  // its next hop is not known
	WRITE_DONE,
};

// A message on its way out.
struct outgoing {
	const struct path *path; // NULL: the server has not been found
	// Own address and port; of an answer also where it goes: to whom the request has come from.
	struct path_ends ends;
	char *text;            // where it is to be written; by open(), as the rest
	struct hl_packet *pkt; // of datagrams
	uint8_t mac[6];        // of the next hop of a request
	uint32_t address;      // own, by its index
	uint8_t src_mac[6];    // where it has one of its own
};

struct transport {
	const char *via; // its token (RFC 3261 20.42)
	bool reliable;   // what is sent arrives: no timer E (RFC 3261 17.1.2.2)
	// Bytes that a message may have.
	uint32_t (*room)(const struct hl_plan *plan);
	// Is there room for a message?
	enum write_result (*open)(struct hl_worker *w, struct outgoing *out);
	// Its text was written.
	void (*send)(struct hl_worker *w, struct outgoing *out, uint32_t len);
	// A request along this path was not answered at once. Absent where transport is reliable.
	void (*lost)(struct hl_worker *w, const struct path *path);
};

extern const struct transport transport_udp;

// What a line sends to a server; NULL: it has not been found.
static inline struct outgoing outgoing_to(const struct hl_worker *w, const struct line *l,
					  const struct plan_endpoint *to)
{
	return (struct outgoing){
		.path = worker_path(w, l, to),
		.ends = { .src = &worker_address(w, l)->addr, .src_port = l->port },
		.address = l->addr,
	};
}
