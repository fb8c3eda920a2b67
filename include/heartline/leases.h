// SPDX-License-Identifier: BSD-3-Clause
// Addresses from DHCP (RFC 2131): the clients of a pool, one for each address, before the run and in it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/counters.h>
#include <heartline/dhcp.h>
#include <heartline/error.h>
#include <heartline/packet.h>

struct hl_leases;

struct hl_leases_options {
	const struct hl_config *config; // used during the call
	uint32_t pool;                  // of it, whose addresses come from DHCP
	uint8_t mac[6];                 // of the port
	uint64_t seed, now_ns;
};

/** All clients begin to ask with the first poll, paced by dhcp_rate. @return 0; -ENOMEM */
int hl_leases_new(struct hl_leases **leases, const struct hl_leases_options *options,
		  struct hl_error *err);
void hl_leases_free(struct hl_leases *leases);

/**
 * Take n received packets, and write what is due. Until a plan is made with them: from then on the first worker of
 * the port does it, in its own calls.
 */
void hl_leases_poll(struct hl_leases *leases, const struct hl_packet *pkts, uint16_t n,
		    struct hl_burst *tx, uint64_t now_ns);

/** Clients, and those that have an address now. Any thread, any time. */
uint32_t hl_leases_wanted(const struct hl_leases *leases);
uint32_t hl_leases_bound(const struct hl_leases *leases);

/** What happened so far; before a plan is made. */
uint64_t hl_leases_count(const struct hl_leases *leases, enum hl_dhcp_event event);

/** The servers of option 120, when they are others than at the last call. One thread at a time, any time. */
bool hl_leases_servers(struct hl_leases *leases, struct hl_dhcp_servers *servers);

/**
 * All clients have an address: they keep it for the run, and the pool has its subnet and router.
 * @return 0; -ENOMEM
 */
int hl_leases_settle(struct hl_leases *leases, struct hl_pool *pool, struct hl_error *err);

/** Give all addresses back, whoever polls. Any thread. */
void hl_leases_release(struct hl_leases *leases);
/** Is that done? */
bool hl_leases_released(const struct hl_leases *leases);
