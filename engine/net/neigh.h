// SPDX-License-Identifier: BSD-3-Clause
// Neighbours: MAC addresses of servers and gateways, asked for by ARP or by NDP, each with retry.
//
// One table a port, for all links on it. Entries are added by one thread at a time (the control thread) and
// never move; all else is written by the first worker of the port. Others read the MAC word, relaxed, and may raise a doubt.
//
// Nobody vouches for ARP, nor for NDP. An address is learned from an answer to a question of ours that was sent to
// us. A MAC that is known is only replaced once it does not answer itself (RFC 1122 2.3.2.1): it is
// asked alone, three times; then whoever answers the question put to all, or the one that had claimed
// the address, takes its place. It stays as long as nobody does: a server that is down must stay
// addressable, since its death is for SIP to notice.
#pragma once

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <heartline/addr.h>
#include <heartline/packet.h>
#include <heartline/plan.h>
#include "net/path.h"

enum neigh_mode {
	NEIGH_UNKNOWN, // all are asked, for ever
	NEIGH_KNOWN,   // at rest until the next check
	NEIGH_CHECK,   // the MAC that is known is asked alone
	NEIGH_SEEK,    // it was silent: all are asked, and whoever answers is taken
};

struct neigh {
	struct hl_addr addr;     // next hop: the server itself when on-link, else the gateway
	struct hl_addr sender;   // our address to ask from
	uint8_t sender_mac[6];   // and its MAC
	uint16_t link;           // where it is; two links may have the same addresses
	const struct path *path; // whose tags lead there
	_Atomic uint64_t mac;    // 0: not known; else bytes in the low 48 bits, bit 63 set
	_Atomic uint64_t waits;  // SIP requests that could not leave for want of the MAC
	_Atomic uint32_t asked;  // requests without an answer, so far
	_Atomic bool doubted;    // a SIP request there was not answered in time. Writer: any worker
	uint8_t mode;            // enum neigh_mode
	uint8_t tries;           // requests in this mode, CHECK and SEEK
	uint64_t rival;          // the MAC that claims the address, as `mac`; 0: none
	uint64_t next_ns;        // when to ask (again)
	uint64_t checked_ns;     // when the last check began
};

struct neigh_table {
	_Atomic uint32_t n;       // entries come before it
	_Atomic uint32_t changes; // a MAC became known, or a server got an address
	_Atomic bool doubts;      // some entry is doubted
	uint32_t cap, mask;       // of entries, of slots
	uint32_t walked;          // entries that soonest_ns speaks of
	uint64_t soonest_ns;      // the first next_ns of those
	struct neigh *entries;
	_Atomic uint32_t *slots; // by hash of link and address: index + 1; 0: free
};

// Room for so many entries; pages that are not used cost nothing. -ENOMEM.
int neigh_init(struct neigh_table *table, uint32_t cap);
void neigh_free(struct neigh_table *table);

// How a neighbour is asked.
struct neigh_from {
	uint16_t link;
	const struct path *path; // of our network; stays where it is
	struct hl_addr sender;
	uint8_t sender_mac[6];
};

// Index of the entry for addr on that link, made when there is none; -ENOSPC when full.
int neigh_add(struct neigh_table *table, const struct hl_addr *addr, const struct neigh_from *from);

// False while the MAC is not known.
static inline bool neigh_mac(const struct neigh *entry, uint8_t mac[6])
{
	uint64_t word = atomic_load_explicit((_Atomic uint64_t *)&entry->mac, memory_order_relaxed);
	memcpy(mac, &word, 6); // the low 48 bits come first, as checksum.c asserts
	return word != 0;
}

// What an ARP packet, or a message of NDP, says of its sender, and how it came.
struct neigh_heard {
	const struct hl_addr *sender;
	const uint8_t *mac; // where the sender says that it is; NULL: it does not
	const uint8_t *eth_dst, *eth_src;
	uint16_t link;   // it came on
	bool request;    // it asks
	bool gratuitous; // it answers nobody, and tells all
	bool for_us;     // it asks for one of our addresses, or answers one
	bool yields; // of NDP: it must not take the place of a MAC that answers (RFC 4861 4.4, override)
};
enum neigh_news {
	NEIGH_NOBODY,  // no neighbour of ours, or nothing new
	NEIGH_TAKEN,   // the answer that was wanted
	NEIGH_CLAIM,   // another MAC than the one known: that one is asked first
	NEIGH_REFUSED, // it must not change anything
};
enum neigh_news neigh_hear(struct neigh_table *table, const struct neigh_heard *heard,
			   uint64_t now_ns);

// Requests there are not answered: it should be checked soon. Any worker.
void neigh_doubt(struct neigh_table *table, struct neigh *entry);

// Write requests that are due: unknown neighbours every 100 ms at first, doubling to 1 s, for ever;
// known ones are checked every 30 s, and within a second when they are in doubt.
void neigh_tick(struct neigh_table *table, struct hl_burst *tx, uint64_t now_ns);

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
