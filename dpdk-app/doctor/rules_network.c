// SPDX-License-Identifier: BSD-3-Clause
// Rules about the network: link, kernel beside it, names, addresses, next hops, servers.

#include "doctor/rules.h"

#include <inttypes.h>
#include <string.h>

#define IP_UDP_BYTES 28
// What an Authorization of RFC 2617 takes with an empty user name and URI, and one character of realm
// and nonce.
#define DIGEST_LEAST_BYTES 106
#define SLOW_MS 500.0 // T1 of RFC 3261: a request is then sent again
#define MAC_TEXT "%02x:%02x:%02x:%02x:%02x:%02x"
#define MAC_BYTES(m) (m)[0], (m)[1], (m)[2], (m)[3], (m)[4], (m)[5]

void judge_link(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_port *p = &facts->port;
	const struct facts_interface *i = &facts->interface;
	bool of_interface = !i->why_not[0] && i->carrier >= 0;
	struct finding *f;

	if (p->why_not[0] && !of_interface) {
		finding_not_checked(findings, check, p->why_not);
		return;
	}
	if (!of_interface && !p->has_link) {
		finding_not_checked(findings, check,
				    "a device of this kind has no link of its own");
		return;
	}
	bool up = of_interface ? i->carrier > 0 : p->link_up;
	f = finding_add(findings, check, up ? SEVERITY_OK : SEVERITY_ERROR);
	if (of_interface)
		finding_say(f->proof, "/sys/class/net/%s/carrier: %d", facts->device.interface,
			    i->carrier);
	if (up && p->mbps > 0 && !of_interface)
		finding_say(f->found, "up, %" PRIu32 " Mbit/s", p->mbps);
	else
		finding_say(f->found, up ? "up" : "the link is down");
	if (up)
		return;
	finding_say(f->means,
		    "nothing leaves and nothing arrives: cable, far end, port of the switch, "
		    "or the other process?");
	if (of_interface)
		finding_say(f->fix, "ip link show %s", facts->device.interface);
}

// The kernel sees all that comes for a software device, unless XDP takes it away.
static bool kernel_sees(const struct facts *facts)
{
	return facts->device.type == DEVICE_TYPE_AF_PACKET;
}

void judge_kernel(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_interface *i = &facts->interface;
	const struct facts_network *n = &facts->network;
	const char *name = facts->device.interface;
	bool bad = false;
	struct finding *f;

	if (i->why_not[0]) {
		finding_not_checked(findings, check, i->why_not);
		return;
	}
	if (i->n_kernel > 0) {
		bad = true;
		f = finding_add(findings, check, SEVERITY_ERROR);
		finding_say(f->found, "the kernel has %u of the lines' addresses as its own",
			    i->n_kernel);
		finding_say(f->proof, "an interface of this machine has %s", i->kernel_address);
		finding_say(f->means,
			    "it answers ARP for them as well, and each reply of a server with "
			    "ICMP port unreachable");
		finding_say(f->fix, "ip address flush to %s", i->kernel_address);
	}
	if (kernel_sees(facts) && i->forwards) {
		bool routes = n->from_own_mac > 0 || i->subnet_address[0];
		bad = true;
		f = finding_add(findings, check, routes ? SEVERITY_ERROR : SEVERITY_WARNING);
		finding_say(f->found, "the kernel forwards what arrives on %s%s", name,
			    routes ? "" : ", once it has a route for it");
		finding_say(f->proof, "%s: 1%s%s%s%s", i->forwards_file,
			    i->subnet_address[0] ? "; it routes there, from " : "",
			    i->subnet_address,
			    n->from_own_mac ? "; seen from the port's own MAC address: " : "",
			    n->own_mac_example);
		finding_say(f->means,
			    "it takes a server's reply to a line for one to be passed on, asks "
			    "for the line by ARP, and sends ICMP redirect or host unreachable "
			    "to the server");
		finding_say(f->fix, "sysctl -w net.ipv4.conf.%s.forwarding=0", name);
	}
	if (bad)
		return;
	f = finding_add(findings, check, SEVERITY_OK);
	finding_say(f->found, "the kernel leaves the lines' traffic on %s alone", name);
	finding_say(f->proof, "%s: %d", i->forwards_file, i->forwards);
}

void judge_mtu(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_plan *p = &facts->plan;
	bool of_interface = !facts->interface.why_not[0];
	uint32_t mtu = of_interface ? facts->interface.mtu : facts->port.mtu;

	if (p->why_not[0] || p->error[0] || mtu == 0) {
		finding_not_checked(findings, check,
				    p->why_not[0] ? p->why_not
				    : p->error[0] ? "the configuration cannot be planned"
						  : "the MTU of the device is not known");
		return;
	}
	bool signs = p->signed_bytes > p->request_bytes;
	uint32_t least = p->request_bytes + (signs ? DIGEST_LEAST_BYTES : 0) + IP_UDP_BYTES,
		 most = p->signed_bytes + IP_UDP_BYTES;
	struct finding *f = finding_add(findings, check,
					least > mtu  ? SEVERITY_ERROR
					: most > mtu ? SEVERITY_WARNING
						     : SEVERITY_OK);
	if (least > mtu)
		finding_say(f->found,
			    "a request takes %" PRIu32 " bytes or more, and the MTU is %" PRIu32,
			    least, mtu);
	else
		finding_say(f->found,
			    "requests take %" PRIu32 " to %" PRIu32
			    " bytes with all headers, and the MTU is %" PRIu32,
			    least, most, mtu);
	if (of_interface)
		finding_say(f->proof, "/sys/class/net/%s/mtu: %" PRIu32, facts->device.interface,
			    mtu);
	else
		finding_say(f->proof, "rte_eth_dev_get_mtu: %" PRIu32, mtu);
	if (most <= mtu)
		return;
	finding_say(f->means, least > mtu
				      ? "such a frame does not leave: requests are never fragmented"
				      : "requests whose server asks for long credentials would not "
					"leave: requests are never fragmented");
	if (of_interface)
		finding_say(f->fix, "ip link set %s mtu 1500", facts->device.interface);
}

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
			    "needs primary_detect_interval: 0");
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
				    "down_codes has it, so that each probe counts as failed and "
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
