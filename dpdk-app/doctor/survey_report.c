// SPDX-License-Identifier: BSD-3-Clause
// What came of the survey, as facts.

#include "doctor/survey_parts.h"

#include <stdio.h>
#include <string.h>

void survey_addr_text(uint32_t ip, char out[HL_ADDR_TEXT])
{
	const struct hl_addr addr = hl_addr_from_ipv4(ip);

	hl_addr_format(&addr, out);
}

static void conflicts_report(const struct survey *p, struct facts_network *n)
{
	for (uint32_t i = 0; i < p->n_own; i++) {
		if (!p->own[i].in_use)
			continue;
		if (n->n_conflicts < CONFLICTS_MAX) {
			survey_addr_text(p->own[i].ip, n->conflicts[n->n_conflicts].addr);
			memcpy(n->conflicts[n->n_conflicts].mac, p->own[i].mac, 6);
		}
		n->n_conflicts++;
	}
}

void survey_report(const struct survey *p, struct facts_network *n)
{
	survey_addr_text(p->source, n->source);
	n->n_probed = p->n_own;
	n->probed_ms = SURVEY_ROUNDS * SURVEY_GAP_NS / 1e6;
	n->heard = p->heard;
	n->heard_arp = p->heard_arp;
	n->heard_bad_checksum = p->heard_bad_checksum;
	n->from_own_mac = p->from_own_mac;
	memcpy(n->own_mac_example, p->own_mac_example, sizeof(n->own_mac_example));
	conflicts_report(p, n);
	for (unsigned i = 0; i < p->n_hops; i++) {
		const struct survey_hop *from = &p->hops[i];
		struct fact_hop *hop = &n->hops[n->n_hops++];
		survey_addr_text(from->ip, hop->addr);
		hop->known = from->known;
		hop->doubled = from->doubled;
		hop->asked = from->asked;
		memcpy(hop->mac, from->mac, 6);
		memcpy(hop->other_mac, from->other_mac, 6);
	}
	for (unsigned i = 0; i < p->n_servers; i++) {
		const struct survey_server *from = &p->servers[i];
		struct fact_server *server = &n->servers[i];
		char addr[HL_ADDR_TEXT];
		server->outcome = from->outcome;
		server->status = from->status;
		server->sent = from->sent;
		server->rtt_ms = (double)from->rtt_ns / 1e6;
		memcpy(server->phrase, from->phrase, sizeof(server->phrase));
		survey_addr_text(from->from_ip, addr);
		snprintf(server->from, sizeof(server->from), "%s:%u", addr, from->from_port);
	}
	n->n_servers = p->n_servers;
}
