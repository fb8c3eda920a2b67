// SPDX-License-Identifier: BSD-3-Clause
// A world made and freed; the worker started anew.
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "line/branch.h"
#include "worker/worker.h"
#include "world.h"

#define START_NS 1000000000ull // not 0, so that "before the start" can be told

static void must(int result, const struct hl_error *err)
{
	if (result == 0)
		return;
	fprintf(stderr, "sim: %s\n", err->text);
	exit(2);
}

static void worker_start(struct world *world, const struct hl_saved *saved)
{
	const struct world_options *o = &world->options;
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	const struct hl_plan_options plan = {
		.n_workers = 1,
		.mac = { 2, 0, 0, 0, 0, 1 },
		.spare_lines = o->spare_lines,
		.saved = saved,
		.boot_key = { (o->seed + world->boots) * 0x9e3779b97f4a7c15ull, ~o->seed },
	};
	const struct hl_worker_options worker = {
		.start_ns = world->now_ns,
		.seed = o->seed + world->boots,
		.rate = o->rate,
	};

	must(hl_config_parse(&config, "scenario", o->yaml, &err), &err);
	must(hl_plan_new(&world->plan, &config, &plan, &err), &err);
	world->config = config;
	must(hl_worker_new(&world->worker, world->plan, &worker, &err), &err);
	for (uint32_t i = 0; i < o->lines && o->numbers_left; i++)
		world->worker->lines[i].cseq = NUMBER_EPOCH - o->numbers_left - i % 8;
	world->worker_start_ns = world->now_ns;
	world->boots++;
}

static void worker_stop(struct world *world)
{
	hl_worker_free(world->worker);
	hl_plan_free(world->plan);
	hl_config_free(&world->config);
}

// The clock starts anywhere: where this machine was just started, where 32 bits of ticks or a shift by 10
// come to their end within seconds, far away, and where the seed says.
static uint64_t clock_start_ns(uint64_t seed)
{
	static const uint64_t ends_ns[] = { 1ull << 54, 1ull << 49, 1ull << 48, 1ull << 36,
					    1ull << 62 };
	const uint64_t n = sizeof(ends_ns) / sizeof(ends_ns[0]);
	struct rng rng;

	rng_seed(&rng, seed ^ 0xc10c);
	switch (rng_next(&rng) % 3) {
	case 0:
		return START_NS;
	case 1:
		return ends_ns[rng_next(&rng) % n] - rng_next(&rng) % 30000000000ull;
	default:
		return rng_next(&rng) >> 2;
	}
}

struct world *world_new(const struct world_options *o)
{
	struct world *world = calloc(1, sizeof(*world));
	struct hl_registrar_config servers = o->servers;
	struct hl_error err = { 0 };

	if (!world)
		abort();
	world->options = *o;
	world->now_ns = world->start_ns = clock_start_ns(o->seed);
	world->lost_ns = calloc(o->lines + o->spare_lines + SURVIVE_MORE, sizeof(*world->lost_ns));
	if (!world->lost_ns)
		abort();
	rng_seed(&world->node_rng, o->seed ^ 0x40de5);
	worker_start(world, NULL);
	servers.n_servers = 2;
	servers.mac[0] = servers.mac[5] = 2;
	servers.password = "secret";
	servers.realm = "sim";
	servers.capacity = o->lines * 2 + 64 + (o->spare_lines ? 2 * CHURN_GONE_MAX : 0);
	servers.seed = o->seed;
	hl_endpoint_parse("10.99.0.1:5060", 14, 5060, &servers.servers[0]);
	hl_endpoint_parse("10.99.0.2:5060", 14, 5060, &servers.servers[1]);
	must(hl_registrar_new(&world->registrar, &servers, &err), &err);
	network_init(&world->net, o->seed ^ 0x5eed);
	watch_init(&world->watch, o->lines + o->spare_lines + SURVIVE_MORE,
		   o->watch_every ? o->watch_every : 1);
	return world;
}

void world_restart(struct world *world)
{
	world_restart_with(world, NULL);
}

void world_restart_with(struct world *world, const struct hl_saved *saved)
{
	struct watch old = world->watch;

	worker_stop(world);
	worker_start(world, saved);
	watch_init(&world->watch, old.n, old.every);
	world->watch.timeout_ns = old.timeout_ns;
	world->watch.most_a_minute = old.most_a_minute;
	world->watch.worst = old.worst;
	world->watch.register_timeout_ns = old.register_timeout_ns;
	world->watch.expires_s = old.expires_s;
	world->watch.min_expires_s = old.min_expires_s;
	world->watch.least_expires_s = old.least_expires_s;
	watch_go_on(&world->watch, &old);
	watch_free(&old);
	if (world->options.spare_lines)
		churn_restarted(world);
}

void world_free(struct world *world)
{
	watch_free(&world->watch);
	network_free(&world->net);
	hl_registrar_free(world->registrar);
	worker_stop(world);
	survive_free(&world->survive);
	free(world->lost_ns);
	free(world);
}
