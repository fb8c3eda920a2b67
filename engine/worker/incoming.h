// SPDX-License-Identifier: BSD-3-Clause
// Requests that come in for a line, and their answers.
#pragma once

#include "worker/transport.h"
#include "worker/worker.h"

// A request to a line, and the way back.
struct incoming {
	const struct frame *frame; // from, to and text; of a frame or of a stream
	const struct transport *transport;
	const uint8_t *mac; // of who sent it on the link; NULL: it came by a stream
};
void incoming_serve(struct hl_worker *w, const struct incoming *in);
