// SPDX-License-Identifier: BSD-3-Clause
// The table of rules about a run, and how they weigh what they see.

#include "doctor/run_rules.h"

#include <inttypes.h>
#include <stdio.h>

const struct run_rule run_rules[RUN_RULES] = {
	{ "link", run_judge_link, "the link is up",
	  "a device of this kind has no link of its own" },
	{ "next hop", run_judge_next_hop, "all next hops answer ARP", "no next hop was asked yet" },
	{ "checksums", run_judge_checksums, "no frame with a wrong checksum",
	  "nothing was received" },
	{ "elsewhere", run_judge_elsewhere, "answers come from where they were asked for",
	  "nothing was received" },
	{ "late answers", run_judge_late_answers, "no answer came after its request was given up",
	  "nothing was received" },
	{ "hand-off", run_judge_hand_off, "replies reach their worker",
	  "one worker, so all replies are its own" },
	{ "buffers", run_judge_buffers, "no frame was lost for want of room", NULL },
	{ "answers", run_judge_answers, "every line that is to be registered is, or is about to be",
	  NULL },
	{ "drops", run_judge_drops, "nothing else was received without effect",
	  "nothing was received" },
	{ "phase", run_judge_phase, "the run goes on, and all lines have started", NULL },
	{ "rate", run_judge_rate, "the limit of the rate holds nothing back", NULL },
	{ "transmit", run_judge_transmit, "the device takes what is sent", NULL },
	{ "generator", run_judge_generator, "workers have time left, and timers are not late",
	  NULL },
	{ "round trip", run_judge_round_trip, "answers come before a request is sent again",
	  "nothing was answered in the window" },
};

uint64_t run_lines_down(const struct run_facts *f)
{
	uint64_t there = f->total.registered + f->total.by_state[HL_OFF];

	return f->total.lines > there ? f->total.lines - there : 0;
}

static uint64_t failed(const struct hl_snapshot *s)
{
	return hl_all_methods(s->timeouts) + hl_all_methods(s->unreachable);
}

// Does the window tell of the present? It does when something was asked in it; its time-outs may be those of
// requests from before.
static bool window_tells(const struct run_facts *f)
{
	return hl_all_methods(f->window.requests) + hl_all_methods(f->window.retransmissions) > 0;
}

struct run_seen run_see(const struct run_facts *f, uint64_t total, uint64_t window,
			char when[RUN_TEXT_ROOM])
{
	struct run_seen seen = { .n = window, .now = true, .when = when };

	if (window == 0) {
		seen.n = total;
		seen.now = false;
		snprintf(when, RUN_TEXT_ROOM, "since the start");
	} else {
		snprintf(when, RUN_TEXT_ROOM, "in the last %.1f s", (double)f->window_ms / 1000);
	}
	return seen;
}

enum severity run_weigh(const struct run_facts *f, const struct run_seen *seen)
{
	const struct hl_snapshot *of = seen->now ? &f->window : &f->total;
	bool explains = seen->n * 2 >= failed(of);

	if (!seen->now && window_tells(f))
		return SEVERITY_NOTE;
	if (run_lines_down(f) > 0 && explains)
		return SEVERITY_ERROR;
	return seen->now ? SEVERITY_WARNING : SEVERITY_NOTE;
}

void run_rules_apply(const struct run_facts *facts, struct findings *findings)
{
	for (unsigned i = 0; i < RUN_RULES; i++) {
		const struct run_rule *rule = &run_rules[i];
		enum run_look look = rule->judge(facts, rule->check, findings);

		if (look == RUN_FINE)
			finding_say(finding_add(findings, rule->check, SEVERITY_OK)->found, "%s",
				    rule->fine);
		else if (look == RUN_UNSEEN)
			finding_not_checked(findings, rule->check, rule->unseen);
	}
	findings_rank(findings);
}
