// SPDX-License-Identifier: BSD-3-Clause
// Brings the port up as a run does, and asks the network through it. What does not come to that says why.

#include "doctor/examine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_ethdev.h>

#include "base/socket_address.h"
#include "base/timebase.h"
#include "doctor/collect.h"
#include "doctor/examine_network.h"
#include "session/session.h"
#include "steer/steer.h"

#define IRQ_SAMPLE_MIN_MS 300
#define WORKERS_GUESSED 1

static uint64_t group_lines(const struct hl_lines *g)
{
	return g->csv ? g->n_rows : g->last - g->first + 1;
}

static uint32_t ports_of(const struct hl_profile *p)
{
	return p->use_random_sip_port
		       ? (uint32_t)p->max_random_sip_port - p->min_random_sip_port + 1
		       : 1;
}

static void config_note(const struct examination *e, struct facts_config *f)
{
	const struct hl_config *c = e->config;
	double fullest = -1;

	if (e->config_path)
		snprintf(f->path, sizeof(f->path), "%s", e->config_path);
	if (e->config_error)
		snprintf(f->error, sizeof(f->error), "%s", e->config_error);
	if (!c) {
		snprintf(f->why_not, WHY_ROOM, "%s",
			 e->config_error ? "the configuration cannot be used"
					 : "no configuration was given; give -c FILE, or the flags "
					   "of heartline run");
		return;
	}
	f->lines = c->total;
	for (uint32_t i = 0; i < c->ports[0].n_ranges; i++)
		f->n_addresses += hl_addr_range_count(&c->ports[0].ranges[i]);
	for (uint32_t i = 0; i < c->n_profiles; i++) {
		const struct hl_profile *p = &c->profiles[i];
		uint64_t lines = 0, places = (uint64_t)ports_of(p) * f->n_addresses;
		for (uint32_t g = 0; g < c->n_lines; g++)
			lines += c->lines[g].profile == i ? group_lines(&c->lines[g]) : 0;
		if ((double)lines / (double)places <= fullest)
			continue;
		fullest = (double)lines / (double)places;
		snprintf(f->profile, sizeof(f->profile), "%.63s", p->name);
		f->profile_lines = lines;
		f->profile_places = places;
		f->profile_ports = ports_of(p);
	}
}

static bool is_of_lines(const struct hl_config *c, const struct hl_addr *addr)
{
	for (uint32_t i = 0; i < c->ports[0].n_ranges; i++)
		if (hl_addr_range_holds(&c->ports[0].ranges[i], addr))
			return true;
	return false;
}

// Addresses of lines that the kernel has as well: it would answer for them, too.
static void kernel_addresses_note(const struct examination *e, const char *interface,
				  struct facts_interface *f)
{
	struct ifaddrs *all = NULL;

	if (!e->config || getifaddrs(&all) < 0)
		return;
	const struct hl_prefix subnet = hl_port_subnet(&e->config->ports[0]);
	for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
		struct hl_addr addr;

		if (!socket_address_read(a->ifa_addr, &addr))
			continue;
		if (!strcmp(a->ifa_name, interface) && hl_prefix_contains(&subnet, &addr))
			hl_addr_format(&addr, f->subnet_address);
		if (is_of_lines(e->config, &addr) && f->n_kernel++ == 0)
			hl_addr_format(&addr, f->kernel_address);
	}
	freeifaddrs(all);
}

static void port_note(const struct session *session, struct facts_port *f)
{
	const struct port *port = &session->ports[0];
	struct rte_eth_link link = { 0 };
	uint16_t mtu = 0;

	f->has_link = port_has_link(port);
	if (rte_eth_link_get_nowait(port->id, &link) == 0)
		f->link_up = link.link_status == RTE_ETH_LINK_UP;
	if (link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN)
		f->mbps = link.link_speed;
	if (rte_eth_dev_get_mtu(port->id, &mtu) == 0)
		f->mtu = mtu;
	f->n_queues = port->n_queues;
	memcpy(f->mac, port->mac, sizeof(f->mac));
}

static void plan_note(const struct examination *e, const struct session *session,
		      struct facts_plan *f)
{
	static struct steering steering; // too large for the stack
	struct hl_plan_options options = {
		.n_workers = session->n_workers,
		.spare_lines = e->config->spare_lines,
		.tx_csum_offload = session->ports[0].tx_csum,
	};
	struct hl_plan *plan = NULL;
	struct hl_error err = { 0 };

	memcpy(options.mac, session->ports[0].mac, sizeof(options.mac));
	if (steering_choose(&steering, &session->ports[0], e->config, &options, &plan, &err) < 0) {
		snprintf(f->error, sizeof(f->error), "%s", err.text);
		return;
	}
	f->request_bytes = hl_plan_request_bytes(plan, false);
	f->signed_bytes = hl_plan_request_bytes(plan, true);
	snprintf(f->rung, sizeof(f->rung), "%s", steering_rung_text(steering.rung));
	f->steered = steering.steered;
	f->slots = hl_plan_slots(plan);
	snprintf(f->why_ring, sizeof(f->why_ring), "%s%s%s",
		 steering.why_not_rss ? steering.why_not_rss : "",
		 steering.why_not_rss && steering.why_not_rules ? "; " : "",
		 steering.why_not_rules ? steering.why_not_rules : "");
	steering_undo(&steering);
	hl_plan_free(plan);
}

static void not_opened(struct facts *facts, const char *why)
{
	char *const texts[] = { facts->port.why_not, facts->plan.why_not, facts->network.why_not };

	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!texts[i][0])
			snprintf(texts[i], WHY_ROOM, "%s", why);
}

// What can be seen through the port. It is open.
static int port_look(const struct examination *e, struct session *session, struct facts *facts)
{
	struct hl_error err = { 0 };
	int rc = 0;

	if (port_has_link(&session->ports[0]))
		rc = port_wait_link(&session->ports[0], &session->control, e->patience_ms, &err);
	port_note(session, &facts->port);
	if (rc == -EINTR)
		return rc;
	if (!e->config) {
		not_opened(facts, facts->config.why_not);
		return 0;
	}
	rc = network_servers_find(e, session, facts);
	if (rc < 0)
		return rc;
	if (!facts->dns.dhcp_failed)
		plan_note(e, session, &facts->plan);
	else
		snprintf(facts->plan.why_not, WHY_ROOM, "DHCP did not name the servers");
	if (port_has_link(&session->ports[0]) && !facts->port.link_up) {
		snprintf(facts->network.why_not, WHY_ROOM, "the link is down");
		return 0;
	}
	if (hl_config_family(e->config, 0) == HL_FAMILY_IPV6) {
		snprintf(facts->network.why_not, WHY_ROOM,
			 "servers are asked over IPv4 only, and the lines have IPv6 addresses");
		return 0;
	}
	return network_survey(e, session, facts);
}

static int device_look(const struct examination *e, struct facts *facts)
{
	static struct session session;
	const struct session_request request = {
		.devices = e->device,
		.n_devices = 1,
		.eal = e->eal,
		.family = e->config ? hl_config_family(e->config, 0) : HL_FAMILY_IPV4,
		.workers = e->workers,
		.peer_timeout_ms = e->patience_ms,
	};
	struct hl_error err = { 0 };

	int rc = session_open(&session, &request, &err);
	if (rc == 0)
		rc = port_look(e, &session, facts);
	else if (rc != -EINTR) {
		snprintf(facts->device.error, sizeof(facts->device.error), "%s", err.text);
		not_opened(facts, "the device could not be opened");
		if (e->config)
			network_names_find(e, facts);
		rc = 0;
	}
	session_close(&session);
	return rc;
}

static void host_look(const struct collect *c, const struct examination *e, struct facts *facts)
{
	struct facts_device *device = &facts->device;

	collect_device(c, e->device_text, facts);
	if (e->device_error)
		snprintf(device->error, sizeof(device->error), "%s", e->device_error);
	collect_memory(c, facts);
	collect_iommu(c, facts);
	collect_rights(c, facts);
	collect_cpus(c, facts);
	collect_governor(c, facts);
	collect_clock(c, facts);
	collect_interface(c, facts);
	if (!facts->interface.why_not[0])
		kernel_addresses_note(e, device->interface, &facts->interface);
}

int examine(const struct examination *e, struct facts *facts)
{
	const struct collect c = {
		.root = e->root,
		.device = e->device,
		.eal = e->eal,
		.n_workers = e->workers ? (unsigned)e->workers : WORKERS_GUESSED,
	};
	int rc = 0;

	config_note(e, &facts->config);
	host_look(&c, e, facts);
	uint64_t start_ns = monotonic_ns();
	struct irq_sample *irqs = irq_sample_begin(&c, facts);
	if (e->device && !e->device_error) {
		rc = device_look(e, facts);
	} else {
		not_opened(facts,
			   e->device_error ? "the device cannot be used" : facts->device.why_not);
		if (e->config)
			network_names_find(e, facts);
	}
	if (!e->config)
		snprintf(facts->dns.why_not, WHY_ROOM, "%s", facts->config.why_not);
	uint64_t passed_ms = (monotonic_ns() - start_ns) / 1000000;
	if (irqs && passed_ms < IRQ_SAMPLE_MIN_MS) {
		usleep((useconds_t)(IRQ_SAMPLE_MIN_MS - passed_ms) * 1000);
		passed_ms = IRQ_SAMPLE_MIN_MS;
	}
	irq_sample_end(&c, irqs, passed_ms, facts);
	return rc;
}
