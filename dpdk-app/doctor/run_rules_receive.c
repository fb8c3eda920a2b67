// SPDX-License-Identifier: BSD-3-Clause
// Rules about what does not come back: why nothing, or not enough, is received.

#include "doctor/run_rules.h"

#include <inttypes.h>
#include <string.h>

static bool nothing_came(const struct run_facts *f)
{
	return f->total.rx_packets == 0;
}

enum run_look run_judge_link(const struct run_facts *f, const char *check,
			     struct findings *findings)
{
	if (f->link < 0)
		return RUN_UNSEEN;
	if (f->link > 0)
		return RUN_FINE;
	struct finding *finding = finding_add(findings, check, SEVERITY_ERROR);
	finding_say(finding->found, "the link of the run's device is down");
	finding_say(finding->proof,
		    "%" PRIu64 " frames sent and %" PRIu64 " received in the last %.1f s",
		    f->window.tx_packets, f->window.rx_packets, (double)f->window_ms / 1000);
	finding_say(finding->means,
		    "nothing leaves and nothing arrives: cable, far end, port of the "
		    "switch, or the other process?");
	finding_say(finding->fix, "ip -br link");
	return RUN_FOUND;
}

enum run_look run_judge_next_hop(const struct run_facts *f, const char *check,
				 struct findings *findings)
{
	if (f->n_hops == 0)
		return RUN_UNSEEN;
	if (f->n_hops_lost == 0)
		return RUN_FINE;
	bool hurts = run_lines_down(f) > 0 || f->n_hops_lost == f->n_hops;
	struct finding *finding = finding_add(findings, check,
					      hurts ? SEVERITY_ERROR : SEVERITY_WARNING);
	finding_say(finding->found, "%s does not answer ARP%s", f->hop.addr,
		    f->n_hops_lost > 1 ? ", nor do others" : "");
	finding_say(finding->proof,
		    "%" PRIu64 " ARP requests without an answer, in a row; %" PRIu64
		    " requests could not leave",
		    f->hop.asked, f->hop.waited);
	finding_say(finding->means,
		    "no request leaves for a server behind it: another address, subnet, "
		    "VLAN or gateway? is the host down?");
	finding_say(finding->fix, "arping -c 3 %s", f->hop.addr);
	return RUN_FOUND;
}

// A reason for which frames are dropped that were answers to requests of this run, most likely.
struct lost_answers {
	enum hl_drop drop;
	const char *what, *means, *fix;
};

static enum run_look lost_answers_judge(const struct run_facts *f, const char *check,
					const struct lost_answers *lost, struct findings *findings)
{
	char when[RUN_TEXT_ROOM];
	const struct run_seen seen = run_see(f, f->total.drops[lost->drop],
					     f->window.drops[lost->drop], when);
	const struct run_example *example = &f->examples[lost->drop];

	if (nothing_came(f))
		return RUN_UNSEEN;
	if (seen.n == 0)
		return RUN_FINE;
	struct finding *finding = finding_add(findings, check, run_weigh(f, &seen));
	finding_say(finding->found, "%" PRIu64 " %s %s", seen.n, lost->what, seen.when);
	finding_say(finding->proof,
		    "drops.%s: %" PRIu64 " since the start, of %" PRIu64
		    " frames received%s%s%s%s%s",
		    hl_drop_name(lost->drop), f->total.drops[lost->drop], f->total.rx_packets,
		    example->from[0] ? "; the first from " : "", example->from,
		    example->bytes[0] ? ": \"" : "", example->bytes, example->bytes[0] ? "\"" : "");
	finding_say(finding->means, "%s", lost->means);
	finding_say(finding->fix, "%s", lost->fix);
	return RUN_FOUND;
}

enum run_look run_judge_checksums(const struct run_facts *f, const char *check,
				  struct findings *findings)
{
	static const struct lost_answers lost = {
		HL_DROP_BAD_CHECKSUM, "frames had a wrong checksum and were dropped",
		"on a veth the sender leaves the checksum to hardware that is not there; FAR-END is the "
		"other end of the pair",
		"ethtool -K FAR-END tx off"
	};

	return lost_answers_judge(f, check, &lost, findings);
}

enum run_look run_judge_elsewhere(const struct run_facts *f, const char *check,
				  struct findings *findings)
{
	static const struct lost_answers lost = {
		HL_DROP_WRONG_SOURCE,
		"answers came from another address or port than asked, and were dropped",
		"reply_source: strict wants the server's own address; the server has several, or a NAT "
		"stands between",
		"reply_source: branch"
	};

	return lost_answers_judge(f, check, &lost, findings);
}

enum run_look run_judge_late_answers(const struct run_facts *f, const char *check,
				     struct findings *findings)
{
	static const struct lost_answers lost = {
		HL_DROP_LATE, "answers came after their request was given up",
		"the server takes longer than register_timeout or options_timeout: it is overloaded, or "
		"these are too short for it",
		"heartline keys timeout"
	};

	// Without a time-out they are answers to what was sent again, see run_judge_round_trip().
	if (!nothing_came(f) && hl_all_methods(f->window.timeouts) == 0)
		return RUN_FINE;
	return lost_answers_judge(f, check, &lost, findings);
}

enum run_look run_judge_hand_off(const struct run_facts *f, const char *check,
				 struct findings *findings)
{
	uint64_t dropped = f->window.limits[HL_LIMIT_HANDOFF_DROPPED],
		 all = f->home + f->handed_off + f->handoff_dropped;
	bool is_ring = !strcmp(f->rung, "ring");

	if (f->queues < 2)
		return RUN_UNSEEN;
	if (dropped == 0 && (is_ring || f->handed_off * 4 <= all))
		return RUN_FINE;
	struct finding *finding = finding_add(findings, check,
					      dropped == 0            ? SEVERITY_NOTE
					      : run_lines_down(f) > 0 ? SEVERITY_ERROR
								      : SEVERITY_WARNING);
	if (dropped > 0)
		finding_say(finding->found,
			    "%" PRIu64 " replies were lost on their way to another worker",
			    dropped);
	else
		finding_say(finding->found,
			    "replies arrive at other workers than steering by %s meant", f->rung);
	finding_say(finding->proof,
		    "of %" PRIu64 " frames %" PRIu64 " arrived at their worker, %" PRIu64
		    " were handed over, %" PRIu64 " lost",
		    all, f->home, f->handed_off, f->handoff_dropped);
	finding_say(finding->means,
		    "a worker that is too busy does not empty its ring; see the line "
		    "that the start prints about steering");
	return RUN_FOUND;
}

enum run_look run_judge_buffers(const struct run_facts *f, const char *check,
				struct findings *findings)
{
	uint64_t missed = f->window.limits[HL_LIMIT_RX_MISSED],
		 no_buffer = f->window.limits[HL_LIMIT_NO_BUFFER];

	if (missed + no_buffer == 0)
		return RUN_FINE;
	struct finding *finding = finding_add(
		findings, check, run_lines_down(f) > 0 ? SEVERITY_ERROR : SEVERITY_WARNING);
	finding_say(finding->found,
		    "%" PRIu64 " frames were lost before a worker saw them, and %" PRIu64
		    " times no buffer was free, in the last %.1f s",
		    missed, no_buffer, (double)f->window_ms / 1000);
	finding_say(finding->proof, "limits.rx_missed, limits.no_buffer; busiest worker: %.0f %%",
		    f->busiest_percent);
	finding_say(finding->means,
		    "workers do not poll often enough: too few of them, or processors "
		    "that others use as well");
	finding_say(finding->fix, "heartline run ... -- -l LIST");
	return RUN_FOUND;
}

// What has a rule of its own, what is common where other hosts speak, and what retransmissions cause.
static bool drop_is_telling(unsigned k)
{
	switch (k) {
	case HL_DROP_BAD_CHECKSUM:
	case HL_DROP_WRONG_SOURCE:
	case HL_DROP_LATE:
	case HL_DROP_DUPLICATE:
	case HL_DROP_OTHER_PROTOCOL:
	case HL_DROP_NOT_OURS:
	case HL_DROP_ICMP_OTHER:
		return false;
	default:
		return true;
	}
}

enum run_look run_judge_drops(const struct run_facts *f, const char *check,
			      struct findings *findings)
{
	enum run_look look = nothing_came(f) ? RUN_UNSEEN : RUN_FINE;

	for (unsigned k = 0; k < HL_DROPS; k++) {
		const struct run_example *example = &f->examples[k];
		uint64_t n = f->window.drops[k];
		if (n == 0 || !drop_is_telling(k))
			continue;
		look = RUN_FOUND;
		bool many = n * 2 > hl_all_methods(f->window.finals);
		struct finding *finding = finding_add(findings, check,
						      many ? SEVERITY_WARNING : SEVERITY_NOTE);
		finding_say(finding->found,
			    "%" PRIu64 " frames without effect in the last %.1f s: %s", n,
			    (double)f->window_ms / 1000, hl_drop_text(k));
		finding_say(finding->proof, "drops.%s%s%s%s%s%s", hl_drop_name(k),
			    example->from[0] ? "; the first from " : "", example->from,
			    example->bytes[0] ? ": \"" : "", example->bytes,
			    example->bytes[0] ? "\"" : "");
	}
	return look;
}
