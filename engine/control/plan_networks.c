// SPDX-License-Identifier: BSD-3-Clause
// Ports and networks of a plan: own addresses and their texts, and which network each line is in.
#include "control/planner.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/entries.h"
#include "control/pools.h"
#include "dhcp/leases.h"
#include "worker/lease.h"
#include "worker/transport.h"

static void ports_make(struct planner *p)
{
	struct hl_plan *plan = p->plan;
	const struct hl_plan_options *options = &plan->options;
	uint16_t first = 0;

	plan->directory.n_ports = p->config->n_ports;
	for (uint32_t i = 0; i < plan->directory.n_ports; i++) {
		struct plan_port *port = &plan->directory.ports[i];
		const struct hl_plan_port *given = options->ports != NULL ? &options->ports[i]
									  : NULL;

		*port = (struct plan_port){
			.first_worker = first,
			.n_workers = (uint16_t)(given ? given->n_workers : options->n_workers),
			.tx_csum_offload = given ? given->tx_csum_offload
						 : options->tx_csum_offload,
			.untagged = PLAN_NO_NETWORK,
		};
		memcpy(port->mac, given ? given->mac : options->mac, sizeof(port->mac));
		first += port->n_workers;
	}
}

// Its addresses are those that DHCP has given; before it was asked, those that stand for them.
static void leased_make(struct planner *p, uint16_t index, uint32_t pool, const struct hl_pool *of)
{
	struct plan_network *network = &p->plan->directory.networks[index];
	const struct hl_plan_options *options = &p->plan->options;

	network->is_leased = true;
	network->addresses.total = of->at.n_leases;
	network->leases = options->leases != NULL ? options->leases[pool] : NULL;
}

static int ranges_add(struct planner *p, struct plan_network *network, const struct hl_pool *pool)
{
	for (uint32_t i = 0; i < pool->at.n_ranges; i++) {
		int rc = addr_set_add(&network->addresses, &pool->at.ranges[i].first,
				      &pool->at.ranges[i].last);

		if (rc != 0)
			return hl_fail(p->err, -rc, "addresses: range %u cannot be added", i + 1);
	}
	addr_set_seal(&network->addresses);
	return 0;
}

static int network_make(struct planner *p, const struct pools *pools, uint32_t of, uint16_t vlan)
{
	const struct hl_pool *pool = &pools->list[of];
	struct plan_directory *directory = &p->plan->directory;
	uint16_t index = (uint16_t)directory->n_networks++;
	struct plan_network *network = &directory->networks[index];
	struct plan_port *port = &directory->ports[pool->port];

	*network = (struct plan_network){
		.vlan = pool->outer_vlan << 12 | vlan,
		.port = (uint16_t)pool->port,
		.subnet = hl_port_subnet(&pool->at),
		.gateway = pool->at.gateway,
		.n_routes = pool->n_routes,
		.first_address = p->plan->table.n_addresses,
	};
	if (pool->at.by_dhcp)
		leased_make(p, index, of, pool);
	else if (ranges_add(p, network, pool) != 0)
		return -p->err->code;
	network->has_macs = pool->has_macs;
	pool_mac(pool, port->mac, network->mac);
	pool_path(&network->path, pool, vlan, network->mac);
	plan_link_note(directory, index);
	if (network->vlan == 0 && port->untagged == PLAN_NO_NETWORK)
		port->untagged = index;
	p->plan->table.n_addresses += network->addresses.total;
	return 0;
}

// MACs that are counted on from the port's go on from network to network.
static void macs_spread(struct plan_directory *directory, const struct pools *pools)
{
	uint32_t k = 0, at[HL_PORTS_MAX] = { 0 };

	for (uint32_t i = 0; i < pools->n; i++)
		for (uint32_t v = 0; v < hl_pool_networks(&pools->list[i]); v++, k++) {
			struct plan_network *n = &directory->networks[k];
			static const uint8_t none[6];

			if (!n->has_macs)
				continue;
			bool given = memcmp(pools->list[i].mac, none, 6) != 0;
			uint32_t ahead = given ? v * n->addresses.total : at[n->port];
			mac_add(n->mac, ahead);
			if (!given)
				at[n->port] += n->addresses.total;
		}
}

static void room_note(struct plan_directory *directory)
{
	directory->room = UINT32_MAX;
	for (uint32_t i = 0; i < directory->n_networks; i++)
		if (path_room(&directory->networks[i].path) < directory->room)
			directory->room = path_room(&directory->networks[i].path);
}

static struct hl_addr address_at(const struct plan_network *network, uint32_t i)
{
	const struct hl_addr nobody = network->subnet.addr; // of those that nobody has

	if (network->leases != NULL)
		return leases_address(network->leases, i);
	if (network->is_leased)
		return hl_addr_behind(&nobody, i + 1);
	return addr_set_at(&network->addresses, i);
}

// From now on who polls the port hears of the leases.
static void leases_join(struct hl_plan *plan)
{
	for (uint32_t n = 0; n < plan->directory.n_networks; n++) {
		const struct plan_network *network = &plan->directory.networks[n];
		struct plan_port *port = &plan->directory.ports[network->port];

		if (network->leases == NULL)
			continue;
		struct plan_leased *leased = &port->leased[port->n_leased++];
		*leased = (struct plan_leased){
			.leases = network->leases,
			.network = (uint16_t)n,
			.addresses = &plan->table.addresses[network->first_address],
			.neighbours = &port->neighbours,
		};
		network->leases->changed = lease_changed;
		network->leases->context = leased;
	}
}

static int addresses_make(struct planner *p)
{
	struct hl_plan *plan = p->plan;
	char text[HL_HOST_TEXT];

	plan->table.addresses = memory_zalloc(plan->table.n_addresses,
					      sizeof(*plan->table.addresses), 64);
	if (plan->table.addresses == NULL)
		return plan_no_memory(p);
	for (uint32_t n = 0; n < plan->directory.n_networks; n++) {
		const struct plan_network *network = &plan->directory.networks[n];

		for (uint32_t i = 0; i < network->addresses.total; i++) {
			struct plan_address *own =
				&plan->table.addresses[network->first_address + i];

			own->addr = address_at(network, i);
			own->network = (uint16_t)n;
			own->gone = network->leases != NULL && !leases_hold(network->leases, i);
			own->text_len = (uint8_t)hl_addr_format_host(&own->addr, text);
			memcpy(own->text, text, own->text_len);
		}
	}
	leases_join(plan);
	return 0;
}

static int networks_make(struct planner *p, const struct pools *pools)
{
	struct plan_directory *directory = &p->plan->directory;
	uint32_t n = pools_networks(pools), places = 64, n_routes = 0;
	int rc = 0;

	while (places < 2 * n)
		places <<= 1;
	for (uint32_t i = 0; i < pools->n; i++)
		n_routes += pools->list[i].n_routes;
	directory->networks = memory_zalloc(n, sizeof(*directory->networks), 64);
	directory->links = memory_zalloc(places, sizeof(*directory->links), 64);
	directory->routes = memory_zalloc(n_routes + 1, sizeof(*directory->routes), 64);
	directory->links_mask = places - 1;
	if (!directory->networks || !directory->links || !directory->routes)
		return plan_no_memory(p);
	n_routes = 0;
	for (uint32_t i = 0; rc == 0 && i < pools->n; i++) {
		const struct hl_pool *pool = &pools->list[i];
		struct hl_route *routes = directory->routes + n_routes;

		if (pool->n_routes > 0)
			memcpy(routes, pool->routes, pool->n_routes * sizeof(*routes));
		n_routes += pool->n_routes;
		for (uint32_t vlan = pool->vlan; rc == 0 && vlan <= pool->vlan_last; vlan++) {
			directory->networks[directory->n_networks].routes = NULL;
			rc = network_make(p, pools, i, (uint16_t)vlan);
			directory->networks[directory->n_networks - 1].routes = routes;
		}
	}
	if (rc != 0)
		return rc;
	macs_spread(directory, pools);
	for (uint32_t i = 0; i < directory->n_networks; i++) {
		const struct plan_network *network = &directory->networks[i];

		memcpy(directory->networks[i].path.headers + 6, network->mac, 6);
	}
	room_note(directory);
	return addresses_make(p);
}

// Lines take the addresses of their pool in turn, or of all pools; those of each pool and window on their own.
static int lines_place(struct planner *p, const struct pools *pools)
{
	struct hl_plan *plan = p->plan;
	const struct hl_config *c = p->configured;
	uint32_t n = plan->directory.n_networks, at = 0;
	struct pool_shares shares;
	int rc = pool_shares_make(&shares, c, p->err);

	p->line_networks = calloc(c->total, sizeof(*p->line_networks));
	plan->directory.uses = memory_zalloc(((size_t)c->n_profiles * n + 63) / 64,
					     sizeof(*plan->directory.uses), 64);
	if (rc == 0 && (p->line_networks == NULL || plan->directory.uses == NULL))
		rc = plan_no_memory(p);
	for (uint32_t g = 0; rc == 0 && g < c->n_lines; g++) {
		for (uint32_t k = 0; k < lines_count(&c->lines[g]); k++) {
			uint32_t pool = line_pool(&c->lines[g], k);
			struct pool_share *share = pool_share_of(&shares, c, g, pool);
			struct pool_reach reach = pools_reach(pools, pool);
			uint32_t own = reach.first_address +
				       (uint32_t)(share->next++ % reach.n_addresses);
			uint16_t network = plan->table.addresses[own].network;
			uint64_t bit = (uint64_t)c->lines[g].profile * n + network;

			p->line_networks[at++] = network;
			plan->directory.uses[bit / 64] |= UINT64_C(1) << bit % 64;
		}
	}
	pool_shares_free(&shares);
	return rc;
}

int plan_networks(struct planner *p)
{
	struct pools pools;
	int rc = pools_make(&pools, p->configured, p->err);

	ports_make(p);
	if (rc == 0)
		rc = networks_make(p, &pools);
	if (rc == 0)
		p->constants->message_room = p->constants->transport->room(p->plan);
	if (rc == 0 && p->plan->directory.n_networks > 1) {
		if (p->plan->options.spare_lines > 0)
			rc = hl_fail(
				p->err, EINVAL,
				"spare_lines = %u: lines cannot be added while there are several "
				"pools, ports or VLANs; set it to 0",
				p->plan->options.spare_lines);
		else
			rc = lines_place(p, &pools);
	}
	pools_free(&pools);
	return rc;
}

void plan_networks_end(struct hl_plan *plan)
{
	for (uint32_t i = 0; i < plan->directory.n_ports; i++)
		neigh_free(&plan->directory.ports[i].neighbours);
	memory_free(plan->directory.networks);
	memory_free(plan->directory.links);
	memory_free(plan->directory.routes);
	memory_free(plan->directory.uses);
}
