// SPDX-License-Identifier: BSD-3-Clause
// The lines' addresses on the wire: announced at the start, answered to ARP and ping; next hops.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/arp.h"
#include "net/frame.h"
#include "rig.h"
#include "wire.h"

static const uint8_t own_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t other_mac[6] = { 2, 0, 0, 0, 0, 9 };

static struct hl_addr addr(const char *text)
{
	struct hl_addr a;

	cr_assert(eq(int, hl_addr_parse(text, strlen(text), &a), 0));
	return a;
}

static struct wire *wire_with(const char *ports, const char *profile)
{
	char yaml[1024];

	snprintf(yaml, sizeof(yaml),
		 "ports:\n  - device: rig\n%sprofiles:\n  a:\n    use_random_sip_port: on\n%s"
		 "lines:\n  - {profile: a, range: 6000-6003}\n",
		 ports, profile);
	return wire_new(yaml);
}

// The kth frame as ARP; false: it is none.
static bool wire_arp(const struct wire *wire, uint16_t k, struct arp *arp)
{
	struct frame f;

	return frame_read(wire->out[k].data, wire->out[k].len, 0, &f) == FRAME_ARP &&
	       arp_read(f.payload, f.payload_len, arp);
}

static void wire_arp_answer_from(struct wire *wire, const char *whose, const uint8_t mac[6])
{
	uint8_t bytes[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = bytes };
	struct arp request = { .request = true };

	request.target = addr(whose);
	request.sender = addr("10.99.1.1");
	memcpy(request.sender_mac, own_mac, 6);
	arp_write_reply(&pkt, mac, &request);
	wire_hear(wire, &pkt);
}

static void wire_arp_answer(struct wire *wire, const char *whose)
{
	wire_arp_answer_from(wire, whose, other_mac);
}

#define PORT "    addresses: [10.99.1.1-10.99.1.7/16, 10.99.2.9]\n"
#define SERVER "    outbound_server: 10.99.0.1\n"

Test(address, each_is_announced_once_and_not_all_at_a_time)
{
	struct wire *wire = wire_with(PORT, SERVER);
	uint32_t seen[10] = { 0 }, others = 0;

	for (int ms = 0; ms < 100; ms++, wire->now_ns += MS) {
		uint32_t now = 0;

		wire_tick(wire);
		for (uint16_t k = 0; k < wire->n; k++) {
			struct arp arp;

			if (!wire_arp(wire, k, &arp) || !hl_addr_equal(&arp.sender, &arp.target))
				continue;
			uint32_t last = hl_addr_ipv4(&arp.sender) & 0xff;
			bool ours = last <= 7 || last == 9;

			cr_assert(arp.request && memcmp(arp.sender_mac, own_mac, 6) == 0);
			if (ours)
				seen[last]++;
			others += !ours;
			now++;
		}
		cr_assert(le(u32, now, 1), "%u in one poll", now);
	}
	for (uint32_t i = 1; i <= 9; i++)
		cr_assert(eq(u32, seen[i], i != 8), "address %u: %u times", i, seen[i]);
	cr_assert(eq(u32, others, 0));
	wire_free(wire);
}

Test(address, arp_for_a_line_is_answered_and_for_others_not)
{
	static const struct {
		const char *target;
		bool ours;
	} cases[] = {
		{ "10.99.1.1", true },  { "10.99.1.7", true },  { "10.99.2.9", true },
		{ "10.99.1.8", false }, { "10.99.0.1", false }, { "10.99.1.0", false },
	};
	struct wire *wire = wire_with(PORT, SERVER);

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct hl_addr target = addr(cases[i].target), sender = addr("10.99.0.1");
		uint8_t bytes[HL_FRAME_MAX];
		struct hl_packet pkt = { .data = bytes };
		struct arp arp;

		arp_write_request(&pkt, other_mac, &sender, &target);
		wire_hear(wire, &pkt);
		cr_assert(eq(u16, wire->n, cases[i].ours), "%s", cases[i].target);
		if (!cases[i].ours)
			continue;
		cr_assert(wire_arp(wire, 0, &arp) && !arp.request);
		cr_assert(hl_addr_equal(&arp.sender, &target));
		cr_assert(eq(int, memcmp(arp.sender_mac, own_mac, 6), 0));
		cr_assert(eq(int, memcmp(wire->out[0].data, other_mac, 6), 0));
	}
	wire_free(wire);
}

// Enabled lines of a worker that gets no ARP answer for 10 s, and then one.
static void next_hop_expect(const char *ports, const char *profile, const char *hop)
{
	struct wire *wire = wire_with(ports, profile);
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 4 };
	const struct hl_addr want = addr(hop);
	uint32_t asked = 0, udp = 0;

	hl_worker_command(wire->worker, &enable);
	for (int ms = 0; ms < 10000; ms++, wire->now_ns += MS) {
		wire_tick(wire);
		for (uint16_t k = 0; k < wire->n; k++) {
			struct arp arp;

			if (!wire_arp(wire, k, &arp))
				udp++;
			else if (!hl_addr_equal(&arp.sender, &arp.target)) {
				cr_assert(hl_addr_equal(&arp.target, &want));
				asked++;
			}
		}
	}
	cr_assert(ge(u32, asked, 4), "asked again and again, not %u times", asked);
	cr_assert(eq(u32, udp, 0), "nothing can be sent yet");

	wire_arp_answer(wire, hop);
	for (int ms = 0; ms < 60000 && udp == 0; ms++, wire->now_ns += MS) {
		wire_tick(wire);
		for (uint16_t k = 0; k < wire->n; k++) {
			struct frame f;

			if (frame_read(wire->out[k].data, wire->out[k].len, 0, &f) != FRAME_UDP)
				continue;
			cr_assert(eq(int, memcmp(wire->out[k].data, other_mac, 6), 0));
			udp++;
		}
	}
	cr_assert(gt(u32, udp, 0), "lines start once it has answered");
	wire_free(wire);
}

Test(address, a_server_on_the_link_is_asked_for_until_it_answers)
{
	next_hop_expect(PORT, SERVER, "10.99.0.1");
}

Test(address, a_gateway_is_asked_for_until_it_answers_and_gets_what_is_for_behind_it)
{
	next_hop_expect(PORT "    gateway: 10.99.0.254\n", "    outbound_server: 192.0.2.7\n",
			"10.99.0.254");
}

// The server's MAC moves without a word: its retransmissions find it, and no line leaves it.
Test(address, a_mac_that_moved_is_found_before_a_request_times_out)
{
	static const uint8_t moved_mac[6] = { 2, 0, 0, 0, 0, 0x42 };
	struct wire *wire = wire_with(PORT, SERVER);
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 4 };
	uint32_t old = 0, moved = 0;

	wire_tick(wire);
	wire_arp_answer(wire, "10.99.0.1");
	wire->now_ns += 5 * SEC;
	hl_worker_command(wire->worker, &enable);
	for (int ms = 0; ms < 1900; ms++, wire->now_ns += MS) {
		wire_tick(wire);
		for (uint16_t k = 0, n = wire->n; k < n; k++) {
			struct frame f;
			struct arp arp;

			if (frame_read(wire->out[k].data, wire->out[k].len, 0, &f) == FRAME_UDP) {
				old += memcmp(wire->out[k].data, other_mac, 6) == 0;
				moved += memcmp(wire->out[k].data, moved_mac, 6) == 0;
			} else if (wire_arp(wire, k, &arp) && wire->out[k].data[0] == 0xff &&
				   !hl_addr_equal(&arp.sender, &arp.target)) {
				wire_arp_answer_from(wire, "10.99.0.1", moved_mac);
				break;
			}
		}
	}
	cr_assert(eq(u32, old, 8), "first transmission and first retransmission: %u", old);
	cr_assert(eq(u32, moved, 4), "the second one: %u", moved);
	wire_free(wire);
}

// An answer that was meant for somebody else, or that says nothing, does not redirect the lines.
Test(address, arp_that_nobody_asked_for_is_counted_and_changes_nothing)
{
	static const uint8_t zero_mac[6], false_mac[6] = { 2, 0, 0, 0, 0, 0x66 };
	struct wire *wire = wire_with(PORT, SERVER);
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 4 };
	uint32_t right = 0;

	wire_tick(wire);
	wire_arp_answer(wire, "10.99.0.1");
	wire->now_ns += SEC;
	wire_arp_answer_from(wire, "10.99.0.1", false_mac);
	wire_arp_answer_from(wire, "10.99.0.1", zero_mac);
	cr_assert(eq(u64, hl_worker_counters(wire->worker)->drops[HL_DROP_ARP_REFUSED], 2));
	hl_worker_command(wire->worker, &enable);
	for (int ms = 0; ms < 100; ms++, wire->now_ns += MS) {
		wire_tick(wire);
		for (uint16_t k = 0; k < wire->n; k++) {
			struct frame f;

			if (frame_read(wire->out[k].data, wire->out[k].len, 0, &f) != FRAME_UDP)
				continue;
			cr_assert(eq(int, memcmp(wire->out[k].data, other_mac, 6), 0));
			right++;
		}
	}
	cr_assert(eq(u32, right, 4));
	wire_free(wire);
}
