// SPDX-License-Identifier: BSD-3-Clause
// From a probe's deadline to the return of the call that wrote its frame. The registrar that answers runs
// in the same loop, so its time makes the worker later, never earlier.
#include "probing.h"

#include "bench.h"

#define GAP_NS 1000000 // a round takes some 10 us: then something else had the processor

struct probing probing_new(struct rig *rig, clockid_t clock)
{
	return (struct probing){
		.rig = rig,
		.beat = beat_new(rig),
		.late = samples_new(rig->lines * 2),
		.clock = clock,
		.last_ns = rig->now_ns,
	};
}

void probing_free(struct probing *p)
{
	samples_free(&p->late);
	beat_free(&p->beat);
}

static uint64_t probing_now(const struct probing *p)
{
	return bench_clock_ns(p->clock) + p->offset_ns;
}

// Lines that come later are not sampled.
static bool is_sampled(const struct probing *p, int64_t line)
{
	return line >= 0 && (uint64_t)line < p->rig->lines;
}

static void probes_note(struct probing *p, const struct hl_burst *out, uint64_t now_ns)
{
	for (uint16_t k = 0; k < out->n; k++) {
		int64_t line = beat_is_probe(&out->pkts[k])
				       ? beat_line_sent(&p->beat, &out->pkts[k])
				       : -1;

		if (is_sampled(p, line))
			samples_add(
				&p->late,
				(int64_t)(now_ns - beat_due_ns(&p->beat, (uint32_t)line, now_ns)));
	}
}

static void poll_once(struct probing *p)
{
	struct rig *rig = p->rig;
	struct hl_burst out = rig_burst(&rig->to_server), in = rig_burst(&rig->to_worker);
	uint64_t now_ns = probing_now(p);

	if (now_ns - p->last_ns > GAP_NS)
		p->gaps_ns += now_ns - p->last_ns;
	p->last_ns = now_ns;
	hl_worker_tick(rig->worker, &out, now_ns);
	probes_note(p, &out, probing_now(p));
	while (out.n) {
		hl_registrar_rx(rig->registrar, out.pkts, out.n, &in, now_ns);
		out = rig_burst(&rig->to_server);
		rig_receive(rig, &in, &out, probing_now(p));
		for (uint16_t k = 0; k < in.n; k++) {
			int64_t line = beat_line_received(&p->beat, &in.pkts[k]);

			if (is_sampled(p, line))
				beat_answered(&p->beat, (uint32_t)line);
		}
		in = rig_burst(&rig->to_worker);
	}
}

void probing_run(struct probing *p, double seconds)
{
	uint64_t end_ns = p->last_ns + (uint64_t)(seconds * 1e9);

	p->offset_ns += p->last_ns - probing_now(p); // no time has passed since the last poll
	while (p->last_ns < end_ns)
		poll_once(p);
}

void probing_measure(struct probing *p, double seconds, double figures[PROBING_FIGURES])
{
	p->late.n = 0;
	p->gaps_ns = 0;
	probing_run(p, seconds);
	samples_sort(&p->late);
	figures[PROBING_P50] = (double)samples_quantile(&p->late, 0.5) / 1e3;
	figures[PROBING_P99] = (double)samples_quantile(&p->late, 0.99) / 1e3;
	figures[PROBING_P999] = (double)samples_quantile(&p->late, 0.999) / 1e3;
	figures[PROBING_TAKEN_MS] = (double)p->gaps_ns / 1e6;
}
