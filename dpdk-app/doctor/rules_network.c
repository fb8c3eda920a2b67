// SPDX-License-Identifier: BSD-3-Clause
// Rules about the network: names, addresses, next hops, checksums.

#include "doctor/rules.h"

#include <inttypes.h>
#include <string.h>

#define MAC_TEXT "%02x:%02x:%02x:%02x:%02x:%02x"
#define MAC_BYTES(m) (m)[0], (m)[1], (m)[2], (m)[3], (m)[4], (m)[5]

void judge_dns(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_dns *d = &facts->dns;

	if (d->why_not[0] || d->n == 0) {
		finding_not_checked(findings, check,
				    d->why_not[0] ? d->why_not : "no server has a name");
		return;
	}
	for (unsigned i = 0; i < d->n; i++) {
		const struct dns_name *name = &d->names[i];
		struct finding *f = finding_add(findings, check,
						name->error[0] ? SEVERITY_ERROR : SEVERITY_OK);
		if (!name->error[0]) {
			finding_say(f->found, "%s is at %s", name->host, name->targets);
			finding_say(f->proof, "asked: %s", d->servers);
			continue;
		}
		finding_say(f->found, "%s has no address: %s", name->host, name->error);
		finding_say(f->proof, "profile %s, server %c; asked: %s", name->profile,
			    name->server, d->servers);
		finding_say(f->means, "heartline run ends without an address for each server; "
				      "dns_servers, or --dns, names other DNS servers");
		int address = (int)strcspn(d->servers, ",:"),
		    port = (int)strspn(d->servers + address, ":0123456789");
		finding_say(f->fix, "dig @%.*s%s%.*s %s", address, d->servers,
			    port > 1 ? " -p " : "", port > 1 ? port - 1 : 0,
			    d->servers + address + 1, name->host);
	}
}

void judge_dhcp(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_dns *d = &facts->dns;

	if (!d->dhcp_wanted) {
		finding_not_checked(findings, check,
				    facts->port.why_not[0] ? facts->port.why_not
							   : "no profile has dhcp_option_120");
		return;
	}
	if (!d->dhcp_failed) {
		finding_say(finding_add(findings, check, SEVERITY_OK)->found,
			    "no profile is left without a server");
		return;
	}
	struct finding *f = finding_add(findings, check, SEVERITY_ERROR);
	finding_say(f->found, "%s", d->dhcp_error);
	finding_say(f->means, "heartline run ends when a profile has no server");
}

void judge_addresses(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_network *n = &facts->network;
	struct finding *f;

	if (n->why_not[0]) {
		finding_not_checked(findings, check, n->why_not);
		return;
	}
	for (unsigned i = 0; i < n->n_conflicts && i < CONFLICTS_MAX; i++) {
		const struct conflict *c = &n->conflicts[i];
		f = finding_add(findings, check, SEVERITY_ERROR);
		finding_say(f->found, "%s, an address of lines, is in use by another host",
			    c->addr);
		finding_say(f->proof, "ARP probe for %s: answered by " MAC_TEXT, c->addr,
			    MAC_BYTES(c->mac));
		finding_say(f->means,
			    "servers send replies now to one and now to the other "
			    "(RFC 5227)%s",
			    i == CONFLICTS_MAX - 1 && n->n_conflicts > CONFLICTS_MAX
				    ? "; so it is with further addresses"
				    : "");
		finding_say(f->fix, "ip neigh | grep " MAC_TEXT, MAC_BYTES(c->mac));
	}
	if (n->n_conflicts > 0)
		return;
	f = finding_add(findings, check, SEVERITY_OK);
	finding_say(f->found,
		    "%" PRIu32 " of %" PRIu32 " addresses of lines were looked for, and nobody "
		    "has them",
		    n->n_probed, n->n_addresses);
	finding_say(f->proof,
		    "3 ARP probes for each, none answered within %.1f s; RFC 5227 waits longer",
		    n->probed_ms / 1000);
}

static void hop_judge(const struct facts_network *n, const struct fact_hop *hop, const char *check,
		      struct findings *findings)
{
	const char *what = hop->is_gateway ? "the gateway" : "the server";
	struct finding *f;

	if (!hop->known) {
		f = finding_add(findings, check, SEVERITY_ERROR);
		finding_say(f->found, "%s %s does not answer ARP", what, hop->addr);
		finding_say(f->proof,
			    "%u ARP requests from %s, no answer; %" PRIu64
			    " frames heard meanwhile, "
			    "%" PRIu64 " of them ARP",
			    hop->asked, n->source, n->heard, n->heard_arp);
		finding_say(f->means, "no request leaves for it: another address, subnet, VLAN or "
				      "gateway? a port of the switch that is shut?");
		finding_say(f->fix, "arping -c 3 %s", hop->addr);
	} else if (hop->doubled) {
		f = finding_add(findings, check, SEVERITY_ERROR);
		finding_say(f->found, "two hosts say that they are %s %s", what, hop->addr);
		finding_say(f->proof, "ARP answers from " MAC_TEXT " and " MAC_TEXT,
			    MAC_BYTES(hop->mac), MAC_BYTES(hop->other_mac));
		finding_say(f->means, "requests go to whichever spoke first");
	} else {
		f = finding_add(findings, check, SEVERITY_OK);
		finding_say(f->found, "%s %s is at " MAC_TEXT, what, hop->addr,
			    MAC_BYTES(hop->mac));
	}
}

void judge_next_hops(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_network *n = &facts->network;

	if (n->why_not[0] || n->n_hops == 0) {
		finding_not_checked(findings, check,
				    n->why_not[0] ? n->why_not : "no server has an address");
		return;
	}
	if (!strcmp(n->source, "0.0.0.0")) {
		finding_not_checked(findings, check, "all addresses of lines are in use by others");
		return;
	}
	for (unsigned i = 0; i < n->n_hops; i++)
		hop_judge(n, &n->hops[i], check, findings);
}

void judge_checksums(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_network *n = &facts->network;
	struct finding *f;

	if (n->why_not[0] || n->heard == 0) {
		finding_not_checked(findings, check,
				    n->why_not[0] ? n->why_not : "no frame was heard");
		return;
	}
	if (n->heard_bad_checksum == 0) {
		f = finding_add(findings, check, SEVERITY_OK);
		finding_say(f->found, "no wrong checksum among %" PRIu64 " frames that were heard",
			    n->heard);
		return;
	}
	f = finding_add(findings, check, SEVERITY_ERROR);
	finding_say(f->found,
		    "%" PRIu64 " of %" PRIu64 " frames that were heard have a wrong checksum",
		    n->heard_bad_checksum, n->heard);
	finding_say(f->proof, "IPv4 or UDP checksum of frames to %s, as received", n->source);
	finding_say(f->means,
		    "heartline drops them (drops.bad_checksum). On a veth the sender leaves the "
		    "checksum to hardware that is not there; FAR-END is the other end of the "
		    "pair");
	finding_say(f->fix, "ethtool -K FAR-END tx off");
}
