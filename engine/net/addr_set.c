// SPDX-License-Identifier: BSD-3-Clause
// Address ranges, kept sorted: found and numbered by binary search.
#include "net/addr_set.h"

#include <errno.h>
#include <string.h>

int addr_set_add(struct addr_set *set, const struct hl_addr *first, const struct hl_addr *last)
{
	if (first->family != HL_FAMILY_IPV4 || last->family != HL_FAMILY_IPV4)
		return -EINVAL;
	uint32_t from = hl_addr_ipv4(first), to = hl_addr_ipv4(last);
	if (from > to)
		return -EINVAL;

	uint32_t at = 0; // ranges before the new one
	while (at < set->n_ranges && set->ranges[at].last < from)
		at++;
	if (at < set->n_ranges && set->ranges[at].first <= to)
		return -EINVAL;
	// An index is an int32_t, so that -1 can say "not ours".
	uint64_t total = (uint64_t)set->total + (to - from) + 1;
	if (set->n_ranges == ADDR_RANGES_MAX || total > INT32_MAX)
		return -ENOSPC;

	memmove(&set->ranges[at + 1], &set->ranges[at],
		(set->n_ranges - at) * sizeof(set->ranges[0]));
	set->ranges[at].first = from;
	set->ranges[at].last = to;
	set->n_ranges++;
	set->total = (uint32_t)total;
	return 0;
}

void addr_set_seal(struct addr_set *set)
{
	uint32_t index = 0;

	for (uint32_t i = 0; i < set->n_ranges; i++) {
		set->ranges[i].index = index;
		index += set->ranges[i].last - set->ranges[i].first + 1;
	}
}

int32_t addr_set_find(const struct addr_set *set, const struct hl_addr *addr)
{
	if (addr->family != HL_FAMILY_IPV4)
		return -1;

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

struct hl_addr addr_set_at(const struct addr_set *set, uint32_t index)
{
	if (index >= set->total)
		return (struct hl_addr){ .family = HL_FAMILY_NONE };

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
