// SPDX-License-Identifier: BSD-3-Clause
// Answers to a DHCP question, and to clients for addresses, each in a frame whose headers are right.
#include <stdio.h>

#include "dhcp/leases.h"
#include "input.h"
#include "net/dhcp.h"
#include "net/headers.h"

#include "datagram.h"

static const struct route route = { { 2, 0, 0, 0, 0, 2 }, { 2, 0, 0, 0, 0, 1 } };

// As the question asks for it, so that the options behind are looked at.
static void head_right(uint8_t *reply, uint16_t len)
{
	static const uint8_t head[] = { 2, 1, 6, 0, 0, 0, 0, 7 }, cookie[] = { 99, 130, 83, 99 };

	if (len < 240)
		return;
	memcpy(reply, head, sizeof(head));
	memcpy(reply + 28, route.dst_mac, 6);
	memcpy(reply + 236, cookie, sizeof(cookie));
}

// Of the transaction that a client has under way, so that its answers are looked at.
static void transaction_right(const struct hl_leases *l, uint8_t *reply, uint16_t len)
{
	if (len >= 8)
		store_be32(reply + 4, l->list[reply[4] % l->n].xid);
}

static struct hl_leases *clients_new(uint64_t now_ns)
{
	struct path path;

	path_init(&path, route.dst_mac, HL_FAMILY_IPV4);
	const struct leases_setup setup = {
		.n = 3,
		.rate = 1000,
		.path = &path,
		.mac = route.dst_mac,
		.duid_mac = route.dst_mac,
		.seed = 1,
		.now_ns = now_ns,
	};

	return leases_new(&setup);
}

static void clients_check(const struct hl_leases *l)
{
	uint32_t bound = 0;

	for (uint32_t i = 0; i < l->n; i++) {
		const struct hl_addr addr = leases_address(l, i);

		bound += leases_hold(l, i);
		MUST(!leases_hold(l, i) || leases_find(l, &addr) == i); // and nobody else has it
		MUST(l->list[i].state == LEASE_RELEASED || wheel_armed(l->wheel, i));
	}
	MUST(bound == hl_leases_bound(l));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static uint8_t frame[HL_FRAME_MAX], out[8][HL_FRAME_MAX];
	struct hl_packet out_pkts[8];
	struct input in = { bytes, size };
	struct hl_endpoint from, to;
	struct hl_dhcp dhcp;
	uint64_t now_ns = 1;

	hl_endpoint_parse("10.99.0.1:67", 12, 0, &from);
	hl_endpoint_parse("10.99.1.1:68", 12, 0, &to);
	struct hl_leases *leases = clients_new(now_ns);
	MUST(leases);
	hl_dhcp_start(&dhcp, &to.addr, route.dst_mac, 7, now_ns);
	while (in.left) {
		const uint8_t op = input_u8(&in);
		uint16_t len;
		uint8_t *reply = input_piece(&in, HL_MTU - IPV4_BYTES - UDP_BYTES, &len);
		struct hl_packet pkt = { .data = frame };
		struct hl_burst tx = { .pkts = out_pkts, .cap = 8 };

		for (int i = 0; i < 8; i++)
			out_pkts[i] = (struct hl_packet){ .data = out[i] };
		if (op & 1)
			head_right(reply, len);
		if (op & 4)
			transaction_right(leases, reply, len);
		if (op & 16)
			hl_leases_release(leases);
		if (op & 2)
			now_ns += (uint64_t)input_u8(&in) << (op & 8 ? 34 : 24);
		datagram_write(&pkt, &route, &from, &to, reply, len);
		hl_dhcp_poll(&dhcp, &pkt, 1, &tx, now_ns);
		MUST(tx.n <= tx.cap && dhcp.servers.n <= HL_DHCP_SERVERS_MAX);
		MUST(dhcp.state != HL_DHCP_FOUND || dhcp.servers.n > 0);
		for (unsigned i = 0; i < dhcp.servers.n; i++)
			MUST(memchr(dhcp.servers.list[i].name, 0, HL_DHCP_NAME_MAX));
		tx.n = 0;
		hl_leases_poll(leases, &pkt, 1, &tx, now_ns);
		MUST(tx.n <= tx.cap);
		clients_check(leases);
		free(reply);
	}
	hl_leases_free(leases);
	return 0;
}
