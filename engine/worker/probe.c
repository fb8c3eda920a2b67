// SPDX-License-Identifier: BSD-3-Clause
// Requests that find out whether a server is alive: OPTIONS, or a REGISTER that changes no binding.
#include "worker/probe.h"

#include <heartline/code.h>
#include "base/count.h"
#include "line/branch.h"
#include "worker/emit.h"
#include "worker/exchange.h"
#include "worker/hold.h"
#include "worker/phase.h"
#include "worker/request.h"
#include "worker/target.h"

#define BEAT_LOST_NS 50000000u // so late a probe has left its place among those of other lines

static enum hl_server probed(const struct line *l)
{
	return l->flags & LINE_PROBE_B ? HL_SERVER_B : HL_SERVER_P;
}

// down_detect_interval while the line is not on P, and P has not recovered (section 1).
static uint64_t detect_interval_ns(const struct plan_profile *p, const struct line *l)
{
	struct hl_state s = line_state(l);
	bool down = s.state != HL_ON_P && s.oks < p->policy.recover_count;

	return down && p->down_detect_interval_ns ? p->down_detect_interval_ns
						  : p->detect_interval_ns;
}

static uint64_t interval_by_state_ns(const struct plan_profile *p, const struct line *l)
{
	uint64_t interval_ns = detect_interval_ns(p, l);

	if (p->keepalive_interval_ns && line_state(l).state == HL_ON_P &&
	    (interval_ns == 0 || p->keepalive_interval_ns < interval_ns))
		interval_ns = p->keepalive_interval_ns;
	return interval_ns;
}

// From one probe of P to the next, as things are; 0: none.
static uint64_t interval_now_ns(const struct hl_worker *w, const struct line *l)
{
	const struct plan_profile *p = worker_profile(w, l);

	return __builtin_expect(p->interval_varies, 0) ? interval_by_state_ns(p, l)
						       : p->detect_interval_ns;
}

static uint32_t phase(struct hl_worker *w, uint32_t i, uint64_t interval_ns)
{
	return w->now + tick_span_ns(phase_wait_ns(w, i, interval_ns));
}

void probe_start(struct hl_worker *w, uint32_t i)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	struct exchange *e = &w->lines[i].probe;
	uint64_t interval_ns = detect_interval_ns(p, &w->lines[i]);

	if (interval_ns == 0)
		return;
	w->lines[i].flags |= p->probe_flags;
	// one that is armed stays, unless P is down and that interval the shorter one
	if (e->state == EXCHANGE_IDLE || (p->down_detect_interval_ns && exchange_on_timer(e) &&
					  tick_before(w->now + tick_span_ns(interval_ns), e->at)))
		exchange_set_timer(e, phase(w, i, interval_ns));
}

// The line is on P, whose keepalive has the probes' target: one stream, at the shorter interval.
static void start_keepalive(struct hl_worker *w, uint32_t i)
{
	struct exchange *e = &w->lines[i].probe;
	uint32_t at = phase(w, i, interval_now_ns(w, &w->lines[i]));

	if (exchange_is_open(e)) // the next one follows from it
		return;
	if (!exchange_on_timer(e) || tick_before(at, e->at))
		exchange_set_timer(e, at);
}

void probe_stop(struct hl_worker *w, uint32_t i)
{
	exchange_let_go(w, i, request_ops_of(w, i, &probe_ops));
	exchange_end(&w->lines[i].probe);
}

// Lines that were late together, after a stall, would stay together: each goes back to its own time, half
// an interval from now at the least.
static uint64_t beat_again_ns(struct hl_worker *w, uint32_t i, uint64_t interval_ns)
{
	uint64_t wait_ns = phase_wait_ns(w, i, interval_ns);

	return wait_ns < interval_ns / 2 ? wait_ns + interval_ns : wait_ns;
}

// Probes keep their beat: the next one follows from when the last one was sent, not from its answer.
static void schedule_next(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	uint64_t interval_ns = interval_now_ns(w, l);
	uint32_t timeout = tick_span_ns(worker_profile(w, l)->options_timeout_ns);
	uint32_t at = l->probe.end - timeout + tick_span_ns(interval_ns);

	if (l->servers & LINE_BEAT_LOST && interval_ns > 0) {
		l->servers &= (uint8_t)~LINE_BEAT_LOST;
		at = w->now + tick_span_ns(beat_again_ns(w, i, interval_ns));
	}
	exchange_set_timer(&l->probe, tick_before(at, w->now) ? w->now : at);
}

// Probes may move a line to another target, but no transaction that is under way there.
static bool may_move(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct line *l = &w->lines[i];
	const struct line_cold *c = &w->cold[i];

	return !(exchange_is_open(&l->registration) && l->reg_server == server) &&
	       !(exchange_is_open(&c->unregister) && c->unregister_server == server);
}

// It failed by 503 or unanswered: a new one to the next target. False: there is none, the server has
// failed.
static bool try_next_target(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	enum hl_server server = probed(l);
	uint64_t order = target_order(w, i, server);
	uint8_t next = target_after(order, l->probe_target);

	if (next != PLAN_NO_TARGET) {
		l->probe_target = next & PLAN_NO_TARGET;
		exchange_ask(&l->probe);
		return true;
	}
	// All have failed: the next probe starts at the first again. Where the line is at the first
	// anyway, its registration has nowhere to follow to when that probe is answered.
	if (may_move(w, i, server) && l->target[server] != target_first(order))
		l->target[server] = PLAN_NO_TARGET;
	return false;
}

bool probe_moves(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	enum hl_server server = probed(l);

	if (l->target[server] == l->probe_target || !may_move(w, i, server))
		return false;
	l->target[server] = l->probe_target;
	return line_state(l).state == (server == HL_SERVER_P ? HL_ON_P : HL_ON_B);
}

// Numbers of a line rise: a probe has left since the request when its number is the higher one. So a
// request draws one probe at the most, and nothing has to be remembered.
void probe_hint(struct hl_worker *w, uint32_t i, const struct request *about)
{
	struct line *l = &w->lines[i];

	if (about->server != HL_SERVER_P || !exchange_on_timer(&l->probe) ||
	    about->number <= l->probe.number)
		return;
	l->probe.at = w->now;
	l->servers |= LINE_BEAT_LOST; // those that this brings together part again
}

static void describe(const struct hl_worker *w, uint32_t i, struct request *r)
{
	r->server = probed(&w->lines[i]);
}

static uint8_t target(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	(void)server;
	return w->lines[i].probe_target;
}

static void choose_target(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	l->probe_target = target_choose(w, i, probed(l)) & PLAN_NO_TARGET;
}

// A probe of a pause is left out; the next one has the line's own place among the others again.
static void leave_out(struct hl_worker *w, uint32_t i)
{
	uint64_t interval_ns = interval_now_ns(w, &w->lines[i]);

	if (interval_ns == 0)
		probe_stop(w, i);
	else
		exchange_set_timer(&w->lines[i].probe,
				   w->now + tick_span_ns(beat_again_ns(w, i, interval_ns)));
}

// In DOWN the probes go to both servers in turn: whichever answers first ends the backoff.
static void timer(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	if (w->paused) {
		leave_out(w, i);
		return;
	}
	if (line_state(l).state == HL_DOWN && worker_profile(w, l)->policy.has_backup)
		l->flags ^= LINE_PROBE_B;
	else
		l->flags &= (uint8_t)~LINE_PROBE_B;
	choose_target(w, i);
	exchange_ask(&l->probe); // `at` stays: was it late?
}

static void leaves(struct hl_worker *w, uint32_t i, bool has_hop)
{
	struct line *l = &w->lines[i];

	(void)has_hop;
	if (!tick_before(l->probe.at + tick_span_ns(BEAT_LOST_NS), w->now))
		return;
	l->servers |= LINE_BEAT_LOST;
	count(&w->counters.limits[HL_LIMIT_DELAYED]);
}

static void look_for_target(struct hl_worker *w, uint32_t i)
{
	if (w->lines[i].probe_target == PLAN_NO_TARGET)
		choose_target(w, i);
}

static void found_hop(struct hl_worker *w, uint32_t i)
{
	w->lines[i].servers |= LINE_BEAT_LOST; // all that waited leave together
}

// Any final response but those of down_codes (503) says that the server is alive; probes are never
// authenticated.
static void answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line *l = &w->lines[i];
	bool alive = !hl_codes_hold(&worker_profile(w, l)->down_codes, reply->status);
	enum hl_server server = probed(l);

	schedule_next(w, i);
	if (!alive && try_next_target(w, i))
		return;
	if (!alive) // no sign of health, and to be heeded
		hold_asked(w, i, server, reply->retry_after);
	if (server == HL_SERVER_B)
		hold_probed_b(w, i, alive);
	if (server == HL_SERVER_P)
		emit_event(w, alive ? FO_PROBE_OK : FO_PROBE_LOST, reply->status);
	else if (alive)
		emit_event(w, FO_PROBE_B_OK, reply->status);
	if (alive && l->target[server] != l->probe_target)
		emit(w, (struct emitted){ .what = EMITTED_PROBE_MOVES });
}

static void lost(struct hl_worker *w, uint32_t i, uint16_t code)
{
	schedule_next(w, i);
	if (try_next_target(w, i))
		return;
	if (probed(&w->lines[i]) == HL_SERVER_B)
		hold_probed_b(w, i, false);
	else
		emit_event(w, FO_PROBE_LOST, code);
}

static void follow(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);

	if (p->keepalive_interval_ns == 0)
		return;
	if (server == HL_SERVER_P)
		start_keepalive(w, i);
	else if (server == HL_SERVER_NONE && worker_active(w, i) == HL_SERVER_P &&
		 p->detect_interval_ns == 0)
		probe_stop(w, i);
}

static bool is_query(const struct plan_profile *p)
{
	return p->probe_flags & LINE_PROBE_QUERY;
}

#define PROBE_OPS(...) \
	{ \
		.kind = KIND_PROBE, .timeout = offsetof(struct plan_profile, options_timeout_ns), \
		.is_timed = true, .store = STORE_LINE, .at = offsetof(struct line, probe), \
		.follow = follow, .describe = describe, .target = target, .leaves = leaves, \
		.look_for_target = look_for_target, .found_hop = found_hop, .answered = answered, \
		.lost = lost, .timer = timer, __VA_ARGS__ \
	}

static const struct request_ops query_ops = PROBE_OPS(.method = HL_REGISTER, .text = PLAN_QUERY,
						      .is_wanted = is_query);
const struct request_ops probe_ops = PROBE_OPS(.method = HL_OPTIONS, .text = PLAN_OPTIONS,
					       .as_query = &query_ops);
