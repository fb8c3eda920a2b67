// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum (RFC 1071), in software.
#pragma once

#include <stdint.h>

// One's-complement sum of big-endian 16-bit words, not folded; `len` may be odd, sums chain on even
// ends.
uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, uint32_t len);

// The inner sum in plain C, in the machine's byte order. The vector forms must agree with it.
uint64_t checksum_sum_plain(const uint8_t *bytes, uint32_t len);

// The sum in 16 bits; 0 only of 0.
static inline uint16_t checksum_fold(uint64_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

// Fold and complement: the value for the header, host order.
uint16_t checksum_finish(uint64_t sum);

// Pseudo headers of UDP and ICMPv6 (RFC 768, RFC 8200 8.1): addresses in network order as bytes; of IPv6 the
// source and behind it the destination, as they stand in the header.
uint64_t checksum_pseudo_ipv6(const uint8_t addresses[32], uint8_t protocol, uint16_t len);
uint64_t checksum_pseudo_ipv4(const uint8_t src[4], const uint8_t dst[4], uint8_t protocol,
			      uint16_t len);
