// SPDX-License-Identifier: BSD-3-Clause
// Scenarios: commands in the middle of everything.
#include "named.h"
#include "base/count.h"
#include "world.h"

static void all_off(struct world *world, const struct scenario *s)
{
	for (uint32_t i = 0; i < s->lines; i++) {
		struct hl_state state = hl_state_unpack(hl_worker_state(world->worker, i));

		if (state.state != HL_OFF)
			world_break(world, "line %u is %s, it was disabled", i,
				    hl_line_state_name(state.state));
	}
	if (count_read(&hl_worker_counters(world->worker)->drops[HL_DROP_LATE]) == 0)
		world_break(world, "no reply came late: nothing was tested");
}

// Answers are under way for a second: those to probes find their line stopped.
static void a_probe_reply_that_arrives_after_disable(struct scenario *s, uint32_t variant)
{
	s->detect_s = 2;
	s->seed = 1 + variant;
	s->lines = 50;
	s->expected = HL_OFF;
	named_fault(s, 10 * S, BOTH, HL_FAULT_DELAY, 1000000);
	named_command(s, 30 * S, HL_COMMAND_DISABLE);
	s->at_heal = all_off;
}

// The same command at each quarter of a second around a failover and a return.
static void around_a_failover(struct scenario *s, uint32_t variant, enum hl_command_type command)
{
	uint64_t at_ms = 19 * S + 250 * variant;
	bool before = at_ms < 20 * S;

	s->ramp_ms = 500;
	if (before)
		named_command(s, at_ms, command);
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
	if (!before && at_ms < 32 * S)
		named_command(s, at_ms, command);
	named_fault(s, 32 * S, 0, HL_FAULT_NONE, 0);
	if (at_ms >= 32 * S)
		named_command(s, at_ms, command);
}

static void force_b_in_the_middle(struct scenario *s, uint32_t variant)
{
	around_a_failover(s, variant, HL_COMMAND_FORCE_B);
}

static void force_p_in_the_middle(struct scenario *s, uint32_t variant)
{
	around_a_failover(s, variant, HL_COMMAND_FORCE_P);
}

static void lock_in_the_middle(struct scenario *s, uint32_t variant)
{
	around_a_failover(s, variant, HL_COMMAND_LOCK);
}

static void disable_in_the_middle(struct scenario *s, uint32_t variant)
{
	around_a_failover(s, variant, HL_COMMAND_DISABLE);
	s->expected = HL_OFF;
}

static void disable_and_enable_in_the_middle(struct scenario *s, uint32_t variant)
{
	around_a_failover(s, variant, HL_COMMAND_DISABLE);
	named_command(s, 40 * S, HL_COMMAND_ENABLE);
}

static void nobody_left_b(struct world *world, const struct scenario *s)
{
	for (uint32_t i = 0; i < s->lines; i++) {
		struct hl_state state = hl_state_unpack(hl_worker_state(world->worker, i));

		if (state.state != HL_ON_B)
			world_break(world, "line %u is %s, it is locked on B", i,
				    hl_line_state_name(state.state));
	}
}

static void locked_on_b_it_stays(struct scenario *s, uint32_t variant)
{
	(void)variant;
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
	named_command(s, 35 * S, HL_COMMAND_LOCK);
	named_fault(s, 40 * S, 0, HL_FAULT_NONE, 0);
	s->heal_ms = 150 * S;
	s->at_heal = nobody_left_b;
}

// Nobody looks, so nobody finds out; a line whose refresh was lost waits for its move.
static void nobody_moved(struct world *world, const struct scenario *s)
{
	const struct hl_counters *c = hl_worker_counters(world->worker);

	for (uint32_t i = 0; i < s->lines; i++) {
		struct hl_state state = hl_state_unpack(hl_worker_state(world->worker, i));

		if (state.state != HL_ON_P && state.state != HL_SW_B)
			world_break(world, "line %u is %s in a pause", i,
				    hl_line_state_name(state.state));
	}
	if (count_read(&c->failovers) != 0)
		world_break(world, "a line moved in a pause");
}

// P dies in a pause: at its end the lines still move, and come back.
static void paused_while_p_is_silent(struct scenario *s, uint32_t variant)
{
	s->detect_s = 2;
	s->seed = 1 + variant;
	named_command(s, 30 * S, HL_COMMAND_PAUSE);
	named_fault(s, 35 * S + 250 * variant, 0, HL_FAULT_SILENT, 0);
	s->heal_ms = 90 * S;
	s->at_heal = nobody_moved;
}

// It begins and ends at each quarter of a second around a failover and a return.
static void pause_in_the_middle(struct scenario *s, uint32_t variant)
{
	around_a_failover(s, variant, HL_COMMAND_PAUSE);
	named_command(s, 45 * S, HL_COMMAND_RESUME);
}

const struct named named_operator[] = {
	NAMED_MANY(a_probe_reply_that_arrives_after_disable, 4),
	NAMED_MANY(force_b_in_the_middle, 64),
	NAMED_MANY(force_p_in_the_middle, 64),
	NAMED_MANY(lock_in_the_middle, 64),
	NAMED_MANY(disable_in_the_middle, 64),
	NAMED_MANY(disable_and_enable_in_the_middle, 64),
	NAMED(locked_on_b_it_stays),
	NAMED_MANY(paused_while_p_is_silent, 16),
	NAMED_MANY(pause_in_the_middle, 64),
	{ 0 },
};
