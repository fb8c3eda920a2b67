// SPDX-License-Identifier: BSD-3-Clause
// The worker of the fuzz targets.
#include "bed.h"

#include <stdio.h>

#include "base/count.h"
#include "input.h"
#include "net/arp.h"
#include "net/headers.h"
#include "net/icmp.h"
#include "net/ipv6.h"

#include "datagram.h"

#define ROOM 64 // packets a call may write

// From the servers to the worker.
static const struct route route = { { 2, 0, 0, 0, 0, 2 }, { 2, 0, 0, 0, 0, 1 } };
static const char *const servers[2][2] = { { "10.99.0.1:5060", "10.99.0.2:5060" },
					   { "[2001:db8::a]:5060", "[2001:db8::b]:5060" } };
#define YAML(own, primary, backup) \
	"ports: [{device: fuzz, addresses: '" own "'}]\n" \
	"profiles: {fuzz: {outbound_server: '" primary "', backup_outbound_server: '" backup "', " \
	"password: secret, register_refresh_interval: 60s, sip_options: on, " \
	"register_subscribe: on, use_random_sip_port: on, min_random_sip_port: 40000, " \
	"max_random_sip_port: 40009}}\n" \
	"lines: [{profile: fuzz, range: 6000-6003}]\n"
static const char *const yaml[2] = {
	YAML("10.99.1.1-10.99.1.2/16", "10.99.0.1", "10.99.0.2"),
	YAML("2001:db8::1:1-2001:db8::1:2/64", "2001:db8::a", "2001:db8::b"),
};

static void sent_remember(struct bed *bed, const struct hl_burst *tx)
{
	struct frame f;

	MUST(tx->n <= tx->cap);
	for (uint16_t i = 0; i < tx->n; i++) {
		const struct hl_packet *pkt = &tx->pkts[i];
		MUST(pkt->len <= HL_FRAME_MAX);
		if (frame_read(pkt->data, pkt->len, 0, &f) != FRAME_UDP)
			continue;
		memcpy(bed->sent[bed->n_sent % BED_SENT].bytes, pkt->data, pkt->len);
		bed->sent[bed->n_sent++ % BED_SENT].len = pkt->len;
	}
}

static struct hl_burst burst_empty(struct hl_packet pkts[ROOM], uint8_t bytes[ROOM][HL_FRAME_MAX])
{
	for (int i = 0; i < ROOM; i++)
		pkts[i] = (struct hl_packet){ .data = bytes[i] };
	return (struct hl_burst){ .pkts = pkts, .cap = ROOM };
}

// One call; with the answers of the registrar, until there are none.
static void call(struct bed *bed, const struct hl_packet *pkt, bool answered)
{
	static uint8_t to_server[ROOM][HL_FRAME_MAX], to_worker[ROOM][HL_FRAME_MAX];
	struct hl_packet out[ROOM], in[ROOM];
	struct hl_burst tx = burst_empty(out, to_server), rx;

	if (pkt)
		hl_worker_rx(bed->worker, pkt, 1, &tx, bed->now_ns);
	else
		hl_worker_tick(bed->worker, &tx, bed->now_ns);
	sent_remember(bed, &tx);
	for (unsigned rounds = 0; answered && tx.n && rounds < 8; rounds++) {
		rx = burst_empty(in, to_worker);
		hl_registrar_rx(bed->registrar, tx.pkts, tx.n, &rx, bed->now_ns);
		tx = burst_empty(out, to_server);
		hl_worker_rx(bed->worker, rx.pkts, rx.n, &tx, bed->now_ns);
		sent_remember(bed, &tx);
	}
}

void bed_pass(struct bed *bed, uint64_t span_ns, bool answered)
{
	const uint64_t end = bed->now_ns + span_ns;

	for (unsigned steps = 0;; steps++) {
		MUST(steps < 1000000); // time goes on
		while (hl_worker_serve_slow(bed->worker) > 0)
			continue;
		call(bed, NULL, answered);
		const uint64_t next = hl_worker_next(bed->worker, bed->now_ns);
		if (next > end)
			break;
		bed->now_ns = next > bed->now_ns ? next : bed->now_ns + 1000;
	}
	bed->now_ns = end;
}

void bed_frame(struct bed *bed, const uint8_t *bytes, uint16_t len)
{
	uint8_t *copy = malloc(len);
	const struct hl_packet pkt = { .data = copy, .len = len };

	if (len)
		memcpy(copy, bytes, len);
	call(bed, &pkt, false);
	free(copy);
}

static struct hl_endpoint server_of(const struct bed *bed, unsigned server)
{
	const char *const at = servers[bed->ipv6][server];
	struct hl_endpoint endpoint;

	hl_endpoint_parse(at, strlen(at), 0, &endpoint);
	return endpoint;
}

void bed_datagram(struct bed *bed, unsigned server, uint32_t line, const void *payload,
		  uint16_t len)
{
	const uint16_t room = HL_MTU - IPV6_BYTES - UDP_BYTES;
	const struct hl_endpoint from = server_of(bed, server), to = hl_plan_place(bed->plan, line);
	uint8_t bytes[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = bytes };

	datagram_write(&pkt, &route, &from, &to, payload, len < room ? len : room);
	bed_frame(bed, bytes, pkt.len);
}

void bed_icmp(struct bed *bed, unsigned server, uint32_t line, const uint8_t *icmp, uint16_t len,
	      uint8_t hops)
{
	const uint16_t room = HL_MTU - IPV6_BYTES, n = len < room ? len : room;
	const struct hl_endpoint from = server_of(bed, server), to = hl_plan_place(bed->plan, line);
	const struct ipv6_header h = { &from.addr, &to.addr, n, IPV6_ICMP, hops };
	uint8_t bytes[HL_FRAME_MAX], *ip = bytes + ETH_BYTES;
	uint8_t *at = ip + (bed->ipv6 ? IPV6_BYTES : IPV4_BYTES);

	if (n < 8)
		return;
	frame_write_eth(bytes, route.dst_mac, route.src_mac,
			bed->ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	if (bed->ipv6)
		ipv6_write_header(ip, &h);
	else
		frame_write_ipv4(ip, &from.addr, &to.addr, IP_ICMP, n, false);
	memcpy(at, icmp, n);
	if (bed->ipv6) {
		icmp_finish(at, n, ip);
	} else {
		store_be16(at + 2, 0);
		store_be16(at + 2, checksum_finish(checksum_add(0, at, n)));
	}
	bed_frame(bed, bytes, (uint16_t)(at - bytes + n));
}

static void neighbours_teach(struct bed *bed)
{
	for (int i = 0; i < 2; i++) {
		uint8_t bytes[HL_FRAME_MAX];
		struct hl_packet pkt = { .data = bytes };
		struct arp request = { .request = true };

		hl_addr_parse(i ? "10.99.0.2" : "10.99.0.1", 9, &request.target);
		hl_addr_parse("10.99.1.1", 9, &request.sender);
		memcpy(request.sender_mac, route.dst_mac, 6);
		arp_write_reply(&pkt, route.src_mac, &request);
		bed_frame(bed, bytes, pkt.len);
	}
}

struct bed *bed_new(struct hl_saved *saved, bool ipv6)
{
	const struct hl_plan_options plan = {
		.n_workers = 1, .mac = { 2, 0, 0, 0, 0, 1 }, .boot_key = { 1, 2 }, .saved = saved
	};
	const struct hl_worker_options worker = { .start_ns = SEC, .seed = 1 };
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = BED_LINES };
	struct hl_registrar_config registrar = { .n_servers = 2,
						 .mac = { 2, 0, 0, 0, 0, 2 },
						 .password = "secret",
						 .qop_auth = true,
						 .capacity = 4 * BED_LINES };
	struct bed *bed = calloc(1, sizeof(*bed));
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };

	for (int i = 0; i < 2; i++)
		hl_endpoint_parse(servers[ipv6][i], strlen(servers[ipv6][i]), 0,
				  &registrar.servers[i]);
	MUST(bed && hl_config_parse(&config, "fuzz", yaml[ipv6], &err) == 0);
	bed->ipv6 = ipv6;
	MUST(hl_plan_new(&bed->plan, &config, &plan, &err) == 0);
	hl_config_free(&config);
	MUST(hl_worker_new(&bed->worker, bed->plan, &worker, &err) == 0);
	MUST(hl_registrar_new(&bed->registrar, &registrar, &err) == 0);
	bed->now_ns = worker.start_ns;
	if (saved) {
		struct hl_take_up taken = { .now_ns = bed->now_ns, .spread_ns = SEC };
		hl_worker_take_up(bed->worker, saved, &taken);
	}
	if (ipv6)
		bed_pass(bed, 100 * MS, true); // the registrar answers for its servers
	else
		neighbours_teach(bed);
	hl_worker_command(bed->worker, &enable);
	return bed;
}

void bed_free(struct bed *bed)
{
	hl_worker_free(bed->worker);
	hl_registrar_free(bed->registrar);
	hl_plan_free(bed->plan);
	free(bed);
}

void bed_check(const struct bed *bed)
{
	const struct hl_counters *c = hl_worker_counters(bed->worker);
	uint32_t line;

	MUST(hl_worker_armed(bed->worker, &line));
	for (enum hl_method m = HL_REGISTER; m <= HL_SUBSCRIBE; m++)
		MUST(count_read(&c->requests[m]) ==
		     count_read(&c->finals[m]) + count_read(&c->timeouts[m]) +
			     count_read(&c->unreachable[m]) + count_read(&c->abandoned[m]) +
			     hl_worker_outstanding(bed->worker, m));
}
