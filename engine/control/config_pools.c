// SPDX-License-Identifier: BSD-3-Clause
// Reads pools out of a document.
#include "control/reader.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/packet.h>
#include "control/entries.h"
#include "control/pools.h"

#define POOL(m) .offset = offsetof(struct hl_pool, m), .bytes = sizeof(((struct hl_pool *)0)->m)
#define VLAN_MAX 4094

static const char *const outer_tags[] = { "802.1ad", "802.1q", NULL };

// Those without bytes are read below.
// clang-format off
const struct key pool_keys[] = {
	{ "name", KEY_WORD, POOL(name), .meaning = "what profiles and lines call it" },
	{ "port", KEY_WORD, .meaning = "place in ports, from 0 on, or its device; needed where there are several" },
	{ "vlan", KEY_WORD, .meaning = "VLAN, or as many as in 100-199: each is a network with all of the addresses" },
	{ "outer_vlan", KEY_COUNT, POOL(outer_vlan), .min = 1, .max = VLAN_MAX,
	  .meaning = "the outer of two VLANs (QinQ)" },
	{ "outer_tag", KEY_CHOICE, POOL(outer_tag), .fallback = "802.1ad", .choices = outer_tags,
	  .meaning = "how the outer tag is marked: 0x88a8, or 0x8100" },
	{ "priority", KEY_COUNT, POOL(priority), .max = 7, .fallback = "0",
	  .meaning = "priority in the tags (PCP)" },
	{ "gateway", KEY_ADDRESS, POOL(at.gateway), .meaning = "next hop to servers outside of the subnet" },
	{ "mac", KEY_WORD, .fallback = "port",
	  .meaning = "port: that of the device; per_line: one for each address; 02:00:00:00:01:00: likewise, from that on" },
	{ "dscp", KEY_COUNT, POOL(dscp), .max = 63, .fallback = "0",
	  .meaning = "DSCP of what lines send" },
	{ "leases", KEY_COUNT, POOL(at.n_leases), .min = 1, .max = HL_LEASES_MAX,
	  .meaning = "with addresses: dhcp, how many to ask for; without it one for each line" },
	{ "dhcp_rate", KEY_COUNT, POOL(dhcp_rate), .min = 1, .max = 100000, .fallback = "500",
	  .meaning = "with addresses: dhcp, DHCPDISCOVER a second at most, repetitions not counted" },
	{ "dhcp_wait", KEY_TIME, POOL(dhcp_wait_ms), .unit_ms = 1000, .kept_ms = 1, .min_ms = 1000, .max = 86400, .fallback = "60",
	  .meaning = "with addresses: dhcp, the run ends when after this time a line has none" },
	{ "mtu", KEY_COUNT, POOL(mtu), .min = 576, .max = HL_MTU, .fallback = "1500",
	  .meaning = "bytes of the longest IP datagram; a profile whose requests are longer is refused" },
	{ .name = NULL },
};
// clang-format on
static_assert(sizeof(pool_keys) / sizeof(pool_keys[0]) <= POOL_KEYS_MAX,
	      "room for every key of a pool");

// Next to the keys: addresses, routes.
static const char *text_of(const struct pool_text *text, const char *name)
{
	return text->values[key_find(pool_keys, name) - pool_keys];
}

static int vlan_number(const char *at, char **end)
{
	unsigned long n = isdigit((unsigned char)*at) ? strtoul(at, end, 10) : 0;

	return n >= 1 && n <= VLAN_MAX ? (int)n : -1;
}

static int vlan_read(struct reader *r, const struct pool_text *texts, struct hl_pool *pool)
{
	const char *text = text_of(texts, "vlan");
	char *end = NULL;
	int first, last;

	r->fault.key = "vlan";
	if (text == NULL) {
		if (pool->outer_vlan == 0)
			return 0;
		fault_say(&r->fault, "outer_vlan is given, and no vlan inside of it");
		fault_hint(&r->fault, "needed: vlan: 1..%d, or a range", VLAN_MAX);
		return reader_fail(r);
	}
	first = last = vlan_number(text, &end);
	if (first > 0 && *end == '-')
		last = vlan_number(end + 1, &end);
	if (first < 0 || last < first || *end != '\0') {
		fault_say(&r->fault, "\"%.40s\" is no VLAN, and no range of them", text);
		fault_hint(&r->fault, "allowed: 1..%d, or FIRST-LAST, as in 100-199", VLAN_MAX);
		return reader_fail(r);
	}
	pool->vlan = (uint16_t)first;
	pool->vlan_last = (uint16_t)last;
	return 0;
}

static int port_fail(struct reader *r)
{
	size_t n = 0;

	for (uint32_t i = 0; i < r->config->n_ports && n < sizeof(r->fault.hint); i++)
		n += (size_t)snprintf(r->fault.hint + n, sizeof(r->fault.hint) - n, "%s%u (%.60s)",
				      i == 0 ? "allowed: " : ", ", i, r->config->ports[i].device);
	return reader_fail(r);
}

static int port_find(struct reader *r, const struct pool_text *texts, struct hl_pool *pool)
{
	const char *text = text_of(texts, "port");
	char *end = NULL;

	r->fault.key = "port";
	if (text == NULL && r->config->n_ports == 1)
		return 0;
	if (text == NULL) {
		fault_say(&r->fault, "which of the %u ports is not said", r->config->n_ports);
		return port_fail(r);
	}
	for (uint32_t i = 0; i < r->config->n_ports; i++)
		if (strcmp(r->config->ports[i].device, text) == 0) {
			pool->port = i;
			return 0;
		}
	unsigned long index = isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : UINT32_MAX;
	if (index < r->config->n_ports && *end == '\0') {
		pool->port = (uint32_t)index;
		return 0;
	}
	fault_say(&r->fault, "there is no port \"%.60s\"", text);
	return port_fail(r);
}

static int mac_read(struct reader *r, const struct pool_text *texts, struct hl_pool *pool)
{
	const char *text = text_of(texts, "mac");
	unsigned b[6];
	int len = 0;

	r->fault.key = "mac";
	pool->has_macs = text != NULL && strcmp(text, "port") != 0;
	if (!pool->has_macs || strcmp(text, "per_line") == 0)
		return 0;
	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5],
		   &len) != 6 ||
	    text[len] != '\0' || b[0] & 1 || (b[0] | b[1] | b[2] | b[3] | b[4] | b[5]) == 0) {
		fault_say(&r->fault, "\"%.40s\" is no MAC address of one host", text);
		fault_hint(&r->fault, "allowed: port, per_line, or the first address, as in "
				      "02:00:00:00:01:00");
		return reader_fail(r);
	}
	for (int i = 0; i < 6; i++)
		pool->mac[i] = (uint8_t)b[i];
	return 0;
}

static int route_read(struct reader *r, int item, const char *text, struct hl_pool *pool)
{
	const char *via = text != NULL ? strstr(text, " via ") : NULL;
	struct hl_route *route = &pool->routes[pool->n_routes];

	if (via == NULL || hl_prefix_parse(text, (size_t)(via - text), &route->to) != 0 ||
	    hl_addr_parse(via + 5, strlen(via + 5), &route->via) != 0 ||
	    route->to.addr.family != route->via.family) {
		fault_say(&r->fault, "\"%.60s\" is no route", text != NULL ? text : "");
		fault_hint(&r->fault,
			   "allowed: PREFIX via ROUTER, as in 10.1.0.0/16 via 10.99.0.253");
		return yaml_position_fail(&r->positions, item, 0, &r->fault, r->err);
	}
	pool->n_routes++;
	return 0;
}

static int routes_read(struct reader *r, struct hl_pool *pool)
{
	int node = yaml_position_key(&r->positions, reader_entry(r), "routes"), rc = 0;
	bool list = yaml_position_is(&r->positions, node, YAML_SEQUENCE_NODE);
	uint32_t n = list ? yaml_position_count(&r->positions, node) : 1;

	if (node == 0)
		return 0;
	r->fault.key = "routes";
	if (n > HL_ROUTES_MAX) {
		fault_say(&r->fault, "%u routes are too many", n);
		fault_hint(&r->fault, "allowed: up to %d", HL_ROUTES_MAX);
		return reader_fail(r);
	}
	pool->routes = calloc(n + 1, sizeof(*pool->routes));
	if (pool->routes == NULL)
		return reader_memory_fail(r);
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		int item = list ? yaml_position_item(&r->positions, node, i) : node;

		rc = route_read(r, item, yaml_position_scalar(&r->positions, item), pool);
	}
	return rc;
}

static int name_check(struct reader *r, uint32_t index)
{
	const struct hl_pool *pools = r->config->pools;

	r->fault.key = "name";
	if (pools[index].name == NULL || *pools[index].name == '\0') {
		fault_say(&r->fault, "the name of the pool is needed");
		return reader_fail(r);
	}
	for (uint32_t i = 0; i < index; i++)
		if (strcmp(pools[i].name, pools[index].name) == 0) {
			fault_say(&r->fault, "pools %u and %u are both called \"%.60s\"", i + 1,
				  index + 1, pools[i].name);
			fault_hint(&r->fault, "needed: a name of its own for each");
			return reader_fail(r);
		}
	return 0;
}

static int keys_read(struct reader *r, const struct pool_text *text, struct hl_pool *pool)
{
	for (const struct key *key = pool_keys; key->name != NULL; key++) {
		const char *value = text->values[key - pool_keys];

		if (value == NULL)
			value = key->fallback;
		if (value != NULL && key->bytes != 0 && key_set(key, pool, value, &r->fault) != 0)
			return reader_fail(r);
	}
	return 0;
}

static int addresses_read(struct reader *r, struct hl_port *port)
{
	int node = yaml_position_key(&r->positions, reader_entry(r), "addresses");
	const char *word = yaml_position_scalar(&r->positions, node);

	if (word == NULL || strcmp(word, "dhcp") != 0)
		return reader_addresses(r, port);
	r->fault.key = "addresses";
	return addresses_by_dhcp(port, &r->fault) != 0 ? reader_fail(r) : 0;
}

static int leases_read(struct reader *r, const struct pool_text *text, struct hl_pool *pool)
{
	r->fault.key = "leases";
	pool->at.leases_given = text_of(text, "leases") != NULL;
	if (pool->at.by_dhcp || !pool->at.leases_given)
		return 0;
	fault_say(&r->fault, "the pool has addresses of its own, and does not ask for any");
	fault_hint(&r->fault, "needed: addresses: dhcp, or no leases");
	return reader_fail(r);
}

static int pool_read(struct reader *r, const struct pool_text *text, uint32_t index)
{
	struct hl_pool *pool = &r->config->pools[index];
	int rc = keys_read(r, text, pool);

	if (rc == 0)
		rc = name_check(r, index);
	if (rc == 0)
		rc = addresses_read(r, &pool->at);
	if (rc == 0)
		rc = leases_read(r, text, pool);
	if (rc == 0)
		rc = port_find(r, text, pool);
	if (rc == 0)
		rc = vlan_read(r, text, pool);
	if (rc == 0)
		rc = mac_read(r, text, pool);
	return rc == 0 ? routes_read(r, pool) : rc;
}

// Where there are pools, all addresses are theirs.
static int ports_bare(struct reader *r)
{
	for (uint32_t i = 0; i < r->config->n_ports; i++) {
		if (r->config->ports[i].n_ranges == 0)
			continue;
		fault_at(&r->fault, FAULT_PORT, i, "addresses");
		fault_say(&r->fault, "the port has addresses of its own, and there are pools");
		fault_hint(&r->fault, "make a pool of them: {name: NAME, port: %u, addresses: ...}",
			   i);
		return reader_fail(r);
	}
	return 0;
}

int config_pools_read(struct reader *r, const struct pool_text *texts, uint32_t n)
{
	if (n == 0)
		return 0;
	if (ports_bare(r) != 0)
		return -EINVAL;
	r->config->pools = calloc(n, sizeof(*r->config->pools));
	if (r->config->pools == NULL)
		return reader_memory_fail(r);
	for (uint32_t i = 0; i < n; i++) {
		fault_at(&r->fault, FAULT_POOL, i, NULL);
		r->config->n_pools++;

		int rc = pool_read(r, &texts[i], i);

		if (rc != 0)
			return rc;
	}
	return 0;
}

// One for each line, where only lines that name the pool may come to it.
void config_pools_leases(struct hl_config *config)
{
	uint64_t any = 0;

	for (uint32_t g = 0; g < config->n_lines; g++)
		any += lines_of_pool(&config->lines[g], HL_POOL_ANY);
	for (uint32_t i = 0; i < config->n_pools; i++) {
		struct hl_port *at = &config->pools[i].at;
		uint64_t lines = 0;

		if (!at->by_dhcp || at->leases_given || (any > 0 && config->n_pools > 1))
			continue;
		for (uint32_t g = 0; g < config->n_lines; g++)
			lines += lines_of_pool(&config->lines[g], HL_POOL_ANY) +
				 lines_of_pool(&config->lines[g], i + 1);
		at->n_leases = lines < UINT32_MAX ? (uint32_t)lines : UINT32_MAX;
	}
}

int config_pool_find(struct reader *r, const char *own, uint32_t profile, uint32_t *pool)
{
	const char *of_profile = r->config->profiles[profile].pool, *name = own;

	if (name == NULL)
		name = of_profile;
	if (name == NULL || *name == '\0')
		return 0;
	for (uint32_t i = 0; i < r->config->n_pools; i++)
		if (strcmp(r->config->pools[i].name, name) == 0) {
			*pool = i + 1;
			return 0;
		}
	if (own == NULL)
		fault_at(&r->fault, FAULT_PROFILE, profile, NULL);
	pool_name_fail(r->config, name, strlen(name), &r->fault);
	return reader_fail(r);
}

void pools_free_texts(struct hl_config *config)
{
	for (uint32_t i = 0; i < config->n_pools; i++) {
		free(config->pools[i].name);
		free(config->pools[i].at.ranges);
		free(config->pools[i].routes);
	}
	free(config->pools);
}
