// SPDX-License-Identifier: BSD-3-Clause
// The link of the port: while it is down nothing leaves, no time-out is a server's, and lines keep their
// state (FAILOVER.md section 2).
#pragma once

#include "worker/request.h"

void link_set(struct hl_worker *w, bool is_up);

enum link_effect {
	LINK_NO_EFFECT,
	LINK_PUTS_OFF,  // it was, and looks again
	LINK_ASKS_ANEW, // its time is over, and was that of a dead link: ask for another one
};

// A request is due, for a retransmission or its end. Only asked where a link was ever down.
enum link_effect link_look(struct hl_worker *w, uint32_t i, const struct request_ops *ops);
static inline bool link_was_ever_down(const struct hl_worker *w)
{
	return w->link_down || w->link_up_ns;
}
