// SPDX-License-Identifier: BSD-3-Clause
// Scenarios: state that survives a restart (FAILOVER.md section 8). No second binding, no lower CSeq, no storm of
// registrations, every line on its server, whatever the instant.
#include "base/count.h"
#include "named.h"
#include "world.h"

static void save(struct scenario *s, uint64_t at_ms)
{
	named_fault(s, at_ms, BOTH, HL_FAULT_NONE, 0)->kind = FAULT_SAVE;
}

static struct scenario_fault *start(struct scenario *s, uint64_t at_ms)
{
	struct scenario_fault *f = named_fault(s, at_ms, BOTH, HL_FAULT_NONE, 0);

	f->kind = FAULT_SURVIVE;
	f->spread_ms = 1000;
	return f;
}

// Of five seconds: what is due, and lines that begin anew, each with three requests at the most.
static void no_storm(struct world *world, const struct scenario *s)
{
	const struct survive *kept = &world->survive;
	uint32_t lines = hl_plan_lines(world->plan);
	uint64_t sent = count_read(&hl_worker_counters(world->worker)->requests[HL_REGISTER]);
	uint64_t most = 3ull * (kept->due + lines - kept->taken_up);

	if (sent > most)
		world_break(world, "%llu REGISTERs, of %u lines due and %u anew",
			    (unsigned long long)sent, kept->due, lines - kept->taken_up);
	if (kept->taken_up < (s->lines < lines ? s->lines : lines))
		world_break(world, "%u of %u lines are taken up", kept->taken_up, s->lines);
	survive_verify(world);
}

static void all_on_b(struct world *world, const struct scenario *s)
{
	for (uint32_t i = 0; i < s->lines; i++) {
		struct hl_state state = hl_state_unpack(hl_worker_state(world->worker, i));

		if (state.state != HL_ON_B && state.state != HL_SW_P)
			world_break(world, "line %u is %s, and was on the backup", i,
				    hl_line_state_name(state.state));
	}
	survive_verify(world);
}

static void one_binding_each(struct world *world, const struct scenario *s)
{
	(void)s;
	survive_verify(world);
}

// At any time between two refreshes, and after any time; longer than that there is nothing to take up.
static void killed_while_all_is_well(struct scenario *s, uint32_t variant)
{
	s->seed = 1 + variant;
	save(s, 4 * S + 7300 * variant);
	start(s, 4 * S + 7300 * variant + 1)->step_ms = variant % 4 * 4000;
	s->heal_ms = 4 * S + 7300 * variant + 1 + variant % 4 * 4000 + 5 * S;
	s->at_heal = no_storm;
	s->at_settled = one_binding_each;
}

// P is silent for all of it: they go on at B, and nobody asks P first.
static void killed_while_all_are_on_b(struct scenario *s, uint32_t variant)
{
	s->seed = 1 + variant;
	s->detect_s = variant % 2 ? 2 : 0;
	s->refresh_s = s->detect_s ? 120 : 20;
	s->register_timeout_ms = 1000;
	s->servers.max_grant_s = 60;
	named_fault(s, 5 * S, 0, HL_FAULT_SILENT, 0);
	save(s, 30 * S + 1700 * variant);
	start(s, 30 * S + 1700 * variant + 1);
	s->heal_ms = 35 * S + 1700 * variant + 1;
	s->at_heal = s->detect_s ? no_storm : all_on_b;
	s->at_settled = one_binding_each;
}

// 60 to 120 s were left of what was granted.
static void down_for_longer_than_was_granted(struct scenario *s, uint32_t variant)
{
	s->seed = 1 + variant;
	save(s, 10 * S);
	start(s, 10 * S + 1)->step_ms = (80 + variant * 10) * S;
	s->heal_ms = 30 * S + (80 + variant * 10) * S;
	s->at_settled = one_binding_each;
}

// P dies at 20 s and is back at 40 s; what is saved is up to three seconds old.
static void killed_around_a_failover_and_a_return(struct scenario *s, uint32_t variant)
{
	uint64_t saved_ms = 18 * S + 437 * variant;
	uint32_t turn = saved_ms >= 40 * S ? 2 : saved_ms >= 20 * S;

	s->seed = 1 + variant;
	s->detect_s = 2;
	s->refresh_s = variant % 3 ? 120 : 20;
	s->servers.max_grant_s = 60;
	s->return_delay_s = variant % 5;
	s->prefer_primary = variant % 2;
	for (uint32_t k = 0; k < 4; k++) { // in the order of their times
		if (k == turn) {
			save(s, saved_ms);
			start(s, saved_ms + 1 + variant % 4 * 1000)->step_ms = variant % 2 * 500;
		}
		if (k == 0)
			named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
		if (k == 1)
			named_fault(s, 40 * S, 0, HL_FAULT_NONE, 0);
	}
	s->heal_ms = 70 * S;
	s->at_settled = one_binding_each;
}

// Each time from what the one before has saved at its start, so that numbers go ahead of what is known only.
static void killed_again_and_again(struct scenario *s, uint32_t variant)
{
	s->seed = 1 + variant;
	s->refresh_s = 30;
	for (uint32_t k = 0; k < 12; k++) {
		save(s, 5 * S + 8 * S * k);
		start(s, 5 * S + 8 * S * k + (variant % 2 ? 7 * S : 1));
	}
	s->heal_ms = 120 * S;
	s->at_settled = one_binding_each;
}

// What was saved once is taken up twice: the second time it is older than a whole life of a worker.
static void taken_up_twice(struct scenario *s, uint32_t variant)
{
	s->seed = 1 + variant;
	s->refresh_s = 40;
	save(s, 10 * S);
	start(s, 10 * S + 1);
	start(s, 20 * S + 2000 * variant);
	s->heal_ms = 60 * S;
	s->at_settled = one_binding_each;
}

static void nobody_was_taken_up(struct world *world, const struct scenario *s)
{
	(void)s;
	if (world->survive.taken_up)
		world_break(world, "%u lines are taken up, and nobody knows how old they are",
			    world->survive.taken_up);
	survive_verify(world);
}

static void the_wall_clock_has_gone_back(struct scenario *s, uint32_t variant)
{
	struct scenario_fault *f;

	s->seed = 1 + variant;
	save(s, 20 * S);
	f = start(s, 20 * S + 1 + variant * S);
	f->restarted = true;
	f->ahead_ms = -3600 * (int64_t)S;
	s->heal_ms = 40 * S;
	s->at_heal = nobody_was_taken_up;
	s->at_settled = one_binding_each;
}

// Some seconds, or so much that everything has run out.
static void the_wall_clock_was_set_ahead(struct scenario *s, uint32_t variant)
{
	struct scenario_fault *f;

	s->seed = 1 + variant;
	save(s, 20 * S);
	f = start(s, 20 * S + 1);
	f->restarted = true;
	f->ahead_ms = variant * 23 * (int64_t)S;
	s->heal_ms = 40 * S;
	s->at_settled = one_binding_each;
}

// While the same machine runs its wall clock does not matter.
static void a_wall_clock_that_jumps_while_the_machine_runs(struct scenario *s, uint32_t variant)
{
	killed_while_all_is_well(s, 1 + variant);
	s->faults[1].ahead_ms = variant % 2 ? -3600 * (int64_t)S : 3600 * (int64_t)S;
}

static void a_line_more_or_fewer(struct scenario *s, uint32_t variant)
{
	killed_while_all_is_well(s, variant);
	s->faults[1].more_lines = variant % 2 ? 1 + (int32_t)variant / 2
					      : -1 - (int32_t)variant / 2;
}

const struct named named_survive[] = {
	NAMED_MANY(killed_while_all_is_well, 7),
	NAMED_MANY(killed_while_all_are_on_b, 8),
	NAMED_MANY(down_for_longer_than_was_granted, 8),
	NAMED_MANY(killed_around_a_failover_and_a_return, 64),
	NAMED_MANY(killed_again_and_again, 8),
	NAMED_MANY(taken_up_twice, 4),
	NAMED_MANY(the_wall_clock_has_gone_back, 4),
	NAMED_MANY(the_wall_clock_was_set_ahead, 8),
	NAMED_MANY(a_wall_clock_that_jumps_while_the_machine_runs, 4),
	NAMED_MANY(a_line_more_or_fewer, 7),
	{ 0 },
};
