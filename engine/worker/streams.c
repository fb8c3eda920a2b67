// SPDX-License-Identifier: BSD-3-Clause
// Keepalives and a subscription belong to the active server: when that changes they stop at one and
// start at the other (FAILOVER.md section 1).
#include "worker/streams.h"

#include "line/streams.h"
#include "worker/keepalive.h"
#include "worker/probe.h"
#include "worker/subscription.h"

static void start(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	struct line_streams *s = &w->streams[i];
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);

	s->flags = STREAM_ON;
	s->server = server & 1;
	if (p->keepalive_interval_ns && server == HL_SERVER_P)
		probe_start_keepalive(w, i);
	else if (p->keepalive_interval_ns)
		keepalive_start(w, i);
	nat_keepalive_start(w, i);
	if (p->subscribe_s)
		subscription_start(w, i);
}

// What is unanswered is forgotten; a subscription that is left lapses.
static void stop(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);

	if (s->server == HL_SERVER_P && p->keepalive_interval_ns && p->detect_interval_ns == 0)
		probe_stop(w, i);
	keepalive_stop(w, i);
	subscription_stop(w, i);
	s->flags = 0;
}

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

void streams_follow(struct hl_worker *w, uint32_t i)
{
	const struct line_streams *s = &w->streams[i];
	enum hl_server before = s->flags & STREAM_ON ? s->server : HL_SERVER_NONE;
	enum hl_server now = registered_at(&w->lines[i]);

	if (now == before)
		return;
	if (before != HL_SERVER_NONE)
		stop(w, i);
	if (now != HL_SERVER_NONE)
		start(w, i, now);
}
