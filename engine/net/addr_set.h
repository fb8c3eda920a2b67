// SPDX-License-Identifier: BSD-3-Clause
// A set of addresses given as ranges, and the index of each: is this destination one of ours?
#pragma once

#include <stdint.h>

#include <heartline/addr.h>

#define ADDR_RANGES_MAX 256 // of each family

// Indices of IPv4 addresses come first.
struct addr_set {
	uint32_t n_ranges, n_ranges_ipv6;
	uint32_t total;
	struct {
		uint32_t first, last; // host order, sorted
		uint32_t index;       // of first
	} ranges[ADDR_RANGES_MAX];
	struct addr_range_ipv6 {
		uint64_t network;     // the upper half of all addresses, host order; sorted by it
		uint64_t first, last; // the lower half, and then by it
		uint32_t index;
	} ranges_ipv6[ADDR_RANGES_MAX];
};

// 0; -EINVAL: backwards, overlapping, of two families, or of IPv6 over the end of a /64; -ENOSPC. Ranges may
// come in any order; indices follow the sorted order, so add all before asking (addr_set_seal()).
int addr_set_add(struct addr_set *set, const struct hl_addr *first, const struct hl_addr *last);
void addr_set_seal(struct addr_set *set);

// Index 0..total-1, or -1.
int32_t addr_set_find(const struct addr_set *set, const struct hl_addr *addr);
struct hl_addr addr_set_at(const struct addr_set *set, uint32_t index);
