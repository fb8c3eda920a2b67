// SPDX-License-Identifier: BSD-3-Clause
// The way in for a message of SIP that was found in a stream.
#pragma once

#include "worker/transport.h"

struct stream_message {
	const char *text;
	uint16_t len;
	struct hl_endpoint src, dst;
	const struct transport *transport; // by which an answer goes back
};

// As hl_worker_rx(): what follows from it by UDP is written to tx.
void message_receive(struct hl_worker *w, const struct stream_message *message, struct hl_burst *tx,
		     uint64_t now_ns);
