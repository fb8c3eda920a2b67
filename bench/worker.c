// SPDX-License-Identifier: BSD-3-Clause
// The worker alone: OPTIONS and its answer through rx, tick and act, with Ethernet, IPv4, UDP and
// software checksums; no device. Only the worker's calls are timed; our registrar answers off the
// clock.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/registrar.h>
#include <heartline/worker.h>
#include "bench.h"

#define BURST 64
#define INTERVAL_S 10
#define MAC_WORKER \
	{ \
		2, 0, 0, 0, 0, 1 \
	}
#define MAC_SERVER \
	{ \
		2, 0, 0, 0, 0, 2 \
	}

struct buffers {
	struct hl_packet pkts[BURST];
	uint8_t bytes[BURST][HL_FRAME_MAX];
};

struct rig {
	struct hl_plan *plan;
	struct hl_worker *worker;
	struct hl_registrar *registrar;
	uint64_t now_ns, spent_ns;
	struct buffers to_server, to_worker;
};

static struct hl_burst burst_new(struct buffers *b)
{
	for (int i = 0; i < BURST; i++)
		b->pkts[i] = (struct hl_packet){ .data = b->bytes[i] };
	return (struct hl_burst){ .pkts = b->pkts, .cap = BURST };
}

static void must(int result, const struct hl_error *err)
{
	if (result == 0)
		return;
	fprintf(stderr, "bench: %s\n", err->text);
	exit(1);
}

static struct rig *rig_new(uint64_t lines)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	const struct hl_plan_options plan = { .n_workers = 1,
					      .mac = MAC_WORKER,
					      .boot_key = { 1, 2 } };
	const struct hl_worker_options worker = { .start_ns = 1000000000, .seed = 1 };
	struct hl_registrar_config server = {
		.n_servers = 1, .mac = MAC_SERVER, .capacity = (uint32_t)lines, .max_grant_s = 86400
	};
	char yaml[1024];

	if (!rig)
		abort();
	snprintf(yaml, sizeof(yaml),
		 "ports: [{device: bench, addresses: 10.0.1.0-10.0.4.255/8}]\n"
		 "profiles: {bench: {outbound_server: 10.99.0.1, use_random_sip_port: on, "
		 "min_random_sip_port: 40000, max_random_sip_port: 60000, "
		 "register_refresh_interval: 86400s, primary_detect_interval: %ds}}\n"
		 "lines: [{profile: bench, range: 10000000-%llu}]\n",
		 INTERVAL_S, 10000000ull + (unsigned long long)lines - 1);
	hl_endpoint_parse("10.99.0.1:5060", 14, 5060, &server.servers[0]);
	must(hl_config_parse(&config, "bench", yaml, &err), &err);
	must(hl_plan_new(&rig->plan, &config, &plan, &err), &err);
	hl_config_free(&config);
	must(hl_worker_new(&rig->worker, rig->plan, &worker, &err), &err);
	must(hl_registrar_new(&rig->registrar, &server, &err), &err);
	rig->now_ns = worker.start_ns;
	return rig;
}

static void rig_free(struct rig *rig)
{
	hl_registrar_free(rig->registrar);
	hl_worker_free(rig->worker);
	hl_plan_free(rig->plan);
	free(rig);
}

// One round: what is due goes out, is answered, and the answers come in.
static uint16_t round_trip(struct rig *rig)
{
	struct hl_burst out = burst_new(&rig->to_server), in = burst_new(&rig->to_worker);
	struct hl_burst more = { 0 };
	uint64_t start = bench_now_ns();

	hl_worker_tick(rig->worker, &out, rig->now_ns);
	rig->spent_ns += bench_now_ns() - start;
	hl_registrar_rx(rig->registrar, out.pkts, out.n, &in, rig->now_ns);
	start = bench_now_ns();
	hl_worker_rx(rig->worker, in.pkts, in.n, &more, rig->now_ns);
	rig->spent_ns += bench_now_ns() - start;
	return out.n;
}

static uint64_t finals(const struct rig *rig, enum hl_method method)
{
	return atomic_load_explicit(
		(_Atomic uint64_t *)&hl_worker_counters(rig->worker)->finals[method],
		memory_order_relaxed);
}

static void register_all(struct rig *rig, uint64_t lines)
{
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = (uint32_t)lines };

	hl_worker_command(rig->worker, &enable);
	while (finals(rig, HL_REGISTER) < lines) {
		round_trip(rig);
		rig->now_ns += 1000;
	}
}

// Nanoseconds a transaction over `count` of them, the clock moved so that about 32 are due in each
// round.
static double measure(struct rig *rig, uint64_t lines, uint64_t count)
{
	uint64_t step_ns = INTERVAL_S * 1000000000ull * 32 / lines;
	uint64_t before = finals(rig, HL_OPTIONS);

	rig->spent_ns = 0;
	while (finals(rig, HL_OPTIONS) - before < count) {
		rig->now_ns += step_ns;
		round_trip(rig);
	}
	return (double)rig->spent_ns / (double)(finals(rig, HL_OPTIONS) - before);
}

static void measure_lines(const struct bench_options *o, uint64_t lines, bool last)
{
	struct rig *rig = rig_new(lines);
	uint64_t count = o->smoke ? lines : lines > 2000000 ? lines : 2000000;
	double *ns = calloc(o->repetitions, sizeof(*ns));

	if (!ns)
		abort();
	register_all(rig, lines);
	measure(rig, lines, lines + lines / 2); // warm-up: every line has been probed
	for (unsigned r = 0; r < o->repetitions; r++)
		ns[r] = measure(rig, lines, count);
	double median = bench_median(ns, o->repetitions);
	printf(o->json ? "%s{\"lines\": %llu, \"ns_per_transaction\": %.1f, "
			 "\"transactions_per_second\": %.0f}%s"
		       : "%sworker %9llu lines  %6.1f ns/transaction  %10.0f transactions/s%s",
	       "", (unsigned long long)lines, median, 1e9 / median,
	       o->json ? last ? "" : ", " : "\n");
	fflush(stdout);
	free(ns);
	rig_free(rig);
}

static int run(const struct bench_options *o)
{
	static const uint64_t sweep[] = { 1000, 100000, 1000000, 10000000 };
	unsigned n = o->smoke ? 1 : sizeof(sweep) / sizeof(sweep[0]);

	if (o->json)
		printf("{\"bench\": \"worker\", \"results\": [");
	if (o->lines)
		measure_lines(o, o->lines, true);
	for (unsigned i = 0; !o->lines && i < n; i++)
		measure_lines(o, sweep[i], i == n - 1);
	if (o->json)
		printf("]}\n");
	return 0;
}

const struct bench bench_worker = { "worker", "OPTIONS through the worker alone, by lines", run };
