// SPDX-License-Identifier: BSD-3-Clause
// Rules about why a run is slower than asked. Whether the generator was the limit is what the report
// would say of the window.

#include "doctor/run_rules.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/report.h"

#define BUSY_PERCENT 95.0
#define AGAIN_SHARE 10 // one request in so many was sent again
#define SLOW_US 100000.0

static double seconds(uint64_t ms)
{
	return (double)ms / 1000;
}

enum run_look run_judge_phase(const struct run_facts *f, const char *check,
			      struct findings *findings)
{
	uint64_t off = f->total.by_state[HL_OFF];
	bool ramps = off > 0 && f->uptime_ms < f->ramp_ms + f->window_ms;
	struct finding *finding;

	if (!strcmp(f->phase, "paused")) {
		finding = finding_add(findings, check, SEVERITY_WARNING);
		finding_say(finding->found, "the run is paused");
		finding_say(finding->proof,
			    "phase: paused; for %.1f s in all; %" PRIu64
			    " requests in the last %.1f s",
			    seconds(f->paused_ms), hl_all_methods(f->window.requests),
			    seconds(f->window_ms));
		finding_say(finding->means,
			    "there are no new registrations and no probes until it is "
			    "resumed");
		finding_say(finding->fix, "heartline ctl resume");
		return RUN_FOUND;
	}
	if (!strcmp(f->phase, "draining")) {
		finding = finding_add(findings, check, SEVERITY_WARNING);
		finding_say(finding->found, "the run is draining: lines unregister, then it ends");
		finding_say(finding->proof, "phase: draining");
		return RUN_FOUND;
	}
	if (off == 0)
		return RUN_FINE;
	finding = finding_add(findings, check, SEVERITY_NOTE);
	if (ramps)
		finding_say(finding->found,
			    "the ramp goes on: %" PRIu64 " of %" PRIu64 " lines have not started",
			    off, f->total.lines);
	else
		finding_say(finding->found, "%" PRIu64 " of %" PRIu64 " lines are off", off,
			    f->total.lines);
	finding_say(finding->proof, "ramp: %.1f s; the run goes on for %.1f s", seconds(f->ramp_ms),
		    seconds(f->uptime_ms));
	finding_say(finding->means, ramps ? "their first REGISTER is spread over the ramp"
					  : "an operator stopped them, or they have left");
	if (!ramps)
		finding_say(finding->fix, "heartline ctl line force enable --all");
	return RUN_FOUND;
}

enum run_look run_judge_rate(const struct run_facts *f, const char *check,
			     struct findings *findings)
{
	uint64_t put_off = f->window.limits[HL_LIMIT_RATE_LIMITED];

	if (put_off == 0)
		return RUN_FINE;
	struct finding *finding = finding_add(findings, check, SEVERITY_WARNING);
	finding_say(finding->found, "rate: %" PRIu64 " requests a second holds requests back",
		    f->rate);
	finding_say(finding->proof,
		    "limits.rate_limited: %" PRIu64 " requests were put off and %" PRIu64
		    " were sent in the last %.1f s",
		    put_off, hl_all_methods(f->window.requests), seconds(f->window_ms));
	finding_say(finding->means,
		    "lines want to send more: probes and registrations wait their turn");
	finding_say(finding->fix, "heartline ctl rate 0");
	return RUN_FOUND;
}

enum run_look run_judge_transmit(const struct run_facts *f, const char *check,
				 struct findings *findings)
{
	uint64_t full = f->window.limits[HL_LIMIT_TX_FULL],
		 dropped = f->window.limits[HL_LIMIT_TX_DROPPED];

	if (full + dropped == 0)
		return RUN_FINE;
	struct finding *finding = finding_add(findings, check,
					      dropped ? SEVERITY_ERROR : SEVERITY_WARNING);
	finding_say(finding->found,
		    "the device takes no more: %" PRIu64 " polls found its ring full, and %" PRIu64
		    " frames were given up, in the last %.1f s",
		    full, dropped, seconds(f->window_ms));
	finding_say(finding->proof,
		    "limits.tx_full, limits.tx_dropped; full for up to %.1f ms on end",
		    f->tx_full_ms);
	finding_say(finding->means,
		    "the link, or the other side of a memif or tap, is slower than what "
		    "is sent, or has stopped");
	finding_say(finding->fix, "heartline ctl rate %" PRIu64,
		    f->requests_a_second > 1 ? f->requests_a_second / 2 : 1);
	return RUN_FOUND;
}

// Those limits that have no rule of their own.
static void report_of_window(const struct run_facts *f, struct report *report)
{
	static const enum hl_limit judged[] = { HL_LIMIT_RATE_MISSED, HL_LIMIT_DELAYED,
						HL_LIMIT_SLOW_FULL, HL_LIMIT_STALLS };

	*report = (struct report){ .lateness_p99_us = f->late_us };
	memcpy(report->end.requests, f->window.requests, sizeof(report->end.requests));
	for (unsigned i = 0; i < sizeof(judged) / sizeof(*judged); i++)
		report->end.limits[judged[i]] = f->window.limits[judged[i]];
}

enum run_look run_judge_generator(const struct run_facts *f, const char *check,
				  struct findings *findings)
{
	static struct report report; // too large for a stack
	char text[LIMITS_ROOM];
	bool busy = f->busiest_percent >= BUSY_PERCENT;

	report_of_window(f, &report);
	bool limited = report_generator_limited(&report);
	if (!limited && !busy)
		return RUN_FINE;
	struct finding *finding = finding_add(findings, check, SEVERITY_WARNING);
	report_limits_text(&report, text);
	if (limited)
		finding_say(finding->found, "the generator is the limit: %s, in the last %.1f s",
			    text, seconds(f->window_ms));
	else
		finding_say(finding->found, "the worker on lcore %u is busy %.0f %% of its time",
			    f->busiest_lcore, f->busiest_percent);
	finding_say(finding->proof,
		    "limits.late: %" PRIu64 " timers, limits.delayed: %" PRIu64
		    " probes; the busiest worker has something to do %.0f %% of its time",
		    f->window.limits[HL_LIMIT_LATE], f->window.limits[HL_LIMIT_DELAYED],
		    f->busiest_percent);
	finding_say(finding->means,
		    busy ? "it can do no more: more workers on lcores of their own"
			 : "it is not busy, so something stops it: other programs on its "
			   "processors, a quota, a machine that is stopped");
	finding_say(finding->fix,
		    busy ? "heartline run ... -- -l LIST" : "heartline doctor -- -l LIST");
	return RUN_FOUND;
}

static enum run_look slow_judge(const struct run_facts *f, const char *check,
				struct findings *findings)
{
	if (isnan(f->rtt_p50_us))
		return RUN_UNSEEN;
	if (f->rtt_p50_us < SLOW_US)
		return RUN_FINE;
	struct finding *finding = finding_add(findings, check, SEVERITY_NOTE);
	finding_say(finding->found, "half of the answers take longer than %.0f ms",
		    f->rtt_p50_us / 1000);
	finding_say(finding->proof, "last second: p50 %.0f us, p99 %.0f us", f->rtt_p50_us,
		    f->rtt_p99_us);
	finding_say(finding->means, "a registration with digest takes two of them");
	return RUN_FOUND;
}

enum run_look run_judge_round_trip(const struct run_facts *f, const char *check,
				   struct findings *findings)
{
	uint64_t again = hl_all_methods(f->window.retransmissions),
		 sent = hl_all_methods(f->window.requests),
		 finals = hl_all_methods(f->window.finals),
		 twice = f->window.drops[HL_DROP_DUPLICATE];

	// That of a request whose first answer, say a challenge, led to the next one.
	if (hl_all_methods(f->window.timeouts) == 0)
		twice += f->window.drops[HL_DROP_LATE];

	if (finals == 0 || again * AGAIN_SHARE < sent || again == 0)
		return slow_judge(f, check, findings);
	bool slow = twice * 2 >= again;
	struct finding *finding = finding_add(findings, check, SEVERITY_WARNING);
	finding_say(finding->found, "%" PRIu64 " retransmissions of %" PRIu64 " requests: %s",
		    again, sent,
		    slow ? "the server answers later than T1, 500 ms"
			 : "requests or answers are lost on the way");
	finding_say(finding->proof,
		    "in the last %.1f s: %" PRIu64 " answered, %" PRIu64
		    " answers came twice (drops.duplicate, drops.late)",
		    seconds(f->window_ms), finals, twice);
	finding_say(
		finding->means,
		slow ? "each request is sent again before its answer comes, so the server has "
		       "twice the work: it is overloaded, or far away"
		     : "what was sent again was answered once only, so the first one, or its answer, "
		       "was lost: on the network, or in the server's receive buffer");
	finding_say(finding->fix, slow ? "heartline ctl rate %" PRIu64 : "netstat -su",
		    f->requests_a_second > 1 ? f->requests_a_second / 2 : 1);
	return RUN_FOUND;
}
