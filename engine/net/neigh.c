// SPDX-License-Identifier: BSD-3-Clause
// Neighbours: asked for until they answer, checked now and then, never forgotten.
#include "net/neigh.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "net/arp.h"
#include "net/ndp.h"

#define RETRY_FIRST_NS UINT64_C(100000000)
#define RETRY_MAX_NS UINT64_C(1000000000)
#define REFRESH_NS UINT64_C(30000000000)
#define CHECK_GAP_NS UINT64_C(1000000000) // from one check to the next, whatever gives rise to it
#define CHECK_TRIES 3
#define SEEK_TRIES 5
#define MAC_KNOWN (UINT64_C(1) << 63)

static const uint8_t mac_zero[6];

static uint32_t neigh_count(const struct neigh_table *table)
{
	return atomic_load_explicit((_Atomic uint32_t *)&table->n, memory_order_acquire);
}

int neigh_init(struct neigh_table *table, uint32_t cap)
{
	uint32_t slots = 64;

	while (slots < 2 * cap)
		slots <<= 1;
	*table = (struct neigh_table){ .cap = cap, .mask = slots - 1, .soonest_ns = UINT64_MAX };
	table->entries = memory_zalloc(cap, sizeof(struct neigh), 64);
	table->slots = memory_zalloc(slots, sizeof(*table->slots), 64);
	if (table->entries && table->slots)
		return 0;
	neigh_free(table);
	return -ENOMEM;
}

void neigh_free(struct neigh_table *table)
{
	memory_free(table->entries);
	memory_free(table->slots);
	table->entries = NULL;
	table->slots = NULL;
}

// Where an address is, or would be. The table is half empty, so there is a free slot.
static _Atomic uint32_t *slot_of(const struct neigh_table *table, uint16_t link,
				 const struct hl_addr *addr)
{
	uint32_t at = hl_addr_ipv4(addr) ^ (uint32_t)link << 16;

	if (addr->family == HL_FAMILY_IPV6)
		for (unsigned k = 4; k < 16; k += 4)
			at = at * 0x85ebca6bu ^ load_be32(addr->bytes + k);
	at *= 0x9e3779b1u;
	for (at ^= at >> 15;; at++) {
		_Atomic uint32_t *slot = &table->slots[at & table->mask];
		uint32_t k = atomic_load_explicit(slot, memory_order_acquire);

		if (k == 0 || (table->entries[k - 1].link == link &&
			       hl_addr_equal(&table->entries[k - 1].addr, addr)))
			return slot;
	}
}

static struct neigh *neigh_find(struct neigh_table *table, uint16_t link,
				const struct hl_addr *addr)
{
	uint32_t k = atomic_load_explicit(slot_of(table, link, addr), memory_order_acquire);

	return k != 0 ? &table->entries[k - 1] : NULL;
}

static uint64_t mac_word(const uint8_t mac[6])
{
	uint64_t word = MAC_KNOWN;

	for (int i = 0; i < 6; i++)
		word |= (uint64_t)mac[i] << (8 * i);
	return word;
}

static uint64_t neigh_word(const struct neigh *entry)
{
	return atomic_load_explicit((_Atomic uint64_t *)&entry->mac, memory_order_relaxed);
}

int neigh_add(struct neigh_table *table, const struct hl_addr *addr, const struct neigh_from *from)
{
	struct neigh *entry = neigh_find(table, from->link, addr);
	uint32_t n = neigh_count(table);

	if (entry != NULL)
		return (int)(entry - table->entries);
	if (n == table->cap)
		return -ENOSPC;
	entry = &table->entries[n];
	entry->addr = *addr;
	entry->sender = from->sender;
	memcpy(entry->sender_mac, from->sender_mac, 6);
	entry->link = from->link;
	entry->path = from->path;
	atomic_store_explicit(slot_of(table, from->link, addr), n + 1, memory_order_release);
	atomic_store_explicit(&table->n, n + 1, memory_order_release);
	return (int)n;
}

static void due_at(struct neigh_table *table, struct neigh *entry, uint64_t at_ns)
{
	entry->next_ns = at_ns;
	if (at_ns < table->soonest_ns)
		table->soonest_ns = at_ns;
}

static void neigh_rest(struct neigh_table *table, struct neigh *entry, uint64_t now_ns)
{
	entry->mode = NEIGH_KNOWN;
	entry->rival = 0;
	due_at(table, entry, now_ns + REFRESH_NS);
}

static void neigh_take(struct neigh_table *table, struct neigh *entry, uint64_t word,
		       uint64_t now_ns)
{
	bool news = neigh_word(entry) != word;

	atomic_store_explicit(&entry->mac, word, memory_order_relaxed);
	atomic_store_explicit(&entry->asked, 0, memory_order_relaxed);
	neigh_rest(table, entry, now_ns);
	if (news)
		neigh_changed(table);
}

static void check_begin(struct neigh_table *table, struct neigh *entry, uint64_t now_ns)
{
	uint64_t at_ns = entry->checked_ns + CHECK_GAP_NS;

	entry->mode = NEIGH_CHECK;
	entry->tries = 0;
	if (entry->checked_ns == 0 || at_ns < now_ns)
		at_ns = now_ns;
	due_at(table, entry, at_ns);
}

// Of a neighbour whose MAC is known: another one says that it is that.
static enum neigh_news neigh_claimed(struct neigh_table *table, struct neigh *entry,
				     const struct neigh_heard *heard, uint64_t now_ns)
{
	uint64_t word = mac_word(heard->mac);

	switch ((enum neigh_mode)entry->mode) {
	case NEIGH_SEEK: // the old one had its chance
		neigh_take(table, entry, word, now_ns);
		return NEIGH_TAKEN;
	case NEIGH_KNOWN:
		check_begin(table, entry, now_ns);
		break;
	case NEIGH_CHECK:
	case NEIGH_UNKNOWN:
		break;
	}
	if (!heard->yields)
		entry->rival = word;
	return NEIGH_CLAIM;
}

// An address that nobody has (RFC 826, RFC 1812 3.3.2), ours, or not the one it was sent from.
static bool mac_credible(const struct neigh *entry, const struct neigh_heard *heard)
{
	const uint8_t *mac = heard->mac;

	return memcmp(mac, mac_zero, 6) != 0 && !(mac[0] & 1) &&
	       memcmp(mac, entry->sender_mac, 6) != 0 && memcmp(mac, heard->eth_src, 6) == 0;
}

enum neigh_news neigh_hear(struct neigh_table *table, const struct neigh_heard *heard,
			   uint64_t now_ns)
{
	struct neigh *entry = neigh_find(table, heard->link, heard->sender);
	struct neigh_heard heard_at_source;

	if (entry == NULL)
		return NEIGH_NOBODY;
	uint64_t known = neigh_word(entry);
	if (heard->mac == NULL) { // it was asked alone, and need not say it (RFC 4861 4.4)
		if (known != mac_word(heard->eth_src))
			return NEIGH_NOBODY;
		heard_at_source = *heard;
		heard_at_source.mac = heard->eth_src;
		heard = &heard_at_source;
	}
	if (!mac_credible(entry, heard))
		return NEIGH_REFUSED;

	uint64_t word = mac_word(heard->mac);
	bool asked = atomic_load_explicit(&entry->asked, memory_order_relaxed) != 0;
	// a request may come by broadcast, an answer to us does not
	bool directed = heard->for_us &&
			(heard->request || memcmp(heard->eth_dst, entry->sender_mac, 6) == 0);

	if (known == word && !(directed && asked))
		return NEIGH_NOBODY;
	if (known == 0 && heard->gratuitous) { // it will answer, now that it is there
		due_at(table, entry, now_ns);
		return NEIGH_CLAIM;
	}
	if (directed && asked && (known == 0 || known == word)) {
		neigh_take(table, entry, word, now_ns);
		return NEIGH_TAKEN;
	}
	if (known == 0 || !(heard->gratuitous || (directed && (asked || heard->request))))
		return NEIGH_REFUSED;
	return neigh_claimed(table, entry, heard, now_ns);
}

void neigh_doubt(struct neigh_table *table, struct neigh *entry)
{
	if (atomic_load_explicit(&entry->doubted, memory_order_relaxed))
		return;
	atomic_store_explicit(&entry->doubted, true, memory_order_relaxed);
	atomic_store_explicit(&table->doubts, true, memory_order_release);
}

static void doubts_serve(struct neigh_table *table, uint64_t now_ns)
{
	uint32_t n = neigh_count(table);

	if (!atomic_load_explicit(&table->doubts, memory_order_relaxed))
		return;
	atomic_store_explicit(&table->doubts, false, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst); // then the flags of the entries
	for (uint32_t i = 0; i < n; i++) {
		struct neigh *entry = &table->entries[i];

		if (!atomic_load_explicit(&entry->doubted, memory_order_relaxed))
			continue;
		atomic_store_explicit(&entry->doubted, false, memory_order_relaxed);
		if (entry->mode == NEIGH_KNOWN)
			check_begin(table, entry, now_ns);
	}
}

static uint64_t retry_ns(uint32_t asked)
{
	// after the first request 100 ms, then 200, 400, 800, and 1 s for ever
	return asked > 4 || asked == 0 ? RETRY_MAX_NS : RETRY_FIRST_NS << (asked - 1);
}

static void ask(struct neigh *entry, struct hl_burst *tx, bool all)
{
	struct hl_packet *pkt = &tx->pkts[tx->n++];
	uint32_t asked = atomic_load_explicit(&entry->asked, memory_order_relaxed);
	uint8_t known[6];

	all = !neigh_mac(entry, known) || all;
	if (entry->addr.family == HL_FAMILY_IPV6) {
		const struct ndp_question question = {
			.mac = entry->sender_mac,
			.sender = &entry->sender,
			.target = &entry->addr,
			.known = all ? NULL : known,
		};
		ndp_write_solicitation(pkt, &question);
	} else {
		arp_write_request(pkt, entry->sender_mac, &entry->sender, &entry->addr);
		if (!all)
			memcpy(pkt->data, known, 6); // the question is the same, to one only
	}
	path_tag_frame(entry->path, pkt);
	if (asked < UINT32_MAX)
		atomic_store_explicit(&entry->asked, asked + 1, memory_order_relaxed);
}

// The old MAC did not answer: its rival, or whoever answers now, has the address.
static void check_failed(struct neigh_table *table, struct neigh *entry, uint64_t now_ns)
{
	if (entry->rival != 0) {
		neigh_take(table, entry, entry->rival, now_ns);
		return;
	}
	entry->mode = NEIGH_SEEK;
	entry->tries = 0;
	due_at(table, entry, now_ns);
}

static void neigh_due(struct neigh_table *table, struct neigh *entry, struct hl_burst *tx,
		      uint64_t now_ns)
{
	uint32_t asked = atomic_load_explicit(&entry->asked, memory_order_relaxed);

	if (entry->mode == NEIGH_KNOWN) {
		entry->mode = NEIGH_CHECK;
		entry->tries = 0;
	}
	if (entry->mode == NEIGH_CHECK && entry->tries == CHECK_TRIES)
		check_failed(table, entry, now_ns);
	switch ((enum neigh_mode)entry->mode) {
	case NEIGH_UNKNOWN:
		ask(entry, tx, true);
		due_at(table, entry, now_ns + retry_ns(asked + 1));
		break;
	case NEIGH_CHECK:
		if (entry->tries++ == 0)
			entry->checked_ns = now_ns;
		ask(entry, tx, false);
		due_at(table, entry, now_ns + RETRY_FIRST_NS);
		break;
	case NEIGH_SEEK:
		if (entry->tries++ == SEEK_TRIES) {
			neigh_rest(table, entry, now_ns);
			break;
		}
		ask(entry, tx, true);
		due_at(table, entry, now_ns + retry_ns(entry->tries));
		break;
	case NEIGH_KNOWN: // the rival has it
		break;
	}
}

void neigh_tick(struct neigh_table *table, struct hl_burst *tx, uint64_t now_ns)
{
	uint32_t n = neigh_count(table);

	doubts_serve(table, now_ns);
	if (n == table->walked && table->soonest_ns > now_ns)
		return;
	// entries are looked at anew: those due are asked, the first of the others is the soonest
	table->soonest_ns = UINT64_MAX;
	for (uint32_t i = 0; i < n; i++) {
		struct neigh *entry = &table->entries[i];

		if (entry->next_ns > now_ns || tx->n >= tx->cap) // those left stay due
			due_at(table, entry, entry->next_ns);
		else
			neigh_due(table, entry, tx, now_ns);
	}
	table->walked = n;
}

uint64_t neigh_next(const struct neigh_table *table)
{
	if (neigh_count(table) != table->walked ||
	    atomic_load_explicit((_Atomic bool *)&table->doubts, memory_order_relaxed))
		return 0;
	return table->soonest_ns;
}

bool neigh_complete(const struct neigh_table *table)
{
	uint32_t n = neigh_count(table);

	for (uint32_t i = 0; i < n; i++) {
		if (neigh_word(&table->entries[i]) == 0)
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
	if (k >= neigh_count(table))
		return false;

	struct neigh *entry = &table->entries[k];
	*out = (struct hl_next_hop){
		.addr = entry->addr,
		.known = neigh_word(entry) != 0,
		.asked = atomic_load_explicit(&entry->asked, memory_order_relaxed),
		.waits = atomic_load_explicit(&entry->waits, memory_order_relaxed),
	};
	return true;
}
