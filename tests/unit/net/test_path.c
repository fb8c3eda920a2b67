// SPDX-License-Identifier: BSD-3-Clause
// Paths: what is written along one is what Linux would have sent; a VLAN tag and IPv6 are other bytes only.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "captured.h"
#include "guard.h"
#include "net/path.h"

static const uint8_t own_mac[6] = { 2, 0, 0, 0, 0, 1 }, peer_mac[6] = { 2, 0, 0, 0, 0, 2 };
static const struct hl_endpoint own4 = { { HL_FAMILY_IPV4, { 192, 0, 2, 1 } }, 5060 };
static const struct hl_endpoint peer4 = { { HL_FAMILY_IPV4, { 192, 0, 2, 2 } }, 5060 };
static const struct hl_endpoint own6 = { { HL_FAMILY_IPV6, { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
					 50001 };
static const struct hl_endpoint peer6 = { { HL_FAMILY_IPV6,
					    { 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe } },
					  5061 };

// What a port with a VLAN, or of IPv6, will write; by hand, since nothing else does so yet.
static struct path port_make(bool tagged, bool ipv6)
{
	static const uint8_t ipv6_header[IPV6_BYTES] = { 0x60, [6] = IP_UDP, [7] = 64 };
	struct path path;

	path_init(&path, own_mac, HL_FAMILY_IPV4);
	uint8_t ipv4_header[IPV4_BYTES], *at = path.headers;
	memcpy(ipv4_header, at + ETH_BYTES, IPV4_BYTES);
	memset(at + 12, 0, sizeof(path.headers) - 12);
	path.l2_len = tagged ? 18 : 14;
	path.l3_len = ipv6 ? IPV6_BYTES : IPV4_BYTES;
	if (tagged) {
		store_be16(at + 12, 0x8100);
		store_be16(at + 14, 5 << 13 | 42); // priority, VLAN
	}
	store_be16(at + path.l2_len - 2, ipv6 ? 0x86dd : ETHERTYPE_IPV4);
	memcpy(at + path.l2_len, ipv6 ? ipv6_header : ipv4_header, path.l3_len);
	path_seal(&path);
	return path;
}

static struct path path_make(bool tagged, bool ipv6)
{
	struct path port = port_make(tagged, ipv6), path;

	path_to(&path, &port, ipv6 ? &peer6 : &peer4, 7);
	return path;
}

// In a buffer that ends with the payload, at a guard page.
static struct hl_packet payload_make(const struct path *path, const void *payload, uint16_t len)
{
	struct hl_packet pkt = { .data = guard_alloc(path->payload_at + len), .flags = 0xffff };

	memset(pkt.data, 0xaa, path->payload_at);
	if (len > 0)
		memcpy(path_payload(path, &pkt), payload, len);
	return pkt;
}

static struct hl_packet write_along(const struct path *path, const void *payload, uint16_t len)
{
	const struct hl_endpoint *own = path->family == HL_FAMILY_IPV6 ? &own6 : &own4;
	const struct path_ends ends = { .mac = peer_mac, .src = &own->addr, .src_port = own->port };
	struct hl_packet pkt = payload_make(path, payload, len);

	path_write(&pkt, path, &ends, len);
	cr_assert(eq(u16, pkt.len, path->payload_at + len));
	cr_assert(eq(u16, pkt.flags, HL_PACKET_CSUM_OFFLOAD));
	cr_assert(eq(u8, pkt.l2_len, path->l2_len));
	cr_assert(eq(u8, pkt.l3_len, path->l3_len));
	return pkt;
}

static struct hl_packet write_finished(const struct path *path, const void *payload, uint16_t len)
{
	struct hl_packet pkt = write_along(path, payload, len);

	path_finish(&pkt);
	cr_assert(eq(u16, pkt.flags, 0));
	return pkt;
}

Test(path, ours_is_that_of_linux_but_for_the_identification)
{
	const struct path path = path_make(false, false);
	uint8_t want[sizeof(captured_udp)];

	memcpy(want, captured_udp, sizeof(want));
	store_be16(want + ETH_BYTES + 4, 0);
	ipv4_sum_again(want);
	struct hl_packet pkt = write_finished(&path, want + FRAME_UDP_AT,
					      (uint16_t)(sizeof(want) - FRAME_UDP_AT));
	cr_assert(eq(u16, pkt.len, sizeof(want)));
	cr_assert(eq(int, memcmp(pkt.data, want, sizeof(want)), 0));
}

Test(path, ours_is_read_back_at_every_length)
{
	const struct path path = path_make(false, false);
	uint8_t payload[ETH_BYTES + HL_MTU - FRAME_UDP_AT];
	struct frame f;

	cr_assert(eq(u32, path_room(&path), sizeof(payload)));
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 31 + 7);
	for (uint16_t len = 0; len <= sizeof(payload); len++) {
		struct hl_packet pkt = write_finished(&path, payload, len);

		cr_assert(eq(int, frame_read(pkt.data, pkt.len, 0, &f), FRAME_UDP));
		cr_assert(hl_addr_equal(&f.src.addr, &own4.addr) &&
			  hl_addr_equal(&f.dst.addr, &peer4.addr));
		cr_assert(f.src.port == own4.port && f.dst.port == peer4.port);
		cr_assert(eq(u16, f.payload_len, len));
		cr_assert(eq(int, memcmp(f.payload, payload, len), 0));
		cr_assert(ne(u16, load_be16(pkt.data + FRAME_UDP_AT - 2), 0));
		guard_free(pkt.data, pkt.len);
	}
}

// Word by word, as RFC 768 and RFC 8200 8.1 say it: nothing in common with what is tested.
static uint16_t udp_checksum(const struct hl_endpoint *src, const struct hl_endpoint *dst,
			     const uint8_t *payload, uint16_t len)
{
	const unsigned addr_len = src->addr.family == HL_FAMILY_IPV6 ? 16 : 4;
	uint32_t sum = IP_UDP + 2u * (UDP_BYTES + len) + src->port + dst->port;

	for (unsigned i = 0; i < addr_len; i += 2)
		sum += load_be16(src->addr.bytes + i) + load_be16(dst->addr.bytes + i);
	for (unsigned i = 0; i < len; i++)
		sum += (uint32_t)payload[i] << (i % 2 ? 0 : 8);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff ? 0xffff : (uint16_t)~sum;
}

Test(path, each_byte_of_tagged_ipv6_is_as_it_must_be)
{
	static const char payload[] = "OPTIONS sip:a@b SIP/2.0\r\n";
	const uint16_t len = sizeof(payload) - 1;
	const struct path path = path_make(true, true);
	struct hl_packet pkt = write_finished(&path, payload, len);
	// clang-format off
	const uint8_t want[66] = {
		2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, // MAC addresses
		0x81, 0, 0xa0, 42, 0x86, 0xdd,      // 802.1Q: priority 5, VLAN 42; IPv6
		0x60, 0, 0, 0, 0, UDP_BYTES + len, IP_UDP, 64,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
		50001 >> 8, 50001 & 255, 5061 >> 8, 5061 & 255, 0, UDP_BYTES + len,
	};
	// clang-format on
	cr_assert(eq(u16, path.payload_at, 66));
	cr_assert(eq(u32, path_room(&path), HL_MTU - 48));
	cr_assert(ne(u32, load_be32(pkt.data + 18) & 0xfffff, 0), "a flow label");
	pkt.data[19] = 0;
	store_be16(pkt.data + 20, 0);
	cr_assert(eq(int, memcmp(pkt.data, want, 64), 0));
	cr_assert(eq(u16, load_be16(pkt.data + 64),
		     udp_checksum(&own6, &peer6, (const uint8_t *)payload, len)));
	cr_assert(eq(int, memcmp(pkt.data + 66, payload, len), 0));
}

Test(path, whatever_the_headers_the_rest_is_the_same)
{
	uint8_t payload[HL_FRAME_MAX];

	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 61 + 3);
	for (int kind = 0; kind < 4; kind++) {
		const struct path path = path_make(kind & 1, kind & 2);
		const struct hl_endpoint *own = kind & 2 ? &own6 : &own4;
		const struct hl_endpoint *peer = kind & 2 ? &peer6 : &peer4;

		cr_assert(eq(u32, path.next_hop, 7));
		for (uint16_t len = 0; len <= path_room(&path); len += 1 + len / 64) {
			struct hl_packet pkt = write_finished(&path, payload, len);
			const uint8_t *ip = pkt.data + path.l2_len, *udp = ip + path.l3_len;

			if (kind & 1)
				cr_assert(eq(u16, load_be16(pkt.data + 14), 5 << 13 | 42));
			cr_assert(eq(u16, load_be16(ip + (kind & 2 ? 4 : 2)),
				     UDP_BYTES + len + (kind & 2 ? 0 : IPV4_BYTES)));
			cr_assert(kind & 2 ||
				  checksum_finish(checksum_add(0, ip, IPV4_BYTES)) == 0);
			cr_assert(eq(u16, load_be16(udp), own->port));
			cr_assert(eq(u16, load_be16(udp + 2), peer->port));
			cr_assert(eq(u16, load_be16(udp + 4), UDP_BYTES + len));
			cr_assert(
				eq(u16, load_be16(udp + 6), udp_checksum(own, peer, payload, len)));
			cr_assert(eq(int, memcmp(udp + UDP_BYTES, payload, len), 0));
			guard_free(pkt.data, pkt.len);
		}
	}
}

Test(path, from_a_port_to_a_destination_it_is_the_same_frame)
{
	for (int kind = 0; kind < 4; kind++) {
		const struct path port = port_make(kind & 1, kind & 2);
		const struct path path = path_make(kind & 1, kind & 2);
		const struct hl_endpoint *own = kind & 2 ? &own6 : &own4;
		const struct hl_endpoint *peer = kind & 2 ? &peer6 : &peer4;
		const struct path_ends ends = {
			.mac = peer_mac,
			.src = &own->addr,
			.dst = &peer->addr,
			.src_port = own->port,
			.dst_port = peer->port,
		};
		struct hl_packet want = write_along(&path, "heartline", 9);
		struct hl_packet pkt = payload_make(&port, "heartline", 9);

		path_write_to(&pkt, &port, &ends, 9);
		cr_assert(eq(u16, pkt.len, want.len));
		cr_assert(eq(int, memcmp(pkt.data, want.data, want.len), 0));
	}
}

// RFC 6437 3: the same for all of a flow; those of other lines differ nearly always.
Test(path, each_flow_of_ipv6_has_its_own_label)
{
	const struct path path = path_make(false, true);
	uint32_t labels[500], same = 0;

	for (unsigned i = 0; i < 500; i++) {
		struct hl_addr src = own6.addr;
		const struct path_ends ends = {
			.mac = peer_mac,
			.src = &src,
			.src_port = (uint16_t)(50000 + i % 100),
		};
		struct hl_packet pkt = payload_make(&path, "heartline", 9);

		src.bytes[15] = (uint8_t)(i / 100 + 1);
		path_write(&pkt, &path, &ends, 9);
		labels[i] = load_be32(pkt.data + path.l2_len) & 0xfffff;
		cr_assert(eq(u8, pkt.data[path.l2_len], 0x60), "version 6, class 0");
		path_write(&pkt, &path, &ends, 4);
		cr_assert(eq(u32, load_be32(pkt.data + path.l2_len) & 0xfffff, labels[i]));
		for (unsigned k = 0; k < i; k++)
			same += labels[k] == labels[i];
	}
	cr_assert(lt(u32, same, 5), "%u pairs share one", same);
}

Test(path, udp_checksum_that_sums_to_zero_is_sent_as_ones)
{
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const struct path path = path_make(false, ipv6);
		const uint8_t zeros[2] = { 0 };
		struct hl_packet pkt = write_finished(&path, zeros, 2);
		uint8_t lacking[2]; // to 0xffff

		memcpy(lacking, pkt.data + path.payload_at - 2, 2);
		pkt = write_finished(&path, lacking, 2);
		cr_assert(eq(u16, load_be16(pkt.data + path.payload_at - 2), 0xffff));
	}
}

// IP over its header, UDP over all from its header on, the field included: what is left to a device.
Test(path, a_device_finishes_what_is_left_to_it)
{
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const struct path path = path_make(false, ipv6);
		struct hl_packet soft = write_finished(&path, "heartline", 9);
		struct hl_packet hard = write_along(&path, "heartline", 9);
		uint8_t *udp = hard.data + hard.l2_len + hard.l3_len;

		if (!ipv6) {
			cr_assert(eq(u16, load_be16(hard.data + ETH_BYTES + 10), 0));
			ipv4_sum_again(hard.data);
		}
		store_be16(udp + 6, checksum_finish(checksum_add(0, udp, UDP_BYTES + 9)));
		cr_assert(eq(int, memcmp(soft.data, hard.data, soft.len), 0));
	}
}

Test(path, only_what_a_burst_has_written_since_is_finished)
{
	const struct path path = path_make(false, false);
	struct hl_packet pkts[3];
	struct hl_burst tx = { .pkts = pkts, .n = 3, .cap = 3 };
	struct frame f;

	for (int i = 0; i < 3; i++)
		pkts[i] = write_along(&path, "heartline", 9);
	pkts[2].flags = 0; // no datagram
	path_finish_burst(&tx, 1);
	for (int i = 0; i < 3; i++)
		cr_assert(
			eq(int, frame_read(pkts[i].data, pkts[i].len, 0, &f) == FRAME_UDP, i == 1));
	cr_assert(eq(u16, pkts[0].flags, HL_PACKET_CSUM_OFFLOAD));
}
