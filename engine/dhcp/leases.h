// SPDX-License-Identifier: BSD-3-Clause
// The DHCP clients of a pool, one an address: RFC 2131, figure 5. Times and packets are arguments.
//
// Everything is the lead worker's (before the run: the control thread's); what others may read is atomic. An
// address that the run has begun with is never exchanged for another one: lines wait until they have theirs again.
#pragma once

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <heartline/leases.h>
#include "base/rng.h"
#include "net/dhcp.h"
#include "net/frame.h"
#include "net/path.h"
#include "timer/wheel.h"

enum lease_state {
	LEASE_INIT,
	LEASE_SELECTING,
	LEASE_REQUESTING,
	LEASE_PROBING, // it is ours if nobody else has it (RFC 2131 2.2, RFC 5227)
	LEASE_BOUND,
	LEASE_RENEWING,
	LEASE_REBINDING,
	LEASE_RELEASING,
	LEASE_RELEASED,
};

#define NS_PER_S 1000000000ull
#define LEASES_TICK_SHIFT 20 // of the wheel: 1 ms
#define LEASE_NEVER UINT64_MAX

// Addresses are numbers in the order of the host.
struct lease {
	uint64_t due_ns;   // when something is to be done
	uint64_t begun_ns; // of the exchange under way
	uint64_t rebind_ns, end_ns;
	uint64_t renew_ns;
	uint32_t xid;
	uint32_t addr, server; // 0: none
	uint8_t state;         // enum lease_state
	uint8_t tries;         // messages of the exchange, or ARP probes
	uint8_t server_mac[6]; // the hop that the answer came by
	uint8_t taken;         // offers in a row of what another client has
	bool conflict;         // somebody else has the address that is probed
};
static_assert(sizeof(struct lease) <= 64, "memory a client");

#define CLIENT_ID_LEN 15 // type 255, IAID, DUID-LL (RFC 4361 6.1)

struct hl_leases {
	struct lease *list;
	uint32_t n;
	uint32_t salt; // of transaction numbers, which say whose they are
	struct path path;
	uint8_t mac[6]; // of the first client, or of all
	bool has_macs;
	uint8_t duid_mac[6];
	uint32_t first_iaid;
	uint64_t gap_ns;       // between first messages of exchanges
	uint64_t next_slot_ns; // when the next of these may leave
	struct wheel *wheel;
	uint64_t now_ns;
	struct rng rng;
	bool settled;                   // addresses stay
	uint32_t subnet, mask, router;  // of the first lease; mask 0: there was none
	uint32_t vlan;                  // as in struct frame
	struct hl_dhcp_servers servers; // that were told last
	// Clients by address: readers of other threads may come at any time.
	uint32_t buckets_mask;
	_Atomic uint32_t *buckets; // client + 1, or 0
	_Atomic uint32_t *next;    // likewise
	_Atomic uint8_t *held;     // by client: it may be used now
	_Atomic uint32_t bound;
	uint64_t counts[HL_DHCP_EVENTS];
	uint64_t n_events; // all of them
	// A client has its address, or has it no longer. NULL: nobody is told.
	void (*changed)(void *context, uint32_t i, bool held);
	void *context;
	// Servers on their way to whoever asks.
	struct hl_dhcp_servers told;
	_Atomic bool told_full;
	_Atomic bool release;
	bool releasing;
	_Atomic uint32_t n_released;
};

// leases.c
void leases_mac(const struct hl_leases *l, uint32_t i, uint8_t mac[6]);
void leases_client_id(const struct hl_leases *l, uint32_t i, uint8_t id[CLIENT_ID_LEN]);
void lease_arm(struct hl_leases *l, uint32_t i, uint64_t due_ns);
// Begin anew, no sooner than at a time, when it is its turn.
void lease_init(struct hl_leases *l, uint32_t i, uint64_t after_ns);
void lease_bind(struct hl_leases *l, uint32_t i);
// Whatever it had is not its own any more.
void lease_lose(struct hl_leases *l, uint32_t i);
void lease_address(struct hl_leases *l, uint32_t i, uint32_t addr);
bool leases_in_subnet(const struct hl_leases *l, uint32_t addr);
uint64_t lease_backoff_ns(struct hl_leases *l, unsigned tries);
// Who has an address or is about to; -1: nobody.
int64_t leases_of(const struct hl_leases *l, uint32_t addr);

// lease_send.c. False: there is no room; then it is due again in a moment.
bool lease_send(struct hl_leases *l, uint32_t i, enum dhcp_type type, struct hl_burst *tx);
bool lease_probe(struct hl_leases *l, uint32_t i, struct hl_burst *tx);

// Timers. Bounded work a call.
void leases_tick(struct hl_leases *l, struct hl_burst *tx, uint64_t now_ns);
// No sooner has it anything to do.
uint64_t leases_next(const struct hl_leases *l);
// A datagram; mac: of who sent it on the link. False: it is none of these clients'.
bool leases_hear(struct hl_leases *l, const struct frame *f, const uint8_t *mac,
		 struct hl_burst *tx, uint64_t now_ns);
// ARP, whoever it is for: is an address that is being probed somebody else's?
void leases_hear_arp(struct hl_leases *l, const struct frame *f, uint64_t now_ns);

// Index of a client that holds an address now; -1: none. Any thread.
int64_t leases_find(const struct hl_leases *l, const struct hl_addr *addr);
static inline struct hl_addr leases_number(uint32_t addr)
{
	return (struct hl_addr){ HL_FAMILY_IPV4,
				 { (uint8_t)(addr >> 24), (uint8_t)(addr >> 16),
				   (uint8_t)(addr >> 8), (uint8_t)addr } };
}
static inline struct hl_addr leases_address(const struct hl_leases *l, uint32_t i)
{
	return leases_number(l->list[i].addr);
}
static inline bool leases_hold(const struct hl_leases *l, uint32_t i)
{
	return atomic_load_explicit(&l->held[i], memory_order_relaxed);
}
static inline void leases_count(struct hl_leases *l, enum hl_dhcp_event event)
{
	l->counts[event]++;
	l->n_events++;
}

struct leases_setup {
	uint32_t n, first_iaid, rate, vlan;
	const struct path *path;
	const uint8_t *mac, *duid_mac;
	bool has_macs;
	uint64_t seed, now_ns;
};
// NULL: no memory.
struct hl_leases *leases_new(const struct leases_setup *setup);
