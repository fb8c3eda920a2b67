// SPDX-License-Identifier: BSD-3-Clause
// Requests that follow the registration: when the active server changes they stop at one and start at
// the other (FAILOVER.md section 1).
#include "worker/streams.h"

#include "worker/kinds.h"

// Where the line is registered, in the states in which its streams run.
static enum hl_server registered_at(const struct line *l)
{
	switch (line_state(l).state) {
	case HL_ON_P:
		return HL_SERVER_P;
	case HL_ON_B:
	case HL_HOLD_B:
	case HL_SW_P:
		return HL_SERVER_B;
	default:
		return HL_SERVER_NONE;
	}
}

static void follow(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++)
		if (request_kinds[kind]->follow && w->places[kind].first)
			request_kinds[kind]->follow(w, i, server);
}

// What is unanswered at the server that is left is forgotten.
void streams_follow(struct hl_worker *w, uint32_t i)
{
	enum hl_server before = worker_active(w, i);
	enum hl_server now = registered_at(&w->lines[i]);

	if (now == before)
		return;
	if (before != HL_SERVER_NONE)
		follow(w, i, HL_SERVER_NONE);
	w->cold[i].active = now == HL_SERVER_NONE ? 0 : (now + 1) & 3;
	if (now != HL_SERVER_NONE)
		follow(w, i, now);
}
