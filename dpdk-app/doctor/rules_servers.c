// SPDX-License-Identifier: BSD-3-Clause
// Rules about servers, and about the way of their replies to the right worker.

#include "doctor/rules.h"

#include <inttypes.h>
#include <string.h>

#define SLOW_MS 500.0 // T1 of RFC 3261: a request is then sent again

static const char *icmp_text(unsigned code)
{
	return code == 3 ? "port" : code == 1 ? "host" : code == 0 ? "network" : "destination";
}

static void server_judge(const struct fact_server *s, const char *check, struct findings *findings)
{
	struct finding *f = finding_add(findings, check, SEVERITY_ERROR);

	switch (s->outcome) {
	case SERVER_NO_HOP:
		f->severity = SEVERITY_NOT_CHECKED;
		finding_say(f->found, "%s (%s): its next hop is not known", s->at, s->who);
		break;
	case SERVER_SILENT:
		finding_say(f->found, "%s (%s) does not answer OPTIONS", s->at, s->who);
		finding_say(f->proof, "%u OPTIONS sent, nothing came back, not even ICMP", s->sent);
		finding_say(f->means,
			    "the server is down, a filter drops the request, or it has no way "
			    "back to the lines' subnet; a server that answers REGISTER only "
			    "needs probe: register0, or primary_detect_interval: 0");
		finding_say(f->fix, "tcpdump -ni any udp port %s", strchr(s->at, ':') + 1);
		break;
	case SERVER_UNREACHABLE:
		finding_say(f->found, "%s (%s): %s unreachable", s->at, s->who,
			    icmp_text(s->status));
		finding_say(f->proof, "ICMP type 3 code %u from %.*s that quotes the OPTIONS",
			    s->status, (int)strcspn(s->from, ":"), s->from);
		finding_say(f->means, s->status == 3
					      ? "the host is there, and no SIP server listens at "
						"that port"
					      : "a router has no way there");
		finding_say(f->fix, "ss -lunp 'sport = :%s'", strchr(s->at, ':') + 1);
		break;
	case SERVER_BAD_CHECKSUM:
		finding_say(f->found, "%s (%s) answers with wrong checksums only", s->at, s->who);
		finding_say(f->means, "see checksums");
		break;
	case SERVER_ELSEWHERE:
		f->severity = s->refuses_elsewhere ? SEVERITY_ERROR : SEVERITY_WARNING;
		finding_say(f->found, "%s (%s) answers from %s", s->at, s->who, s->from);
		finding_say(f->proof, "SIP/2.0 %u %s from %s", s->status, s->phrase, s->from);
		finding_say(f->fix, s->refuses_elsewhere ? "reply_source: branch" : "");
		finding_say(f->means,
			    s->refuses_elsewhere
				    ? "reply_source: strict drops such answers "
				      "(drops.wrong_source)"
				    : "RFC 3261 18.2.2 wants the address that was asked; it "
				      "counts here, and not with every telephone");
		break;
	case SERVER_ANSWERED:
		f->severity = s->counts_as_down     ? SEVERITY_ERROR
			      : s->rtt_ms > SLOW_MS ? SEVERITY_WARNING
						    : SEVERITY_OK;
		finding_say(f->found, "%s (%s) answers %u %s after %.1f ms", s->at, s->who,
			    s->status, s->phrase, s->rtt_ms);
		if (s->counts_as_down)
			finding_say(f->means,
				    "by down_codes or alive_codes each probe counts as failed, and "
				    "lines leave this server");
		else if (s->rtt_ms > SLOW_MS)
			finding_say(f->means,
				    "requests are sent again after 500 ms (T1), so that each "
				    "one takes two or more");
		break;
	}
}

void judge_servers(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_network *n = &facts->network;

	if (n->why_not[0] || n->n_servers == 0) {
		finding_not_checked(findings, check,
				    n->why_not[0] ? n->why_not : "no server has an address");
		return;
	}
	for (unsigned i = 0; i < n->n_servers; i++)
		server_judge(&n->servers[i], check, findings);
	if (n->servers_left_out > 0) {
		struct finding *f = finding_add(findings, check, SEVERITY_NOT_CHECKED);
		finding_say(f->found, "%u further servers: only the first %d are asked",
			    n->servers_left_out, SERVERS_MAX);
	}
}

void judge_steering(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_plan *p = &facts->plan;
	struct finding *f;

	if (p->why_not[0] || p->error[0]) {
		finding_not_checked(findings, check,
				    p->why_not[0] ? p->why_not
						  : "the configuration cannot be planned");
		return;
	}
	if (facts->port.n_queues < 2) {
		f = finding_add(findings, check, SEVERITY_OK);
		finding_say(f->found, "one worker, so all replies are its own");
		return;
	}
	bool most = p->steered >= p->slots - p->slots / 16;
	f = finding_add(findings, check, most ? SEVERITY_OK : SEVERITY_NOTE);
	finding_say(f->found,
		    "%u queues, by %s: replies of %" PRIu32 " of %" PRIu32
		    " lines reach their worker by themselves",
		    facts->port.n_queues, p->rung, p->steered, p->slots);
	finding_say(f->proof, "%s", p->why_ring);
	if (!most)
		finding_say(f->means,
			    "the others are handed from worker to worker by rings, which costs "
			    "both some time");
}
