// SPDX-License-Identifier: BSD-3-Clause
// Lines that are registered nowhere, and what each saw last: refused, unreachable, nothing.

#include "doctor/run_rules.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/state.h>

// A host sends only so many ICMP messages, so that most requests to a closed port time out.
#define ICMP_SHARE 8

static void rejection_say(unsigned status, struct finding *finding)
{
	switch (status) {
	case 401:
	case 403:
	case 407:
		finding_say(
			finding->means,
			"the server knows no such account, or its password is another one: look at "
			"account, password and proxy_server (the domain)");
		finding_say(finding->fix, "heartline keys password");
		break;
	case 404:
		finding_say(finding->means, "the server knows no such number in this domain");
		finding_say(finding->fix, "heartline keys proxy_server");
		break;
	default:
		finding_say(finding->means,
			    status >= 500 ? "the server says that it is not able to: its own log "
					    "tells why"
					  : "the server does not want what it is asked");
		finding_say(finding->fix, "heartline keys %u", status);
	}
}

static bool is_code(const struct run_cause *cause, enum hl_local_code code)
{
	return !strcmp(cause->text, hl_local_code_name(code));
}

static uint64_t lines_with(const struct run_facts *f, enum hl_local_code code)
{
	for (unsigned i = 0; i < f->n_causes; i++)
		if (is_code(&f->causes[i], code))
			return f->causes[i].lines;
	return 0;
}

// Is it a closed port that also the time-outs come from?
static bool port_is_closed(const struct run_facts *f)
{
	uint64_t lines = lines_with(f, HL_CODE_UNREACHABLE),
		 now = hl_all_methods(f->window.unreachable);

	return (lines > 0 && lines * ICMP_SHARE >= lines_with(f, HL_CODE_TIMEOUT)) ||
	       (now > 0 && now * ICMP_SHARE >= hl_all_methods(f->window.timeouts));
}

static void requests_say(const struct run_facts *f, char text[FINDING_ROOM])
{
	finding_say(text,
		    "of %" PRIu64 " requests %" PRIu64 " timed out, %" PRIu64
		    " met a closed port, %" PRIu64 " were answered; %" PRIu64 " frames received",
		    hl_all_methods(f->total.requests), hl_all_methods(f->total.timeouts),
		    hl_all_methods(f->total.unreachable), hl_all_methods(f->total.finals),
		    f->total.rx_packets);
}

static void closed_judge(const struct run_facts *f, struct findings *findings)
{
	struct finding *finding = finding_add(findings, "closed port", SEVERITY_ERROR);

	finding_say(finding->found,
		    "%" PRIu64 " of %" PRIu64 " lines that are registered nowhere: %s",
		    lines_with(f, HL_CODE_UNREACHABLE), f->causes_of,
		    hl_local_code_name(HL_CODE_UNREACHABLE));
	requests_say(f, finding->proof);
	finding_say(finding->means,
		    "the host is there, and no SIP server listens at that port; it sends "
		    "few of these messages, so that other requests time out");
	finding_say(finding->fix, "ss -lunp 'sport = :5060'");
}

static void rejected_judge(const struct run_facts *f, const struct run_cause *cause,
			   struct findings *findings)
{
	struct finding *finding = finding_add(findings, "rejected", SEVERITY_ERROR);

	rejection_say((unsigned)atoi(cause->text), finding);
	finding_say(finding->found,
		    "%" PRIu64 " of %" PRIu64 " lines that are registered nowhere: %s",
		    cause->lines, f->causes_of, cause->text);
	finding_say(finding->proof,
		    "answers since the start: %" PRIu64 " 2xx, %" PRIu64 " 4xx, %" PRIu64
		    " 5xx, %" PRIu64 " 6xx, of which %" PRIu64 " were challenges",
		    f->total.responses[2], f->total.responses[4], f->total.responses[5],
		    f->total.responses[6], f->total.challenges);
}

static void silence_judge(const struct run_facts *f, const struct run_cause *cause, bool follows,
			  struct findings *findings)
{
	bool timed_out = is_code(cause, HL_CODE_TIMEOUT);
	struct finding *finding = finding_add(findings, timed_out ? "no answer" : "answers",
					      follows ? SEVERITY_NOTE : SEVERITY_ERROR);

	finding_say(finding->found,
		    "%" PRIu64 " of %" PRIu64 " lines that are registered nowhere: %s",
		    cause->lines, f->causes_of, cause->text);
	requests_say(f, finding->proof);
	if (follows)
		finding_say(finding->means, "this follows from what is named before");
	else if (timed_out)
		finding_say(finding->means,
			    "the server is down or silent, a filter drops requests or "
			    "answers, or it has no way back to the lines' subnet");
	if (timed_out && !follows)
		finding_say(finding->fix, "tcpdump -ni any udp port 5060");
}

static enum run_look nothing_yet_judge(const struct run_facts *f, const char *check, bool follows,
				       struct findings *findings)
{
	uint64_t sent = hl_all_methods(f->total.requests);

	if (sent == 0 || hl_all_methods(f->total.finals) > 0)
		return RUN_FINE;
	struct finding *finding = finding_add(findings, check,
					      follows ? SEVERITY_NOTE : SEVERITY_WARNING);
	finding_say(finding->found, "not one request was answered yet");
	finding_say(finding->proof,
		    "%" PRIu64 " requests and %" PRIu64 " retransmissions sent, %" PRIu64
		    " frames received",
		    sent, hl_all_methods(f->total.retransmissions), f->total.rx_packets);
	finding_say(finding->means, "ask again once the first requests have timed out");
	return RUN_FOUND;
}

enum run_look run_judge_answers(const struct run_facts *f, const char *check,
				struct findings *findings)
{
	// What is named before, such as a link that is down, is why nothing comes.
	bool explained = findings_count(findings, SEVERITY_ERROR) > 0;
	bool closed = !explained && port_is_closed(f);

	if (closed)
		closed_judge(f, findings);
	for (unsigned i = 0; i < f->n_causes; i++) {
		const struct run_cause *cause = &f->causes[i];
		if (isdigit((unsigned char)cause->text[0]))
			rejected_judge(f, cause, findings);
		else if (!closed || !is_code(cause, HL_CODE_UNREACHABLE))
			silence_judge(f, cause, explained || closed, findings);
	}
	if (f->n_causes > 0 || closed)
		return RUN_FOUND;
	return nothing_yet_judge(f, check, explained, findings);
}
