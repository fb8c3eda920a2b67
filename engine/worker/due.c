// SPDX-License-Identifier: BSD-3-Clause
// What a line's timers ask for: retransmit, give up, refresh, probe, end of a hold.
#include "worker/worker.h"

static bool is_due(const struct hl_worker *w, uint32_t at)
{
	return !tick_before(w->now, at);
}

static void register_due(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	const struct request r = { KIND_REGISTER, l->reg_server, l->reg_cseq,
				   l->more & LINE_REG_AUTH };

	if (!is_due(w, l->reg_at))
		return;
	if (is_due(w, l->reg_end)) {
		uint16_t code = worker_hop_blame(w, i, &r, l->reg_rtx);

		worker_register_lost(w, i);
		if (!worker_register_next(w, i))
			worker_step(w, i, FO_FAILED, code);
		return;
	}
	enum write_result written = worker_write(w, i, &r);
	if (written == WRITE_NO_ROOM) {
		l->reg_at = w->now + 1;
		return;
	}
	if (written == WRITE_DONE)
		worker_retransmitted(w, i, &r);
	l->reg_rtx = rtx_next(l->reg_rtx);
	l->reg_at = worker_timer_e(w, l->reg_at, l->reg_rtx, l->more & LINE_REG_PROVISIONAL,
				   l->reg_end);
}

static void registration_timer_due(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	uint8_t state = line_state(l).state;

	if (!is_due(w, l->reg_at))
		return;
	l->more &= (uint8_t)~LINE_REG_TIMER;
	if (state == HL_SW_B || state == HL_REG_P) { // its turn after switch_spread or server_rate
		worker_register_now(w, i);
		return;
	}
	worker_step(w, i, state == HL_DOWN || state == HL_PARK ? FO_TIMER : FO_REFRESH,
		    HL_CODE_NONE);
}

// Lines that were late together, after a stall, would stay together: each goes back to its own time, half
// an interval from now at the least.
static uint64_t beat_again_ns(struct hl_worker *w, const struct line *l, uint64_t interval_ns)
{
	uint64_t wait_ns = worker_phase_ns(w, (uint32_t)(l - w->lines), interval_ns);

	return wait_ns < interval_ns / 2 ? wait_ns + interval_ns : wait_ns;
}

// Probes keep their beat: the next one follows from when the last one was sent, not from its answer.
static void schedule_probe(struct hl_worker *w, struct line *l)
{
	const struct plan_profile *p = worker_profile(w, l);
	uint64_t interval_ns = worker_probe_interval_ns(w, l);

	l->probe_at = l->probe_end - tick_span_ns(p->options_timeout_ns) +
		      tick_span_ns(interval_ns);
	if (l->servers & LINE_BEAT_LOST && interval_ns > 0) {
		l->servers &= (uint8_t)~LINE_BEAT_LOST;
		l->probe_at = w->now + tick_span_ns(beat_again_ns(w, l, interval_ns));
	}
	if (tick_before(l->probe_at, w->now))
		l->probe_at = w->now;
}

void worker_probe_ended(struct hl_worker *w, struct line *l)
{
	l->flags &= (uint8_t)~LINE_PROBE_OUT;
	l->more &= (uint8_t)~LINE_PROBE_PROVISIONAL;
	schedule_probe(w, l);
}

static void probe_due(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	bool to_b = l->more & LINE_PROBE_B;
	const struct request r = { KIND_PROBE, to_b ? HL_SERVER_B : HL_SERVER_P, l->probe_cseq,
				   false };

	if (!is_due(w, l->probe_at))
		return;
	if (is_due(w, l->probe_end)) {
		uint16_t code = worker_hop_blame(w, i, &r, l->probe_rtx);

		worker_probe_ended(w, l);
		if (worker_probe_next(w, i))
			return;
		if (to_b)
			worker_probed_b(w, i, false);
		else
			worker_step(w, i, FO_PROBE_LOST, code);
		return;
	}
	enum write_result written = worker_write(w, i, &r);
	if (written == WRITE_NO_ROOM) {
		l->probe_at = w->now + 1;
		return;
	}
	if (written == WRITE_DONE)
		worker_retransmitted(w, i, &r);
	l->probe_rtx = rtx_next(l->probe_rtx);
	l->probe_at = worker_timer_e(w, l->probe_at, l->probe_rtx, l->more & LINE_PROBE_PROVISIONAL,
				     l->probe_end);
}

// In DOWN the probes go to both servers in turn: whichever answers first ends the backoff.
static void start_probe(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	if (!is_due(w, l->probe_at))
		return;
	if (line_state(l).state == HL_DOWN && worker_profile(w, l)->policy.has_backup)
		l->more ^= LINE_PROBE_B;
	else
		l->more &= (uint8_t)~LINE_PROBE_B;
	worker_target_probe(w, i);
	l->flags |= LINE_PROBE_SEND;
}

static void note_lateness(struct hl_worker *w, const struct line *l)
{
	uint32_t at;

	if (!worker_deadline(l, &at) || !is_due(w, at))
		return;
	uint64_t late_ns = (uint64_t)(w->now - at) << TICK_SHIFT;
	hist_add(&w->counters.lateness, late_ns / 1000);
	if (late_ns > 1000000)
		count(&w->counters.limits[HL_LIMIT_LATE]);
}

// A return has taken all of its time. The code of it.
static uint16_t return_over(struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];
	const struct request r = { .kind = KIND_REGISTER, .server = HL_SERVER_P };
	uint16_t code = l->flags & LINE_REG_OUT ? worker_hop_blame(w, i, &r, l->reg_rtx)
						: worker_hop_code(w, i, &r, l->reg_rtx);

	worker_register_lost(w, i);
	return code;
}

static void rare_due(struct hl_worker *w, uint32_t i)
{
	struct line_cold *c = &w->cold[i];

	worker_bye_due(w, i);
	if (w->streams)
		worker_streams_due(w, i);
	if (c->flags & COLD_HOLD && is_due(w, c->hold_at)) {
		bool returning = line_state(&w->lines[i]).state == HL_SW_P;

		c->flags &= (uint8_t)~COLD_HOLD;
		worker_arm_rare(w, i);
		worker_step(w, i, FO_TIMER, returning ? return_over(w, i) : HL_CODE_NONE);
	}
}

void worker_due(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	note_lateness(w, l);
	if (l->flags & LINE_REG_OUT)
		register_due(w, i);
	else if (l->more & LINE_REG_TIMER)
		registration_timer_due(w, i);
	if (l->flags & LINE_PROBE_OUT)
		probe_due(w, i);
	else if (l->flags & LINE_PROBING && !(l->flags & LINE_PROBE_SEND))
		start_probe(w, i);
	if (l->more & LINE_RARE && is_due(w, l->rare_at))
		rare_due(w, i);
	worker_flush(w, i);
}
