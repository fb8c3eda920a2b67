// SPDX-License-Identifier: BSD-3-Clause
// Judges a run and tells a person.

#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "exit.h"
#include "figure.h"

// Timers later than this, one in a hundred: replies are then measured late as well.
#define LATE_US 10000.0
// Frames that waited longer for a full device were sent late.
#define FULL_MS 10.0

static uint64_t sum(const uint64_t *values, unsigned n)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < n; i++)
		all += values[i];
	return all;
}

void report_close(struct report *report, struct crew *crew, uint64_t device_lost)
{
	crew_snapshot(crew, &report->end);
	report->leftovers = crew_leftovers(crew);
	report->lost = crew_lost(crew) + device_lost;
	report->stalls = crew_stalls(crew);
	report->tx_full = crew_tx_full(crew, &report->tx_full_ms);
	steering_report(&crew->steering, crew->handoff, &report->steering);
	report->lateness_p99_us = crew_lateness_us(crew, 0.99); // NAN: no timer ran
	if (isnan(report->lateness_p99_us))
		report->lateness_p99_us = 0;
}

void report_rates(struct report *report, uint64_t requests, uint64_t took_ns, uint64_t ramp_ms,
		  uint64_t rate)
{
	report->achieved_rate = took_ns ? (double)requests * 1e9 / (double)took_ns : 0;
	report->offered_rate = ramp_ms ? (double)requests * 1e3 / (double)ramp_ms
				       : report->achieved_rate; // all at once: as fast as it goes
	if (rate && (report->offered_rate > (double)rate || ramp_ms == 0))
		report->offered_rate = (double)rate;
}

enum verdict report_verdict(const struct report *report)
{
	uint64_t expected = report->up.lines - report->not_expected;

	if (report->timed_out)
		return VERDICT_TIMED_OUT;
	if (sum(report->end.finals, HL_METHODS) == 0)
		return report->up.lines == report->not_expected ? VERDICT_NOTHING : VERDICT_FAILED;
	if (report->up.registered < expected || report->up.by_state[HL_DOWN] ||
	    report->up.by_state[HL_PARK] || report->leftovers || report->phase_failed)
		return VERDICT_FAILED;
	return VERDICT_OK;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = { "ok", "failed", "timed out", "nothing processed" };
	return names[verdict];
}

int verdict_exit_code(enum verdict verdict)
{
	static const int codes[] = {
		EXIT_ALL_WELL,
		EXIT_SOME_FAILED,
		EXIT_TIMED_OUT,
		EXIT_NOTHING,
	};
	return codes[verdict];
}

bool report_generator_limited(const struct report *report)
{
	return report->lost || report->stalls || report->end.drops[HL_DROP_SLOW_FULL] ||
	       report->tx_full_ms > FULL_MS || report->lateness_p99_us > LATE_US;
}

void report_limits_print(const struct report *r, FILE *to)
{
	if (report_generator_limited(r))
		fprintf(to,
			"heartline: the generator was the limit: %" PRIu64
			" frames lost here, %" PRIu64
			" hangs in the driver, 1 %% of the timers more than %.1f ms late\n",
			r->lost + r->end.drops[HL_DROP_SLOW_FULL], r->stalls,
			r->lateness_p99_us / 1000);
	if (r->tx_full)
		fprintf(to,
			"heartline: the device's transmit ring was full in %" PRIu64
			" polls, for up to %.1f ms on end\n",
			r->tx_full, r->tx_full_ms);
}

// Nobody knows which transmission was answered after the first, so those times stand apart.
static void rtt_print(const char *which, uint64_t samples, const double us[3])
{
	char p50[FIGURE_ROOM], p99[FIGURE_ROOM], p999[FIGURE_ROOM];

	fprintf(stderr, "heartline: RTT of %" PRIu64 " %s: p50 %s us, p99 %s us, p99.9 %s us\n",
		samples, which, figure_text(us[0], p50), figure_text(us[1], p99),
		figure_text(us[2], p999));
}

// Answers that came and were dropped are no time-outs of the server.
static void drops_print(const struct hl_snapshot *s)
{
	for (unsigned k = 0; k < HL_DROPS; k++)
		if (s->drops[k])
			fprintf(stderr, "heartline: dropped: %" PRIu64 " %s (%s)\n", s->drops[k],
				hl_drop_name(k), hl_drop_text(k));
	for (unsigned k = 0; k < HL_LIMITS; k++)
		if (s->limits[k])
			fprintf(stderr, "heartline: limit of the generator: %s: %" PRIu64 " %s\n",
				hl_limit_name(k), s->limits[k], hl_limit_text(k));
}

void report_print(const struct report *r)
{
	fprintf(stderr,
		"heartline: %" PRIu64 " of %" PRIu64 " lines registered (%" PRIu64
		" on the primary, %" PRIu64 " on the backup), %" PRIu64 " down, %" PRIu64
		" parked; %" PRIu64 " unregistered, %" PRIu64 " left over\n",
		r->up.registered, r->up.lines, r->up.on_primary, r->up.on_backup,
		r->up.by_state[HL_DOWN], r->up.by_state[HL_PARK], r->end.unregistered,
		r->leftovers);
	fprintf(stderr,
		"heartline: %" PRIu64 " REGISTER, %" PRIu64 " OPTIONS, %" PRIu64
		" retransmissions, %" PRIu64 " time-outs, %" PRIu64 " failovers, %" PRIu64
		" returns\n",
		r->end.requests[HL_REGISTER], r->end.requests[HL_OPTIONS], r->end.retransmissions,
		r->end.timeouts, r->end.failovers, r->end.returns);
	rtt_print("answered at the first transmission", r->end.rtt_samples, r->end.rtt_us);
	rtt_print("answered after a retransmission", r->end.rtt_retransmitted_samples,
		  r->end.rtt_retransmitted_us);
	drops_print(&r->end);
	if (sum(r->end.finals, HL_METHODS) == 0 && r->end.drops[HL_DROP_BAD_CHECKSUM])
		fprintf(stderr,
			"heartline: %" PRIu64
			" packets came with a bad checksum; when the far end is "
			"a veth on this machine: ethtool -K FAR-END tx off\n",
			r->end.drops[HL_DROP_BAD_CHECKSUM]);
	if (r->steering.n_queues > 1)
		fprintf(stderr,
			"heartline: steering: %s; of %" PRIu64 " frames %" PRIu64
			" arrived at their worker, %" PRIu64 " were handed over, %" PRIu64
			" dropped on the way\n",
			steering_rung_text(r->steering.rung),
			r->steering.all.kept + r->steering.all.passed + r->steering.all.lost,
			r->steering.all.kept, r->steering.all.passed, r->steering.all.lost);
	report_limits_print(r, stderr);
	fprintf(stderr, "heartline: verdict: %s\n", verdict_name(report_verdict(r)));
}
