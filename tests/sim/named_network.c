// SPDX-License-Identifier: BSD-3-Clause
// Scenarios: what a network does to packets, and a clock to time.
#include "base/count.h"
#include "named.h"
#include "worker/plan.h"
#include "world.h"

static void loss_of_1_to_30_percent(struct scenario *s, uint32_t variant)
{
	static const uint32_t losses[] = { 100, 200, 500, 1000, 1500, 2000, 2500, 3000 };
	struct network_faults lossy = { .delay_ns = 2000000, .jitter_ns = 1 };

	lossy.loss = losses[variant];
	named_network_fault(s, 5 * S, lossy);
	named_fault(s, 60 * S, 0, HL_FAULT_SILENT, 0);
	named_fault(s, 90 * S, 0, HL_FAULT_NONE, 0);
	s->seed = 1 + variant;
	s->heal_ms = 180 * S;
}

static void duplicates(struct scenario *s, uint32_t variant)
{
	s->seed = 1 + variant;
	named_network_fault(s, 0, (struct network_faults){ .twice = 10000, .delay_ns = 500000 });
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
	named_fault(s, 40 * S, 0, HL_FAULT_NONE, 0);
}

// Up to 600 ms earlier or later than the next one: requests and answers overtake each other.
static void reordering(struct scenario *s, uint32_t variant)
{
	s->seed = 1 + variant;
	named_network_fault(s, 0,
			    (struct network_faults){ .twice = 5000 * (variant & 1),
						     .delay_ns = 300000000,
						     .jitter_ns = 600000000 });
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
	named_fault(s, 40 * S, 0, HL_FAULT_NONE, 0);
	s->heal_ms = 90 * S;
}

// Every answer is lost once, at each step of a life with a failover, a return and an end: the line
// must heal each time.
static void a_life(struct scenario *s)
{
	s->lines = 1;
	s->refresh_s = 20;
	s->detect_s = 7;
	s->ramp_ms = 0;
	s->servers.nonce_life_s = 25;
	s->heal_ms = 40 * S;
	named_fault(s, 12 * S, 0, HL_FAULT_SILENT, 0);
}

static void a_reply_lost_at_every_step(struct scenario *s, uint32_t variant)
{
	a_life(s);
	s->drop[TO_WORKER] = variant + 1;
}

static void a_request_lost_at_every_step(struct scenario *s, uint32_t variant)
{
	a_life(s);
	s->drop[TO_SERVER] = variant + 1;
}

static void a_reply_lost_at_every_step_with_one_time_nonces(struct scenario *s, uint32_t variant)
{
	a_life(s);
	s->servers.one_time_nonces = true;
	s->servers.shared_store = true;
	s->drop[TO_WORKER] = variant + 1;
}

// The server has bound the line, the line has given up: an orphan at P, or at B when the line comes
// back.
static void answers_after_the_time_out(struct scenario *s, uint32_t variant)
{
	(void)variant;
	named_fault(s, 10 * S, 0, HL_FAULT_DELAY, 2500000);
}

// A refresh is accepted by P and answered too late; probes are answered within their own time-out.
// The line lives on B, and what the refresh has bound must go at once, not when it runs out.
static void no_orphans_at_p(struct world *world, const struct scenario *s)
{
	for (uint32_t i = 0; i < s->lines; i++) {
		char aor[WORLD_AOR_ROOM];

		if (hl_registrar_bound(world->registrar, 0, world_aor(world, i, aor),
				       world->now_ns))
			world_break(world, "line %u lives on B, P keeps an orphan", i);
	}
}

static void orphans_of_late_answers_are_removed(struct scenario *s, uint32_t variant)
{
	s->never_return = true;
	s->expected = HL_ON_B;
	s->ramp_ms = 0;
	s->remove_last = variant; // an orphan is removed in any case
	s->refresh_s = 20;
	s->options_timeout_ms = 4000;
	named_fault(s, 5 * S, 0, HL_FAULT_DELAY, 2500000);
	s->at_heal = no_orphans_at_p;
	s->heal_ms = 20 * S;
}

static void answers_late_and_twice(struct scenario *s, uint32_t variant)
{
	static const uint32_t after_us[] = { 1000, 400000, 1900000, 5000000, 40000000 };

	named_fault(s, 0, BOTH, HL_FAULT_DELAY, 300000);
	named_fault(s, 0, BOTH, HL_FAULT_TWICE, after_us[variant]);
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

// The program polls twice a second: refresh, probe and time-outs of a line fall into one tick.
static void refresh_and_probe_due_in_the_same_tick(struct scenario *s, uint32_t variant)
{
	s->lines = 50;
	s->poll_ms = 500;
	s->detect_s = 5;
	s->refresh_s = 20;
	s->seed = 1 + variant;
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
	s->heal_ms = 90 * S;
}

// A suspended machine: hours later everything is overdue at once, and bindings have run out.
static void a_clock_step(struct scenario *s, uint32_t variant)
{
	static const uint64_t steps_ms[] = { 3 * S, 60 * S, 3600 * S, 11 * 3600 * S };
	struct scenario_fault *f = named_fault(s, 25100, 0, HL_FAULT_NONE, 0);

	f->kind = FAULT_CLOCK;
	f->step_ms = steps_ms[variant % 4];
	if (variant >= 4) // while the line is elsewhere
		f->at_ms += 17 * S;
	named_fault(s, f->at_ms + f->step_ms + 10 * S, 0, HL_FAULT_SILENT, 0);
	s->heal_ms = f->at_ms + f->step_ms + 40 * S;
}

// Half of the lines in each, and nothing has come by the wrong one.
static void each_in_its_network(struct world *world, const struct scenario *s)
{
	const struct hl_plan *plan = world->plan;
	uint32_t lines[2] = { 0 };

	for (uint32_t i = 0; i < s->lines; i++)
		lines[plan->table.addresses[plan->table.lines[i].addr].network]++;
	if (lines[0] == 0 || lines[1] == 0)
		world_break(world, "%u and %u lines in the two networks", lines[0], lines[1]);
	if (count_read(&hl_worker_counters(world->worker)->drops[HL_DROP_VLAN]) != 0 ||
	    count_read(&hl_worker_counters(world->worker)->drops[HL_DROP_WRONG_SOURCE]) != 0)
		world_break(world, "a frame came by another network than it left by");
}

// The same addresses in a VLAN and in one of two VLANs; loss beside.
static void two_networks_with_equal_addresses(struct scenario *s, uint32_t variant)
{
	s->seed = 1 + variant;
	s->vlans = true;
	s->lines = 100;
	if (variant > 0)
		named_network_fault(s, 5 * S,
				    (struct network_faults){
					    .loss = 500, .delay_ns = 2000000, .jitter_ns = 1 });
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
	named_fault(s, 60 * S, 0, HL_FAULT_NONE, 0);
	s->heal_ms = 120 * S;
	s->at_settled = each_in_its_network;
}

const struct named named_network[] = {
	NAMED_MANY(loss_of_1_to_30_percent, 8),
	NAMED_MANY(duplicates, 4),
	NAMED_MANY(two_networks_with_equal_addresses, 3),
	NAMED_MANY(reordering, 8),
	NAMED_MANY(a_reply_lost_at_every_step, 80),
	NAMED_MANY(a_request_lost_at_every_step, 80),
	NAMED_MANY(a_reply_lost_at_every_step_with_one_time_nonces, 80),
	NAMED(answers_after_the_time_out),
	NAMED_MANY(orphans_of_late_answers_are_removed, 2),
	NAMED_MANY(answers_late_and_twice, 5),
	NAMED_MANY(refresh_and_probe_due_in_the_same_tick, 4),
	NAMED_MANY(a_clock_step, 8),
	{ 0 },
};
