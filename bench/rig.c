// SPDX-License-Identifier: BSD-3-Clause
// The rig of the benches: virtual time, no device.
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "bench.h"

#define DUE_A_ROUND 32
#define PORTS 20001 // 40000..60000

enum { TAG_AT = 12, TAG_BYTES = 4 }; // behind the MAC addresses

struct hl_burst rig_burst(struct rig_buffers *b)
{
	for (int i = 0; i < RIG_BURST; i++)
		b->pkts[i] = (struct hl_packet){ .data = b->bytes[i] };
	return (struct hl_burst){ .pkts = b->pkts, .cap = RIG_BURST };
}

static void must(int result, const struct hl_error *err)
{
	if (result == 0)
		return;
	fprintf(stderr, "bench: %s\n", err->text);
	exit(1);
}

void rig_config_new(const struct rig_options *o, struct hl_config *config)
{
	struct hl_error err = { 0 };
	// as many addresses as the lines need: the index of ports is part of what is measured
	uint64_t places = o->lines + o->spare_lines;
	unsigned last = (unsigned)(places / PORTS);
	char yaml[1024], addresses[64];

	if (o->ipv6)
		snprintf(addresses, sizeof(addresses), "2001:db8::1:0:0-2001:db8::1:%x:%x/64",
			 last >> 16, last & 0xffff);
	else
		snprintf(addresses, sizeof(addresses), "10.0.1.0-10.0.%u.%u/8", 1 + last / 256,
			 last % 256);
	snprintf(yaml, sizeof(yaml),
		 "ports: [{device: bench%s'%s'}]\n"
		 "profiles: {bench: {outbound_server: '%s', use_random_sip_port: on, "
		 "min_random_sip_port: 40000, max_random_sip_port: 60000, password: secret%s}}\n"
		 "lines: [{profile: bench, range: 10000000-%llu}]\n",
		 o->vlan ? "}]\npools: [{name: bench, vlan: 100, addresses: " : ", addresses: ",
		 addresses, o->ipv6 ? "2001:db8::99:1" : "10.99.0.1", o->profile,
		 10000000ull + (unsigned long long)o->lines - 1);
	must(hl_config_parse(config, "bench", yaml, &err), &err);
}

struct hl_plan *rig_plan_new(const struct rig_options *o, uint32_t workers)
{
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	const struct hl_plan_options options = { .n_workers = workers,
						 .mac = { 2, 0, 0, 0, 0, 1 },
						 .boot_key = { 1, 2 },
						 .spare_lines = o->spare_lines };
	struct hl_plan *plan;

	rig_config_new(o, &config);
	must(hl_plan_new(&plan, &config, &options, &err), &err);
	hl_config_free(&config);
	return plan;
}

static void make_worker(struct rig *rig, const struct rig_options *o)
{
	struct hl_error err = { 0 };
	const struct hl_worker_options worker = { .index = o->index,
						  .start_ns = rig->now_ns,
						  .seed = 1 };
	uint64_t start = bench_now_ns();

	rig->shared_plan = o->plan != NULL;
	rig->plan = o->plan ? o->plan : rig_plan_new(o, 1);
	must(hl_worker_new(&rig->worker, rig->plan, &worker, &err), &err);
	rig->lines = o->plan ? hl_worker_lines(rig->worker) : o->lines;
	rig->plan_ns = bench_now_ns() - start;
}

static const char *const servers[2][2] = {
	{ "10.99.0.1", "10.99.0.2" }, { "2001:db8::99:1", "2001:db8::99:2" }
}; // by IPv6 or not

static void make_registrar(struct rig *rig, const struct rig_options *o)
{
	struct hl_error err = { 0 };
	struct hl_registrar_config server = {
		.n_servers = o->backup ? 2 : 1,
		.mac = { 2, 0, 0, 0, 0, 2 },
		.capacity = (uint32_t)o->lines + o->spare_lines,
		.max_grant_s = 86400,
		.password = o->password,
		.qop_auth = true,
		.nonce_life_s = o->nonce_life_s,
	};

	for (int i = 0; i < 2; i++) {
		const char *const at = servers[o->ipv6][i];
		hl_endpoint_parse(at, strlen(at), 5060, &server.servers[i]);
	}
	must(hl_registrar_new(&rig->registrar, &server, &err), &err);
}

static void register_all(struct rig *rig)
{
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE,
					   .n = hl_plan_slots(rig->plan) };

	hl_worker_command(rig->worker, &enable);
	while (rig_finals(rig, HL_REGISTER) - rig_challenges(rig) < rig->lines) {
		rig_round(rig);
		rig->now_ns += 1000;
	}
}

struct rig *rig_new(const struct rig_options *o)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	if (!rig)
		abort();
	rig->now_ns = 1000000000;
	rig->vlan = o->vlan;
	arena_own(o->worker_owner);
	make_worker(rig, o);
	arena_own(o->registrar_owner);
	make_registrar(rig, o);
	register_all(rig);
	return rig;
}

void rig_free(struct rig *rig)
{
	hl_registrar_free(rig->registrar);
	hl_worker_free(rig->worker);
	if (!rig->shared_plan)
		hl_plan_free(rig->plan);
	free(rig);
}

void rig_receive(struct rig *rig, const struct hl_burst *in, struct hl_burst *out, uint64_t now_ns)
{
	for (uint16_t at = 0; at < in->n; at += HL_BURST_MAX) {
		uint16_t n = in->n - at < HL_BURST_MAX ? in->n - at : HL_BURST_MAX;

		hl_worker_rx(rig->worker, in->pkts + at, n, out, now_ns);
	}
}

// As the switch does, at whose access ports the registrar is.
static void tags_take(const struct hl_burst *out)
{
	for (uint16_t i = 0; i < out->n; i++) {
		struct hl_packet *pkt = &out->pkts[i];

		memmove(pkt->data + TAG_BYTES, pkt->data, TAG_AT);
		pkt->data += TAG_BYTES;
		pkt->len -= TAG_BYTES;
		pkt->l2_len -= TAG_BYTES;
	}
}

static void tags_put(const struct hl_burst *in)
{
	static const uint8_t tag[TAG_BYTES] = { 0x81, 0, 0, 100 };

	for (uint16_t i = 0; i < in->n; i++) {
		struct hl_packet *pkt = &in->pkts[i];

		memmove(pkt->data + TAG_AT + TAG_BYTES, pkt->data + TAG_AT, pkt->len - TAG_AT);
		memcpy(pkt->data + TAG_AT, tag, TAG_BYTES);
		pkt->len += TAG_BYTES;
	}
}

void rig_round(struct rig *rig)
{
	struct hl_burst out = rig_burst(&rig->to_server), in = rig_burst(&rig->to_worker);

	stopwatch_start(&rig->watch);
	hl_worker_tick(rig->worker, &out, rig->now_ns);
	stopwatch_stop(&rig->watch);
	// requests that an answer leads to at once (after a challenge) come back in the same round
	while (out.n) {
		if (rig->vlan)
			tags_take(&out);
		hl_registrar_rx(rig->registrar, out.pkts, out.n, &in, rig->now_ns);
		if (rig->vlan)
			tags_put(&in);
		out = rig_burst(&rig->to_server);
		stopwatch_start(&rig->watch);
		rig_receive(rig, &in, &out, rig->now_ns);
		stopwatch_stop(&rig->watch);
		in = rig_burst(&rig->to_worker);
	}
}

static uint64_t load(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit((_Atomic uint64_t *)counter, memory_order_relaxed);
}

uint64_t rig_finals(const struct rig *rig, enum hl_method method)
{
	return load(&hl_worker_counters(rig->worker)->finals[method]);
}

uint64_t rig_challenges(const struct rig *rig)
{
	return load(&hl_worker_counters(rig->worker)->challenges);
}

static uint64_t done(const struct rig *rig, enum hl_method method)
{
	return rig_finals(rig, method) - (method == HL_REGISTER ? rig_challenges(rig) : 0);
}

double rig_measure(struct rig *rig, enum hl_method method, uint64_t interval_s, uint64_t count)
{
	uint64_t step_ns = interval_s * 1000000000ull * DUE_A_ROUND / rig->lines;
	uint64_t before = done(rig, method);

	stopwatch_reset(&rig->watch);
	while (done(rig, method) - before < count) {
		rig->now_ns += step_ns;
		rig_round(rig);
	}
	rig->watch.count = done(rig, method) - before;
	return stopwatch_ns_each(&rig->watch);
}
