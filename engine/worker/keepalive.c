// SPDX-License-Identifier: BSD-3-Clause
// Keepalives of the backup (OPTIONS) and of a NAT (CRLFCRLF).
#include "worker/keepalive.h"

#include <heartline/code.h>
#include "base/count.h"
#include "line/branch.h"
#include "line/streams.h"
#include "worker/emit.h"
#include "worker/exchange.h"
#include "worker/phase.h"
#include "worker/request.h"
#include "worker/target.h"
#include "worker/write.h"

static void set_timer(struct hl_worker *w, uint32_t i, uint32_t at)
{
	exchange_set_timer(&w->streams[i].keepalive, at);
	w->lines[i].flags |= LINE_RARE_CHANGED;
}

static void start(struct hl_worker *w, uint32_t i)
{
	uint64_t interval_ns = worker_profile(w, &w->lines[i])->keepalive_interval_ns;

	w->streams[i].keepalive_fails = 0;
	set_timer(w, i, w->now + tick_span_ns(phase_wait_ns(w, i, interval_ns)));
}

static void stop(struct hl_worker *w, uint32_t i)
{
	exchange_let_go(w, i, &keepalive_ops);
	exchange_end(&w->streams[i].keepalive);
	w->lines[i].flags |= LINE_RARE_CHANGED;
}

// It keeps its beat, as a probe does: the next one follows from when the last one was due.
static void schedule_next(struct hl_worker *w, uint32_t i)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	uint32_t at = w->streams[i].keepalive.end - tick_span_ns(p->options_timeout_ns) +
		      tick_span_ns(p->keepalive_interval_ns);

	set_timer(w, i, tick_before(at, w->now) ? w->now : at);
}

// B may be dead: a REGISTER decides, at once. When P is tried first and fails (there is no probe of
// it), the REGISTER at B follows, since its refresh is due by now.
static void refresh_at_b(struct hl_worker *w, uint32_t i, uint16_t code)
{
	const struct line *l = &w->lines[i];
	uint8_t state = line_state(l).state;

	if ((state != HL_ON_B && state != HL_HOLD_B) || exchange_is_open(&l->registration))
		return; // one is on its way
	w->cold[i].refresh_at = w->now;
	emit_event(w, FO_REFRESH, code);
}

static void describe(const struct hl_worker *w, uint32_t i, struct request *r)
{
	r->server = worker_active(w, i);
}

static uint8_t target(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	return target_or_choice(w, i, server, w->streams[i].keepalive_target);
}

static void prepare(struct hl_worker *w, uint32_t i)
{
	enum hl_server server = worker_active(w, i);

	target_settle(w, i, server);
	w->streams[i].keepalive_target = w->lines[i].target[server];
}

static void timer(struct hl_worker *w, uint32_t i)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);

	if (w->paused) { // left out, as a probe
		set_timer(w, i, w->now + tick_span_ns(p->keepalive_interval_ns));
		return;
	}
	exchange_ask(&w->streams[i].keepalive);
	w->lines[i].flags |= LINE_RARE_SEND;
}

static void lost(struct hl_worker *w, uint32_t i, uint16_t code)
{
	struct line_streams *s = &w->streams[i];

	schedule_next(w, i);
	if (++s->keepalive_fails < worker_profile(w, &w->lines[i])->policy.fail_max)
		return;
	s->keepalive_fails = 0;
	refresh_at_b(w, i, code);
}

static void answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	if (hl_codes_hold(&worker_profile(w, &w->lines[i])->down_codes, reply->status)) {
		lost(w, i, reply->status);
		return;
	}
	w->streams[i].keepalive_fails = 0;
	schedule_next(w, i);
}

// To whichever server is active.
static void nat_start(struct hl_worker *w, uint32_t i)
{
	uint64_t interval_ns = worker_profile(w, &w->lines[i])->nat_keepalive_interval_ns;

	if (interval_ns == 0)
		return;
	w->streams[i].flags |= STREAM_NAT;
	w->streams[i].nat_at = w->now + tick_span_ns(phase_wait_ns(w, i, interval_ns));
	w->lines[i].flags |= LINE_RARE_CHANGED;
}

static bool is_wanted(const struct plan_profile *p)
{
	return p->keepalive_interval_ns || p->nat_keepalive_interval_ns;
}

static void follow(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	if (server == HL_SERVER_NONE) {
		stop(w, i);
		w->streams[i].flags &= (uint8_t)~STREAM_NAT;
		return;
	}
	if (server == HL_SERVER_B && worker_profile(w, &w->lines[i])->keepalive_interval_ns)
		start(w, i);
	nat_start(w, i);
}

const struct request_ops keepalive_ops = {
	.kind = KIND_KEEPALIVE,
	.method = HL_OPTIONS,
	.text = PLAN_OPTIONS,
	.timeout = offsetof(struct plan_profile, options_timeout_ns),
	.is_rare = true,
	.store = STORE_STREAMS,
	.at = offsetof(struct line_streams, keepalive),
	.is_wanted = is_wanted,
	.follow = follow,
	.describe = describe,
	.target = target,
	.prepare = prepare,
	.answered = answered,
	.lost = lost,
	.timer = timer,
};

static const struct plan_endpoint *active_endpoint(const struct hl_worker *w, uint32_t i)
{
	enum hl_server server = worker_active(w, i);
	uint8_t at = w->lines[i].target[server];

	return target_endpoint(w, i, server, target_or_choice(w, i, server, at));
}

// RFC 5626 4.4.1, over UDP: nobody has to answer, what keeps a NAT open is the datagram. It is no
// request, so it takes no token.
void nat_keepalive_due(struct hl_worker *w, uint32_t i)
{
	static const char ping[] = "\r\n\r\n";
	struct line_streams *s = &w->streams[i];

	if (!(s->flags & STREAM_NAT) || tick_before(w->now, s->nat_at))
		return;
	w->lines[i].flags |= LINE_RARE_CHANGED;
	const struct plan_endpoint *to = active_endpoint(w, i);
	struct outgoing out = outgoing_to(w, &w->lines[i], to);
	enum write_result opened = w->link_down ? WRITE_NO_HOP
						: w->constants->transport->open(w, &out);

	if (opened == WRITE_NO_ROOM) {
		s->nat_at = w->now + 1;
		return;
	}
	if (opened == WRITE_DONE) {
		memcpy(out.text, ping, sizeof(ping) - 1);
		w->constants->transport->send(w, &out, sizeof(ping) - 1);
		count(&w->counters.nat_keepalives);
	} else { // nobody waits for it
		count(&w->counters.limits[w->link_down ? HL_LIMIT_LINK_DOWN : HL_LIMIT_UNRESOLVED]);
	}
	s->nat_at += tick_span_ns(worker_profile(w, &w->lines[i])->nat_keepalive_interval_ns);
	if (tick_before(s->nat_at, w->now))
		s->nat_at = w->now + 1;
}
