// SPDX-License-Identifier: BSD-3-Clause
// What comes to a pool, for people: its lines, its addresses, and how many lines they have room for.
#include "control/pools.h"

#include <stdio.h>

// Ports that the lines of a pool may have: windows inside of others count once.
static uint64_t ports_of(const struct pool_shares *shares, uint32_t pool)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < shares->n; i++) {
		const struct pool_share *share = &shares->list[i];
		bool inside = false;

		if (!pool_share_reaches(share, pool))
			continue; // most do not, where each row of a CSV has its pool
		for (uint32_t k = 0; k < shares->n; k++) {
			const struct pool_share *other = &shares->list[k];
			bool holds = other->first <= share->first && share->last <= other->last &&
				     pool_share_reaches(other, pool);
			bool same = other->first == share->first && share->last == other->last;

			inside |= k != i && holds && (!same || k < i);
		}
		if (!inside)
			n += (uint64_t)share->last - share->first + 1;
	}
	return n;
}

static void vlans_text(const struct hl_pool *pool, char out[HL_POOL_TEXT])
{
	size_t n = 0;

	out[0] = '\0';
	if (pool->vlan == 0)
		return;
	if (pool->outer_vlan != 0)
		n = (size_t)snprintf(out, HL_POOL_TEXT, "%u.", pool->outer_vlan);
	n += (size_t)snprintf(out + n, HL_POOL_TEXT - n, "%u", pool->vlan);
	if (pool->vlan_last != pool->vlan)
		snprintf(out + n, HL_POOL_TEXT - n, "-%u", pool->vlan_last);
}

int hl_pool_explain(const struct hl_config *config, uint32_t index, struct hl_pool_share *out)
{
	struct pool_shares shares = { 0 };
	struct pools pools;
	struct hl_error err;
	int rc = pools_make(&pools, config, &err);

	if (rc == 0 && index >= pools.n)
		rc = -ENOENT;
	if (rc == 0)
		rc = pool_shares_make(&shares, config, &err);
	if (rc == 0) {
		const struct hl_pool *pool = &pools.list[index];
		uint64_t n = (uint64_t)pool_addresses(pool) * hl_pool_networks(pool);

		*out = (struct hl_pool_share){
			.name = config->n_pools > 0 ? config->pools[index].name : NULL,
			.port = pool->port,
			.networks = hl_pool_networks(pool),
			.addresses = n,
			.lines = pool_lines(&pools, &shares, index),
			.room = n * ports_of(&shares, index),
		};
		vlans_text(pool, out->vlans);
	}
	pool_shares_free(&shares);
	pools_free(&pools);
	return rc;
}
