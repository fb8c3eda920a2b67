// SPDX-License-Identifier: BSD-3-Clause
// Running a scenario: faults, healing, the deadline, and the end at which no binding may be left.
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define MS 1000000ull

static void write_yaml(const struct scenario *s, char *out, size_t room)
{
	snprintf(out, room,
		 "ports:\n"
		 "  - device: sim\n"
		 "    addresses: 10.99.1.1-10.99.1.64/16\n"
		 "profiles:\n"
		 "  sim:\n"
		 "    outbound_server: 10.99.0.1\n"
		 "    backup_outbound_server: 10.99.0.2\n"
		 "    password: secret\n"
		 "    use_random_sip_port: on\n"
		 "    register_refresh_interval: %us\n"
		 "    primary_detect_interval: %us\n"
		 "    max_detect_fail_count: %u\n"
		 "    recover_count: %u\n"
		 "    prefer_primary: %s\n"
		 "    return_mode: %s\n"
		 "    back_to_primary_delay: %us\n"
		 "    remove_last_registration: %s\n"
		 "    register_timeout: %ums\n"
		 "    options_timeout: %ums\n"
		 "    backoff_base: %us\n"
		 "    backoff_max: %us\n"
		 "    park_time: %us\n"
		 "lines:\n"
		 "  - profile: sim\n"
		 "    range: 6000-%u\n",
		 s->refresh_s, s->detect_s, s->fail_count, s->recover_count,
		 s->prefer_primary ? "on" : "off", s->never_return ? "never" : "auto",
		 s->return_delay_s, s->remove_last ? "on" : "off", s->register_timeout_ms,
		 s->options_timeout_ms, s->backoff_base_s, s->backoff_max_s, s->park_s,
		 6000 + s->lines - 1);
}

static void put_fault(struct world *world, const struct scenario_fault *f)
{
	struct hl_error err = { 0 };

	if (f->on_network)
		world->net.faults = f->network;
	else if (hl_registrar_fault(world->registrar, f->server, f->fault, f->value, &err))
		world_break(world, "fault: %s", err.text);
}

static void heal(struct world *world, const struct scenario *s)
{
	const struct scenario_fault none = { .server = HL_REGISTRAR_SERVERS_MAX };

	put_fault(world, &none);
	world->net.faults = s->network;
}

// FAILOVER.md's own worst case, added up generously: who is parked or backs off starts over,
// registers, counts answered probes, waits, comes back; who has lost its binding to a restart finds
// out at a refresh.
static uint64_t deadline_ms(const struct scenario *s)
{
	uint64_t timeout_ms = s->register_timeout_ms > s->options_timeout_ms
				      ? s->register_timeout_ms
				      : s->options_timeout_ms;
	uint64_t probes_s = (uint64_t)s->detect_s * (s->recover_count + s->fail_count + 2);
	uint64_t waits_s = s->park_s + 3ull * s->backoff_max_s + s->refresh_s + s->return_delay_s;

	return 1000 * (probes_s + waits_s) + 8 * timeout_ms + 5000;
}

static void check_states(struct world *world, const struct scenario *s, struct scenario_result *r)
{
	uint32_t first = hl_worker_first(world->worker);

	for (uint32_t i = 0; i < hl_worker_lines(world->worker) && !world->broken[0]; i++) {
		struct hl_state state = hl_state_unpack(hl_worker_state(world->worker, first + i));
		uint32_t server = state.server == HL_SERVER_B, len;
		const char *user = hl_plan_phone_number(world->plan, first + i, &len);

		r->line = i;
		if (state.state != s->expected)
			world_break(world,
				    "line %u is %s, %.1f s after the faults ended it must be %s", i,
				    hl_line_state_name(state.state),
				    (double)(world->now_ns - world->start_ns) / 1e9 -
					    (double)s->heal_ms / 1e3,
				    hl_line_state_name(s->expected));
		else if (!hl_registrar_bound(world->registrar, server, user, len, world->now_ns))
			world_break(world, "line %u is %s, but the server has no binding of it", i,
				    hl_line_state_name(state.state));
		else if (s->remove_last &&
			 hl_registrar_bound(world->registrar, !server, user, len, world->now_ns))
			world_break(world,
				    "line %u is %s, and the other server still has a binding", i,
				    hl_line_state_name(state.state));
	}
	if (!world->broken[0])
		r->line = UINT32_MAX;
}

static void check_end(struct world *world)
{
	uint32_t left = hl_worker_leftovers(world->worker, world->now_ns);
	uint32_t unsettled = hl_worker_unsettled(world->worker);

	if (unsettled)
		world_break(world, "%u lines have not unregistered in time", unsettled);
	if (left)
		world_break(world, "%u bindings are left over, says the worker", left);
	for (uint32_t i = 0; i < hl_plan_lines(world->plan); i++) {
		uint32_t len;
		const char *user = hl_plan_phone_number(world->plan, i, &len);

		for (uint32_t server = 0; server < 2; server++)
			if (hl_registrar_bound(world->registrar, server, user, len, world->now_ns))
				world_break(world, "an orphan: line %u still has a binding at %s",
					    i, server ? "B" : "P");
	}
}

static void print_histories(const struct world *world, const struct scenario *s, bool trace,
			    uint32_t line)
{
	for (uint32_t i = 0; i < s->lines; i++) {
		if (!trace && i != line)
			continue;
		printf("# line %u:\n", i);
		world_print_history(world, i);
	}
}

void scenario_run(const struct scenario *s, bool trace, struct scenario_result *r)
{
	char yaml[2048];
	struct world_options options = {
		.yaml = yaml,
		.lines = s->lines,
		.seed = s->seed,
		.timeout_ns = MS * (s->register_timeout_ms > s->options_timeout_ms
					    ? s->register_timeout_ms
					    : s->options_timeout_ms),
		.max_grant_s = s->max_grant_s,
		.nonce_life_s = s->nonce_life_s,
		.rate = s->rate,
	};
	struct hl_snapshot snapshot;

	write_yaml(s, yaml, sizeof(yaml));
	struct world *world = world_new(&options);
	*r = (struct scenario_result){ .line = UINT32_MAX };
	world->net.faults = s->network;
	world_command(world, HL_COMMAND_ENABLE, s->ramp_ms * MS);
	for (uint32_t k = 0; k < s->n_faults; k++) {
		world_run(world, s->faults[k].at_ms * MS);
		put_fault(world, &s->faults[k]);
	}
	world_run(world, s->heal_ms * MS);
	heal(world, s);
	uint64_t settled_ms = s->heal_ms + deadline_ms(s);
	world_run(world, settled_ms * MS);
	check_states(world, s, r);
	hl_snapshot_take(&snapshot, &world->worker, 1);
	world_command(world, HL_COMMAND_DISABLE, 1000 * MS);
	world_run(world, (settled_ms + 3000 + 4 * s->register_timeout_ms) * MS);
	if (!world->broken[0])
		check_end(world);
	if (trace || world->broken[0])
		print_histories(world, s, trace, r->line);
	memcpy(r->broken, world->broken, sizeof(r->broken));
	r->frames = world->frames;
	r->events = world->events;
	r->virtual_ns = world->now_ns - world->start_ns;
	r->failovers = snapshot.failovers;
	r->returns = snapshot.returns;
	world_free(world);
}
