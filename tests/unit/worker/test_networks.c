// SPDX-License-Identifier: BSD-3-Clause
// A worker with two networks that have equal addresses: each frame counts in the network that it came by, and
// each answer leaves in it.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "net/arp.h"
#include "net/path.h"
#include "worker/worker.h"

#include "datagram.h"
#include "rig.h"
#include "wire.h"

static const uint8_t server_mac[6] = { 2, 0, 0, 0, 0, 0x99 };

static struct wire *two;

static void setup(void)
{
	static const char yaml[] =
		"ports:\n  - device: rig\n"
		"pools:\n"
		"  - {name: a, vlan: 100, addresses: 10.99.1.1/16, mac: 02:00:00:00:aa:01}\n"
		"  - {name: b, outer_vlan: 7, vlan: 200, addresses: 10.99.1.1/16}\n"
		"profiles:\n  lab:\n    outbound_server: 10.99.0.1\n"
		"lines:\n  - {profile: lab, range: 1-1, pool: a}\n"
		"  - {profile: lab, range: 2-2, pool: b}\n";

	two = wire_new(yaml);
}

static void teardown(void)
{
	wire_free(two);
}

TestSuite(networks, .init = setup, .fini = teardown);

static void tick(uint64_t span_ns)
{
	struct hl_burst tx = { .pkts = two->out, .cap = 64 };

	two->now_ns += span_ns;
	hl_worker_tick(two->worker, &tx, two->now_ns);
	two->n = tx.n;
}

// Hand a frame without tags to the worker, as if it had come by these VLANs.
static void receive(struct hl_packet *pkt, uint16_t outer, uint16_t inner)
{
	const struct path_tags tags = { .outer = outer, .inner = inner };
	struct hl_burst tx = { .pkts = two->out, .cap = 64 };
	struct path path;

	path_init(&path, server_mac, HL_FAMILY_IPV4);
	path_tag(&path, &tags);
	path_tag_frame(&path, pkt);
	hl_worker_rx(two->worker, pkt, 1, &tx, two->now_ns);
	two->n = tx.n;
}

static uint32_t vlan_of(uint16_t k)
{
	struct frame f;

	frame_read(two->out[k].data, two->out[k].len, 0, &f);
	return f.vlan;
}

static uint64_t dropped(enum hl_drop reason)
{
	return rig_count(&hl_worker_counters(two->worker)->drops[reason]);
}

static struct arp question(void)
{
	struct arp arp = { .request = true };

	hl_addr_parse("10.99.0.1", 9, &arp.sender);
	hl_addr_parse("10.99.1.1", 9, &arp.target);
	memcpy(arp.sender_mac, server_mac, 6);
	return arp;
}

static void ask(uint16_t outer, uint16_t inner)
{
	uint8_t bytes[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = bytes };
	struct arp arp = question();

	arp_write_request(&pkt, arp.sender_mac, &arp.sender, &arp.target);
	receive(&pkt, outer, inner);
}

Test(networks, arp_is_answered_with_the_tags_and_the_mac_of_the_network)
{
	static const uint8_t own[6] = { 2, 0, 0, 0, 0xaa, 1 }, port[6] = { 2, 0, 0, 0, 0, 1 };

	ask(0, 100);
	cr_assert(eq(u16, two->n, 1));
	cr_assert(eq(u32, vlan_of(0), 100));
	cr_assert(eq(int, memcmp(two->out[0].data + 6, own, 6), 0));
	ask(7, 200);
	cr_assert(eq(u16, two->n, 1));
	cr_assert(eq(u32, vlan_of(0), 7 << 12 | 200));
	cr_assert(eq(int, memcmp(two->out[0].data + 6, port, 6), 0));
}

Test(networks, what_comes_by_no_network_is_counted_and_not_answered)
{
	static const uint16_t vlans[][2] = {
		{ 0, 0 }, { 0, 200 }, { 7, 100 }, { 200, 7 }, { 0, 101 }
	};

	for (size_t i = 0; i < sizeof(vlans) / sizeof(vlans[0]); i++) {
		ask(vlans[i][0], vlans[i][1]);
		cr_assert(eq(u16, two->n, 0), "case %zu", i);
		cr_assert(eq(u64, dropped(HL_DROP_VLAN), i + 1));
	}
}

// The server answers ARP in both.
static void learn(void)
{
	static const uint8_t macs[2][6] = { { 2, 0, 0, 0, 0xaa, 1 }, { 2, 0, 0, 0, 0, 1 } };

	tick(0);
	for (unsigned k = 0; k < 2; k++) {
		uint8_t bytes[HL_FRAME_MAX];
		struct hl_packet pkt = { .data = bytes };
		struct arp asked = question();
		struct hl_addr server = asked.sender;

		asked.sender = asked.target;
		asked.target = server;
		memcpy(asked.sender_mac, macs[k], 6);
		arp_write_reply(&pkt, server_mac, &asked);
		receive(&pkt, k == 0 ? 0 : 7, k == 0 ? 100 : 200);
	}
}

static void command_enable(void)
{
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .first = 0, .n = 2 };

	cr_assert(eq(int, hl_worker_command(two->worker, &enable), 0));
}

// The REGISTER of a network among what was written last; NULL: none.
static const struct hl_packet *register_in(uint32_t vlan, struct frame *f)
{
	for (uint16_t k = 0; k < two->n; k++)
		if (frame_read(two->out[k].data, two->out[k].len, 0, f) == FRAME_UDP &&
		    f->vlan == vlan)
			return &two->out[k];
	return NULL;
}

Test(networks, each_line_registers_in_its_own)
{
	struct frame f;

	learn();
	cr_assert(eq(int, hl_plan_next_hops(two->plan), 2));
	command_enable();
	tick(20 * MS);
	const struct hl_packet *a = register_in(100, &f);
	cr_assert(a != NULL);
	cr_assert(eq(int, memcmp(a->data, server_mac, 6), 0));
	cr_assert(eq(int, a->data[10], 0xaa));
	cr_assert(register_in(7 << 12 | 200, &f) != NULL);
}

Test(networks, an_answer_from_another_network_moves_no_line)
{
	static const char head[] = "SIP/2.0 200 OK\r\n";
	uint8_t bytes[HL_FRAME_MAX];
	char text[2048];
	struct hl_packet pkt = { .data = bytes };
	const struct route route = { .src_mac = { 2, 0, 0, 0, 0, 0x99 } };
	struct frame f;

	learn();
	command_enable();
	tick(20 * MS);
	cr_assert(register_in(100, &f) != NULL);
	const char *via = memmem(f.payload, f.payload_len, "Via:", 4);
	int len = snprintf(text, sizeof(text), "%s%.*s", head,
			   (int)(f.payload_len - (via - (const char *)f.payload)), via);
	const struct hl_endpoint server = f.dst, own = f.src;
	const uint32_t states = line_state(&two->worker->lines[0]).state;

	datagram_write(&pkt, &route, &server, &own, text, (uint16_t)len);
	receive(&pkt, 7, 200);
	cr_assert(eq(u64, dropped(HL_DROP_WRONG_SOURCE), 1));
	cr_assert(eq(u32, line_state(&two->worker->lines[0]).state, states));
	datagram_write(&pkt, &route, &server, &own, text, (uint16_t)len);
	receive(&pkt, 0, 100);
	cr_assert(eq(u64, dropped(HL_DROP_WRONG_SOURCE), 1), "its own network is right");
	cr_assert(eq(u64, rig_count(&hl_worker_counters(two->worker)->responses[2]), 1));
}
