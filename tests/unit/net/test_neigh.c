// SPDX-License-Identifier: BSD-3-Clause
// Neighbours: when they are asked, whose answer is taken, and that they are never forgotten.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "base/rng.h"
#include "captured.h"
#include "net/arp.h"
#include "net/neigh.h"

#define MS UINT64_C(1000000)
#define START (5000 * MS)

static const uint8_t our_mac[6] = { 2, 0, 0, 0, 0, 1 }, its_mac[6] = { 2, 0, 0, 0, 0, 0xfe };
static const uint8_t other_mac[6] = { 2, 0, 0, 0, 0, 0x66 };
static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static struct neigh_table table;
#define ROOM 64
static uint8_t room[ROOM][HL_FRAME_MAX];
static struct hl_packet pkts[ROOM];

static void setup(void)
{
	cr_assert(eq(int, neigh_init(&table, 8), 0));
}

static void teardown(void)
{
	neigh_free(&table);
}

TestSuite(neigh, .init = setup, .fini = teardown);

// Packets written at this time, with that much room.
static uint16_t tick(uint64_t now_ns, uint16_t cap)
{
	struct hl_burst tx = { .pkts = pkts, .cap = cap };

	for (int i = 0; i < ROOM; i++)
		pkts[i].data = room[i];
	neigh_tick(&table, &tx, now_ns);
	return tx.n;
}

static struct neigh_from from_us(void)
{
	static struct path path;
	struct neigh_from from = { .path = &path, .sender = addr4(192, 0, 2, 1) };

	path_init(&path, our_mac, HL_FAMILY_IPV4);
	memcpy(from.sender_mac, our_mac, 6);
	return from;
}

static int add(uint8_t last_byte)
{
	struct hl_addr addr = addr4(192, 0, 2, last_byte);
	const struct neigh_from from = from_us();

	return neigh_add(&table, &addr, &from);
}

// "192.0.2.`last_byte` is at mac", as an answer to us.
static struct arp reply(uint8_t last_byte, const uint8_t mac[6])
{
	struct arp arp = { .sender = addr4(192, 0, 2, last_byte), .target = addr4(192, 0, 2, 1) };

	memcpy(arp.sender_mac, mac, 6);
	return arp;
}

static enum neigh_news hear(const struct arp *arp, const uint8_t eth_src[6],
			    const uint8_t eth_dst[6], uint64_t now_ns)
{
	struct hl_addr us = addr4(192, 0, 2, 1);
	const struct neigh_heard heard = {
		.sender = &arp->sender,
		.mac = arp->sender_mac,
		.request = arp->request,
		.gratuitous = hl_addr_equal(&arp->sender, &arp->target),
		.eth_dst = eth_dst,
		.eth_src = eth_src,
		.for_us = hl_addr_equal(&arp->target, &us),
	};

	return neigh_hear(&table, &heard, now_ns);
}

static enum neigh_news answer(uint8_t last_byte, const uint8_t mac[6], uint64_t now_ns)
{
	struct arp arp = reply(last_byte, mac);

	return hear(&arp, mac, our_mac, now_ns);
}

static bool is_at(const uint8_t mac[6])
{
	uint8_t known[6];

	return neigh_mac(&table.entries[0], known) && memcmp(known, mac, 6) == 0;
}

// The only neighbour, found.
static void find(uint64_t now_ns)
{
	add(2);
	cr_assert(eq(u16, tick(now_ns, 8), 1));
	cr_assert(eq(int, answer(2, its_mac, now_ns), NEIGH_TAKEN));
	cr_assert(eq(u16, tick(now_ns + 100 * MS, 8), 0), "not asked again");
}

// Ticks until end_ns; the MACs of `alive` (bit 0: its_mac, bit 1: other_mac) answer what reaches them.
static void run(uint64_t *now_ns, uint64_t end_ns, unsigned alive)
{
	static const uint8_t *const macs[] = { its_mac, other_mac };

	for (;;) {
		uint16_t n = tick(*now_ns, 8);

		for (uint16_t k = 0; k < n; k++)
			for (int m = 0; m < 2; m++)
				if (alive >> m & 1 && (memcmp(pkts[k].data, broadcast, 6) == 0 ||
						       memcmp(pkts[k].data, macs[m], 6) == 0))
					answer(2, macs[m], *now_ns);
		uint64_t next = neigh_next(&table);
		if (next > end_ns)
			break;
		*now_ns = next > *now_ns ? next : *now_ns;
	}
	*now_ns = end_ns;
}

Test(neigh, empty_has_nothing_to_do)
{
	cr_assert(eq(u64, neigh_next(&table), UINT64_MAX));
	cr_assert(neigh_complete(&table));
	cr_assert(eq(u16, tick(1000 * MS, 8), 0));
}

Test(neigh, same_address_same_entry_until_full)
{
	for (int i = 0; i < 8; i++)
		cr_assert(eq(int, add((uint8_t)(2 + i)), i));
	cr_assert(eq(int, add(200), -ENOSPC));
	for (int i = 0; i < 8; i++)
		cr_assert(eq(int, add((uint8_t)(2 + i)), i));
	cr_assert(eq(u32, table.n, 8));
}

Test(neigh, thousands_are_found_by_their_address)
{
	const struct neigh_from from = from_us();

	neigh_free(&table);
	cr_assert(eq(int, neigh_init(&table, 20000), 0));
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 20000; i++) {
			struct hl_addr addr = hl_addr_from_ipv4(0x0a000100 + i * 3);

			cr_assert(eq(int, neigh_add(&table, &addr, &from), (int)i));
		}
}

Test(neigh, unknown_is_asked_with_doubling_pauses_for_ever)
{
	static const uint64_t pauses_ms[] = { 100, 200, 400, 800, 1000, 1000, 1000 };
	uint64_t now_ns = START;
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

Test(neigh, one_that_is_found_is_checked_every_30_s_and_never_forgotten)
{
	uint64_t now_ns = START;
	uint16_t asked = 0;

	find(now_ns);
	cr_assert(neigh_complete(&table));
	cr_assert(eq(u64, neigh_next(&table), now_ns + 30000 * MS));
	run(&now_ns, now_ns + 95000 * MS, 1); // it answers
	cr_assert(eq(u32, table.entries[0].asked, 0));
	cr_assert(is_at(its_mac));
	for (uint64_t end = now_ns + 60000 * MS; now_ns < end; now_ns += 10 * MS) { // it does not
		asked = (uint16_t)(asked + tick(now_ns, 8));
		cr_assert(is_at(its_mac));
	}
	cr_assert(ge(u16, asked, 8), "%u", asked);
	cr_assert(le(u16, asked, 24), "%u", asked);
}

Test(neigh, a_check_asks_the_one_that_is_known_before_all)
{
	uint64_t now_ns = START;

	find(now_ns);
	now_ns = neigh_next(&table);
	for (int i = 0; i < 3; i++, now_ns += 100 * MS) {
		cr_assert(eq(u16, tick(now_ns, 8), 1));
		cr_assert(eq(int, memcmp(pkts[0].data, its_mac, 6), 0), "ask %d", i);
	}
	cr_assert(eq(u16, tick(now_ns, 8), 1));
	cr_assert(eq(int, memcmp(pkts[0].data, broadcast, 6), 0));
}

Test(neigh, a_mac_that_moved_silently_is_found_within_a_second_of_a_doubt)
{
	uint64_t now_ns = START;

	find(now_ns);
	now_ns += 5000 * MS;
	neigh_doubt(&table, &table.entries[0]);
	cr_assert(le(u64, neigh_next(&table), now_ns));
	run(&now_ns, now_ns + 1000 * MS, 2); // only the other one is alive
	cr_assert(is_at(other_mac));
}

Test(neigh, doubts_without_end_ask_a_few_times_a_second)
{
	uint64_t now_ns = START;
	uint32_t asked = 0;

	find(now_ns);
	for (uint64_t end = now_ns + 60000 * MS; now_ns < end; now_ns += MS) {
		neigh_doubt(&table, &table.entries[0]);
		asked += tick(now_ns, 8);
	}
	cr_assert(le(u32, asked, 60 * 8), "%u", asked);
	cr_assert(is_at(its_mac));
}

Test(neigh, a_claim_counts_only_when_the_old_one_is_silent)
{
	struct arp gratuitous = reply(2, other_mac);

	gratuitous.request = true;
	gratuitous.target = gratuitous.sender;
	for (unsigned alive = 0; alive < 4; alive++) {
		uint64_t now_ns = START;

		teardown();
		setup();
		find(now_ns);
		now_ns += 5000 * MS;
		cr_assert(eq(int, hear(&gratuitous, other_mac, broadcast, now_ns), NEIGH_CLAIM));
		cr_assert(is_at(its_mac), "not yet");
		run(&now_ns, now_ns + 1000 * MS, alive);
		cr_assert(is_at(alive & 1 ? its_mac : other_mac), "alive: %u", alive);
	}
}

Test(neigh, what_must_not_change_anything)
{
	static const uint8_t zero[6], group[6] = { 0x01, 0, 0x5e, 0, 0, 1 };
	const struct {
		const char *what;
		const uint8_t *mac, *eth_src, *eth_dst;
		bool request;
		uint8_t target;
	} cases[] = {
		{ "a reply to somebody else", other_mac, other_mac, our_mac, false, 77 },
		{ "a reply to us that nobody asked for", other_mac, other_mac, our_mac, false, 1 },
		{ "a broadcast reply", other_mac, other_mac, broadcast, false, 1 },
		{ "no address at all", zero, zero, our_mac, false, 1 },
		{ "a group", group, group, our_mac, false, 1 },
		{ "all", broadcast, broadcast, our_mac, false, 1 },
		{ "our own", our_mac, our_mac, our_mac, false, 1 },
		{ "not the one it was sent from", other_mac, its_mac, our_mac, false, 1 },
		{ "a request to somebody else", other_mac, other_mac, broadcast, true, 77 },
		{ "a gratuitous one of no address", zero, zero, broadcast, true, 2 },
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		uint64_t now_ns = START;
		struct arp arp = reply(2, cases[k].mac);

		teardown();
		setup();
		find(now_ns);
		now_ns += 5000 * MS;
		arp.request = cases[k].request;
		arp.target = addr4(192, 0, 2, cases[k].target);
		cr_expect(eq(int, hear(&arp, cases[k].eth_src, cases[k].eth_dst, now_ns),
			     NEIGH_REFUSED),
			  "%s", cases[k].what);
		cr_expect(eq(int, table.entries[0].mode, NEIGH_KNOWN), "%s", cases[k].what);
		run(&now_ns, now_ns + 40000 * MS, 0); // it is silent, and yet
		cr_expect(is_at(its_mac), "%s", cases[k].what);
	}
}

Test(neigh, nobody_is_learned_whom_nobody_asked_for)
{
	struct arp probe = reply(2, its_mac);

	cr_assert(eq(int, answer(3, its_mac, START), NEIGH_NOBODY), "somebody else");
	probe.sender = addr4(0, 0, 0, 0); // RFC 5227 1.1
	probe.request = true;
	cr_assert(eq(int, hear(&probe, its_mac, broadcast, START), NEIGH_NOBODY));
	add(2);
	cr_assert(eq(int, answer(2, its_mac, START), NEIGH_REFUSED), "before it was asked");
	cr_assert(not(neigh_complete(&table)));
}

// Random frames, while the neighbour answers for itself: nobody else ever takes its place.
Test(neigh, random_arp_moves_nothing_as_long_as_the_neighbour_answers)
{
	struct rng rng;
	uint64_t now_ns = START;

	rng_seed(&rng, 7);
	find(now_ns);
	for (int round = 0; round < 20000; round++) {
		const uint8_t *const macs[] = { our_mac, its_mac, other_mac, broadcast };
		uint64_t bits = rng_next(&rng);
		struct arp arp = reply((uint8_t)(1 + (bits & 1)), macs[bits >> 1 & 3]);

		if (bits >> 3 & 1)
			arp.sender_mac[bits >> 4 & 3] = (uint8_t)(bits >> 6);
		arp.request = bits >> 16 & 1;
		arp.target = addr4(192, 0, 2, 1 + (uint8_t)(bits >> 17 & 3));
		hear(&arp, bits >> 20 & 1 ? arp.sender_mac : macs[bits >> 21 & 3],
		     macs[bits >> 23 & 3], now_ns);
		if (bits >> 25 & 1)
			neigh_doubt(&table, &table.entries[0]);
		cr_assert(is_at(its_mac), "round %d", round);
		run(&now_ns, now_ns + (bits >> 26 & 0xff) * MS, 1);
		cr_assert(is_at(its_mac), "round %d", round);
	}
}

Test(neigh, complete_means_all)
{
	add(2);
	add(3);
	tick(0, 8);
	answer(2, its_mac, 0);
	cr_assert(not(neigh_complete(&table)));
	answer(3, its_mac, 0);
	cr_assert(neigh_complete(&table));
}

Test(neigh, what_does_not_fit_the_burst_stays_due)
{
	for (uint8_t i = 2; i < 7; i++)
		add(i);
	cr_assert(eq(u16, tick(START, 0), 0));
	cr_assert(eq(u16, tick(START, 2), 2));
	cr_assert(le(u64, neigh_next(&table), START));
	cr_assert(eq(u16, tick(START, 2), 2));
	cr_assert(eq(u16, tick(START, 2), 1));
	cr_assert(eq(u64, neigh_next(&table), START + 100 * MS));
	cr_assert(eq(u16, tick(START, 2), 0));
}

Test(neigh, requests_follow_what_the_burst_already_holds)
{
	struct hl_burst tx = { .pkts = pkts, .n = 3, .cap = 8 };

	for (int i = 0; i < ROOM; i++)
		pkts[i] = (struct hl_packet){ .data = room[i], .len = 7 };
	add(2);
	neigh_tick(&table, &tx, 0);
	cr_assert(eq(u16, tx.n, 4));
	cr_assert(eq(u16, pkts[2].len, 7));
	cr_assert(eq(u16, pkts[3].len, ETH_BYTES + ARP_BYTES));
}
