// SPDX-License-Identifier: BSD-3-Clause
// Asks DHCP for the outbound servers over the port itself, and puts them into the configuration.

#include "naming/dhcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <rte_random.h>

#include <heartline/dhcp.h>

#include "base/timebase.h"
#include "naming/port_round.h"

static bool wanted(const struct hl_config *config)
{
	for (uint32_t i = 0; i < config->n_profiles; i++)
		if (config->profiles[i].dhcp_option_120)
			return true;
	return false;
}

struct asking {
	struct hl_dhcp *dhcp;
	const struct port *port;
};

static void poll(void *context, const struct hl_packet *pkts, uint16_t n, struct hl_burst *tx)
{
	hl_dhcp_poll(context, pkts, n, tx, timebase_ns());
}

// One round of all queues. True when there is an answer, or no longer any hope of one.
static bool asked(void *context)
{
	const struct asking *a = context;
	const struct port_caller caller = { poll, a->dhcp };

	port_round(a->port, &caller);
	return a->dhcp->state != HL_DHCP_ASKING;
}

static int ask(struct hl_dhcp *dhcp, const struct hl_config *config, const struct port *port,
	       struct control *control, struct hl_error *err)
{
	struct asking asking = { dhcp, port };
	const struct control_until answered = {
		.reached = asked,
		.context = &asking,
		.look_every_ns = PORT_ROUND_NS,
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
const struct hl_dhcp_server *dhcp_backup_of(const struct hl_profile *profile,
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

int dhcp_profile_set(struct hl_profile *p, const struct hl_dhcp_servers *servers, const char *from,
		     bool quiet, struct hl_error *err)
{
	const struct hl_dhcp_server *first = &servers->list[0],
				    *backup = dhcp_backup_of(p, servers);
	char primary[HL_ADDR_TEXT], other[HL_ADDR_TEXT];

	if (server_set(&p->primary, &p->primary_name, first, err) < 0 ||
	    server_set(&p->backup, &p->backup_name, backup, err) < 0)
		return -err->code;
	p->dhcp_option_120 = false;
	if (!quiet)
		fprintf(stderr, "heartline: profile %s: DHCP (%s) names primary %s%s%s\n", p->name,
			from, server_text(first, primary), backup ? ", backup " : ", no backup",
			backup ? server_text(backup, other) : "");
	return 0;
}

static int servers_use(struct hl_config *config, const struct hl_dhcp *dhcp, bool quiet,
		       struct hl_error *err)
{
	char from[HL_ADDR_TEXT];
	struct hl_error inner;

	hl_addr_format(&dhcp->from, from);
	for (uint32_t i = 0; i < config->n_profiles; i++)
		if (config->profiles[i].dhcp_option_120 &&
		    dhcp_profile_set(&config->profiles[i], &dhcp->servers, from, quiet, err) < 0)
			return -err->code;
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

int dhcp_profile_keep(struct hl_profile *p, const char *why, struct hl_error *err)
{
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
	return 0;
}

static int servers_keep(struct hl_config *config, const struct hl_dhcp *dhcp, struct hl_error *err)
{
	char text[HL_ADDR_TEXT + 64];
	const char *why = why_none(dhcp, text, sizeof(text));
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < config->n_profiles; i++)
		if (config->profiles[i].dhcp_option_120)
			rc = dhcp_profile_keep(&config->profiles[i], why, err);
	return rc;
}

int dhcp_set_servers(struct hl_config *config, const struct port *port, struct control *control,
		     bool quiet, struct hl_error *err)
{
	static struct hl_dhcp dhcp;

	// Where there are pools, the servers have come with their addresses (leases.c).
	if (config->n_pools > 0 || !wanted(config))
		return 0;
	int rc = ask(&dhcp, config, port, control, err);
	if (rc < 0)
		return rc;
	return dhcp.state == HL_DHCP_FOUND ? servers_use(config, &dhcp, quiet, err)
					   : servers_keep(config, &dhcp, err);
}
