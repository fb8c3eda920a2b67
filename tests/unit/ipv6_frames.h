// SPDX-License-Identifier: BSD-3-Clause
// Frames of IPv6 by hand: any next header, and extension headers as they are given.
#pragma once

#include <criterion/criterion.h>
#include <string.h>

#include "base/bytes.h"
#include "net/frame.h"
#include "net/headers.h"
#include "net/ipv6.h"

static inline struct hl_addr ipv6_text(const char *text)
{
	struct hl_addr addr;

	cr_assert_eq(hl_addr_parse(text, strlen(text), &addr), 0, "%s", text);
	return addr;
}

// Word by word (RFC 8200 8.1), for UDP and ICMPv6: nothing in common with what is tested.
static inline uint16_t ipv6_sum(const uint8_t *ip, uint8_t protocol, const uint8_t *at,
				uint16_t len)
{
	uint32_t sum = (uint32_t)protocol + len;

	for (unsigned i = 8; i < IPV6_BYTES; i += 2)
		sum += load_be16(ip + i);
	for (unsigned i = 0; i < len; i++)
		sum += (uint32_t)at[i] << (i % 2 ? 0 : 8);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

struct ipv6_frame {
	const char *src, *dst;
	uint8_t first, protocol; // next header of IPv6's own, and of what stands behind `between`
	uint8_t hops;            // 0: 64
	const uint8_t *between;
	uint16_t between_len;
	const uint8_t *payload;
	uint16_t payload_len;
	bool dst_is_group; // also on the link
};

// The checksum of UDP or ICMPv6 at the payload's beginning is put in. Returns the length.
static inline uint16_t ipv6_frame_write(uint8_t *out, const struct ipv6_frame *f)
{
	const struct hl_addr src = ipv6_text(f->src), dst = ipv6_text(f->dst);
	const unsigned sum_at = f->protocol == IP_UDP ? 6 : 2;
	uint8_t *ip = out + ETH_BYTES, *payload = ip + IPV6_BYTES + f->between_len;

	memset(out, 0, ETH_BYTES + IPV6_BYTES);
	memcpy(out, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
	if (f->dst_is_group)
		ipv6_group_mac(&dst, out);
	store_be16(out + 12, 0x86dd);
	ip[0] = 0x60;
	store_be16(ip + 4, (uint16_t)(f->between_len + f->payload_len));
	ip[6] = f->between_len ? f->first : f->protocol;
	ip[7] = f->hops ? f->hops : 64;
	memcpy(ip + 8, src.bytes, 16);
	memcpy(ip + 24, dst.bytes, 16);
	if (f->between_len)
		memcpy(ip + IPV6_BYTES, f->between, f->between_len);
	memcpy(payload, f->payload, f->payload_len);
	if (f->payload_len >= 8 && (f->protocol == IP_UDP || f->protocol == IPV6_ICMP)) {
		store_be16(payload + sum_at, 0);
		store_be16(payload + sum_at, ipv6_sum(ip, f->protocol, payload, f->payload_len));
	}
	return (uint16_t)(ETH_BYTES + IPV6_BYTES + f->between_len + f->payload_len);
}
