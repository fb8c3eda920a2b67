// SPDX-License-Identifier: BSD-3-Clause
// RFC 3263 4.1 and 4.2 for SIP over UDP: from NAPTR to SRV to A or AAAA, each with its fallback. A line has one
// address, and reaches servers of its family alone: of those of both (RFC 7984) only that one is asked for.

#include "naming/resolve_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <arpa/nameser.h>
#include <netinet/in.h>

#include "base/socket_address.h"

#define SRV_HOSTS_MAX 16
#define NAPTR_MAX 4
#define PRIORITY_BITS \
	16 // bits of an SRV record's priority; above them stands the rank of its NAPTR record

struct srv_host {
	char host[DNS_NAME_MAX];
	uint16_t port, priority, weight;
};

struct service {
	char replacement[DNS_NAME_MAX];
	uint32_t order; // order and preference
	char flag;
};

struct lookup {
	struct query *query;
	uint16_t port; // of hosts without SRV
	struct answer *out;
	struct question *failed;
};

static int asked(struct lookup *l, const char *name, const char *type, int status)
{
	if (status != ARES_SUCCESS) {
		snprintf(l->failed->name, sizeof(l->failed->name), "%.*s",
			 (int)sizeof(l->failed->name) - 1, name);
		l->failed->type = type;
	}
	return status;
}

static int addresses_add(struct lookup *l, const char *host, const struct hl_target *like)
{
	const char *type = l->query->family == HL_FAMILY_IPV6 ? "AAAA" : "A";
	int rc = asked(l, host, type, query_addresses(l->query, host));
	uint32_t first = l->out->n, n;

	if (rc != ARES_SUCCESS)
		return rc;
	for (struct ares_addrinfo_node *a = l->query->addresses->nodes;
	     a && l->out->n < HL_TARGETS_MAX; a = a->ai_next) {
		struct hl_target *t = &l->out->targets[l->out->n];
		struct hl_addr addr;

		if (!socket_address_read(a->ai_addr, &addr) || addr.family != l->query->family)
			continue;
		*t = *like;
		t->at.addr = addr;
		l->out->n++;
	}
	n = l->out->n - first;
	// The addresses of one host share its weight.
	for (uint32_t i = first; n && i < l->out->n; i++)
		if (like->weight)
			l->out->targets[i].weight = like->weight / n ? like->weight / n : 1;
	return n ? ARES_SUCCESS : asked(l, host, type, ARES_ENODATA);
}

static int host_add(struct lookup *l, const char *host, uint32_t priority)
{
	const struct hl_target like = { .at.port = l->port, .priority = priority };

	return addresses_add(l, host, &like);
}

static int srv_add(struct lookup *l, const char *name, uint32_t priority)
{
	int rc = asked(l, name, "SRV", query_records(l->query, name, ns_t_srv));
	struct srv_host hosts[SRV_HOSTS_MAX];
	unsigned n = 0, found = 0;

	if (rc != ARES_SUCCESS)
		return rc;
	for (struct ares_srv_reply *r = l->query->records; r && n < SRV_HOSTS_MAX; r = r->next) {
		// "." is a word: the service is decidedly not available (RFC 2782); nobody listens at port 0
		if (!r->host[0] || strcmp(r->host, ".") == 0 || r->port == 0)
			continue;
		hosts[n] = (struct srv_host){ .port = r->port,
					      .priority = r->priority,
					      .weight = r->weight };
		snprintf(hosts[n++].host, DNS_NAME_MAX, "%s", r->host);
	}
	for (unsigned i = 0; i < n; i++) {
		const struct hl_target like = {
			.at.port = hosts[i].port,
			.priority = priority << PRIORITY_BITS | hosts[i].priority,
			.weight = hosts[i].weight,
		};
		rc = addresses_add(l, hosts[i].host, &like);
		found += rc == ARES_SUCCESS;
		if (rc != ARES_SUCCESS && !query_says_none(rc))
			return rc; // a partial answer must not replace a complete one
	}
	if (found)
		return ARES_SUCCESS;
	return n ? rc : asked(l, name, "SRV", ARES_ESERVICE);
}

// When there are no SRV records the name itself is the host (RFC 3263 4.2).
static int srv_or_host_add(struct lookup *l, const char *host)
{
	char name[DNS_NAME_MAX + 16];
	int rc;

	snprintf(name, sizeof(name), "_sip._udp.%s", host);
	rc = srv_add(l, name, 0);
	return query_says_none(rc) && strcmp(l->failed->type, "SRV") == 0 ? host_add(l, host, 0)
									  : rc;
}

static int service_compare(const void *a, const void *b)
{
	const struct service *s = a, *t = b;

	return s->order < t->order ? -1 : s->order > t->order;
}

static unsigned services_take(const struct query *q, struct service out[NAPTR_MAX])
{
	unsigned n = 0;

	for (struct ares_naptr_reply *r = q->records; r && n < NAPTR_MAX; r = r->next) {
		const char *flags = (const char *)r->flags;
		if (strcasecmp((const char *)r->service, "SIP+D2U") != 0 || !flags[0] || flags[1] ||
		    !strchr("sSaA", flags[0]) || !r->replacement[0])
			continue;
		out[n] = (struct service){ .order = (uint32_t)r->order << 16 | r->preference,
					   .flag = flags[0] };
		snprintf(out[n++].replacement, DNS_NAME_MAX, "%s", r->replacement);
	}
	qsort(out, n, sizeof(*out), service_compare);
	return n;
}

static int naptr_add(struct lookup *l, const char *host)
{
	int rc = asked(l, host, "NAPTR", query_records(l->query, host, ns_t_naptr));
	struct service services[NAPTR_MAX];
	unsigned n, found = 0;

	if (rc != ARES_SUCCESS && !query_says_none(rc))
		return rc;
	n = rc == ARES_SUCCESS ? services_take(l->query, services) : 0;
	if (n == 0) // no record for UDP, which the profile uses
		return srv_or_host_add(l, host);
	for (unsigned i = 0; i < n; i++) {
		const char *to = services[i].replacement;
		bool srv = strchr("sS", services[i].flag) != NULL;
		rc = srv ? srv_add(l, to, i) : host_add(l, to, i << PRIORITY_BITS);
		found += rc == ARES_SUCCESS;
		if (rc != ARES_SUCCESS && !query_says_none(rc))
			return rc;
	}
	return found ? ARES_SUCCESS : rc;
}

int name_resolve(struct query *q, const char *host, uint16_t port, enum hl_dns_type type,
		 struct answer *out, struct question *failed)
{
	struct lookup l = { .query = q, .port = port, .out = out, .failed = failed };
	int rc;

	out->n = 0;
	q->ttl_s = UINT32_MAX;
	if (type == HL_DNS_NAPTR)
		rc = naptr_add(&l, host);
	else
		rc = type == HL_DNS_SRV ? srv_or_host_add(&l, host) : host_add(&l, host, 0);
	out->ttl_s = q->ttl_s;
	return rc;
}
