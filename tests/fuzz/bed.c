// SPDX-License-Identifier: BSD-3-Clause
// The worker of the fuzz targets.
#include "bed.h"

#include <stdio.h>

#include "base/count.h"
#include "input.h"
#include "net/arp.h"

#include "datagram.h"

#define ROOM 64 // packets a call may write

static const uint8_t worker_mac[6] = { 2, 0, 0, 0, 0, 1 }, server_mac[6] = { 2, 0, 0, 0, 0, 2 };
static const char *const servers[] = { "10.99.0.1:5060", "10.99.0.2:5060" };
static const char yaml[] =
	"ports: [{device: fuzz, addresses: 10.99.1.1-10.99.1.2/16}]\n"
	"profiles: {fuzz: {outbound_server: 10.99.0.1, "
	"backup_outbound_server: 10.99.0.2, password: secret, "
	"register_refresh_interval: 60s, sip_options: on, register_subscribe: on, "
	"use_random_sip_port: on, "
	"min_random_sip_port: 40000, max_random_sip_port: 40009}}\n"
	"lines: [{profile: fuzz, range: 6000-6003}]\n";

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

void bed_datagram(struct bed *bed, unsigned server, uint32_t line, const void *payload,
		  uint16_t len)
{
	struct route route;
	struct hl_endpoint from, to = hl_plan_place(bed->plan, line);
	uint8_t bytes[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = bytes };

	memcpy(route.src_mac, server_mac, 6);
	memcpy(route.dst_mac, worker_mac, 6);
	hl_endpoint_parse(servers[server], strlen(servers[server]), 0, &from);
	datagram_write(&pkt, &route, &from, &to, payload,
		       len < sizeof(bytes) - FRAME_UDP_AT ? len : sizeof(bytes) - FRAME_UDP_AT);
	bed_frame(bed, bytes, pkt.len);
}

static void neighbours_teach(struct bed *bed)
{
	for (int i = 0; i < 2; i++) {
		uint8_t bytes[HL_FRAME_MAX];
		struct hl_packet pkt = { .data = bytes };
		struct arp request = { .request = true };

		hl_addr_parse(i ? "10.99.0.2" : "10.99.0.1", 9, &request.target);
		hl_addr_parse("10.99.1.1", 9, &request.sender);
		memcpy(request.sender_mac, worker_mac, 6);
		arp_write_reply(&pkt, server_mac, &request);
		bed_frame(bed, bytes, pkt.len);
	}
}

struct bed *bed_new(struct hl_saved *saved)
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
		hl_endpoint_parse(servers[i], strlen(servers[i]), 0, &registrar.servers[i]);
	MUST(bed && hl_config_parse(&config, "fuzz", yaml, &err) == 0);
	MUST(hl_plan_new(&bed->plan, &config, &plan, &err) == 0);
	hl_config_free(&config);
	MUST(hl_worker_new(&bed->worker, bed->plan, &worker, &err) == 0);
	MUST(hl_registrar_new(&bed->registrar, &registrar, &err) == 0);
	bed->now_ns = worker.start_ns;
	if (saved) {
		struct hl_take_up taken = { .now_ns = bed->now_ns, .spread_ns = SEC };
		hl_worker_take_up(bed->worker, saved, &taken);
	}
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
