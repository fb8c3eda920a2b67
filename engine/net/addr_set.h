// SPDX-License-Identifier: BSD-3-Clause
// A set of addresses given as ranges, and the index of each: is this destination one of ours?
#pragma once

#include <stdint.h>

#include <heartline/addr.h>

#define ADDR_RANGES_MAX 256

struct addr_set {
	uint32_t n_ranges;
	uint32_t total;
	struct {
		uint32_t first, last; // IPv4, host order, sorted
		uint32_t index;       // of first
	} ranges[ADDR_RANGES_MAX];
};

// 0; -EINVAL: backwards or overlapping; -ENOSPC. Ranges may come in any order; indices follow the
// sorted order, so add all before asking (addr_set_seal()).
int addr_set_add(struct addr_set *set, const struct hl_addr *first, const struct hl_addr *last);
void addr_set_seal(struct addr_set *set);

// Index 0..total-1, or -1.
int32_t addr_set_find(const struct addr_set *set, const struct hl_addr *addr);
struct hl_addr addr_set_at(const struct addr_set *set, uint32_t index);
