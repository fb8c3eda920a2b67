// SPDX-License-Identifier: BSD-3-Clause
// The clock and the wires of a simulation.
#include "world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BURST 64
#define WORLD_STEPS_A_LINE 20000ull // far above what any scenario needs
#define START_NS 1000000000ull      // not 0, so that "before the start" can be told

struct buffers {
	struct hl_packet pkts[BURST];
	uint8_t bytes[BURST][HL_FRAME_MAX];
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
	fprintf(stderr, "sim: %s\n", err->text);
	exit(2);
}

struct world *world_new(const struct world_options *o)
{
	struct world *world = calloc(1, sizeof(*world));
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	struct hl_plan_options plan = {
		.n_workers = 1,
		.mac = { 2, 0, 0, 0, 0, 1 },
		.boot_key = { o->seed * 0x9e3779b97f4a7c15ull, ~o->seed },
	};
	struct hl_worker_options worker = { .start_ns = START_NS,
					    .seed = o->seed,
					    .rate = o->rate };
	struct hl_registrar_config servers = {
		.n_servers = 2,
		.mac = { 2, 0, 0, 0, 0, 2 },
		.password = "secret",
		.realm = "sim",
		.qop_auth = o->seed % 3 != 0,
		.algorithm = o->seed % 2 ? HL_MD5 : HL_SHA256,
		.nonce_life_s = o->nonce_life_s,
		.max_grant_s = o->max_grant_s,
		.capacity = o->lines * 4,
		.seed = o->seed,
	};

	if (!world)
		abort();
	hl_endpoint_parse("10.99.0.1:5060", 14, 5060, &servers.servers[0]);
	hl_endpoint_parse("10.99.0.2:5060", 14, 5060, &servers.servers[1]);
	must(hl_config_parse(&config, "scenario", o->yaml, &err), &err);
	must(hl_plan_new(&world->plan, &config, &plan, &err), &err);
	hl_config_free(&config);
	must(hl_worker_new(&world->worker, world->plan, &worker, &err), &err);
	must(hl_registrar_new(&world->registrar, &servers, &err), &err);
	network_init(&world->net, o->seed ^ 0x5eed);
	watch_init(&world->watch, hl_plan_lines(world->plan), o->timeout_ns);
	world->now_ns = world->start_ns = START_NS;
	return world;
}

void world_free(struct world *world)
{
	watch_free(&world->watch);
	network_free(&world->net);
	hl_registrar_free(world->registrar);
	hl_worker_free(world->worker);
	hl_plan_free(world->plan);
	free(world);
}

void world_break(struct world *world, const char *format, ...)
{
	va_list args;
	int n;

	if (world->broken[0])
		return;
	n = snprintf(world->broken, sizeof(world->broken),
		     "at %.6f s: ", (double)(world->now_ns - world->start_ns) / 1e9);
	va_start(args, format);
	vsnprintf(world->broken + n, sizeof(world->broken) - (size_t)n, format, args);
	va_end(args);
}

static void worker_sends(struct world *world, const struct hl_burst *tx)
{
	world->frames += tx->n;
	for (uint16_t i = 0; i < tx->n; i++) {
		watch_frame(&world->watch, &tx->pkts[i], world->now_ns - world->start_ns);
		network_send(&world->net, TO_SERVER, &tx->pkts[i], world->now_ns);
	}
	if (world->watch.broken[0])
		world_break(world, "%s", world->watch.broken);
}

static void server_sends(struct world *world, const struct hl_burst *tx)
{
	for (uint16_t i = 0; i < tx->n; i++)
		network_send(&world->net, TO_WORKER, &tx->pkts[i], world->now_ns);
}

static void deliver(struct world *world)
{
	static struct buffers buffers;
	struct flight flight;

	while (network_receive(&world->net, world->now_ns, &flight)) {
		struct hl_packet pkt = { .data = flight.bytes, .len = flight.len };
		struct hl_burst tx = burst_new(&buffers);

		if (flight.side == TO_SERVER) {
			hl_registrar_rx(world->registrar, &pkt, 1, &tx, world->now_ns);
			server_sends(world, &tx);
		} else {
			hl_worker_rx(world->worker, &pkt, 1, &tx, world->now_ns);
			worker_sends(world, &tx);
		}
		free(flight.bytes);
	}
}

static void keep_history(struct world *world)
{
	struct hl_event events[64];
	uint32_t n;

	while ((n = hl_worker_events(world->worker, events, 64)) > 0)
		for (uint32_t i = 0; i < n; i++)
			world->history[world->events++ % WORLD_HISTORY] = events[i];
}

static void tick(struct world *world)
{
	static struct buffers buffers;
	struct hl_burst tx = burst_new(&buffers);
	uint32_t line, every = 1 + hl_plan_lines(world->plan) / 64;

	hl_registrar_tick(world->registrar, &tx, world->now_ns);
	server_sends(world, &tx);
	hl_worker_serve_slow(world->worker);
	tx = burst_new(&buffers);
	hl_worker_tick(world->worker, &tx, world->now_ns);
	worker_sends(world, &tx);
	keep_history(world);
	// the walk over all lines is dear: with many of them, not at every step
	if (world->steps++ % every == 0 && !hl_worker_armed(world->worker, &line))
		world_break(world, "line %u is %s and has no timer armed: it is stuck", line,
			    hl_line_state_name(
				    hl_state_unpack(hl_worker_state(world->worker, line)).state));
}

static uint64_t next_time(const struct world *world)
{
	uint64_t worker = hl_worker_next(world->worker, world->now_ns);
	uint64_t server = hl_registrar_next(world->registrar, world->now_ns);
	uint64_t net = network_next(&world->net);
	uint64_t next = worker < server ? worker : server;

	return net < next ? net : next;
}

void world_run(struct world *world, uint64_t until_ns)
{
	uint64_t end_ns = world->start_ns + until_ns;

	while (!world->broken[0]) {
		deliver(world);
		tick(world);
		if (world->steps > WORLD_STEPS_A_LINE * (100 + hl_plan_lines(world->plan)))
			world_break(world, "%llu steps: the run loops",
				    (unsigned long long)world->steps);
		uint64_t next = next_time(world);
		if (next > end_ns) {
			if (world->now_ns < end_ns)
				world->now_ns = end_ns;
			return;
		}
		// work left over at the same time goes on a little later: the clock never stands
		// still
		world->now_ns = next > world->now_ns ? next : world->now_ns + 1000;
	}
}

void world_command(struct world *world, enum hl_command_type type, uint64_t spread_ns)
{
	const struct hl_command command = {
		.type = type,
		.n = hl_plan_lines(world->plan),
		.spread_ns = spread_ns,
	};

	if (hl_worker_command(world->worker, &command))
		world_break(world, "the command ring is full");
}

void world_print_history(const struct world *world, uint32_t line)
{
	uint64_t first = world->events > WORLD_HISTORY ? world->events - WORLD_HISTORY : 0;

	for (uint64_t i = first; i < world->events; i++) {
		const struct hl_event *e = &world->history[i % WORLD_HISTORY];

		if (e->line == line)
			printf("#   %12.6f s  %-6s -> %-6s  code %u\n",
			       (double)(e->at_ns - world->start_ns) / 1e9,
			       hl_line_state_name(e->from), hl_line_state_name(e->to), e->code);
	}
}
