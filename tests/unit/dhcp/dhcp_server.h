// SPDX-License-Identifier: BSD-3-Clause
// DHCP clients on a table, a clock that the test moves, and a server that says what the test wants.
#pragma once

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/bytes.h"
#include "datagram.h"
#include "dhcp/leases.h"
#include "net/arp.h"

#define S 1000000000ull
#define SERVER 0x0a630001u
#define FIRST 0x0a631001u
#define MASK 0xffff0000u
#define BED_FRAMES 64

static const uint8_t bed_mac[6] = { 2, 0, 0, 0, 1, 0 }, bed_server_mac[6] = { 2, 0, 0, 0, 0, 9 };

// A message of a client, as the server reads it.
struct asked {
	uint8_t type, mac[6];
	bool unicast, broadcast_flag;
	uint32_t xid, own, requested, server;
	uint8_t id[CLIENT_ID_LEN];
};

struct bed {
	struct hl_leases *l;
	uint64_t now_ns;
	struct asked asked[BED_FRAMES];
	unsigned n_asked, n_arps;
	// what answers have
	uint32_t server, mask, lease_s, renew_s;
	const char *sip; // option 120 as a whole
	uint16_t sip_len;
};

static inline void bed_init(struct bed *b, uint32_t n, uint32_t rate, bool has_macs)
{
	struct path path;

	path_init(&path, bed_mac, HL_FAMILY_IPV4);
	*b = (struct bed){ .now_ns = 100 * S, .server = SERVER, .mask = MASK, .lease_s = 1000 };
	const struct leases_setup setup = {
		.n = n,
		.rate = rate,
		.path = &path,
		.mac = bed_mac,
		.duid_mac = bed_mac,
		.has_macs = has_macs,
		.seed = 7,
		.now_ns = b->now_ns,
	};

	b->l = leases_new(&setup);
	cr_assert(b->l != NULL);
}

static inline void bed_read(struct bed *b, const struct hl_packet *pkt)
{
	struct asked *a = &b->asked[b->n_asked];
	struct frame f;
	enum frame_kind kind = frame_read(pkt->data, pkt->len, 0, &f);

	if (kind == FRAME_ARP) {
		b->n_arps++;
		return;
	}
	cr_assert(eq(int, kind, FRAME_UDP));
	cr_assert(eq(int, f.dst.port, DHCP_SERVER_PORT));
	cr_assert(lt(uint, b->n_asked, BED_FRAMES));
	const uint8_t *m = f.payload;
	*a = (struct asked){
		.unicast = load_be32(f.dst.addr.bytes) == SERVER,
		.broadcast_flag = m[10] == 0x80,
		.xid = load_be32(m + 4),
		.own = load_be32(m + 12),
	};
	memcpy(a->mac, m + 28, 6);
	for (const uint8_t *o = m + 240; *o != 255; o += 2 + o[1]) {
		if (*o == 53)
			a->type = o[2];
		if (*o == 50)
			a->requested = load_be32(o + 2);
		if (*o == 54)
			a->server = load_be32(o + 2);
		if (*o == 61)
			memcpy(a->id, o + 2, CLIENT_ID_LEN);
	}
	b->n_asked++;
}

// One poll, with a packet or without.
static inline void bed_poll(struct bed *b, const struct hl_packet *in)
{
	static uint8_t frames[BED_FRAMES][HL_FRAME_MAX];
	struct hl_packet pkts[BED_FRAMES];
	struct hl_burst tx = { .pkts = pkts, .cap = BED_FRAMES };

	for (unsigned i = 0; i < BED_FRAMES; i++)
		pkts[i] = (struct hl_packet){ .data = frames[i] };
	b->n_asked = 0;
	hl_leases_poll(b->l, in, in != NULL, &tx, b->now_ns);
	for (unsigned i = 0; i < tx.n; i++)
		bed_read(b, &pkts[i]);
}

static inline void bed_pass(struct bed *b, uint64_t ns)
{
	b->now_ns += ns;
	bed_poll(b, NULL);
}

static inline uint16_t put32(uint8_t *at, uint8_t code, uint32_t value)
{
	at[0] = code;
	at[1] = 4;
	store_be32(at + 2, value);
	return 6;
}

static inline struct hl_packet bed_write(const struct bed *b, const struct asked *to,
					 enum dhcp_type type, uint32_t given)
{
	static const struct route route = { { 2, 0, 0, 0, 0, 9 }, { 2, 0, 0, 0, 1, 0 } };
	static uint8_t frame[HL_FRAME_MAX];
	uint8_t m[600] = { 2, 1, 6 };
	uint16_t n = 240;
	struct hl_endpoint from, all;
	struct hl_packet pkt = { .data = frame };

	store_be32(m + 4, to->xid);
	store_be32(m + 16, given);
	memcpy(m + 28, to->mac, 6);
	store_be32(m + 236, 0x63825363);
	memcpy(m + n, (uint8_t[]){ 53, 1, (uint8_t)type }, 3);
	n += 3;
	if (b->server)
		n += put32(m + n, 54, b->server);
	if (type != DHCP_NAK) {
		n += put32(m + n, 1, b->mask);
		n += put32(m + n, 3, SERVER + 253);
		n += put32(m + n, 51, b->lease_s);
		if (b->renew_s)
			n += put32(m + n, 58, b->renew_s);
		if (b->sip_len > 0)
			memcpy(m + n, b->sip, b->sip_len);
		n += b->sip_len;
	}
	m[n++] = 255;
	hl_endpoint_parse("10.99.0.1:67", 12, 0, &from);
	hl_endpoint_parse("255.255.255.255:68", 18, 0, &all);
	datagram_write(&pkt, &route, &from, &all, m, n);
	return pkt;
}

static inline void bed_answer(struct bed *b, const struct asked *to, enum dhcp_type type,
			      uint32_t given)
{
	const struct hl_packet pkt = bed_write(b, to, type, given);

	bed_poll(b, &pkt);
}

// A single client gets an address; *last: its DHCPREQUEST.
static inline void bed_bind(struct bed *b, struct asked *last)
{
	bed_pass(b, S / 100);
	cr_assert(eq(uint, b->n_asked, 1));
	cr_assert(eq(int, b->asked[0].type, DHCP_DISCOVER));
	struct asked discover = b->asked[0];
	bed_answer(b, &discover, DHCP_OFFER, FIRST);
	cr_assert(eq(uint, b->n_asked, 1));
	*last = b->asked[0];
	cr_assert(eq(int, last->type, DHCP_REQUEST));
	bed_answer(b, last, DHCP_ACK, FIRST);
	for (int i = 0; i < 4; i++)
		bed_pass(b, S / 4 + S / 50);
}
