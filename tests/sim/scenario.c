// SPDX-License-Identifier: BSD-3-Clause
// Running a scenario: faults, healing, the deadline, and the end at which no binding may be left.
#include "scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "changes.h"
#include "survive.h"
#include "verify.h"

#define MS 1000000ull

static void put_fault(struct world *world, const struct scenario *s, const struct scenario_fault *f)
{
	struct hl_error err = { 0 };

	switch (f->kind) {
	case FAULT_SERVER:
		if (hl_registrar_fault(world->registrar, f->server, f->fault, f->value, &err))
			world_break(world, "fault: %s", err.text);
		// Nobody tells a line that its binding is gone. One that is granted for shorter than
		// refresh_min or than a return that fails may take lapses; and a copy of a REGISTER that
		// is granted less than the first one, whose answer counts.
		if (f->fault == HL_FAULT_WIPE || f->fault == HL_FAULT_GRANT)
			world->may_lose = true;
		break;
	case FAULT_NETWORK:
		world->net.faults = f->network;
		break;
	case FAULT_OPERATOR:
		world_command(world, f->command, f->first, f->n, f->spread_ms * MS);
		break;
	case FAULT_CLOCK:
		world_step_clock(world, f->step_ms * MS);
		break;
	case FAULT_BALANCER:
		world->nodes = f->value;
		world->churn.balanced = true;
		break;
	case FAULT_RESTART:
		world_restart(world);
		world_command(world, HL_COMMAND_ENABLE, 0, 0, f->spread_ms * MS);
		break;
	case FAULT_SAVE:
		survive_save(world);
		break;
	case FAULT_SURVIVE:
		survive_start(world, s, f);
		break;
	case FAULT_SETTING:
		change_put(world, f);
		break;
	}
}

static void print_faults(const struct scenario *s)
{
	static const char *const faults[] = {
		"ok",    "silent", "status",   "wipe",          "loss",  "delay", "register status",
		"stale", "refuse", "grant of", "forget nonces", "twice",
	};
	static const char *const commands[] = { "enable", "disable", "force P", "force B",
						"lock",   "unlock",  "add",     "remove",
						"rate",   "pause",   "resume" };

	for (uint32_t k = 0; k < s->n_faults; k++) {
		const struct scenario_fault *f = &s->faults[k];

		printf("#   %12.3f s  ", (double)f->at_ms / 1e3);
		if (f->kind == FAULT_SERVER)
			printf("%s: %s %u\n",
			       f->server > 1 ? "both"
			       : f->server   ? "B"
					     : "P",
			       faults[f->fault], f->value);
		else if (f->kind == FAULT_NETWORK)
			printf("network: loss %.2f %%, twice %.2f %%, delay %" PRIu64
			       " us, jitter %" PRIu64 " us\n",
			       f->network.loss / 100.0, f->network.twice / 100.0,
			       f->network.delay_ns / 1000, f->network.jitter_ns / 1000);
		else if (f->kind == FAULT_OPERATOR)
			printf("operator: %s, %u lines from %u on, over %" PRIu64 " ms\n",
			       commands[f->command], f->n ? f->n : s->lines, f->first,
			       f->spread_ms);
		else if (f->kind == FAULT_BALANCER)
			printf("balancers of %u nodes\n", f->value);
		else if (f->kind == FAULT_SETTING)
			printf("operator: %s: %s\n", f->key, f->value_text);
		else if (f->kind == FAULT_SURVIVE)
			printf("a restart%s, %" PRIu64 " ms later, with what was saved, %" PRId64
			       " ms ahead, %" PRId32 " lines more\n",
			       f->restarted ? " of the machine" : "", f->step_ms, f->ahead_ms,
			       f->more_lines);
		else if (f->kind == FAULT_SAVE)
			printf("state is saved\n");
		else
			printf("%s\n", f->kind == FAULT_CLOCK ? "the clock steps" : "a restart");
	}
	printf("#   %12.3f s  all faults end\n", (double)s->heal_ms / 1e3);
}

// Whatever the operator did is undone as well.
static void heal(struct world *world, const struct scenario *s)
{
	const struct scenario_fault none = { .server = HL_REGISTRAR_SERVERS_MAX };
	bool operated = false;

	put_fault(world, s, &none);
	world->nodes = 0;
	world->net.faults = s->network;
	if (world->changes)
		changes_undo(world);
	for (uint32_t k = 0; k < s->n_faults; k++)
		operated |= s->faults[k].kind == FAULT_OPERATOR;
	if (operated && s->expected != HL_OFF) {
		world_command(world, HL_COMMAND_RESUME, 0, 0, 0);
		world_command(world, HL_COMMAND_UNLOCK, 0, 0, 0);
		world_command(world, HL_COMMAND_ENABLE, 0, 0, 0);
	}
}

// FAILOVER.md's own worst case, added up generously: who is parked or backs off starts over,
// registers, counts answered probes, waits, comes back; who has lost its binding to a restart finds
// out at a refresh; a binding that nobody removes runs out.
static uint64_t deadline_ms(const struct scenario *s)
{
	uint64_t timeout_ms = s->register_timeout_ms > s->options_timeout_ms
				      ? s->register_timeout_ms
				      : s->options_timeout_ms;
	uint64_t probes_s = (uint64_t)s->detect_s * (s->recover_count + s->fail_count + 2);
	uint64_t waits_s = s->park_s + 3ull * s->backoff_max_s + s->refresh_s + s->return_delay_s;
	uint64_t most_s = s->retry_after_max_s ? s->retry_after_max_s : 300;
	uint64_t hold_s = s->servers.retry_after_s < most_s ? s->servers.retry_after_s : most_s;

	for (uint32_t k = 0; k < s->n_faults; k++)
		if (s->faults[k].kind == FAULT_RESTART || s->faults[k].kind == FAULT_SURVIVE)
			hold_s += s->servers.max_grant_s;
	// every line may need a place at each server, twice, and a probe to ask again
	if (s->server_rate)
		hold_s += 4ull * s->lines / s->server_rate + 1 + 10ull * s->detect_s;
	hold_s += 2ull * s->switch_spread_s;
	return 1000 * (probes_s + waits_s + hold_s) + 8 * timeout_ms + 5000;
}

// REGISTERs and unregisters of a line in one minute. An attempt is of three requests at the most. What
// begins one is a refresh, no sooner than refresh_min, or the end of a backoff, on the average no sooner
// either; when it fails, the other server is tried at once. Commands begin more.
static uint32_t most_a_minute(const struct scenario *s)
{
	uint32_t shortest_s = s->refresh_min_s ? s->refresh_min_s : 1;
	uint32_t attempts = 2 * 60 / shortest_s;

	for (uint32_t k = 0; k < s->n_faults; k++)
		attempts += s->faults[k].kind == FAULT_OPERATOR ||
			    s->faults[k].kind == FAULT_RESTART ||
			    s->faults[k].kind == FAULT_SURVIVE;
	return 3 * attempts;
}

// From when its binding is gone until a line knows: at its next refresh, after half of what was granted.
// In a return B is not refreshed, for another quarter. Then a REGISTER is challenged, or times out.
static uint64_t notice_ns(const struct scenario *s)
{
	return (s->refresh_s * 750ull + 4 * s->register_timeout_ms + 2000) * MS;
}

static void print_histories(const struct world *world, const struct scenario *s, bool trace)
{
	print_faults(s);
	for (uint32_t i = 0; i < hl_plan_slots(world->plan); i++) {
		if (!trace && i != world_broken_line(world))
			continue;
		printf("# line %u:\n", i);
		world_print_history(world, i);
	}
}

static struct world *start(const struct scenario *s, const char *yaml)
{
	uint64_t register_ns = s->register_timeout_ms * MS, options_ns = s->options_timeout_ms * MS;
	struct world_options options = {
		.yaml = yaml,
		.lines = s->lines,
		.vlans = s->vlans,
		.spare_lines = s->spare_lines,
		.seed = s->seed,
		.rate = s->rate,
		.numbers_left = s->numbers_left,
		.poll_ns = s->poll_ms * MS,
		.servers = s->servers,
	};
	struct world *world;

	options.servers.qop_auth = s->seed % 3 != 0;
	options.servers.algorithm = s->seed % 2 ? HL_MD5 : HL_SHA256;
	world = world_new(&options);
	world->net.faults = s->network;
	world->net.drop[TO_SERVER] = s->drop[TO_SERVER];
	world->net.drop[TO_WORKER] = s->drop[TO_WORKER];
	world->dies_at_credentials = s->dies_at_credentials;
	world->look_ns = world->start_ns;
	if (s->spare_lines)
		churn_begin(world, world->start_ns + s->heal_ms * MS);
	world->notice_ns = notice_ns(s);
	world->watch.most_a_minute = most_a_minute(s);
	world->watch.timeout_ns = register_ns > options_ns ? register_ns : options_ns;
	world->watch.register_timeout_ns = register_ns;
	world->watch.expires_s = s->refresh_s;
	world->watch.min_expires_s = s->servers.min_expires_s;
	changes_watch(world, s);
	world_command(world, HL_COMMAND_ENABLE, 0, 0, s->ramp_ms * MS);
	return world;
}

void scenario_run(const struct scenario *s, bool trace, struct scenario_result *r)
{
	struct hl_snapshot snapshot;
	char yaml[2048];

	scenario_yaml(s, yaml, sizeof(yaml));
	struct world *world = start(s, yaml);
	for (uint32_t k = 0; k < s->n_faults; k++) {
		world_run(world, s->faults[k].at_ms * MS);
		put_fault(world, s, &s->faults[k]);
	}
	world_run(world, s->heal_ms * MS);
	if (s->at_heal)
		s->at_heal(world, s);
	heal(world, s);
	uint64_t settled_ns = s->heal_ms * MS + deadline_ms(s) * MS;
	if (settled_ns < world->now_ns - world->start_ns) // the clock was stepped
		settled_ns = world->now_ns - world->start_ns + deadline_ms(s) * MS;
	world_run(world, settled_ns);
	verify_settled(world, s->expected, s->remove_last);
	if (world->changes)
		changes_verify(world);
	if (s->at_settled)
		s->at_settled(world, s);
	hl_snapshot_take(&snapshot, &world->worker, 1);
	uint64_t epochs = count_read(&hl_worker_counters(world->worker)->epochs);
	world_command(world, HL_COMMAND_DISABLE, 0, 0, 1000 * MS);
	world_run(world, settled_ns + (3000 + 4ull * s->register_timeout_ms) * MS);
	if (!world->broken[0])
		verify_end(world);
	if (world->broken[0]) // first, so that what explains it stands below it
		printf("not ok - %s: %s\n#   replay: tests/run sim %s --trace\n", s->title,
		       world->broken, s->replay);
	if (trace || world->broken[0])
		print_histories(world, s, trace);
	*r = (struct scenario_result){
		.frames = world->frames,
		.events = world->events,
		.frames_hash = world->frames_hash,
		.events_hash = world->events_hash,
		.virtual_ns = world->now_ns - world->start_ns,
		.failovers = snapshot.failovers,
		.returns = snapshot.returns,
		.epochs = epochs,
		.churn = world->churn.counts,
		.most_a_minute = world->watch.worst,
		.sent = { world->net.sent[TO_SERVER], world->net.sent[TO_WORKER] },
	};
	memcpy(r->broken, world->broken, sizeof(r->broken));
	world_free(world);
}
