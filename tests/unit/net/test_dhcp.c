// SPDX-License-Identifier: BSD-3-Clause
// DHCP: the question byte by byte, dnsmasq's answers, whose answers count, damage.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>

#include "base/rng.h"
#include "dhcp_reply.h"

Test(dhcp, inform_says_what_rfc_2131_asks_for)
{
	static const uint8_t options[] = { 53, 1, 8, 57, 2, 0x05, 0xdc, 55, 1, 120, 255 };
	static const uint8_t broadcast[6] = { 255, 255, 255, 255, 255, 255 };
	struct hl_addr me = addr4(10, 99, 1, 1), all = addr4(255, 255, 255, 255);
	struct hl_packet pkt = { .data = guard_alloc(HL_FRAME_MAX) };
	struct frame f;

	memset(pkt.data, 0xaa, HL_FRAME_MAX);
	dhcp_write_inform(&pkt, captured_client_mac, &me, CAPTURED_XID, 7);
	cr_assert(eq(int, memcmp(pkt.data, broadcast, 6), 0));
	cr_assert(eq(int, memcmp(pkt.data + 6, captured_client_mac, 6), 0));
	cr_assert(eq(int, frame_read(pkt.data, pkt.len, 0, &f), FRAME_UDP));
	cr_assert(hl_addr_equal(&f.src.addr, &me));
	cr_assert(hl_addr_equal(&f.dst.addr, &all));
	cr_assert(eq(int, f.src.port, 68));
	cr_assert(eq(int, f.dst.port, 67));
	cr_assert(eq(int, f.payload_len, 300), "shorter ones are dropped by some relays");
	cr_assert(eq(int, load_be32(f.payload), 0x01010600), "a request over Ethernet");
	cr_assert(eq(uint, load_be32(f.payload + 4), CAPTURED_XID));
	cr_assert(eq(int, load_be32(f.payload + 8), 7 << 16), "secs; no broadcast flag");
	cr_assert(eq(int, memcmp(f.payload + 12, me.bytes, 4), 0), "ciaddr");
	for (int i = 16; i < 28; i++)
		cr_assert(eq(int, f.payload[i], 0), "yiaddr, siaddr, giaddr");
	cr_assert(eq(int, memcmp(f.payload + 28, captured_client_mac, 6), 0), "chaddr");
	for (int i = 34; i < 236; i++)
		cr_assert(eq(int, f.payload[i], 0), "chaddr's rest, sname, file");
	cr_assert(eq(uint, load_be32(f.payload + 236), 0x63825363));
	cr_assert(eq(int, memcmp(f.payload + 240, options, sizeof(options)), 0));
	for (int i = 240 + sizeof(options); i < 300; i++)
		cr_assert(eq(int, f.payload[i], 0));
}

Test(dhcp, addresses_of_a_real_ack_are_read_in_order)
{
	struct hl_dhcp_servers got = { 0 };

	cr_assert(eq(int,
		     read_payload(captured_ack_addresses + FRAME_UDP_AT,
				  sizeof(captured_ack_addresses) - FRAME_UDP_AT, &got),
		     0));
	cr_assert(eq(int, got.n, 2));
	cr_assert(is_address(&got.list[0], 0, 1));
	cr_assert(is_address(&got.list[1], 0, 2));
}

Test(dhcp, names_of_a_real_ack_are_read_with_their_compression)
{
	struct hl_dhcp_servers got = { 0 };

	cr_assert(eq(int,
		     read_payload(captured_ack_names + FRAME_UDP_AT,
				  sizeof(captured_ack_names) - FRAME_UDP_AT, &got),
		     0));
	cr_assert(eq(int, got.n, 3));
	cr_assert(is_name(&got.list[0], "sip1.example.com"));
	cr_assert(is_name(&got.list[1], "sip2.example.com"));
	cr_assert(is_name(&got.list[2], "sip1.example.net"));
}

Test(dhcp, a_real_ack_without_the_option_says_so)
{
	struct hl_dhcp_servers got = { .n = 77 };

	cr_assert(eq(int,
		     read_payload(captured_ack_without + FRAME_UDP_AT,
				  sizeof(captured_ack_without) - FRAME_UDP_AT, &got),
		     -ENOENT));
	cr_assert(eq(int, got.n, 77), "nothing is written");
}

Test(dhcp, what_answers_another_question_is_not_ours)
{
	// op, htype, hlen, xid, chaddr, cookie: any bit of them
	static const struct {
		uint16_t at, len;
	} parts[] = { { 0, 3 }, { 4, 4 }, { 28, 6 }, { 236, 4 } };
	struct hl_dhcp_servers got = { 0 };
	struct reply good = reply_begin();

	ADD_ACK(&good);
	ADD_ADDRESS(&good);
	cr_assert(eq(int, read_reply(&good, &got), 0));
	for (unsigned p = 0; p < sizeof(parts) / sizeof(*parts); p++)
		for (int bit = 0; bit < 8 * parts[p].len; bit++) {
			struct reply r = good;
			r.bytes[parts[p].at + bit / 8] ^= (uint8_t)(1 << bit % 8);
			cr_assert(eq(int, read_reply(&r, &got), -ENOMSG), "part %u bit %d", p, bit);
		}
}

Test(dhcp, only_an_ack_counts)
{
	for (int type = 0; type < 256; type++) {
		struct hl_dhcp_servers got = { 0 };
		struct reply r = reply_begin();
		char option[3] = { 53, 1, (char)type };

		add(&r, option, 3);
		ADD_ADDRESS(&r);
		cr_assert(eq(int, read_reply(&r, &got), type == 5 ? 0 : -ENOMSG), "type %d", type);
	}
	struct hl_dhcp_servers got = { 0 };
	struct reply bootp = reply_begin();
	ADD_ADDRESS(&bootp);
	cr_assert(eq(int, read_reply(&bootp, &got), -ENOMSG), "without a type: BOOTP");
}

// Cut anywhere, a reply is refused, or what is left of it is whole: never a wrong server.
Test(dhcp, truncation_at_every_length)
{
	static const struct {
		const uint8_t *frame;
		uint16_t len;
		uint16_t whole_at, end_at; // option 120 is complete; the end option is there
	} acks[] = {
		{ captured_ack_addresses, sizeof(captured_ack_addresses), 240 + 32, 240 + 33 },
		{ captured_ack_names, sizeof(captured_ack_names), 240 + 67, 240 + 68 },
	};

	for (unsigned a = 0; a < 2; a++)
		for (uint16_t len = 0; len <= acks[a].len - FRAME_UDP_AT; len++) {
			struct hl_dhcp_servers got = { 0 };
			int rc = read_payload(acks[a].frame + FRAME_UDP_AT, len, &got);

			if (len >= acks[a].whole_at)
				cr_assert(eq(int, rc, 0), "ack %u, %u bytes", a, len);
			else
				cr_assert(lt(int, rc, 0), "ack %u, %u bytes", a, len);
			cr_assert(eq(int, got.n, rc == 0 ? 2 + a : 0));
		}
}

// Random damage to real answers: no read past the end, no endless loop, no unclean name.
Test(dhcp, damaged_answers_do_no_harm)
{
	const uint16_t len = sizeof(captured_ack_names) - FRAME_UDP_AT;
	uint8_t *payload = guard_alloc(len);
	struct rng rng;
	unsigned read = 0;

	rng_seed(&rng, 120);
	for (int round = 0; round < 200000; round++) {
		struct hl_dhcp_servers got = { 0 };
		uint32_t n = 1 + rng_below(&rng, 4);

		memcpy(payload, captured_ack_names + FRAME_UDP_AT, len);
		for (uint32_t i = 0; i < n; i++)
			payload[FIXED + rng_below(&rng, len - FIXED)] = (uint8_t)rng_next(&rng);
		if (dhcp_read_reply(payload, len, captured_client_mac, CAPTURED_XID, &got) != 0) {
			cr_assert(eq(int, got.n, 0));
			continue;
		}
		read++;
		cr_assert(ge(int, got.n, 1));
		cr_assert(le(int, got.n, HL_DHCP_SERVERS_MAX));
		for (unsigned i = 0; i < got.n; i++) {
			const char *name = got.list[i].name;
			cr_assert(eq(int, name[0] == '\0', got.list[i].addr.family != 0));
			cr_assert(eq(sz,
				     strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM"
						  "NOPQRSTUVWXYZ0123456789-_."),
				     strlen(name)));
		}
	}
	cr_assert(gt(int, read, 1000), "%u were still readable", read);
}
