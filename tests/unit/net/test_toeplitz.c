// SPDX-License-Identifier: BSD-3-Clause
// The RSS hash: published vectors, DPDK's own computation, keys of real NICs, spread over a table.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include <rte_thash.h>

#include "base/rng.h"
#include "net/toeplitz.h"
#include "rss_keys.h"

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static struct toeplitz t;

static uint32_t hash_addresses(uint32_t src, uint32_t dst)
{
	const struct hl_addr from = hl_addr_from_ipv4(src), to = hl_addr_from_ipv4(dst);

	return toeplitz_addr(&t, t.src, &from) ^ toeplitz_addr(&t, t.dst, &to);
}

static uint32_t hash_ports(uint16_t src, uint16_t dst)
{
	return toeplitz_u16(&t, t.src_port, src) ^ toeplitz_u16(&t, t.dst_port, dst);
}

Test(toeplitz, published_vectors)
{
	static const struct {
		uint32_t src, dst;
		uint16_t src_port, dst_port;
		uint32_t addresses, all;
	} rows[] = {
		{ IP(66, 9, 149, 187), IP(161, 142, 100, 80), 2794, 1766, 0x323e8fc2, 0x51ccc178 },
		{ IP(199, 92, 111, 2), IP(65, 69, 140, 83), 14230, 4739, 0xd718262a, 0xc626b0ea },
		{ IP(24, 19, 198, 95), IP(12, 22, 207, 184), 12898, 38024, 0xd2d0a5de, 0x5c2b394a },
		{ IP(38, 27, 205, 30), IP(209, 142, 163, 6), 48228, 2217, 0x82989176, 0xafc7327f },
		{ IP(153, 39, 163, 191), IP(202, 188, 127, 2), 44251, 1303, 0x5d1809c5,
		  0x10e828a2 },
	};

	cr_assert_eq(
		toeplitz_init(&t, rss_key_microsoft, sizeof(rss_key_microsoft), HL_FAMILY_IPV4), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint32_t addresses = hash_addresses(rows[i].src, rows[i].dst);

		cr_expect_eq(addresses, rows[i].addresses, "row %zu: %08x", i, addresses);
		cr_expect_eq(addresses ^ hash_ports(rows[i].src_port, rows[i].dst_port),
			     rows[i].all, "row %zu", i);
	}
}

static struct hl_addr addr6(const char *text)
{
	struct hl_addr addr;

	cr_assert_eq(hl_addr_parse(text, strlen(text), &addr), 0);
	return addr;
}

Test(toeplitz, published_vectors_of_ipv6)
{
	static const struct {
		const char *src, *dst;
		uint16_t src_port, dst_port;
		uint32_t addresses, all;
	} rows[] = {
		{ "3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 2794, 1766, 0x2cc18cd5,
		  0x40207d3d },
		{ "3ffe:501:8::260:97ff:fe40:efab", "ff02::1", 14230, 4739, 0x0f0c461c,
		  0xdde51bbf },
		{ "3ffe:1900:4545:3:200:f8ff:fe21:67cf", "fe80::200:f8ff:fe21:67cf", 44251, 38024,
		  0x4b61e985, 0x02d1feef },
	};

	cr_assert_eq(
		toeplitz_init(&t, rss_key_microsoft, sizeof(rss_key_microsoft), HL_FAMILY_IPV6), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct hl_addr src = addr6(rows[i].src), dst = addr6(rows[i].dst);
		uint32_t addresses = toeplitz_addr(&t, t.src, &src) ^
				     toeplitz_addr(&t, t.dst, &dst);

		cr_expect_eq(addresses, rows[i].addresses, "row %zu: %08x", i, addresses);
		cr_expect_eq(addresses ^ hash_ports(rows[i].src_port, rows[i].dst_port),
			     rows[i].all, "row %zu", i);
	}
}

Test(toeplitz, a_key_that_is_too_short_for_ipv6_is_refused)
{
	cr_expect_eq(toeplitz_init(&t, rss_key_mlx5, 39, HL_FAMILY_IPV6), -EINVAL);
	cr_expect_eq(toeplitz_init(&t, rss_key_mlx5, 40, HL_FAMILY_IPV6), 0);
}

static void softrss_compare(const uint8_t *key, uint32_t key_len)
{
	struct rng rng;

	rng_seed(&rng, key_len);
	cr_assert_eq(toeplitz_init(&t, key, key_len, HL_FAMILY_IPV4), 0);
	for (int i = 0; i < 20000; i++) {
		uint64_t ips = rng_next(&rng), ports = rng_next(&rng);
		// words as rte_thash_tuple has them: source port in the upper half of the last
		const uint32_t tuple[] = { (uint32_t)ips, (uint32_t)(ips >> 32), (uint32_t)ports };
		uint32_t mine = hash_addresses(tuple[0], tuple[1]);

		cr_assert_eq(mine, rte_softrss((uint32_t *)tuple, RTE_THASH_V4_L3_LEN, key));
		mine ^= hash_ports((uint16_t)(tuple[2] >> 16), (uint16_t)tuple[2]);
		cr_assert_eq(mine, rte_softrss((uint32_t *)tuple, RTE_THASH_V4_L4_LEN, key));
	}
}

Test(toeplitz, the_same_as_dpdk_computes)
{
	softrss_compare(rss_key_microsoft, sizeof(rss_key_microsoft));
	softrss_compare(rss_key_i40e, sizeof(rss_key_i40e));
	softrss_compare(rss_key_mlx5, sizeof(rss_key_mlx5));
}

// Ports 50000..60000 of one address and server over 128 entries: 78 each on average. A linear hash
// spreads so many evenly unless its key is a bad one.
static void spread_expect(const uint8_t *key, uint32_t key_len)
{
	uint32_t entries[128] = { 0 };

	cr_assert_eq(toeplitz_init(&t, key, key_len, HL_FAMILY_IPV4), 0);
	for (uint32_t port = 50000; port <= 60000; port++)
		entries[(hash_addresses(IP(10, 99, 0, 1), IP(10, 99, 1, 1)) ^
			 hash_ports(5060, (uint16_t)port)) %
			128]++;
	for (int i = 0; i < 128; i++)
		cr_expect(entries[i] >= 39 && entries[i] <= 156, "entry %d has %u", i, entries[i]);
}

Test(toeplitz, ports_spread_over_the_whole_table)
{
	spread_expect(rss_key_microsoft, sizeof(rss_key_microsoft));
	spread_expect(rss_key_i40e, sizeof(rss_key_i40e));
	spread_expect(rss_key_mlx5, sizeof(rss_key_mlx5));
}

Test(toeplitz, a_key_that_is_too_short_is_refused)
{
	cr_expect_eq(toeplitz_init(&t, rss_key_mlx5, 15, HL_FAMILY_IPV4), -EINVAL);
	cr_expect_eq(toeplitz_init(&t, rss_key_mlx5, 0, HL_FAMILY_IPV4), -EINVAL);
	cr_expect_eq(toeplitz_init(&t, rss_key_mlx5, 16, HL_FAMILY_IPV4), 0);
	uint32_t of_16 = hash_ports(5060, 50000);
	cr_expect_eq(toeplitz_init(&t, rss_key_mlx5, 40, HL_FAMILY_IPV4), 0);
	cr_expect_eq(hash_ports(5060, 50000), of_16, "the rest is for longer inputs");
}
