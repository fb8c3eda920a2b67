// SPDX-License-Identifier: BSD-3-Clause
// Neighbours: MAC addresses of servers and gateways, asked for by ARP with retry.
//
// One table a port. Writer: worker 0. Others read the MAC word, relaxed.
#pragma once

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/packet.h>
#include <heartline/plan.h>

#define NEIGH_MAX 64

struct neigh {
	struct hl_addr addr;    // next hop: the server itself when on-link, else the gateway
	struct hl_addr sender;  // our address to ask from
	_Atomic uint64_t mac;   // 0: not known; else bytes in the low 48 bits, bit 63 set
	uint64_t next_ns;       // when to ask (again); writer and reader: worker 0
	_Atomic uint32_t asked; // requests without an answer, so far
	_Atomic uint64_t waits; // SIP requests that could not leave for want of the MAC
};

struct neigh_table {
	_Atomic uint32_t n;       // writer: who adds, one thread at a time; entries come before it
	_Atomic uint32_t changes; // a MAC became known, or a server got an address
	struct neigh entries[NEIGH_MAX];
};

// Index of the entry for addr, made when there is none; -ENOSPC when full.
int neigh_add(struct neigh_table *table, const struct hl_addr *addr, const struct hl_addr *sender);

// False while the MAC is not known.
static inline bool neigh_mac(const struct neigh *entry, uint8_t mac[6])
{
	uint64_t word = atomic_load_explicit((_Atomic uint64_t *)&entry->mac, memory_order_relaxed);
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)(word >> (8 * i));
	return word != 0;
}

// An ARP packet was seen (request or reply): learn its sender when we want it. True: it was wanted.
bool neigh_learn(struct neigh_table *table, const struct hl_addr *addr, const uint8_t mac[6],
		 uint64_t now_ns);

// Write requests that are due: unknown neighbours every 100 ms at first, doubling to 1 s, for ever;
// known ones are asked again every 30 s and keep their MAC while they do not answer (a server that
// is down must stay addressable: its death is for SIP to notice).
void neigh_tick(struct neigh_table *table, const uint8_t mac[6], struct hl_burst *tx,
		uint64_t now_ns);

// When neigh_tick() has something to do next; UINT64_MAX: never.
uint64_t neigh_next(const struct neigh_table *table);

// Whoever waits for a neighbour should look again; what follows a change of this number is seen with it.
void neigh_changed(struct neigh_table *table);
static inline uint32_t neigh_changes(const struct neigh_table *table)
{
	return atomic_load_explicit((_Atomic uint32_t *)&table->changes, memory_order_acquire);
}

// A request could not leave for want of this MAC. Any thread.
void neigh_waited(struct neigh *entry);

// The kth entry, for reports. Any thread. False: there are fewer.
bool neigh_read(const struct neigh_table *table, uint32_t k, struct hl_next_hop *out);

// Everything known?
bool neigh_complete(const struct neigh_table *table);
