// SPDX-License-Identifier: BSD-3-Clause
// Rules about the way out: the link, the kernel beside it, and what fits through.

#include "doctor/rules.h"

#include <inttypes.h>
#include <string.h>

#define IP_UDP_BYTES 28
// What an Authorization of RFC 2617 takes with an empty user name and URI, and one character of realm
// and nonce.
#define DIGEST_LEAST_BYTES 106

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
