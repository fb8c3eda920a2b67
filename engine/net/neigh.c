// SPDX-License-Identifier: BSD-3-Clause
// Neighbours: asked for until they answer, asked again now and then, never forgotten.
#include "net/neigh.h"

#include <errno.h>

#include "net/arp.h"

#define RETRY_FIRST_NS UINT64_C(100000000)
#define RETRY_MAX_NS UINT64_C(1000000000)
#define REFRESH_NS UINT64_C(30000000000)
#define MAC_KNOWN (UINT64_C(1) << 63)

static uint32_t neigh_count(const struct neigh_table *table)
{
	return atomic_load_explicit((_Atomic uint32_t *)&table->n, memory_order_acquire);
}

static struct neigh *neigh_find(struct neigh_table *table, const struct hl_addr *addr)
{
	uint32_t n = neigh_count(table);

	for (uint32_t i = 0; i < n; i++) {
		if (hl_addr_equal(&table->entries[i].addr, addr))
			return &table->entries[i];
	}
	return NULL;
}

static bool neigh_known(const struct neigh *entry)
{
	return atomic_load_explicit((_Atomic uint64_t *)&entry->mac, memory_order_relaxed) != 0;
}

int neigh_add(struct neigh_table *table, const struct hl_addr *addr, const struct hl_addr *sender)
{
	struct neigh *entry = neigh_find(table, addr);

	if (entry == NULL) {
		uint32_t n = neigh_count(table);

		if (n == NEIGH_MAX)
			return -ENOSPC;
		entry = &table->entries[n];
		*entry = (struct neigh){ .addr = *addr, .sender = *sender };
		atomic_store_explicit(&table->n, n + 1, memory_order_release);
	}
	return (int)(entry - table->entries);
}

bool neigh_learn(struct neigh_table *table, const struct hl_addr *addr, const uint8_t mac[6],
		 uint64_t now_ns)
{
	struct neigh *entry = neigh_find(table, addr);
	uint64_t word = MAC_KNOWN;

	// A group address is nobody's own (RFC 1812 3.3.2).
	if (entry == NULL || mac[0] & 1)
		return false;
	for (int i = 0; i < 6; i++)
		word |= (uint64_t)mac[i] << (8 * i);
	bool news = !neigh_known(entry);
	atomic_store_explicit(&entry->mac, word, memory_order_relaxed);
	if (news)
		neigh_changed(table);
	entry->asked = 0;
	entry->next_ns = now_ns + REFRESH_NS;
	return true;
}

static uint64_t neigh_wait_ns(const struct neigh *entry)
{
	if (neigh_known(entry))
		return REFRESH_NS;
	// after the first request 100 ms, then 200, 400, 800, and 1 s for ever
	if (entry->asked > 4)
		return RETRY_MAX_NS;
	return RETRY_FIRST_NS << (entry->asked - 1);
}

void neigh_tick(struct neigh_table *table, const uint8_t mac[6], struct hl_burst *tx,
		uint64_t now_ns)
{
	uint32_t n = neigh_count(table);

	for (uint32_t i = 0; i < n; i++) {
		struct neigh *entry = &table->entries[i];
		if (entry->next_ns > now_ns)
			continue;
		if (tx->n >= tx->cap)
			return; // those left stay due
		arp_write_request(&tx->pkts[tx->n++], mac, &entry->sender, &entry->addr);
		if (entry->asked < UINT32_MAX)
			entry->asked++;
		entry->next_ns = now_ns + neigh_wait_ns(entry);
	}
}

uint64_t neigh_next(const struct neigh_table *table)
{
	uint64_t next_ns = UINT64_MAX;
	uint32_t n = neigh_count(table);

	for (uint32_t i = 0; i < n; i++) {
		if (table->entries[i].next_ns < next_ns)
			next_ns = table->entries[i].next_ns;
	}
	return next_ns;
}

bool neigh_complete(const struct neigh_table *table)
{
	uint32_t n = neigh_count(table);

	for (uint32_t i = 0; i < n; i++) {
		if (!neigh_known(&table->entries[i]))
			return false;
	}
	return true;
}

void neigh_changed(struct neigh_table *table)
{
	atomic_fetch_add_explicit(&table->changes, 1, memory_order_release);
}

void neigh_waited(struct neigh *entry)
{
	atomic_fetch_add_explicit(&entry->waits, 1, memory_order_relaxed);
}

bool neigh_read(const struct neigh_table *table, uint32_t k, struct hl_next_hop *out)
{
	struct neigh *entry = (struct neigh *)&table->entries[k];

	if (k >= neigh_count(table))
		return false;
	*out = (struct hl_next_hop){
		.addr = entry->addr,
		.known = neigh_known(entry),
		.asked = atomic_load_explicit(&entry->asked, memory_order_relaxed),
		.waits = atomic_load_explicit(&entry->waits, memory_order_relaxed),
	};
	return true;
}
