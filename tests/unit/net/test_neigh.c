// SPDX-License-Identifier: BSD-3-Clause
// Neighbours: when they are asked, and that they are never forgotten.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "captured.h"
#include "net/arp.h"
#include "net/neigh.h"

#define MS UINT64_C(1000000)

static const uint8_t our_mac[6] = { 2, 0, 0, 0, 0, 1 }, its_mac[6] = { 2, 0, 0, 0, 0, 0xfe };
static struct neigh_table table;
static uint8_t room[NEIGH_MAX][HL_FRAME_MAX];
static struct hl_packet pkts[NEIGH_MAX];

// Packets written at this time, with that much room.
static uint16_t tick(uint64_t now_ns, uint16_t cap)
{
	struct hl_burst tx = { .pkts = pkts, .cap = cap };

	for (int i = 0; i < NEIGH_MAX; i++)
		pkts[i].data = room[i];
	neigh_tick(&table, our_mac, &tx, now_ns);
	return tx.n;
}

static int add(uint8_t last_byte)
{
	struct hl_addr addr = addr4(192, 0, 2, last_byte), sender = addr4(192, 0, 2, 1);

	return neigh_add(&table, &addr, &sender);
}

static bool learn(uint8_t last_byte, const uint8_t mac[6], uint64_t now_ns)
{
	struct hl_addr addr = addr4(192, 0, 2, last_byte);

	return neigh_learn(&table, &addr, mac, now_ns);
}

Test(neigh, empty_has_nothing_to_do)
{
	cr_assert(eq(u64, neigh_next(&table), UINT64_MAX));
	cr_assert(neigh_complete(&table));
	cr_assert(eq(u16, tick(1000 * MS, 8), 0));
}

Test(neigh, same_address_same_entry_until_full)
{
	for (int i = 0; i < NEIGH_MAX; i++)
		cr_assert(eq(int, add((uint8_t)(2 + i)), i));
	cr_assert(eq(int, add(200), -ENOSPC));
	cr_assert(eq(int, add(2), 0));
	cr_assert(eq(int, add(2 + NEIGH_MAX - 1), NEIGH_MAX - 1));
	cr_assert(eq(u32, table.n, NEIGH_MAX));
}

Test(neigh, unknown_is_asked_with_doubling_pauses_for_ever)
{
	static const uint64_t pauses_ms[] = { 100, 200, 400, 800, 1000, 1000, 1000 };
	uint64_t now_ns = 5000 * MS;
	struct frame f;
	struct arp arp;

	add(2);
	cr_assert(le(u64, neigh_next(&table), now_ns), "due at once");
	cr_assert(eq(u16, tick(now_ns, 8), 1));
	cr_assert(eq(int, frame_read(pkts[0].data, pkts[0].len, 0, &f), FRAME_ARP));
	cr_assert(arp_read(f.payload, f.payload_len, &arp));
	cr_assert(arp.request);
	cr_assert(hl_addr_equal(&arp.sender, &table.entries[0].sender));
	cr_assert(hl_addr_equal(&arp.target, &table.entries[0].addr));

	for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++) {
		now_ns += pauses_ms[i] * MS;
		cr_assert(eq(u64, neigh_next(&table), now_ns));
		cr_assert(eq(u16, tick(now_ns - 1, 8), 0), "not before its time");
		cr_assert(eq(u16, tick(now_ns, 8), 1), "request %zu", i);
	}
	table.entries[0].asked = UINT32_MAX; // 136 years later
	now_ns += 1000 * MS;
	cr_assert(eq(u16, tick(now_ns, 8), 1));
	cr_assert(eq(u64, neigh_next(&table), now_ns + 1000 * MS));
	cr_assert(eq(u32, table.entries[0].asked, UINT32_MAX));
}

Test(neigh, answer_is_learned_and_asked_for_again_later)
{
	uint64_t now_ns = 5000 * MS;
	uint8_t mac[6];

	add(2);
	tick(now_ns, 8);
	cr_assert(not(neigh_complete(&table)));
	cr_assert(not(neigh_mac(&table.entries[0], mac)));
	cr_assert(learn(2, its_mac, now_ns));
	cr_assert(neigh_complete(&table));
	cr_assert(neigh_mac(&table.entries[0], mac));
	cr_assert(eq(int, memcmp(mac, its_mac, 6), 0));
	cr_assert(eq(u64, neigh_next(&table), now_ns + 30000 * MS));

	// it keeps its MAC while it does not answer, however often it is asked
	for (int i = 1; i < 10; i++) {
		cr_assert(eq(u16, tick(now_ns + (30000 * MS) * (uint64_t)i - 1, 8), 0));
		cr_assert(eq(u16, tick(now_ns + (30000 * MS) * (uint64_t)i, 8), 1));
		cr_assert(neigh_mac(&table.entries[0], mac));
		cr_assert(eq(u32, table.entries[0].asked, (uint32_t)i));
	}
}

Test(neigh, a_new_mac_replaces_the_old)
{
	static const uint8_t other[6] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff };
	uint8_t mac[6];

	add(2);
	cr_assert(learn(2, its_mac, 0));
	cr_assert(learn(2, other, 0));
	cr_assert(neigh_mac(&table.entries[0], mac));
	cr_assert(eq(int, memcmp(mac, other, 6), 0));
}

Test(neigh, what_nobody_asked_for_is_not_learned)
{
	static const uint8_t group[6] = { 0x01, 0, 0x5e, 0, 0, 1 };

	add(2);
	cr_assert(not(learn(3, its_mac, 0)), "somebody else");
	cr_assert(not(learn(2, group, 0)), "a group is nobody's own (RFC 1812 3.3.2)");
	cr_assert(not(neigh_complete(&table)));
	cr_assert(eq(u32, table.n, 1));
}

Test(neigh, complete_means_all)
{
	add(2);
	add(3);
	learn(2, its_mac, 0);
	cr_assert(not(neigh_complete(&table)));
	learn(3, its_mac, 0);
	cr_assert(neigh_complete(&table));
}

Test(neigh, what_does_not_fit_the_burst_stays_due)
{
	uint64_t now_ns = 5000 * MS;

	for (uint8_t i = 2; i < 7; i++)
		add(i);
	cr_assert(eq(u16, tick(now_ns, 0), 0));
	cr_assert(eq(u16, tick(now_ns, 2), 2));
	cr_assert(le(u64, neigh_next(&table), now_ns));
	cr_assert(eq(u16, tick(now_ns, 2), 2));
	cr_assert(eq(u16, tick(now_ns, 2), 1));
	cr_assert(eq(u64, neigh_next(&table), now_ns + 100 * MS));
	cr_assert(eq(u16, tick(now_ns, 2), 0));
}

Test(neigh, requests_follow_what_the_burst_already_holds)
{
	struct hl_burst tx = { .pkts = pkts, .n = 3, .cap = 8 };

	for (int i = 0; i < NEIGH_MAX; i++)
		pkts[i] = (struct hl_packet){ .data = room[i], .len = 7 };
	add(2);
	neigh_tick(&table, our_mac, &tx, 0);
	cr_assert(eq(u16, tx.n, 4));
	cr_assert(eq(u16, pkts[2].len, 7));
	cr_assert(eq(u16, pkts[3].len, ETH_BYTES + ARP_BYTES));
}
