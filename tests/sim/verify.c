// SPDX-License-Identifier: BSD-3-Clause
// The invariants: armed, bound, settled, and nothing left at the end.
#include "verify.h"

#include <inttypes.h>

#include "base/count.h"

#define LOOK_NS 250000000ull

static struct hl_state state_of(const struct world *world, uint32_t line)
{
	return hl_state_unpack(hl_worker_state(world->worker, line));
}

static uint32_t bindings(const struct world *world, uint32_t server, uint32_t line,
			 const char *with)
{
	char aor[WORLD_AOR_ROOM];

	return hl_registrar_contacts(world->registrar, server, world_aor(world, line, aor), with,
				     world->now_ns);
}

// Contacts are told apart by their server's mark: in a shared table both would be found.
static bool bound_by(const struct world *world, uint32_t server, uint32_t line)
{
	return bindings(world, server, line, server ? ";hl=b" : ";hl=p") > 0;
}

static bool registered(uint8_t state)
{
	return state == HL_ON_P || state == HL_ON_B || state == HL_HOLD_B || state == HL_SW_P;
}

// Who says it is registered can be called: by whatever Contact its server has of it. Where a binding may
// vanish without the line's doing, the line finds out at its next refresh.
static void look_at_binding(struct world *world, uint32_t i)
{
	struct hl_state state = state_of(world, i);

	if (state.slot != HL_SLOT_LINE || !registered(state.state) ||
	    bindings(world, state.state != HL_ON_P, i, NULL)) {
		world->lost_ns[i] = 0;
		return;
	}
	if (world->lost_ns[i] == 0)
		world->lost_ns[i] = world->now_ns;
	if (!world->may_lose)
		world_break(world, "line %u is %s, but its server has no binding of it", i,
			    hl_line_state_name(state.state));
	else if (world->now_ns - world->lost_ns[i] > world->notice_ns)
		world_break(world,
			    "line %u is %s, though its server has had no binding of it for %.3f s",
			    i, hl_line_state_name(state.state),
			    (double)(world->now_ns - world->lost_ns[i]) / 1e9);
}

static void look_at_bindings(struct world *world)
{
	for (uint32_t i = 0; i < hl_plan_slots(world->plan) && !world->broken[0]; i++)
		look_at_binding(world, i);
}

// Every request that left came to its end, or is outstanding.
void verify_balance(struct world *world)
{
	static const enum hl_method methods[] = { HL_REGISTER, HL_OPTIONS, HL_SUBSCRIBE };
	const struct hl_counters *c = hl_worker_counters(world->worker);

	for (unsigned k = 0; k < sizeof(methods) / sizeof(methods[0]); k++) {
		enum hl_method m = methods[k];
		uint64_t requests = count_read(&c->requests[m]), finals = count_read(&c->finals[m]),
			 timeouts = count_read(&c->timeouts[m]),
			 unreachable = count_read(&c->unreachable[m]),
			 abandoned = count_read(&c->abandoned[m]),
			 out = hl_worker_outstanding(world->worker, m);

		if (requests != finals + timeouts + unreachable + abandoned + out)
			world_break(world,
				    "%" PRIu64 " %s requests, but %" PRIu64 " finals, %" PRIu64
				    " time-outs, %" PRIu64 " unreachable, %" PRIu64
				    " abandoned, %" PRIu64 " outstanding",
				    requests, hl_method_name(m), finals, timeouts, unreachable,
				    abandoned, out);
	}
}

void verify_step(struct world *world)
{
	uint32_t line, n = hl_plan_slots(world->plan);

	if (world->watch.broken[0])
		world_break(world, "%s", world->watch.broken);
	if (world->look_ns && world->now_ns >= world->look_ns) {
		look_at_bindings(world);
		verify_balance(world);
		world->look_ns = world->now_ns + LOOK_NS;
	}
	// the walk over all lines is dear: with many of them, not at every step
	if (world->unarmed_after-- > 0)
		return;
	world->unarmed_after = n < 64 ? 0 : n / 4;
	if (hl_worker_armed(world->worker, &line))
		return;
	world_break(world, "line %u is %s and has no timer armed: it is stuck", line,
		    hl_line_state_name(state_of(world, line).state));
}

// In the call in which it is stopped it may have sent something before.
void verify_sender(struct world *world, uint32_t line)
{
	uint64_t now_ms = (world->now_ns - world->worker_start_ns) / 1000000;
	struct hl_state state = state_of(world, line);

	if (state.state != HL_OFF || now_ms <= state.since_ms + 2ull)
		return;
	world_break(world, "line %u is off, and goes on sending", line);
}

static void verify_line(struct world *world, uint32_t i, enum hl_line_state expected, bool alone)
{
	uint8_t state = state_of(world, i).state;
	uint32_t server = state == HL_ON_B;

	if (state_of(world, i).slot != HL_SLOT_LINE)
		return;

	if (state != expected)
		world_break(world, "line %u is %s, long after the faults ended it must be %s", i,
			    hl_line_state_name(state), hl_line_state_name(expected));
	else if (state == HL_OFF && (bound_by(world, 0, i) || bound_by(world, 1, i)))
		world_break(world, "line %u is off, and a server still has a binding", i);
	else if (state != HL_OFF && !bound_by(world, server, i))
		world_break(world, "line %u is %s, but the server has no binding of it", i,
			    hl_line_state_name(state));
	else if (alone && state != HL_OFF && bound_by(world, !server, i))
		world_break(world, "line %u is %s, and the other server still has a binding", i,
			    hl_line_state_name(state));
}

void verify_settled(struct world *world, enum hl_line_state expected, bool alone)
{
	for (uint32_t i = 0; i < hl_plan_slots(world->plan) && !world->broken[0]; i++)
		verify_line(world, i, expected, alone);
}

void verify_end(struct world *world)
{
	uint32_t left = hl_worker_leftovers(world->worker, world->now_ns);
	uint32_t unsettled = hl_worker_unsettled(world->worker);

	verify_balance(world);
	if (unsettled)
		world_break(world, "%u lines have not unregistered in time", unsettled);
	if (left)
		world_break(world, "%u bindings are left over, says the worker", left);
	if (world->options.spare_lines)
		churn_verify_end(world);
	for (uint32_t i = 0; i < hl_plan_slots(world->plan); i++)
		for (uint32_t server = 0; server < 2 && !world->broken[0]; server++)
			if (state_of(world, i).slot == HL_SLOT_LINE &&
			    bindings(world, server, i, NULL))
				world_break(world, "an orphan: line %u still has a binding at %s",
					    i, server ? "B" : "P");
}
