// SPDX-License-Identifier: BSD-3-Clause
// Checks pools: subnets and their addresses, routers, VLANs that overlap, and servers that they cannot reach.
#include "control/check_pools.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "control/check.h"
#include "net/addr_set.h"
#include "worker/directory.h"

static bool on_link(const struct hl_port *port, const struct hl_addr *addr)
{
	const struct hl_prefix subnet = hl_port_subnet(port);

	return hl_prefix_contains(&subnet, addr);
}

// fe80::/10, as routers have (RFC 4861 4.2).
static bool is_link_local(const struct hl_addr *addr)
{
	return addr->family == HL_FAMILY_IPV6 && addr->bytes[0] == 0xfe &&
	       (addr->bytes[1] & 0xc0) == 0x80;
}

static const char *subnet_text(const struct hl_port *port, char out[HL_PREFIX_TEXT])
{
	const struct hl_prefix subnet = hl_port_subnet(port);

	hl_prefix_format(&subnet, out);
	return out;
}

static bool port_holds(const struct hl_port *port, const struct hl_addr *addr)
{
	for (uint32_t i = 0; i < port->n_ranges; i++)
		if (hl_addr_range_holds(&port->ranges[i], addr))
			return true;
	return false;
}

// All addresses below 2^64 - 1 of a subnet are of hosts, but the first one is that of its routers (RFC 4291
// 2.6.1), and they are numbered by their lower half.
static int ipv6_range_check(const struct hl_port *port, const struct hl_addr_range *range,
			    struct fault *fault)
{
	const struct hl_prefix subnet = hl_port_subnet(port);
	const struct hl_prefix half = hl_prefix_of(&range->first, 64);
	char a[HL_ADDR_TEXT], b[HL_ADDR_TEXT], in[HL_PREFIX_TEXT];

	hl_addr_format(&range->first, a);
	hl_addr_format(&range->last, b);
	if (!hl_prefix_contains(&half, &range->last)) {
		fault_say(fault, "%s-%s goes beyond a /64", a, b);
		return fault_hint(fault, "give a range for each /64");
	}
	if (port->prefix < 127 && hl_addr_range_holds(range, &subnet.addr)) {
		fault_say(fault, "%s-%s holds the address of the routers of %s", a, b,
			  subnet_text(port, in));
		return fault_hint(fault, "leave out the first address of %s", in);
	}
	return 0;
}

static int range_check(const struct hl_port *port, const struct hl_addr_range *range,
		       struct fault *fault)
{
	const struct hl_prefix subnet = hl_port_subnet(port);
	const struct hl_addr highest = hl_prefix_last(&subnet);
	char a[HL_ADDR_TEXT], b[HL_ADDR_TEXT], in[HL_PREFIX_TEXT];

	hl_addr_format(&range->first, a);
	hl_addr_format(&range->last, b);
	if (!hl_addr_range_holds(range, &range->first))
		return fault_say(fault, "the range %s-%s is backwards", a, b);
	if (!on_link(port, &range->first) || !on_link(port, &range->last)) {
		fault_say(fault, "%s-%s is not inside of %s", a, b, subnet_text(port, in));
		return fault_hint(fault, "the lines of a port are in one subnet");
	}
	if (!hl_addr_is_host(&range->first) || !hl_addr_is_host(&range->last)) {
		fault_say(fault, "%s-%s holds addresses that are not of hosts", a, b);
		return fault_hint(fault, "allowed: %s",
				  range->first.family == HL_FAMILY_IPV4
					  ? "1.0.0.0-223.255.255.255"
					  : "IPv6 unicast, as in 2001:db8::1");
	}
	if (range->first.family == HL_FAMILY_IPV6)
		return ipv6_range_check(port, range, fault);
	if (port->prefix < 31 &&
	    (hl_addr_range_holds(range, &subnet.addr) || hl_addr_range_holds(range, &highest))) {
		fault_say(fault, "%s-%s holds the network or the broadcast address of %s", a, b,
			  subnet_text(port, in));
		return fault_hint(fault, "leave out the first and the last address of %s", in);
	}
	return 0;
}

static int ranges_check(const struct hl_port *port, uint64_t *addresses, struct fault *fault)
{
	for (uint32_t i = 0; i < port->n_ranges; i++) {
		const struct hl_addr_range *range = &port->ranges[i];
		int rc = range_check(port, range, fault);

		if (rc != 0)
			return rc;
		for (uint32_t j = 0; j < i; j++)
			if (hl_addr_range_holds(range, &port->ranges[j].first) ||
			    hl_addr_range_holds(&port->ranges[j], &range->first))
				return fault_say(fault, "ranges %u and %u overlap", j + 1, i + 1);
		*addresses += hl_addr_range_count(range);
		if (*addresses > UINT32_MAX) // the sum of many ranges must not wrap
			*addresses = UINT32_MAX;
	}
	if (port->n_ranges > ADDR_RANGES_MAX) {
		fault_say(fault, "%u ranges are too many", port->n_ranges);
		return fault_hint(fault, "allowed: up to %u", ADDR_RANGES_MAX);
	}
	if (*addresses <= ADDRESSES_MAX)
		return 0;
	fault_say(fault, "%" PRIu64 " addresses are too many", *addresses);
	return fault_hint(fault, "allowed: up to %u", ADDRESSES_MAX);
}

static bool routed(const struct hl_pool *pool, const struct hl_addr *addr)
{
	for (uint32_t i = 0; i < pool->n_routes; i++)
		if (hl_prefix_contains(&pool->routes[i].to, addr))
			return true;
	return pool->at.gateway.family != HL_FAMILY_NONE;
}

// A router of a pool, in words: "the gateway".
static int router_check(const struct hl_port *at, const struct hl_addr *router, const char *what,
			struct fault *fault)
{
	char in[HL_PREFIX_TEXT], text[HL_ADDR_TEXT];

	hl_addr_format(router, text);
	if (router->family != at->ranges[0].first.family ||
	    (!on_link(at, router) && !is_link_local(router))) {
		fault_say(fault, "%s is not inside of %s", text, subnet_text(at, in));
		return fault_hint(fault, "%s is an address of %s%s", what, in,
				  at->ranges[0].first.family == HL_FAMILY_IPV6
					  ? ", or a link-local one, as fe80::1"
					  : "");
	}
	if (port_holds(at, router)) {
		fault_say(fault, "%s is one of the lines' own addresses", text);
		return fault_hint(fault, "allowed: an address of the subnet that no line has");
	}
	return 0;
}

static int addresses_count(uint64_t n, uint64_t *addresses, struct fault *fault)
{
	*addresses += n;
	if (*addresses <= ADDRESSES_MAX)
		return 0;
	fault_say(fault, "%" PRIu64 " addresses in all are too many", *addresses);
	return fault_hint(fault, "allowed: up to %u", ADDRESSES_MAX);
}

// What comes from DHCP is checked where it arrives; here only what a file says.
static int leases_check(const struct hl_pool *pool, uint64_t *addresses, struct fault *fault)
{
	if (pool->at.n_leases == 0) {
		fault->key = pool->name != NULL ? "leases" : "addresses";
		fault_say(fault, "how many addresses to ask DHCP for is not said, and lines that "
				 "name no pool may take any");
		return fault_hint(fault, "needed: leases, or lines that name the pool");
	}
	if (pool->at.n_leases > HL_LEASES_MAX) {
		fault_say(fault, "%u addresses from DHCP are too many", pool->at.n_leases);
		return fault_hint(fault, "allowed: up to %u for a pool", HL_LEASES_MAX);
	}
	if (hl_pool_networks(pool) > 1) {
		fault->key = "vlan";
		fault_say(fault, "addresses from DHCP are asked for in one VLAN");
		return fault_hint(fault, "make a pool for each VLAN");
	}
	return addresses_count(pool->at.n_leases, addresses, fault);
}

static int pool_check(const struct hl_pool *pool, uint64_t *addresses, struct fault *fault)
{
	uint64_t n = 0;

	fault->key = "addresses";
	if (pool->at.n_ranges == 0)
		return fault_say(fault, "there is no address");
	if (pool->at.by_dhcp)
		return leases_check(pool, addresses, fault);
	if (pool->at.prefix > hl_addr_bits(&pool->at.ranges[0].first))
		return fault_say(fault, "/%u is no prefix length", pool->at.prefix);
	if (ranges_check(&pool->at, &n, fault) != 0)
		return -EINVAL;
	if (addresses_count(n * hl_pool_networks(pool), addresses, fault) != 0)
		return -EINVAL;
	fault->key = "gateway";
	if (pool->at.gateway.family != HL_FAMILY_NONE &&
	    router_check(&pool->at, &pool->at.gateway, "the gateway", fault) != 0)
		return -EINVAL;
	fault->key = "routes";
	for (uint32_t i = 0; i < pool->n_routes; i++)
		if (router_check(&pool->at, &pool->routes[i].via, "a router", fault) != 0)
			return -EINVAL;
	return 0;
}

static bool same_link(const struct hl_pool *a, const struct hl_pool *b)
{
	return a->port == b->port && a->outer_vlan == b->outer_vlan && a->vlan <= b->vlan_last &&
	       b->vlan <= a->vlan_last;
}

static int overlap_check(const struct pools *pools, uint32_t index, struct fault *fault)
{
	const struct hl_pool *pool = &pools->list[index];
	char text[HL_ADDR_TEXT];

	for (uint32_t i = 0; i < index; i++) {
		const struct hl_pool *other = &pools->list[i];

		if (!same_link(pool, other))
			continue;
		if (pool->at.by_dhcp || other->at.by_dhcp) {
			pools_fault_at(pools, index, "addresses", fault);
			fault_say(fault,
				  "a pool whose addresses come from DHCP shares its port and "
				  "VLAN with pool %.60s",
				  other->name);
			return fault_hint(fault, "allowed: another VLAN or port, or one pool");
		}
		for (uint32_t k = 0; k < pool->at.n_ranges; k++)
			for (uint32_t j = 0; j < other->at.n_ranges; j++) {
				const struct hl_addr_range *a = &pool->at.ranges[k],
							   *b = &other->at.ranges[j];
				bool begins = hl_addr_range_holds(b, &a->first);

				if (!begins && !hl_addr_range_holds(a, &b->first))
					continue;
				hl_addr_format(begins ? &a->first : &b->first, text);
				pools_fault_at(pools, index, "addresses", fault);
				fault_say(fault,
					  "%s is also in pool %.60s, on the same port and VLAN",
					  text, other->name);
				return fault_hint(fault,
						  "allowed: other addresses, or another VLAN");
			}
	}
	return 0;
}

static int family_check(const struct pools *pools, uint32_t index, struct fault *fault)
{
	if (pools->list[index].at.ranges[0].first.family ==
	    pools->list[0].at.ranges[0].first.family)
		return 0;
	pools_fault_at(pools, index, "addresses", fault);
	fault_say(fault, "these addresses are of another family than those before");
	return fault_hint(fault,
			  "allowed in this version: all of IPv4, or all of IPv6; another run can "
			  "have the others");
}

static int leased_pools_check(const struct pools *pools, uint32_t index, struct fault *fault)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i <= index; i++)
		n += pools->list[i].at.by_dhcp && pools->list[i].port == pools->list[index].port;
	if (n <= PLAN_LEASED_MAX)
		return 0;
	pools_fault_at(pools, index, "addresses", fault);
	fault_say(fault, "more than %d pools of port %u have addresses from DHCP", PLAN_LEASED_MAX,
		  pools->list[index].port);
	return fault_hint(fault, "allowed: up to %d for each port", PLAN_LEASED_MAX);
}

int pools_check(const struct hl_config *config, const struct pools *pools, uint64_t *addresses,
		struct fault *fault)
{
	for (uint32_t i = 0; i < pools->n; i++) {
		pools_fault_at(pools, i, "port", fault);
		if (pools->list[i].port >= config->n_ports)
			return fault_say(fault, "there is no port %u", pools->list[i].port);
		if (pool_check(&pools->list[i], addresses, fault) != 0 ||
		    family_check(pools, i, fault) != 0 || overlap_check(pools, i, fault) != 0 ||
		    leased_pools_check(pools, i, fault) != 0)
			return -EINVAL;
	}
	pools_fault_at(pools, 0, NULL, fault);
	if (pools_networks(pools) > HL_NETWORKS_MAX) {
		fault_say(fault, "the pools have %u VLANs", pools_networks(pools));
		return fault_hint(fault, "allowed: up to %u", HL_NETWORKS_MAX);
	}
	return 0;
}

int pool_server_check(const struct hl_pool *pool, const struct hl_endpoint *server,
		      struct fault *fault)
{
	const struct hl_port *port = &pool->at;
	char in[HL_PREFIX_TEXT], text[HL_ADDR_TEXT];

	hl_addr_format(&server->addr, text);
	if (server->addr.family != port->ranges[0].first.family) {
		fault_say(fault, "%s is %s address, and the lines have %s addresses", text,
			  server->addr.family == HL_FAMILY_IPV6 ? "an IPv6" : "an IPv4",
			  port->ranges[0].first.family == HL_FAMILY_IPV6 ? "IPv6" : "IPv4");
		return fault_hint(fault, "a line reaches servers of its own family only");
	}
	if (port->by_dhcp && !port->leased)
		return 0; // which subnet that will be is not known
	if (port_holds(port, &server->addr)) {
		fault_say(fault, "%s is one of the lines' own addresses", text);
		return fault_hint(fault, "a server has an address that is not in addresses");
	}
	if (on_link(port, &server->addr) || routed(pool, &server->addr))
		return 0;
	if (pool->name != NULL) {
		fault_say(fault, "%s is outside of %s, and pool %.60s has no gateway", text,
			  subnet_text(port, in), pool->name);
		return fault_hint(fault, "give the pool a gateway inside of %s, or a route", in);
	}
	fault_say(fault, "%s is outside of %s, and the port has no gateway", text,
		  subnet_text(port, in));
	return fault_hint(fault, "give the port a gateway inside of %s", in);
}
