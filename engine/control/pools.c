// SPDX-License-Identifier: BSD-3-Clause
// Pools as the plan sees them, and which share of the lines each network has.
#include "control/pools.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/packet.h>
#include "control/entries.h"

static int no_memory(struct hl_error *err)
{
	return hl_fail(err, ENOMEM, "no memory for pools");
}

static int of_ports(struct pools *pools, const struct hl_config *config, struct hl_error *err)
{
	pools->made = calloc(config->n_ports, sizeof(*pools->made));
	if (pools->made == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < config->n_ports; i++)
		pools->made[i] = (struct hl_pool){
			.at = config->ports[i],
			.port = i,
			.mtu = HL_MTU,
		};
	pools->list = pools->made;
	pools->n = config->n_ports;
	pools->of_ports = true;
	return 0;
}

int pools_make(struct pools *pools, const struct hl_config *config, struct hl_error *err)
{
	*pools = (struct pools){ .list = config->pools, .n = config->n_pools };
	if (config->n_pools == 0 && of_ports(pools, config, err) != 0)
		return -ENOMEM;
	pools->first_address = calloc((size_t)pools->n + 1, sizeof(*pools->first_address));
	if (pools->first_address == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < pools->n; i++)
		pools->first_address[i + 1] = pools->first_address[i] +
					      pool_addresses(&pools->list[i]) *
						      hl_pool_networks(&pools->list[i]);
	return 0;
}

void pools_free(struct pools *pools)
{
	free(pools->made);
	free(pools->first_address);
	*pools = (struct pools){ 0 };
}

uint32_t pools_networks(const struct pools *pools)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pools->n; i++)
		n += hl_pool_networks(&pools->list[i]);
	return n;
}

uint32_t pool_addresses(const struct hl_pool *pool)
{
	uint32_t n = 0;

	if (pool->at.by_dhcp)
		return pool->at.n_leases;
	for (uint32_t i = 0; i < pool->at.n_ranges; i++)
		n += (uint32_t)hl_addr_range_count(&pool->at.ranges[i]);
	return n;
}

void pool_mac(const struct hl_pool *pool, const uint8_t port_mac[6], uint8_t mac[6])
{
	static const uint8_t none[6];

	memcpy(mac, port_mac, 6);
	if (!pool->has_macs)
		return;
	if (memcmp(pool->mac, none, 6) != 0) {
		memcpy(mac, pool->mac, 6);
		return;
	}
	// Of the port's, those that its administrator may give (IEEE 802 8.4), with room for 2^24 addresses.
	mac[0] = 0x02;
	memset(mac + 3, 0, 3);
}

void mac_add(uint8_t mac[6], uint32_t n)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < 6; i++)
		number = number << 8 | mac[i];
	number += n;
	for (unsigned i = 6; i-- > 0; number >>= 8)
		mac[i] = (uint8_t)number;
}

void pool_path(struct path *path, const struct hl_pool *pool, uint16_t vlan, const uint8_t mac[6])
{
	const struct path_tags tags = {
		.outer = (uint16_t)pool->outer_vlan,
		.inner = vlan,
		.outer_type = pool->outer_tag == HL_OUTER_TAG_Q ? 0x8100 : 0,
		.priority = (uint8_t)pool->priority,
	};

	path_init(path, mac, (enum hl_family)pool->at.ranges[0].first.family);
	path->mtu = (uint16_t)pool->mtu;
	path_tag(path, &tags);
	path_set_dscp(path, (uint8_t)pool->dscp);
}

struct pool_reach pools_reach(const struct pools *pools, uint32_t pool)
{
	uint32_t first = pool == HL_POOL_ANY ? 0 : pool - 1;
	uint32_t end = pool == HL_POOL_ANY ? pools->n : pool;

	return (struct pool_reach){
		.first_address = pools->first_address[first],
		.n_addresses = pools->first_address[end] - pools->first_address[first],
	};
}

struct pool_share *pool_share_of(const struct pool_shares *shares, const struct hl_config *config,
				 uint32_t group, uint32_t pool)
{
	uint16_t first, last;

	profile_window(&config->profiles[config->lines[group].profile], &first, &last);
	for (uint32_t at = shares->first[pool]; at != 0; at = shares->list[at - 1].another) {
		struct pool_share *share = &shares->list[at - 1];

		if (share->first == first && share->last == last)
			return share;
	}
	return NULL;
}

static void share_add(struct pool_shares *shares, const struct hl_config *config, uint32_t group,
		      uint32_t pool)
{
	const struct hl_lines *lines = &config->lines[group];
	const uint64_t n = lines_of_pool(lines, pool);
	struct pool_share *share;

	if (n == 0)
		return;
	share = pool_share_of(shares, config, group, pool);
	if (share == NULL) {
		share = &shares->list[shares->n++];
		share->pool = pool;
		share->another = shares->first[pool];
		shares->first[pool] = shares->n;
		profile_window(&config->profiles[lines->profile], &share->first, &share->last);
	}
	share->lines += n;
}

int pool_shares_make(struct pool_shares *shares, const struct hl_config *config,
		     struct hl_error *err)
{
	const uint32_t n_pools = config->n_pools > 0 ? config->n_pools : config->n_ports;
	size_t most = 0;

	for (uint32_t g = 0; g < config->n_lines; g++)
		most += config->lines[g].pool_rows != NULL ? n_pools + 1 : 1;
	*shares = (struct pool_shares){
		.list = calloc(most, sizeof(*shares->list)),
		.first = calloc(n_pools + 1, sizeof(*shares->first)),
	};
	if (shares->list == NULL || shares->first == NULL)
		return no_memory(err);
	for (uint32_t g = 0; g < config->n_lines; g++) {
		const struct hl_lines *lines = &config->lines[g];

		if (lines->pool_rows == NULL)
			share_add(shares, config, g, lines->pool);
		for (uint32_t i = 0; lines->pool_rows != NULL && i <= config->n_pools; i++)
			share_add(shares, config, g, i);
	}
	return 0;
}

void pool_shares_free(struct pool_shares *shares)
{
	free(shares->list);
	free(shares->first);
	*shares = (struct pool_shares){ 0 };
}

int pool_name_fail(const struct hl_config *config, const char *name, size_t len,
		   struct fault *fault)
{
	const uint32_t n_pools = config != NULL ? config->n_pools : 0;
	size_t n = 0;

	fault->key = "pool";
	fault_say(fault, "there is no pool \"%.*s\"", (int)(len < 60 ? len : 60), name);
	if (n_pools == 0)
		return fault_hint(fault, "needed: pools, a list with a pool of that name");
	for (uint32_t i = 0; i < n_pools && n < sizeof(fault->hint); i++)
		n += (size_t)snprintf(fault->hint + n, sizeof(fault->hint) - n, "%s%.60s",
				      i == 0 ? "allowed: " : ", ", config->pools[i].name);
	return -EINVAL;
}

int pools_fault_at(const struct pools *pools, uint32_t pool, const char *key, struct fault *fault)
{
	return fault_at(fault, pools->of_ports ? FAULT_PORT : FAULT_POOL, pool, key);
}

// Of the lines of a share, those at n addresses from one on.
static uint64_t share_at(const struct pool_share *share, const struct pool_reach *reach,
			 uint32_t from, uint32_t n)
{
	uint64_t each = share->lines / reach->n_addresses, more = share->lines % reach->n_addresses;
	uint64_t at = from - reach->first_address;

	if (more <= at)
		return n * each;
	return n * each + (more - at < n ? more - at : n);
}

uint64_t pool_lines(const struct pools *pools, const struct pool_shares *shares, uint32_t pool)
{
	const uint32_t from = pools->first_address[pool], n = pools->first_address[pool + 1] - from;
	uint64_t lines = 0;

	for (uint32_t i = 0; i < shares->n; i++) {
		const struct pool_reach reach = pools_reach(pools, shares->list[i].pool);

		if (pool_share_reaches(&shares->list[i], pool))
			lines += share_at(&shares->list[i], &reach, from, n);
	}
	return lines;
}

static int room_fail(const struct pools *pools, uint32_t pool, uint64_t lines,
		     const struct window *window, struct fault *fault)
{
	const struct hl_pool *p = &pools->list[pool];
	uint32_t n = pool_addresses(p), ports = window_ports(window);
	uint64_t room = (uint64_t)n * ports;

	pools_fault_at(pools, pool, "addresses", fault);
	fault_say(fault,
		  "%" PRIu64 " lines come to %s%s, which is more than %u %s times %u %s (%u-%u)",
		  lines, pools->of_ports ? "this port" : "this pool",
		  hl_pool_networks(p) > 1 ? " in one of its VLANs" : "", n,
		  n == 1 ? "address" : "addresses", ports, ports == 1 ? "port" : "ports",
		  window->first, window->last);
	return fault_hint(fault,
			  "allowed: %" PRIu64 "; give more addresses, more ports "
			  "(use_random_sip_port), or other lines another pool",
			  room);
}

// Of one network of a pool, whose addresses begin there.
static int network_room_check(const struct pools *pools, const struct pool_shares *shares,
			      const struct windows *windows, uint32_t pool, uint32_t from,
			      struct fault *fault)
{
	const uint32_t n = pool_addresses(&pools->list[pool]);

	for (uint32_t i = 0; i < windows->n; i++) {
		const struct window *window = &windows->list[i];
		uint64_t lines = 0;

		for (uint32_t s = 0; s < shares->n; s++) {
			const struct pool_share *share = &shares->list[s];
			const struct pool_reach reach = pools_reach(pools, share->pool);

			if (pool_share_reaches(share, pool) && window->first <= share->first &&
			    share->last <= window->last)
				lines += share_at(share, &reach, from, n);
		}
		if (lines > (uint64_t)n * window_ports(window))
			return room_fail(pools, pool, lines, window, fault);
	}
	return 0;
}

int pools_room_check(const struct pools *pools, const struct hl_config *config,
		     const struct windows *windows, struct fault *fault)
{
	struct pool_shares shares;
	struct hl_error err;
	int rc = pool_shares_make(&shares, config, &err);

	if (rc != 0)
		fault_say(fault, "out of memory");
	for (uint32_t i = 0; rc == 0 && i < pools->n; i++)
		for (uint32_t v = 0; rc == 0 && v < hl_pool_networks(&pools->list[i]); v++)
			rc = network_room_check(pools, &shares, windows, i,
						pools->first_address[i] +
							v * pool_addresses(&pools->list[i]),
						fault);
	pool_shares_free(&shares);
	return rc;
}

bool hl_port_ranges_equal(const struct hl_port *a, const struct hl_port *b)
{
	if (a->by_dhcp && b->by_dhcp) // the one may have its addresses already
		return a->n_leases == b->n_leases;
	if (a->by_dhcp != b->by_dhcp || a->n_ranges != b->n_ranges || a->prefix != b->prefix)
		return false;
	for (uint32_t k = 0; k < a->n_ranges; k++)
		if (!hl_addr_equal(&a->ranges[k].first, &b->ranges[k].first) ||
		    !hl_addr_equal(&a->ranges[k].last, &b->ranges[k].last))
			return false;
	return true;
}

static bool routes_equal(const struct hl_pool *a, const struct hl_pool *b)
{
	if (a->n_routes != b->n_routes)
		return false;
	for (uint32_t k = 0; k < a->n_routes; k++)
		if (a->routes[k].to.len != b->routes[k].to.len ||
		    !hl_addr_equal(&a->routes[k].to.addr, &b->routes[k].to.addr) ||
		    !hl_addr_equal(&a->routes[k].via, &b->routes[k].via))
			return false;
	return true;
}

static bool pool_equal(const struct hl_pool *a, const struct hl_pool *b)
{
	return strcmp(a->name, b->name) == 0 && hl_port_ranges_equal(&a->at, &b->at) &&
	       hl_addr_equal(&a->at.gateway, &b->at.gateway) && routes_equal(a, b) &&
	       a->port == b->port && a->vlan == b->vlan && a->vlan_last == b->vlan_last &&
	       a->outer_vlan == b->outer_vlan && a->outer_tag == b->outer_tag &&
	       a->priority == b->priority && a->has_macs == b->has_macs &&
	       memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 && a->dscp == b->dscp &&
	       a->mtu == b->mtu && a->dhcp_rate == b->dhcp_rate &&
	       a->dhcp_wait_ms == b->dhcp_wait_ms;
}

bool hl_pools_equal(const struct hl_config *a, const struct hl_config *b)
{
	if (a->n_pools != b->n_pools)
		return false;
	for (uint32_t i = 0; i < a->n_pools; i++)
		if (!pool_equal(&a->pools[i], &b->pools[i]))
			return false;
	return true;
}

const struct hl_pool *hl_config_leased_pool(const struct hl_config *config, uint32_t profile)
{
	const struct hl_pool *pool = NULL;

	for (uint32_t g = 0; g < config->n_lines; g++) {
		const struct hl_lines *lines = &config->lines[g];

		if (lines->profile != profile)
			continue;
		if (config->n_pools != 1 && lines_of_pool(lines, HL_POOL_ANY) > 0)
			return NULL;
		for (uint32_t i = 0; i < config->n_pools; i++) {
			if (config->n_pools > 1 && lines_of_pool(lines, i + 1) == 0)
				continue;
			if (pool != NULL && pool != &config->pools[i])
				return NULL;
			pool = &config->pools[i];
		}
	}
	return pool != NULL && pool->at.by_dhcp ? pool : NULL;
}
