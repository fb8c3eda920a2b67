// SPDX-License-Identifier: BSD-3-Clause
// VLAN tags: read in front of whatever follows, written in front of whatever leaves.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/bytes.h"
#include "net/arp.h"
#include "net/path.h"

#include "captured.h"
#include "guard.h"

#define TAG_MAX 3

struct tag {
	uint16_t type, control; // PCP, DEI, number
};

static struct frame f;

// A frame with tags put in.
static uint16_t tagged(uint8_t *out, const uint8_t *frame, uint16_t len, const struct tag *tags,
		       unsigned n)
{
	memcpy(out, frame, 12);
	for (unsigned i = 0; i < n; i++) {
		store_be16(out + 12 + 4 * i, tags[i].type);
		store_be16(out + 14 + 4 * i, tags[i].control);
	}
	memcpy(out + 12 + 4 * n, frame + 12, len - 12);
	return (uint16_t)(len + 4 * n);
}

static enum frame_kind read_tagged(const struct tag *tags, unsigned n)
{
	uint8_t bytes[sizeof(captured_udp) + 4 * TAG_MAX];
	uint16_t len = tagged(bytes, captured_udp, sizeof(captured_udp), tags, n);

	return frame_read(guard_copy(bytes, len), len, 0, &f);
}

Test(frame_vlan, tags_are_read_in_front_of_the_same_datagram)
{
	static const struct {
		unsigned n;
		struct tag tags[2];
		uint32_t vlan;
	} cases[] = {
		{ 0, { { 0, 0 } }, 0 },
		{ 1, { { 0x8100, 100 } }, 100 },
		{ 1, { { 0x8100, 0xa000 | 4094 } }, 4094 }, // priority 5
		{ 1, { { 0x88a8, 7 } }, 7 },                // a service tag alone
		{ 2, { { 0x88a8, 7 }, { 0x8100, 20 } }, 7 << 12 | 20 },
		{ 2, { { 0x8100, 7 }, { 0x8100, 20 } }, 7 << 12 | 20 }, // as before 802.1ad
		{ 1, { { 0x8100, 0xe000 } }, 0 },                       // a priority alone
		{ 2, { { 0x88a8, 7 }, { 0x8100, 0x6000 } }, 7 },
		{ 2, { { 0x88a8, 0 }, { 0x8100, 20 } }, 20 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert(eq(int, read_tagged(cases[i].tags, cases[i].n), FRAME_UDP), "case %zu",
			  i);
		cr_assert(eq(u32, f.vlan, cases[i].vlan), "case %zu", i);
		cr_assert(eq(u16, f.src.port, 5060));
		cr_assert(eq(int, memcmp(f.payload, "OPTIONS sip:192.0.2.2", 21), 0));
	}
}

Test(frame_vlan, three_tags_are_too_many)
{
	static const struct tag tags[] = { { 0x88a8, 7 }, { 0x8100, 20 }, { 0x8100, 30 } };

	cr_assert(eq(int, read_tagged(tags, 3), FRAME_TAGS));
	cr_assert(eq(u32, f.vlan, 7 << 12 | 20));
}

Test(frame_vlan, a_frame_that_ends_within_its_tags_is_bad)
{
	static const struct tag tags[] = { { 0x88a8, 7 }, { 0x8100, 20 }, { 0x8100, 30 } };
	uint8_t bytes[sizeof(captured_udp) + 4 * TAG_MAX];

	for (unsigned n = 1; n <= 3; n++) {
		uint16_t whole = tagged(bytes, captured_udp, sizeof(captured_udp), tags, n);

		for (uint16_t len = 0; len < whole; len++) {
			enum frame_kind kind = frame_read(guard_copy(bytes, len), len, 0, &f);
			bool third = n == 3 && len >= 14 + 8;

			cr_assert(eq(int, kind, third ? FRAME_TAGS : FRAME_BAD),
				  "%u tags, %u bytes", n, len);
			frame_source(guard_copy(bytes, len), len);
		}
	}
}

// A path in these VLANs to 192.0.2.2, and a datagram along it.
static struct hl_packet along(struct path *path, const struct path_tags *tags)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 }, peer[6] = { 2, 0, 0, 0, 0, 2 };
	const struct hl_addr src = addr4(192, 0, 2, 1), dst = addr4(192, 0, 2, 2);
	const struct path_ends ends = {
		.mac = peer, .src = &src, .dst = &dst, .src_port = 5070, .dst_port = 5060
	};
	struct hl_packet pkt = { .data = guard_alloc(HL_FRAME_MAX) };

	path_init(path, mac, HL_FAMILY_IPV4);
	path_tag(path, tags);
	memset(path_payload(path, &pkt), 'x', path_room(path));
	path_write_to(&pkt, path, &ends, (uint16_t)path_room(path));
	path_finish(&pkt);
	return pkt;
}

Test(frame_vlan, a_path_puts_its_tags_in_and_is_as_long_behind_them)
{
	static const struct {
		struct path_tags tags;
		uint32_t vlan;
		uint16_t l2_len;
		uint8_t bytes[10];
	} cases[] = {
		{ { .inner = 0 }, 0, 14, { 0x08, 0x00 } },
		{ { .inner = 100, .priority = 5 }, 100, 18, { 0x81, 0, 0xa0, 100, 0x08, 0x00 } },
		{ { .outer = 7, .inner = 20 },
		  7 << 12 | 20,
		  22,
		  { 0x88, 0xa8, 0, 7, 0x81, 0, 0, 20, 0x08, 0x00 } },
		{ { .outer = 7, .inner = 20, .outer_type = 0x8100 },
		  7 << 12 | 20,
		  22,
		  { 0x81, 0, 0, 7, 0x81, 0, 0, 20, 0x08, 0x00 } },
	};
	struct path path;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hl_packet pkt = along(&path, &cases[i].tags);

		cr_assert(eq(u16, path.l2_len, cases[i].l2_len));
		cr_assert(eq(u32, path_room(&path), HL_MTU - 28));
		cr_assert(eq(u16, pkt.len, cases[i].l2_len + HL_MTU));
		cr_assert(eq(int, memcmp(pkt.data + 12, cases[i].bytes, cases[i].l2_len - 14u + 2),
			     0),
			  "case %zu", i);
		cr_assert(eq(int, frame_read(pkt.data, pkt.len, 0, &f), FRAME_UDP));
		cr_assert(eq(u32, f.vlan, cases[i].vlan));
		cr_assert(eq(u16, f.payload_len, HL_MTU - 28));
	}
}

Test(frame_vlan, arp_gets_the_tags_of_its_network)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	const struct path_tags tags = { .outer = 7, .inner = 20 };
	const struct hl_addr own = addr4(192, 0, 2, 1);
	struct hl_packet pkt = { .data = guard_alloc(HL_FRAME_MAX) };
	struct path path;
	struct arp arp;

	path_init(&path, mac, HL_FAMILY_IPV4);
	path_tag(&path, &tags);
	arp_write_gratuitous(&pkt, mac, &own);
	path_tag_frame(&path, &pkt);
	cr_assert(eq(int, frame_read(pkt.data, pkt.len, 0, &f), FRAME_ARP));
	cr_assert(eq(u32, f.vlan, 7 << 12 | 20));
	cr_assert(arp_read(f.payload, f.payload_len, &arp));
	cr_assert(hl_addr_equal(&arp.target, &own));
}

Test(frame_vlan, dscp_stands_in_either_family)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct path path;

	path_init(&path, mac, HL_FAMILY_IPV4);
	path_set_dscp(&path, 26);
	cr_assert(eq(int, path.headers[15], 26 << 2));
	path.family = HL_FAMILY_IPV6;
	memset(path.headers + 14, 0, 40);
	path_set_dscp(&path, 46);
	cr_assert(eq(u16, load_be16(path.headers + 14), 0x6b80));
}
