// SPDX-License-Identifier: BSD-3-Clause
// Address ranges, kept sorted: found and numbered by binary search.
#include "net/addr_set.h"

#include <errno.h>
#include <string.h>

#include <heartline/config.h>
#include "base/bytes.h"

static uint64_t network_of(const struct hl_addr *addr)
{
	return load_be64(addr->bytes);
}

static uint64_t host_of(const struct hl_addr *addr)
{
	return load_be64(addr->bytes + 8);
}

// An index is an int32_t, so that -1 can say "not ours".
static bool has_room(const struct addr_set *set, uint32_t n_ranges, uint64_t more)
{
	return n_ranges < ADDR_RANGES_MAX && more <= INT32_MAX && set->total + more <= INT32_MAX;
}

static int ipv4_add(struct addr_set *set, uint32_t from, uint32_t to)
{
	uint32_t at = 0; // ranges before the new one

	if (from > to)
		return -EINVAL;
	while (at < set->n_ranges && set->ranges[at].last < from)
		at++;
	if (at < set->n_ranges && set->ranges[at].first <= to)
		return -EINVAL;
	if (!has_room(set, set->n_ranges, (uint64_t)(to - from) + 1))
		return -ENOSPC;
	memmove(&set->ranges[at + 1], &set->ranges[at],
		(set->n_ranges - at) * sizeof(set->ranges[0]));
	set->ranges[at].first = from;
	set->ranges[at].last = to;
	set->n_ranges++;
	set->total += to - from + 1;
	return 0;
}

// Is a range behind an address, so that a search goes on in front of it?
static bool is_behind(const struct addr_range_ipv6 *r, uint64_t network, uint64_t host)
{
	return network < r->network || (network == r->network && host < r->first);
}

static bool is_in_front(const struct addr_range_ipv6 *r, uint64_t network, uint64_t host)
{
	return network > r->network || (network == r->network && host > r->last);
}

static int ipv6_add(struct addr_set *set, uint64_t network, uint64_t from, uint64_t to)
{
	uint32_t at = 0;

	if (from > to)
		return -EINVAL;
	while (at < set->n_ranges_ipv6 && is_in_front(&set->ranges_ipv6[at], network, from))
		at++;
	if (at < set->n_ranges_ipv6 && !is_behind(&set->ranges_ipv6[at], network, to))
		return -EINVAL;
	if (to - from >= INT32_MAX || !has_room(set, set->n_ranges_ipv6, to - from + 1))
		return -ENOSPC;
	memmove(&set->ranges_ipv6[at + 1], &set->ranges_ipv6[at],
		(set->n_ranges_ipv6 - at) * sizeof(set->ranges_ipv6[0]));
	set->ranges_ipv6[at] = (struct addr_range_ipv6){
		.network = network,
		.first = from,
		.last = to,
	};
	set->n_ranges_ipv6++;
	set->total += (uint32_t)(to - from + 1);
	return 0;
}

int addr_set_add(struct addr_set *set, const struct hl_addr *first, const struct hl_addr *last)
{
	if (first->family != last->family)
		return -EINVAL;
	if (first->family == HL_FAMILY_IPV4)
		return ipv4_add(set, hl_addr_ipv4(first), hl_addr_ipv4(last));
	if (first->family != HL_FAMILY_IPV6 || network_of(first) != network_of(last))
		return -EINVAL;
	return ipv6_add(set, network_of(first), host_of(first), host_of(last));
}

void addr_set_seal(struct addr_set *set)
{
	uint32_t index = 0;

	for (uint32_t i = 0; i < set->n_ranges; i++) {
		set->ranges[i].index = index;
		index += set->ranges[i].last - set->ranges[i].first + 1;
	}
	for (uint32_t i = 0; i < set->n_ranges_ipv6; i++) {
		struct addr_range_ipv6 *r = &set->ranges_ipv6[i];

		r->index = index;
		index += (uint32_t)(r->last - r->first) + 1;
	}
}

static int32_t ipv6_find(const struct addr_set *set, uint64_t network, uint64_t host)
{
	uint32_t low = 0, high = set->n_ranges_ipv6;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		const struct addr_range_ipv6 *r = &set->ranges_ipv6[middle];

		if (is_behind(r, network, host))
			high = middle;
		else if (is_in_front(r, network, host))
			low = middle + 1;
		else
			return (int32_t)(r->index + (uint32_t)(host - r->first));
	}
	return -1;
}

int32_t addr_set_find(const struct addr_set *set, const struct hl_addr *addr)
{
	if (addr->family != HL_FAMILY_IPV4)
		return addr->family == HL_FAMILY_IPV6
			       ? ipv6_find(set, network_of(addr), host_of(addr))
			       : -1;

	uint32_t wanted = hl_addr_ipv4(addr);
	uint32_t low = 0, high = set->n_ranges; // ranges[low..high) may hold it
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (wanted < set->ranges[middle].first)
			high = middle;
		else if (wanted > set->ranges[middle].last)
			low = middle + 1;
		else
			return (int32_t)(set->ranges[middle].index +
					 (wanted - set->ranges[middle].first));
	}
	return -1;
}

static struct hl_addr ipv6_at(const struct addr_set *set, uint32_t index)
{
	struct hl_addr addr = { .family = HL_FAMILY_IPV6 };
	uint32_t at = set->n_ranges_ipv6 - 1;

	while (set->ranges_ipv6[at].index > index)
		at--;
	store_be64(addr.bytes, set->ranges_ipv6[at].network);
	store_be64(addr.bytes + 8,
		   set->ranges_ipv6[at].first + (index - set->ranges_ipv6[at].index));
	return addr;
}

struct hl_addr addr_set_at(const struct addr_set *set, uint32_t index)
{
	if (index >= set->total)
		return (struct hl_addr){ .family = HL_FAMILY_NONE };
	if (set->n_ranges_ipv6 > 0 && index >= set->ranges_ipv6[0].index)
		return ipv6_at(set, index);

	uint32_t low = 0, high = set->n_ranges; // ranges[low].index <= index < ranges[high].index
	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;
		if (set->ranges[middle].index <= index)
			low = middle;
		else
			high = middle;
	}
	return hl_addr_from_ipv4(set->ranges[low].first + (index - set->ranges[low].index));
}

uint64_t hl_addr_range_count(const struct hl_addr_range *range)
{
	if (range->first.family == HL_FAMILY_IPV4)
		return (uint64_t)hl_addr_ipv4(&range->last) - hl_addr_ipv4(&range->first) + 1;
	uint64_t count = host_of(&range->last) - host_of(&range->first) + 1;

	return network_of(&range->first) == network_of(&range->last) && count != 0 ? count
										   : UINT64_MAX;
}

bool hl_addr_range_holds(const struct hl_addr_range *range, const struct hl_addr *addr)
{
	const size_t len = (size_t)hl_addr_bits(addr) / 8;

	return range->first.family == addr->family &&
	       memcmp(range->first.bytes, addr->bytes, len) <= 0 &&
	       memcmp(addr->bytes, range->last.bytes, len) <= 0;
}
