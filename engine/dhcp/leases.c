// SPDX-License-Identifier: BSD-3-Clause
// The table of DHCP clients: who has which address, and when each is due.
#include "dhcp/leases.h"

#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"

#define ARM_MAX (1u << 29) // ticks; what is later is looked at again then

static uint64_t tick_of(uint64_t ns)
{
	return ns >> LEASES_TICK_SHIFT;
}

struct hl_leases *leases_new(const struct leases_setup *setup)
{
	struct hl_leases *l = memory_zalloc(1, sizeof(*l), 64);
	uint32_t buckets = 16;

	while (buckets < setup->n)
		buckets <<= 1;
	if (l == NULL)
		return NULL;
	l->n = setup->n;
	l->list = memory_zalloc(setup->n, sizeof(*l->list), 64);
	l->buckets = memory_zalloc(buckets, sizeof(*l->buckets), 64);
	l->next = memory_zalloc(setup->n, sizeof(*l->next), 64);
	l->held = memory_zalloc(setup->n, sizeof(*l->held), 64);
	l->wheel = wheel_new(setup->n, tick_of(setup->now_ns));
	if (!l->list || !l->buckets || !l->next || !l->held || !l->wheel) {
		hl_leases_free(l);
		return NULL;
	}
	l->buckets_mask = buckets - 1;
	l->path = *setup->path;
	l->vlan = setup->vlan;
	memcpy(l->mac, setup->mac, 6);
	memcpy(l->duid_mac, setup->duid_mac, 6);
	l->has_macs = setup->has_macs;
	l->first_iaid = setup->first_iaid;
	l->gap_ns = NS_PER_S / setup->rate;
	l->now_ns = l->next_slot_ns = setup->now_ns;
	rng_seed(&l->rng, setup->seed);
	l->salt = (uint32_t)rng_next(&l->rng);
	for (uint32_t i = 0; i < l->n; i++)
		lease_init(l, i, setup->now_ns);
	return l;
}

void hl_leases_free(struct hl_leases *l)
{
	if (l == NULL)
		return;
	memory_free(l->list);
	memory_free(l->buckets);
	memory_free(l->next);
	memory_free(l->held);
	wheel_free(l->wheel);
	memory_free(l);
}

void leases_mac(const struct hl_leases *l, uint32_t i, uint8_t mac[6])
{
	uint64_t number = 0;

	for (unsigned k = 0; k < 6; k++)
		number = number << 8 | l->mac[k];
	if (l->has_macs)
		number += i;
	for (unsigned k = 6; k-- > 0; number >>= 8)
		mac[k] = (uint8_t)number;
}

// RFC 4361 6.1: the same client after a restart, whatever address it has, and another one beside each other.
void leases_client_id(const struct hl_leases *l, uint32_t i, uint8_t id[CLIENT_ID_LEN])
{
	enum { TYPE_DUID = 255, DUID_LL = 3, ETHERNET = 1 };

	id[0] = TYPE_DUID;
	store_be32(id + 1, l->first_iaid + i);
	store_be16(id + 5, DUID_LL);
	store_be16(id + 7, ETHERNET);
	memcpy(id + 9, l->duid_mac, 6);
}

void lease_arm(struct hl_leases *l, uint32_t i, uint64_t due_ns)
{
	const uint64_t now = tick_of(l->now_ns);
	uint64_t at = tick_of(due_ns) + 1;

	l->list[i].due_ns = due_ns;
	if (at > now + ARM_MAX)
		at = now + ARM_MAX;
	wheel_arm(l->wheel, i, (uint32_t)(at < now ? now : at));
}

void lease_init(struct hl_leases *l, uint32_t i, uint64_t after_ns)
{
	if (l->next_slot_ns < l->now_ns)
		l->next_slot_ns = l->now_ns;
	lease_address(l, i, 0); // others may have it, unless lines have begun with it
	l->list[i].state = LEASE_INIT;
	lease_arm(l, i, after_ns > l->next_slot_ns ? after_ns : l->next_slot_ns);
	l->next_slot_ns += l->gap_ns;
}

static uint32_t bucket_of(const struct hl_leases *l, uint32_t addr)
{
	const uint32_t hash = addr * 0x9e3779b1u;

	return (hash ^ hash >> 15) & l->buckets_mask;
}

int64_t leases_of(const struct hl_leases *l, uint32_t addr)
{
	uint32_t at = atomic_load_explicit(&l->buckets[bucket_of(l, addr)], memory_order_acquire);

	while (at != 0 && l->list[at - 1].addr != addr)
		at = atomic_load_explicit(&l->next[at - 1], memory_order_acquire);
	return (int64_t)at - 1;
}

int64_t leases_find(const struct hl_leases *l, const struct hl_addr *addr)
{
	int64_t i = addr->family == HL_FAMILY_IPV4 ? leases_of(l, load_be32(addr->bytes)) : -1;

	return i >= 0 && leases_hold(l, (uint32_t)i) ? i : -1;
}

// Addresses change before the run only, when nobody else reads.
void lease_address(struct hl_leases *l, uint32_t i, uint32_t addr)
{
	struct lease *lease = &l->list[i];
	_Atomic uint32_t *at = &l->buckets[bucket_of(l, lease->addr)];

	if (lease->addr == addr || l->settled)
		return;
	while (lease->addr != 0 && *at != i + 1)
		at = &l->next[*at - 1];
	if (lease->addr != 0)
		*at = l->next[i];
	lease->addr = addr;
	if (addr == 0)
		return;
	at = &l->buckets[bucket_of(l, addr)];
	l->next[i] = *at;
	*at = i + 1;
}

bool leases_in_subnet(const struct hl_leases *l, uint32_t addr)
{
	return l->mask == 0 || (addr & l->mask) == l->subnet;
}

static void hold(struct hl_leases *l, uint32_t i, bool held)
{
	if (leases_hold(l, i) == held)
		return;
	atomic_store_explicit(&l->held[i], held, memory_order_relaxed);
	atomic_fetch_add_explicit(&l->bound, held ? 1u : -1u, memory_order_relaxed);
	if (l->changed != NULL)
		l->changed(l->context, i, held);
}

void lease_bind(struct hl_leases *l, uint32_t i)
{
	struct lease *lease = &l->list[i];

	lease->state = LEASE_BOUND;
	lease->tries = lease->taken = 0;
	lease_arm(l, i, lease->renew_ns);
	hold(l, i, true);
}

void lease_lose(struct hl_leases *l, uint32_t i)
{
	hold(l, i, false);
}

// RFC 2131 4.1: 4, 8, 16, 32, 64 s, each up to a second more or less.
uint64_t lease_backoff_ns(struct hl_leases *l, unsigned tries)
{
	const unsigned doubled = tries < 1 ? 0 : tries > 5 ? 4 : tries - 1;

	return (4ull << doubled) * NS_PER_S - NS_PER_S + rng_below(&l->rng, 2 * NS_PER_S);
}

uint32_t hl_leases_wanted(const struct hl_leases *l)
{
	return l->n;
}

uint32_t hl_leases_bound(const struct hl_leases *l)
{
	return atomic_load_explicit(&l->bound, memory_order_relaxed);
}

uint64_t hl_leases_count(const struct hl_leases *l, enum hl_dhcp_event event)
{
	return l->counts[event];
}

bool hl_leases_servers(struct hl_leases *l, struct hl_dhcp_servers *servers)
{
	if (!atomic_load_explicit(&l->told_full, memory_order_acquire))
		return false;
	*servers = l->told;
	atomic_store_explicit(&l->told_full, false, memory_order_release);
	return true;
}

void hl_leases_release(struct hl_leases *l)
{
	atomic_store_explicit(&l->release, true, memory_order_release);
}

bool hl_leases_released(const struct hl_leases *l)
{
	return atomic_load_explicit(&l->n_released, memory_order_acquire) == l->n;
}

uint64_t leases_next(const struct hl_leases *l)
{
	const uint64_t next = wheel_next(l->wheel);

	if (!l->releasing && atomic_load_explicit(&l->release, memory_order_acquire))
		return 0;
	return next == UINT64_MAX ? next : next << LEASES_TICK_SHIFT;
}
