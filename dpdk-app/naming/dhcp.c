// SPDX-License-Identifier: BSD-3-Clause
// Asks DHCP for the outbound servers over the port itself, and puts them into the configuration.

#include "naming/dhcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_random.h>

#include <heartline/dhcp.h>

#include "base/timebase.h"

#define ROOM 8 // frames that one round may write; what does not fit is sent again later
#define ROUND_EVERY_NS 500000

static bool wanted(const struct hl_config *config)
{
	for (uint32_t i = 0; i < config->n_profiles; i++)
		if (config->profiles[i].dhcp_option_120)
			return true;
	return false;
}

// One round of one queue. No offload: the engine verifies and completes all checksums itself.
static void queue_round(struct hl_dhcp *dhcp, const struct port *port, uint16_t queue)
{
	struct rte_mbuf *in[HL_BURST_MAX], *out[ROOM];
	struct hl_packet pkts[HL_BURST_MAX], written[ROOM];
	struct hl_burst tx = { .pkts = written };
	uint16_t n = rte_eth_rx_burst(port->id, queue, in, HL_BURST_MAX), sent = 0;

	for (uint16_t i = 0; i < n; i++)
		pkts[i] = (struct hl_packet){ .data = rte_pktmbuf_mtod(in[i], uint8_t *),
					      .len = rte_pktmbuf_data_len(in[i]) };
	if (rte_pktmbuf_alloc_bulk(port->pool, out, ROOM) == 0)
		tx.cap = ROOM;
	for (uint16_t i = 0; i < tx.cap; i++)
		written[i].data = rte_pktmbuf_mtod(out[i], uint8_t *);
	hl_dhcp_poll(dhcp, pkts, n, &tx, timebase_ns());
	rte_pktmbuf_free_bulk(in, n);
	for (uint16_t i = 0; i < tx.n; i++)
		out[i]->pkt_len = out[i]->data_len = written[i].len;
	if (tx.n > 0)
		sent = rte_eth_tx_burst(port->id, queue, out, tx.n);
	if (tx.cap > 0)
		rte_pktmbuf_free_bulk(out + sent, ROOM - sent);
}

struct asking {
	struct hl_dhcp *dhcp;
	const struct port *port;
};

// One round of all queues. True when there is an answer, or no longer any hope of one.
static bool asked(void *context)
{
	const struct asking *a = context;

	for (uint16_t q = 0; q < a->port->n_queues && a->dhcp->state == HL_DHCP_ASKING; q++)
		queue_round(a->dhcp, a->port, q);
	return a->dhcp->state != HL_DHCP_ASKING;
}

static int ask(struct hl_dhcp *dhcp, const struct hl_config *config, const struct port *port,
	       struct control *control, struct hl_error *err)
{
	struct asking asking = { dhcp, port };
	const struct control_until answered = {
		.reached = asked,
		.context = &asking,
		.look_every_ns = ROUND_EVERY_NS,
		.timeout_ns = CONTROL_NO_TIMEOUT, // it gives up by itself
		.stop_requests = 1,
	};

	hl_dhcp_start(dhcp, &config->ports[0].ranges[0].first, port->mac, (uint32_t)rte_rand(),
		      timebase_ns());
	if (control_wait(control, &answered) == CONTROL_STOPPED)
		return hl_fail(err, EINTR, "stopped while waiting for a DHCP server");
	return 0;
}

static bool same_server(const struct hl_dhcp_server *a, const struct hl_dhcp_server *b)
{
	return strcasecmp(a->name, b->name) == 0 &&
	       (a->name[0] != '\0' || hl_addr_equal(&a->addr, &b->addr));
}

// The next server of the list that is not the same place as the first one. A name that is looked up
// by SRV says everything, port included.
static const struct hl_dhcp_server *backup_of(const struct hl_profile *profile,
					      const struct hl_dhcp_servers *servers)
{
	const struct hl_dhcp_server *first = &servers->list[0];
	bool by_port = profile->primary.port != profile->backup.port &&
		       (!first->name[0] || profile->dns_type == HL_DNS_A);

	for (unsigned i = 1; i < servers->n; i++)
		if (by_port || !same_server(first, &servers->list[i]))
			return &servers->list[i];
	return NULL;
}

static int server_set(struct hl_endpoint *at, char **name, const struct hl_dhcp_server *server,
		      struct hl_error *err)
{
	free(*name);
	*name = NULL;
	at->addr = (struct hl_addr){ 0 };
	if (!server)
		return 0;
	at->addr = server->addr;
	if (!server->name[0])
		return 0;
	*name = strdup(server->name);
	return *name ? 0 : hl_fail(err, ENOMEM, "dhcp_option_120: no memory");
}

static const char *server_text(const struct hl_dhcp_server *server, char out[HL_ADDR_TEXT])
{
	if (server->name[0])
		return server->name;
	hl_addr_format(&server->addr, out);
	return out;
}

static int servers_use(struct hl_config *config, const struct hl_dhcp *dhcp, bool quiet,
		       struct hl_error *err)
{
	char from[HL_ADDR_TEXT], primary[HL_ADDR_TEXT], other[HL_ADDR_TEXT];
	struct hl_error inner;

	hl_addr_format(&dhcp->from, from);
	for (uint32_t i = 0; i < config->n_profiles; i++) {
		struct hl_profile *p = &config->profiles[i];
		const struct hl_dhcp_server *first = &dhcp->servers.list[0];
		const struct hl_dhcp_server *backup = backup_of(p, &dhcp->servers);

		if (!p->dhcp_option_120)
			continue;
		if (server_set(&p->primary, &p->primary_name, first, err) < 0 ||
		    server_set(&p->backup, &p->backup_name, backup, err) < 0)
			return -err->code;
		p->dhcp_option_120 = false;
		if (!quiet)
			fprintf(stderr, "heartline: profile %s: DHCP (%s) names primary %s%s%s\n",
				p->name, from, server_text(first, primary),
				backup ? ", backup " : ", no backup",
				backup ? server_text(backup, other) : "");
	}
	if (hl_config_check(config, &inner) == 0)
		return 0;
	return hl_fail(err, inner.code, "DHCP option 120 from %s: %.900s", from, inner.text);
}

static const char *why_none(const struct hl_dhcp *dhcp, char *out, size_t size)
{
	char from[HL_ADDR_TEXT];

	if (dhcp->state == HL_DHCP_SILENT)
		return "no DHCP server answered in 10 s";
	hl_addr_format(&dhcp->from, from);
	snprintf(out, size, "the DHCP server %s %s", from,
		 dhcp->unusable ? "sent a malformed answer" : "names no SIP server");
	return out;
}

static int servers_keep(struct hl_config *config, const struct hl_dhcp *dhcp, struct hl_error *err)
{
	char text[HL_ADDR_TEXT + 64];
	const char *why = why_none(dhcp, text, sizeof(text));

	for (uint32_t i = 0; i < config->n_profiles; i++) {
		struct hl_profile *p = &config->profiles[i];

		if (!p->dhcp_option_120)
			continue;
		if (p->primary.addr.family == HL_FAMILY_NONE && !p->primary_name)
			return hl_fail(err, ENOENT,
				       "profile %.60s: dhcp_option_120: %s, and there is no "
				       "outbound_server to fall back to",
				       p->name, why);
		fprintf(stderr,
			"heartline: warning: profile %s: dhcp_option_120: %s; the servers of the "
			"configuration are used\n",
			p->name, why);
		p->dhcp_option_120 = false;
	}
	return 0;
}

int dhcp_set_servers(struct hl_config *config, const struct port *port, struct control *control,
		     bool quiet, struct hl_error *err)
{
	static struct hl_dhcp dhcp;

	if (!wanted(config))
		return 0;
	int rc = ask(&dhcp, config, port, control, err);
	if (rc < 0)
		return rc;
	return dhcp.state == HL_DHCP_FOUND ? servers_use(config, &dhcp, quiet, err)
					   : servers_keep(config, &dhcp, err);
}
