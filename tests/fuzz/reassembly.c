// SPDX-License-Identifier: BSD-3-Clause
// Fragments in any order, from anybody: what is put together was sent, byte by byte.
#include <stdio.h>

#include "input.h"
#include "net/frame.h"
#include "net/headers.h"
#include "net/reassembly.h"

// Every byte of a datagram is its place and its number, so that one of another datagram shows.
static uint8_t byte_of(uint32_t at, uint8_t id)
{
	return (uint8_t)(at * 31 + id * 101 + 7);
}

static void fragment_make(uint8_t *ip, struct input *in, uint8_t id, uint16_t len)
{
	const uint16_t field = input_u16(in);

	memset(ip, 0, IPV4_BYTES);
	ip[0] = 0x45;
	store_be16(ip + 2, (uint16_t)(IPV4_BYTES + len));
	store_be16(ip + 4, id);
	store_be16(ip + 6, field & 0x3fff);
	ip[9] = IP_UDP;
	store_be32(ip + 12, 0x0a630001);
	store_be32(ip + 16, 0x0a630101);
	for (uint32_t i = 0; i < len; i++)
		ip[IPV4_BYTES + i] = byte_of((field & 0x1fffu) * 8 + i, id);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct reassembly table;
	struct input in = { bytes, size };
	uint64_t now_ns = 1;

	memset(&table, 0, sizeof(table));
	table.key[0] = 1;
	table.shared = input_u8(&in) & 1;
	while (in.left) {
		const uint8_t op = input_u8(&in), id = op & 7;
		uint16_t len = input_u16(&in) % 1480, whole_len = 0;
		const uint8_t *whole = NULL;
		uint8_t *ip = malloc(IPV4_BYTES + len);

		fragment_make(ip, &in, id, len);
		if (op & 8)
			now_ns += (uint64_t)input_u16(&in) * 1000000;
		if (op & 16)
			reassembly_expire(&table, now_ns);
		const struct fragment fragment = {
			.ip = ip,
			.len = (uint16_t)(IPV4_BYTES + len),
			.header_len = IPV4_BYTES,
			.from_server = op & 32,
		};
		if (reassembly_add(&table, &fragment, now_ns, &whole, &whole_len) ==
		    REASSEMBLY_WHOLE) {
			MUST(whole_len <= REASSEMBLY_MAX);
			for (uint32_t i = 0; i < whole_len; i++)
				MUST(whole[i] == byte_of(i, id));
		}
		MUST(table.open <= REASSEMBLY_ENTRIES);
		free(ip);
	}
	return 0;
}
