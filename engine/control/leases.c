// SPDX-License-Identifier: BSD-3-Clause
// The DHCP clients of a pool are made of its configuration, and the configuration gets what they were given.
#include <heartline/leases.h>

#include <stdlib.h>
#include <string.h>

#include "control/pools.h"
#include "dhcp/leases.h"

// MACs that are counted on from the port's: those of pools before this one on its port come first, as in the plan.
static uint32_t macs_before(const struct hl_config *config, uint32_t pool)
{
	static const uint8_t none[6];
	uint32_t n = 0;

	for (uint32_t i = 0; i < pool; i++) {
		const struct hl_pool *other = &config->pools[i];

		if (other->has_macs && memcmp(other->mac, none, 6) == 0 &&
		    other->port == config->pools[pool].port)
			n += pool_addresses(other) * hl_pool_networks(other);
	}
	return n;
}

// Clients are numbered through all pools: no two of a machine have the same identifier.
static uint32_t clients_before(const struct hl_config *config, uint32_t pool)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pool; i++)
		if (config->pools[i].at.by_dhcp)
			n += config->pools[i].at.n_leases;
	return n;
}

int hl_leases_new(struct hl_leases **leases, const struct hl_leases_options *options,
		  struct hl_error *err)
{
	static const uint8_t none[6];
	const struct hl_pool *pool = &options->config->pools[options->pool];
	struct path path;
	uint8_t mac[6];

	pool_mac(pool, options->mac, mac);
	if (pool->has_macs && memcmp(pool->mac, none, 6) == 0)
		mac_add(mac, macs_before(options->config, options->pool));
	pool_path(&path, pool, pool->vlan, mac);
	const struct leases_setup setup = {
		.n = pool->at.n_leases,
		.first_iaid = clients_before(options->config, options->pool),
		.rate = pool->dhcp_rate,
		.vlan = pool->outer_vlan << 12 | pool->vlan,
		.path = &path,
		.mac = mac,
		.duid_mac = options->mac,
		.has_macs = pool->has_macs,
		.seed = options->seed,
		.now_ns = options->now_ns,
	};

	*leases = leases_new(&setup);
	return *leases ? 0
		       : hl_fail(err, ENOMEM, "pool %s: no memory for %u DHCP clients", pool->name,
				 pool->at.n_leases);
}

static uint8_t prefix_of(uint32_t mask)
{
	return mask == 0 ? 0 : (uint8_t)__builtin_popcount(mask);
}

int hl_leases_settle(struct hl_leases *l, struct hl_pool *pool, struct hl_error *err)
{
	struct hl_port *at = &pool->at;

	if (hl_leases_bound(l) != l->n)
		return hl_fail(err, EAGAIN, "pool %s: %u of %u addresses", pool->name,
			       hl_leases_bound(l), l->n);
	l->settled = true;
	at->leased = true;
	at->ranges[0].first = at->ranges[0].last = leases_address(l, 0);
	at->prefix = prefix_of(l->mask);
	if (at->gateway.family == HL_FAMILY_NONE && l->router != 0 &&
	    leases_in_subnet(l, l->router))
		at->gateway = leases_number(l->router);
	return 0;
}
