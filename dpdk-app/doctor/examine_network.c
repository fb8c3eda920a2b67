// SPDX-License-Identifier: BSD-3-Clause
// The servers of a configuration and the way to them, and the survey that asks them.

#include "doctor/examine_network.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_random.h>

#include "base/timebase.h"
#include "doctor/survey.h"
#include "naming/dhcp.h"
#include "naming/resolve_name.h"

#define ROOM 32 // frames that one round may write
#define ROUND_EVERY_NS 200000
#define SOURCE_PORT 5060

// Where the servers of the configuration are, each place once.
struct places {
	unsigned n, left_out;
	struct place {
		uint32_t ip;
		uint16_t port;
		const struct hl_profile *profile;
		char server;
	} list[SERVERS_MAX];
};

static struct places places; // of the one examination of this process

static void place_add(const struct hl_endpoint *at, const struct hl_profile *profile, char server)
{
	const struct place place = { hl_addr_ipv4(&at->addr), at->port, profile, server };

	for (unsigned i = 0; i < places.n; i++)
		if (places.list[i].ip == place.ip && places.list[i].port == place.port)
			return;
	if (places.n == SERVERS_MAX)
		places.left_out++;
	else
		places.list[places.n++] = place;
}

static void targets_note(const struct answer *answer, const struct hl_profile *profile,
			 struct dns_name *name)
{
	size_t len = 0;

	for (uint32_t i = 0; i < answer->n; i++) {
		char text[HL_ENDPOINT_TEXT];
		const struct hl_endpoint *at = &answer->targets[i].at;
		hl_endpoint_format(at, text);
		if (len < sizeof(name->targets))
			len += (size_t)snprintf(name->targets + len, sizeof(name->targets) - len,
						"%s%s", i ? ", " : "", text);
		place_add(at, profile, name->server);
	}
}

// DNS is asked again, as by a run, until the time is over.
static void name_find(const struct examination *e, const struct hl_profile *profile, char server,
		      struct facts_dns *dns)
{
	static struct answer answer;
	bool is_primary = server == 'P';
	const char *host = is_primary ? profile->primary_name : profile->backup_name;
	uint16_t port = is_primary ? profile->primary.port : profile->backup.port;
	uint64_t end_ns = monotonic_ns() + e->dns_timeout_ms * 1000000;
	struct question failed = { .type = "A" };
	struct query query;
	struct hl_error err;
	int rc;

	if (!host || dns->n == FACT_NAMES_MAX)
		return;
	struct dns_name *name = &dns->names[dns->n++];
	*name = (struct dns_name){ .server = server };
	snprintf(name->host, sizeof(name->host), "%.127s", host);
	snprintf(name->profile, sizeof(name->profile), "%.63s", profile->name);
	if (query_open(&query, e->config->dns_servers, -1, &err) < 0) {
		snprintf(name->error, sizeof(name->error), "%.300s", err.text);
		return;
	}
	query.family = hl_config_family(e->config, 0);
	query_servers(&query, dns->servers, sizeof(dns->servers));
	do
		rc = name_resolve(&query, host, port, profile->dns_type, &answer, &failed);
	while (rc != ARES_SUCCESS && !query_says_none(rc) && monotonic_ns() < end_ns);
	if (rc == ARES_SUCCESS)
		targets_note(&answer, profile, name);
	else
		snprintf(name->error, sizeof(name->error), "%s %.200s: %s", failed.type,
			 failed.name[0] ? failed.name : host, ares_strerror(rc));
	query_close(&query);
}

void network_names_find(const struct examination *e, struct facts *facts)
{
	const struct hl_config *c = e->config;

	places = (struct places){ 0 };
	ares_library_init(ARES_LIB_INIT_ALL);
	for (uint32_t i = 0; i < c->n_profiles; i++) {
		const struct hl_profile *p = &c->profiles[i];
		if (p->primary.addr.family != HL_FAMILY_NONE)
			place_add(&p->primary, p, 'P');
		if (p->backup.addr.family != HL_FAMILY_NONE)
			place_add(&p->backup, p, 'B');
		name_find(e, p, 'P', &facts->dns);
		name_find(e, p, 'B', &facts->dns);
	}
	if (facts->dns.n == 0)
		snprintf(facts->dns.why_not, WHY_ROOM, "all servers are given by address");
}

int network_servers_find(const struct examination *e, struct session *session, struct facts *facts)
{
	struct hl_error err = { 0 };

	for (uint32_t i = 0; i < e->config->n_profiles; i++)
		facts->dns.dhcp_wanted |= e->config->profiles[i].dhcp_option_120;
	int rc = dhcp_set_servers(e->config, &session->ports[0], &session->control, true, &err);
	if (rc == -EINTR)
		return rc;
	if (rc < 0) {
		facts->dns.dhcp_failed = true;
		snprintf(facts->dns.dhcp_error, sizeof(facts->dns.dhcp_error), "%.300s", err.text);
	}
	network_names_find(e, facts);
	return 0;
}

// --- the survey

static int addresses_take(const struct hl_config *config, struct survey *p, struct facts *facts)
{
	const struct hl_port *port = &config->ports[0];
	uint32_t total = facts->config.n_addresses;

	p->own = calloc(PROBED_MAX, sizeof(*p->own));
	for (uint32_t i = 0; p->own && i < port->n_ranges; i++) {
		uint32_t first = hl_addr_ipv4(&port->ranges[i].first),
			 last = hl_addr_ipv4(&port->ranges[i].last);
		for (uint32_t k = 0; k <= last - first && p->n_own < PROBED_MAX; k++)
			p->own[p->n_own++].ip = first + k;
	}
	facts->network.n_addresses = total;
	return p->own ? 0 : -ENOMEM;
}

static unsigned hop_of(struct survey *p, struct facts_network *n, uint32_t ip, bool is_gateway)
{
	unsigned i = 0;

	while (i < p->n_hops && p->hops[i].ip != ip)
		i++;
	if (i == p->n_hops && i < HOPS_MAX)
		p->hops[p->n_hops++].ip = ip;
	if (i < HOPS_MAX)
		n->hops[i].is_gateway |= is_gateway;
	return i;
}

static void servers_take(const struct hl_config *config, struct survey *p, struct facts_network *n)
{
	const struct hl_prefix subnet = hl_port_subnet(&config->ports[0]);

	n->servers_left_out = places.left_out;
	for (unsigned i = 0; i < places.n; i++) {
		const struct place *place = &places.list[i];
		const struct hl_addr addr = hl_addr_from_ipv4(place->ip);
		bool on_link = hl_prefix_contains(&subnet, &addr);
		uint32_t via = on_link ? place->ip : hl_addr_ipv4(&config->ports[0].gateway);
		struct fact_server *f = &n->servers[p->n_servers];
		char text[HL_ADDR_TEXT];
		unsigned hop = hop_of(p, n, via, !on_link);

		if (hop >= HOPS_MAX) {
			n->servers_left_out++;
			continue;
		}
		hl_addr_format(&addr, text);
		snprintf(f->at, sizeof(f->at), "%s:%u", text, place->port);
		snprintf(f->who, sizeof(f->who), "%.60s %c", place->profile->name, place->server);
		p->servers[p->n_servers++] = (struct survey_server){ .ip = place->ip,
								     .port = place->port,
								     .hop = hop };
	}
}

static void queue_round(struct survey *p, const struct port *port, uint16_t queue)
{
	struct rte_mbuf *in[HL_BURST_MAX], *out[ROOM];
	struct hl_packet read[HL_BURST_MAX], written[ROOM];
	uint16_t n = rte_eth_rx_burst(port->id, queue, in, HL_BURST_MAX), sent = 0;
	unsigned room = 0, n_out;

	for (uint16_t i = 0; i < n; i++)
		read[i] = (struct hl_packet){ .data = rte_pktmbuf_mtod(in[i], uint8_t *),
					      .len = rte_pktmbuf_data_len(in[i]) };
	if (rte_pktmbuf_alloc_bulk(port->pool, out, ROOM) == 0)
		room = ROOM;
	for (unsigned i = 0; i < room; i++)
		written[i].data = rte_pktmbuf_mtod(out[i], uint8_t *);
	n_out = survey_poll(p, read, n, written, room, timebase_ns());
	rte_pktmbuf_free_bulk(in, n);
	for (unsigned i = 0; i < n_out; i++)
		out[i]->pkt_len = out[i]->data_len = written[i].len;
	if (n_out > 0)
		sent = rte_eth_tx_burst(port->id, queue, out, (uint16_t)n_out);
	if (room > 0)
		rte_pktmbuf_free_bulk(out + sent, room - sent);
}

struct surveying {
	struct survey *survey;
	const struct port *port;
};

// One round of all queues, each of which may get what comes.
static bool surveyed(void *context)
{
	const struct surveying *surveying = context;

	for (uint16_t q = 0; q < surveying->port->n_queues; q++)
		queue_round(surveying->survey, surveying->port, q);
	return surveying->survey->stage == SURVEY_DONE;
}

// How the profile would take what came.
static void servers_weigh(struct facts_network *n)
{
	for (unsigned i = 0; i < n->n_servers; i++) {
		struct fact_server *s = &n->servers[i];
		for (unsigned k = 0; k < places.n; k++) {
			const struct place *place = &places.list[k];
			char who[sizeof(s->who)];
			snprintf(who, sizeof(who), "%.60s %c", place->profile->name, place->server);
			if (strcmp(who, s->who) != 0)
				continue;
			const struct hl_codes down = hl_profile_down_codes(place->profile);
			s->counts_as_down = place->profile->primary_detect_interval_ms > 0 &&
					    place->profile->probe == HL_PROBE_OPTIONS &&
					    hl_codes_hold(&down, s->status);
			s->refuses_elsewhere = place->profile->reply_source == HL_REPLY_STRICT;
		}
	}
}

int network_survey(const struct examination *e, struct session *session, struct facts *facts)
{
	static struct survey survey;
	struct surveying surveying = { &survey, &session->ports[0] };
	const struct control_until done = {
		.reached = surveyed,
		.context = &surveying,
		.look_every_ns = ROUND_EVERY_NS,
		.timeout_ns = CONTROL_NO_TIMEOUT, // it ends by itself
		.stop_requests = 1,
	};
	int rc = 0;

	survey = (struct survey){
		.source_port = SOURCE_PORT,
		.key = (uint32_t)rte_rand(),
		.patience_ns = e->patience_ms * 1000000,
	};
	memcpy(survey.mac, session->ports[0].mac, sizeof(survey.mac));
	if (addresses_take(e->config, &survey, facts) < 0) {
		snprintf(facts->network.why_not, WHY_ROOM, "no memory for the lines' addresses");
		return 0;
	}
	servers_take(e->config, &survey, &facts->network);
	survey_start(&survey, timebase_ns());
	if (control_wait(&session->control, &done) == CONTROL_STOPPED)
		rc = -EINTR;
	survey_report(&survey, &facts->network);
	servers_weigh(&facts->network);
	free(survey.own);
	return rc;
}
