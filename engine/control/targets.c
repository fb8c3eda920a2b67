// SPDX-License-Identifier: BSD-3-Clause
// Publishes servers to the workers: puts targets in order (RFC 2782), adds endpoints.
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "control/planner.h"

#define ORDER_END 0xff

// The order of targets does not depend on how the answer lists them.
static int target_compare(const void *a, const void *b)
{
	const struct hl_target *s = a, *t = b;
	int differ = memcmp(s->at.addr.bytes, t->at.addr.bytes, sizeof(s->at.addr.bytes));

	if (s->priority != t->priority)
		return s->priority < t->priority ? -1 : 1;
	return differ != 0 ? differ : (int)s->at.port - (int)t->at.port;
}

// One of n targets by a number below the sum of their weights; the first one when all weigh 0.
static uint32_t target_draw(const struct hl_target targets[], uint32_t n, uint64_t number)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		sum += targets[i].weight;
		if (sum > number)
			return i;
	}
	return 0;
}

static uint64_t weights_sum(const struct hl_target targets[], uint32_t n)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += targets[i].weight;
	return sum;
}

// RFC 2782, targets of one priority: each place is drawn by weight among those left. The first
// place is not left to chance: over all orders each target has it as often as its weight says.
static void group_order(struct hl_target group[], uint32_t n, uint32_t order, struct rng *rng)
{
	if (weights_sum(group, n) == 0) // no preference: in turn
		for (uint32_t i = 0; i < n; i++)
			group[i].weight = 1;
	for (uint32_t place = 0; place < n; place++) {
		uint64_t sum = weights_sum(group + place, n - place);
		uint64_t number = place == 0 ? (2 * order + 1) * sum / (2 * PLAN_ORDERS)
				  : sum != 0 ? rng_next(rng) % sum
					     : 0;
		uint32_t drawn = place + target_draw(group + place, n - place, number);
		struct hl_target t = group[drawn];

		memmove(&group[place + 1], &group[place], (drawn - place) * sizeof(t));
		group[place] = t;
	}
}

static void targets_order(struct hl_target targets[], uint32_t n, uint32_t order)
{
	struct rng rng;

	rng_seed(&rng, order); // fixed, so that a new answer moves as few lines as possible
	for (uint32_t first = 0, next; first < n; first = next) {
		for (next = first + 1; next < n; next++)
			if (targets[next].priority != targets[first].priority)
				break;
		group_order(targets + first, next - first, order, &rng);
	}
}

static int target_check(const struct hl_plan *plan, uint32_t profile, const struct hl_endpoint *at,
			struct hl_error *err)
{
	char text[HL_ADDR_TEXT];

	hl_addr_format(&at->addr, text);
	if (at->addr.family == HL_FAMILY_NONE || !hl_addr_is_host(&at->addr) || at->port == 0)
		return hl_fail(err, EINVAL, "%s, port %u, is not the address of a host", text,
			       at->port);
	for (uint32_t i = 0; i < plan->directory.n_networks; i++) {
		const struct plan_network *network = &plan->directory.networks[i];

		if (!plan_uses(&plan->directory, profile, i))
			continue;
		if (at->addr.family != network->subnet.addr.family)
			return hl_fail(err, EAFNOSUPPORT,
				       "%s is not of the same family as the lines' addresses",
				       text);
		if (plan_address_find(&plan->directory, network->link, &at->addr) >= 0)
			return hl_fail(err, EINVAL, "%s is one of the lines' own addresses", text);
		if (plan_next_hop(network, &at->addr).family == HL_FAMILY_NONE)
			return hl_fail(
				err, EHOSTUNREACH,
				"%s is outside of the lines' subnet, and %s has no gateway", text,
				plan->directory.n_networks > 1 ? "a pool of them" : "the port");
	}
	return 0;
}

// The path to an endpoint from one network.
static int path_add(struct hl_plan *plan, uint32_t index, const struct hl_endpoint *at,
		    struct path *path, struct hl_error *err)
{
	const struct plan_network *network = &plan->directory.networks[index];
	struct neigh_table *neighbours = &plan->directory.ports[network->port].neighbours;
	struct hl_addr hop = plan_next_hop(network, &at->addr);
	struct neigh_from from = {
		.link = network->link,
		.path = &network->path,
		.sender = plan->table.addresses[network->first_address].addr,
	};

	plan_network_mac(network, network->first_address, from.sender_mac);
	int neigh = neigh_add(neighbours, &hop, &from);
	if (neigh < 0)
		return hl_fail(err, -neigh,
			       "the servers had %u next hops in this run already; use a gateway",
			       neighbours->cap);
	path_to(path, &network->path, at, (uint32_t)neigh);
	return 0;
}

// Index of an endpoint, added when it is new; -errno.
static int endpoint_add(struct hl_plan *plan, uint32_t profile, enum hl_server which,
			const struct hl_endpoint *at, struct hl_error *err)
{
	struct plan_server *server = &plan->directory.servers[profile][which];
	uint32_t n = atomic_load_explicit(&server->n_endpoints, memory_order_relaxed);

	for (uint32_t i = 0; i < n; i++)
		if (server->endpoints[i].at.port == at->port &&
		    hl_addr_equal(&server->endpoints[i].at.addr, &at->addr))
			return (int)i;
	if (n == PLAN_ENDPOINTS_MAX)
		return hl_fail(err, ENOSPC, "the server had %u addresses in this run already", n);
	struct path *paths = memory_zalloc(plan->directory.n_networks, sizeof(*paths), 64);
	if (paths == NULL)
		return hl_fail(err, ENOMEM, "no memory for the paths to a server");
	for (uint32_t i = 0; i < plan->directory.n_networks; i++) {
		int rc = plan_uses(&plan->directory, profile, i)
				 ? path_add(plan, i, at, &paths[i], err)
				 : 0;

		if (rc != 0) {
			memory_free(paths);
			return rc;
		}
	}
	plan_server_note(&plan->directory, &at->addr);
	server->endpoints[n].at = *at;
	server->endpoints[n].paths = paths;
	atomic_store_explicit(&server->n_endpoints, n + 1, memory_order_release);
	return (int)n;
}

void plan_server_clear(struct plan_server *server)
{
	for (uint32_t i = 0; i < PLAN_ORDERS; i++)
		atomic_store_explicit(&server->order[i], UINT64_MAX, memory_order_relaxed);
}

int hl_plan_set_targets(struct hl_plan *plan, uint32_t profile, enum hl_server server,
			const struct hl_target targets[], uint32_t n, struct hl_error *err)
{
	struct plan_server *out = &plan->directory.servers[profile][server];
	struct hl_target sorted[HL_TARGETS_MAX], ordered[HL_TARGETS_MAX];
	uint64_t words[PLAN_ORDERS];

	if (n == 0 || n > HL_TARGETS_MAX)
		return hl_fail(err, EINVAL, "%u targets: allowed 1..%u", n, HL_TARGETS_MAX);
	for (uint32_t i = 0; i < n; i++) {
		int rc = target_check(plan, profile, &targets[i].at, err);

		if (rc != 0)
			return rc;
	}
	memcpy(sorted, targets, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), target_compare);
	for (uint32_t order = 0; order < PLAN_ORDERS; order++) {
		words[order] = UINT64_MAX;
		memcpy(ordered, sorted, n * sizeof(*ordered));
		targets_order(ordered, n, order);
		for (uint32_t i = 0; i < n && i < PLAN_TARGETS_MAX; i++) {
			int index = endpoint_add(plan, profile, server, &ordered[i].at, err);

			if (index < 0)
				return index;
			words[order] &= ~((uint64_t)(ORDER_END ^ index) << 8 * i);
		}
	}
	for (uint32_t order = 0; order < PLAN_ORDERS; order++) // with it, its endpoints are seen
		atomic_store_explicit(&out->order[order], words[order], memory_order_release);
	// lines may wait for a server that had no address
	for (uint32_t i = 0; i < plan->directory.n_ports; i++)
		neigh_changed(&plan->directory.ports[i].neighbours);
	return 0;
}

int hl_plan_move_server(struct hl_plan *plan, uint32_t profile, enum hl_server server,
			const struct hl_endpoint *to, struct hl_error *err)
{
	const struct hl_target target = { .at = *to };
	struct hl_profile *settings = &plan->settings[profile];
	int rc = hl_plan_set_targets(plan, profile, server, &target, 1, err);

	if (rc == 0)
		*(server == HL_SERVER_P ? &settings->primary : &settings->backup) = *to;
	return rc;
}

uint32_t hl_plan_next_hops(const struct hl_plan *plan)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < plan->directory.n_ports; i++)
		n += plan->directory.ports[i].neighbours.n;
	return n;
}

bool hl_plan_next_hop(const struct hl_plan *plan, uint32_t k, struct hl_next_hop *hop)
{
	for (uint32_t i = 0; i < plan->directory.n_ports; i++) {
		const struct neigh_table *table = &plan->directory.ports[i].neighbours;

		if (neigh_read(table, k, hop))
			return true;
		k -= table->n;
	}
	return false;
}
