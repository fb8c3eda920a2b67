// SPDX-License-Identifier: BSD-3-Clause
// A day in the life of very many lines, with two failovers.
#include <inttypes.h>
#include <stdio.h>

#include "named.h"
#include "verify.h"

#define HOUR 3600000000000ull
#define MINUTE 60000000000ull

// Half an hour between two refreshes, a nonce lasts for half a day, P is probed every 20 minutes.
static void a_day(struct scenario *s, uint32_t lines)
{
	scenario_plain(s, "day");
	s->lines = lines;
	s->refresh_s = 3600;
	s->detect_s = 1200;
	s->servers.nonce_life_s = 12 * 3600;
	s->backoff_base_s = 30;
	s->backoff_max_s = 1800;
}

static void all_are(struct world *world, const char *when, enum hl_line_state state)
{
	struct hl_snapshot snapshot;

	hl_snapshot_take(&snapshot, &world->worker, 1);
	if (snapshot.by_state[state] != snapshot.lines)
		world_break(world, "%s, only %" PRIu64 " of %" PRIu64 " lines are %s", when,
			    snapshot.by_state[state], snapshot.lines, hl_line_state_name(state));
}

// Half an hour is more than a probe's period and all time-outs.
static void fail_over(struct world *world, uint64_t from_ns)
{
	world_run(world, from_ns);
	all_are(world, "before P dies", HL_ON_P);
	hl_registrar_fault(world->registrar, 0, HL_FAULT_SILENT, 0, NULL);
	world_run(world, from_ns + 30 * MINUTE);
	all_are(world, "half an hour after P died", HL_ON_B);
	hl_registrar_fault(world->registrar, 0, HL_FAULT_NONE, 0, NULL);
	world_run(world, from_ns + 60 * MINUTE);
	all_are(world, "half an hour after P came back", HL_ON_P);
}

static bool print_result(const struct world *world, const struct hl_snapshot *s, uint32_t lines)
{
	if (world->broken[0]) {
		printf("not ok - a day of %u lines: %s\n#   replay: tests/run sim --day=%u\n",
		       lines, world->broken, lines);
		if (world_broken_line(world) != UINT32_MAX)
			world_print_history(world, world_broken_line(world));
		return false;
	}
	printf("ok - a day of %u lines: %" PRIu64 " REGISTERs, %" PRIu64 " OPTIONS, %" PRIu64
	       " failovers, %" PRIu64 " returns, two of each a line\n",
	       lines, s->requests[HL_REGISTER], s->requests[HL_OPTIONS], s->failovers, s->returns);
	return true;
}

bool day_run(uint32_t lines)
{
	struct scenario s;
	struct hl_snapshot snapshot;
	char yaml[2048];

	a_day(&s, lines);
	scenario_yaml(&s, yaml, sizeof(yaml));
	const struct world_options options = {
		.yaml = yaml,
		.lines = lines,
		.seed = 1,
		.poll_ns = 100000000,
		.watch_every = lines / 100 + 1,
		.servers = s.servers,
	};
	struct world *world = world_new(&options);
	world->net.faults = s.network;
	world->watch.timeout_ns = world->watch.register_timeout_ns = 2000000000;
	world->watch.expires_s = world->watch.least_expires_s = s.refresh_s;
	world_command(world, HL_COMMAND_ENABLE, 0, 0, 10 * MINUTE);
	fail_over(world, 6 * HOUR);
	fail_over(world, 15 * HOUR);
	world_run(world, 24 * HOUR);
	verify_settled(world, HL_ON_P, true);
	hl_snapshot_take(&snapshot, &world->worker, 1);
	world_command(world, HL_COMMAND_DISABLE, 0, 0, 5 * MINUTE);
	world_run(world, 24 * HOUR + 6 * MINUTE);
	if (!world->broken[0])
		verify_end(world);
	bool passed = print_result(world, &snapshot, lines);
	world_free(world);
	return passed;
}
