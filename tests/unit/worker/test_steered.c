// SPDX-License-Identifier: BSD-3-Clause
// Three workers behind a port that spreads frames by RSS, as a NIC does, and two servers: with a
// steered plan every worker sees the replies to its own lines and no other.
#include <criterion/criterion.h>
#include <string.h>

#include <rte_thash.h>

#include <heartline/registrar.h>
#include <heartline/snapshot.h>
#include "base/bytes.h"
#include "net/frame.h"
#include "net/headers.h"
#include "worker/worker.h"

#define WORKERS 3
#define LINES 900
#define ENTRIES 128
#define MILLISECOND UINT64_C(1000000)

struct burst_room {
	struct hl_packet pkts[HL_BURST_MAX];
	uint8_t bytes[HL_BURST_MAX][HL_FRAME_MAX];
	struct hl_burst burst;
};

static struct hl_plan *plan;
static struct hl_worker *workers[WORKERS];
static struct hl_registrar *registrar;
static struct hl_steering how;
static uint16_t table[ENTRIES];
static uint64_t now_ns = 1000 * MILLISECOND;
static struct burst_room requests, replies, answers;

static struct hl_burst *room_make(struct burst_room *room)
{
	for (int i = 0; i < HL_BURST_MAX; i++)
		room->pkts[i] = (struct hl_packet){ .data = room->bytes[i] };
	room->burst = (struct hl_burst){ .pkts = room->pkts, .cap = HL_BURST_MAX };
	return &room->burst;
}

// What the NIC does, from the bytes of the frame.
static uint32_t queue_of(const struct hl_packet *pkt)
{
	const uint8_t *ip = pkt->data + ETH_BYTES;
	if (load_be16(pkt->data + 12) != ETHERTYPE_IPV4 || ip[9] != IP_UDP)
		return 0;
	// words as rte_thash_tuple has them: both ports in the last
	const uint32_t tuple[] = { load_be32(ip + 12), load_be32(ip + 16),
				   load_be32(ip + IPV4_BYTES) };
	return table[rte_softrss((uint32_t *)tuple, RTE_THASH_V4_L4_LEN, how.key) % ENTRIES];
}

// What a worker sent goes to the servers, what these answer to the queues, and so on.
static void exchange(void)
{
	while (requests.burst.n > 0) {
		hl_registrar_rx(registrar, requests.pkts, requests.burst.n, room_make(&replies),
				now_ns);
		room_make(&answers);
		for (uint16_t i = 0; i < replies.burst.n; i++)
			hl_worker_rx(workers[queue_of(&replies.pkts[i])], &replies.pkts[i], 1,
				     &answers.burst, now_ns);
		memcpy(requests.bytes, answers.bytes, sizeof(answers.bytes));
		room_make(&requests);
		for (uint16_t i = 0; i < answers.burst.n; i++)
			requests.pkts[i].len = answers.pkts[i].len;
		requests.burst.n = answers.burst.n;
	}
}

static void run_ms(uint32_t ms)
{
	for (uint32_t i = 0; i < ms; i++) {
		now_ns += MILLISECOND;
		for (uint32_t w = 0; w < WORKERS; w++) {
			while (hl_worker_serve_slow(workers[w]) > 0)
				continue;
			hl_worker_tick(workers[w], room_make(&requests), now_ns);
			exchange();
		}
	}
}

static void start(bool steered)
{
	const char *text =
		"ports: [{device: nic, addresses: 10.99.1.1-10.99.1.4/16}]\n"
		"profiles: {lab: {outbound_server: 10.99.0.1, backup_outbound_server: 10.99.0.2,\n"
		"  use_random_sip_port: on, password: secret, primary_detect_interval: 1s,\n"
		"  max_detect_fail_count: 1}}\n"
		"lines: [{profile: lab, range: 6000-6899}]\n";
	struct hl_registrar_config servers = {
		.n_servers = 2,
		.mac = { 2, 0, 0, 0, 0, 2 },
		.capacity = LINES,
		.password = "secret",
		.qop_auth = true,
		.seed = 1,
	};
	struct hl_plan_options options = {
		.n_workers = WORKERS,
		.mac = { 2, 0, 0, 0, 0, 1 },
		.boot_key = { 1, 2 },
		.steering = steered ? &how : NULL,
	};
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE,
					   .n = LINES,
					   .spread_ns = 1000 * MILLISECOND };
	struct hl_config config;
	struct hl_error err;

	how = (struct hl_steering){ .by = HL_STEER_RSS,
				    .table = table,
				    .table_size = ENTRIES,
				    .hash_ports = true,
				    .key_len = 40 };
	hl_steering_key(how.key, how.key_len, HL_FAMILY_IPV4);
	for (uint16_t i = 0; i < ENTRIES; i++)
		table[i] = i % WORKERS;
	cr_assert_eq(hl_config_parse(&config, "text", text, &err), 0, "%s", err.text);
	cr_assert_eq(hl_plan_new(&plan, &config, &options, &err), 0, "%s", err.text);
	hl_config_free(&config);
	for (uint32_t i = 0; i < 2; i++)
		servers.servers[i] = (struct hl_endpoint){ hl_addr_from_ipv4(0x0a630001 + i),
							   5060 };
	cr_assert_eq(hl_registrar_new(&registrar, &servers, &err), 0, "%s", err.text);
	for (uint32_t w = 0; w < WORKERS; w++) {
		const struct hl_worker_options of = { .index = w, .start_ns = now_ns, .seed = w };

		cr_assert_eq(hl_worker_new(&workers[w], plan, &of, &err), 0, "%s", err.text);
		cr_assert_eq(hl_worker_command(workers[w], &enable), 0);
	}
}

static void stop(void)
{
	for (uint32_t w = 0; w < WORKERS; w++)
		hl_worker_free(workers[w]);
	hl_registrar_free(registrar);
	hl_plan_free(plan);
}

static uint64_t astray(void)
{
	uint64_t n = 0;

	for (uint32_t w = 0; w < WORKERS; w++)
		n += atomic_load(
			&((struct hl_worker *)workers[w])->counters.drops[HL_DROP_UNKNOWN_BRANCH]);
	return n;
}

static void registered_expect(uint64_t on_primary, uint64_t on_backup)
{
	struct hl_snapshot now;

	hl_snapshot_take(&now, workers, WORKERS);
	cr_expect_eq(now.on_primary, on_primary, "%lu on the primary", now.on_primary);
	cr_expect_eq(now.on_backup, on_backup, "%lu on the backup", now.on_backup);
}

Test(steered, replies_of_both_servers_come_home)
{
	start(true);
	cr_assert_eq(hl_plan_steered(plan), LINES);
	run_ms(3000);
	registered_expect(LINES, 0);
	hl_registrar_fault(registrar, 0, HL_FAULT_SILENT, 0, NULL);
	run_ms(6000);
	registered_expect(0, LINES);
	cr_expect_eq(astray(), 0);
	stop();
}

Test(steered, without_a_plan_for_it_they_go_astray)
{
	start(false);
	run_ms(3000);
	cr_expect_gt(astray(), LINES / 2);
	stop();
}
