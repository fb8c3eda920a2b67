// SPDX-License-Identifier: BSD-3-Clause
// The pools of a configuration, those that stand for ports with addresses of their own included, and how lines
// are spread over them.
#pragma once

#include <heartline/config.h>
#include "control/fault.h"
#include "control/windows.h"
#include "net/path.h"

struct pools {
	const struct hl_pool *list; // those of the configuration, by their index; or one a port
	uint32_t n;
	bool of_ports;
	struct hl_pool *made;
	uint32_t *first_address; // of the addresses of all networks; n + 1
};

// 0; -ENOMEM. Free with pools_free() in either case.
int pools_make(struct pools *pools, const struct hl_config *config, struct hl_error *err);
void pools_free(struct pools *pools);

uint32_t pools_networks(const struct pools *pools);

// The MAC of its first address, or of all: before those of networks in front of it are counted.
void pool_mac(const struct hl_pool *pool, const uint8_t port_mac[6], uint8_t mac[6]);
void mac_add(uint8_t mac[6], uint32_t n);
// What is in front of all that one of its networks sends.
void pool_path(struct path *path, const struct hl_pool *pool, uint16_t vlan, const uint8_t mac[6]);

// Addresses of one of its networks.
uint32_t pool_addresses(const struct hl_pool *pool);

// Which addresses the lines of a pool, or of HL_POOL_ANY, take in turn.
struct pool_reach {
	uint32_t first_address, n_addresses;
};
struct pool_reach pools_reach(const struct pools *pools, uint32_t pool);

// Lines of one pool and window: they take its addresses in turn.
struct pool_share {
	uint32_t pool;    // as in struct hl_lines
	uint32_t another; // of the same pool, with another window: index + 1; 0: none
	uint16_t first, last;
	uint64_t lines;
	uint64_t next; // how many have theirs
};

struct pool_shares {
	struct pool_share *list;
	uint32_t n;
	uint32_t *first; // of each pool, from HL_POOL_ANY on: index + 1; 0: it has no lines
};

int pool_shares_make(struct pool_shares *shares, const struct hl_config *config,
		     struct hl_error *err);
void pool_shares_free(struct pool_shares *shares);
// That of the lines of a group which are of a pool.
struct pool_share *pool_share_of(const struct pool_shares *shares, const struct hl_config *config,
				 uint32_t group, uint32_t pool);

// May lines of the share come to a pool, by its index?
static inline bool pool_share_reaches(const struct pool_share *share, uint32_t pool)
{
	return share->pool == HL_POOL_ANY || share->pool == pool + 1;
}

// Lines that come to a pool.
uint64_t pool_lines(const struct pools *pools, const struct pool_shares *shares, uint32_t pool);

// Is there room in each network for the lines that take its addresses?
int pools_room_check(const struct pools *pools, const struct hl_config *config,
		     const struct windows *windows, struct fault *fault);

// There is no pool of that name; the hint says which there are. Returns -EINVAL.
int pool_name_fail(const struct hl_config *config, const char *name, size_t len,
		   struct fault *fault);

// What hl_config_free() frees of pools.
void pools_free_texts(struct hl_config *config);

// Where a pool stands in the configuration.
int pools_fault_at(const struct pools *pools, uint32_t pool, const char *key, struct fault *fault);
