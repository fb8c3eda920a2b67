// SPDX-License-Identifier: BSD-3-Clause
// The table of FAILOVER.md section 3, one function a state. "Row n" is a row of that table.
//
// A line that is not OFF always has something armed or unanswered: REG_P, SW_B and SW_P are entered
// with a REGISTER, ON_P and ON_B with a refresh, HOLD_B with its delay, DOWN with a backoff, PARK
// with its time. SW_P ends in time for B's refresh.
#include "failover/failover.h"

#include <assert.h>

struct step {
	const struct failover_policy *policy;
	struct failover *fo;
	uint8_t held;
	uint32_t actions;
};

static uint8_t server_bit(enum hl_server server)
{
	return (uint8_t)(1u << server);
}

static bool lock_allows(const struct failover *fo, enum hl_server server)
{
	return fo->lock == 0 || fo->lock == 1 + server;
}

// May the line go there by itself, whatever it tried before?
static bool server_free(const struct step *step, enum hl_server server)
{
	if (server == HL_SERVER_B && !step->policy->has_backup)
		return false;
	return !(step->held & server_bit(server)) && lock_allows(step->fo, server);
}

static bool server_usable(const struct step *step, enum hl_server server)
{
	return server_free(step, server) && !(step->fo->tried & server_bit(server));
}

static void enter(struct step *step, enum hl_line_state state)
{
	bool probed = state == HL_ON_P || state == HL_SW_B || state == HL_ON_B || state == HL_DOWN;

	if (state == step->fo->state)
		return;
	if (step->fo->state == HL_HOLD_B || step->fo->state == HL_SW_P)
		step->actions |= ACT_HOLD_CANCEL;
	if (state == HL_SW_P)
		step->actions |= ACT_RETURN_LIMIT;
	if (probed && step->policy->probes)
		step->actions |= ACT_PROBE;
	step->fo->state = (uint8_t)state;
}

static void register_at_p(struct step *step, enum hl_line_state state)
{
	step->fo->tried |= server_bit(HL_SERVER_P);
	step->actions |= ACT_REGISTER_P;
	enter(step, state);
}

static void register_at_b(struct step *step)
{
	step->fo->tried |= server_bit(HL_SERVER_B);
	step->actions |= ACT_REGISTER_B;
	enter(step, HL_SW_B);
}

static void go_down(struct step *step)
{
	step->fo->active = HL_SERVER_NONE;
	step->actions |= ACT_BACKOFF;
	enter(step, HL_DOWN);
}

// What was counted of P is over when its probes are.
static void go_park(struct step *step)
{
	step->fo->active = HL_SERVER_NONE;
	step->fo->fails = step->fo->oks = 0;
	step->actions |= ACT_PARK | ACT_PROBE_STOP;
	enter(step, HL_PARK);
}

// A new cycle, P first (rows 1, 16, 19); none usable: row 8.
static void start_cycle(struct step *step)
{
	step->fo->tried = 0;
	if (server_usable(step, HL_SERVER_P))
		register_at_p(step, HL_REG_P);
	else if (server_usable(step, HL_SERVER_B))
		register_at_b(step);
	else
		go_down(step);
}

static void settle_at_p(struct step *step)
{
	struct failover *fo = step->fo;

	step->actions |= ACT_REFRESH | ACT_SETTLED;
	if (fo->active == HL_SERVER_B) {
		step->actions |= ACT_RETURN;
		if (step->policy->remove_last)
			step->actions |= ACT_LEAVE_B;
	}
	fo->active = HL_SERVER_P;
	fo->tried = 0;
	fo->fails = 0; // a 2xx is a sign of life (section 2)
	enter(step, HL_ON_P);
}

static void settle_at_b(struct step *step)
{
	struct failover *fo = step->fo;

	step->actions |= ACT_REFRESH | ACT_SETTLED | ACT_FAILOVER;
	if (fo->active == HL_SERVER_P && step->policy->remove_last)
		step->actions |= ACT_LEAVE_P;
	fo->active = HL_SERVER_B;
	fo->tried = 0;
	enter(step, HL_ON_B);
}

// Back to B, whose registration was held all the time.
static void resume_at_b(struct step *step)
{
	step->fo->tried = 0;
	step->actions |= ACT_RESUME;
	enter(step, HL_ON_B);
}

// May the line come back to P by itself?
static bool return_allowed(const struct step *step)
{
	return step->policy->auto_return && step->fo->lock == 0 && server_free(step, HL_SERVER_P);
}

static void step_reg_p(struct step *step, enum failover_event event)
{
	switch (event) {
	case FO_REGISTERED: // row 2
		settle_at_p(step);
		break;
	case FO_FAILED:
		if (server_usable(step, HL_SERVER_B)) // row 3
			register_at_b(step);
		else // row 8
			go_down(step);
		break;
	case FO_REJECTED: // row 18
		go_park(step);
		break;
	default:
		break;
	}
}

static void step_on_p(struct step *step, enum failover_event event)
{
	struct failover *fo = step->fo;

	switch (event) {
	case FO_REFRESH: // row 4
		step->actions |= ACT_REGISTER_P;
		break;
	case FO_REGISTERED:
		settle_at_p(step);
		break;
	case FO_FAILED: // row 5, and row 8 when there is nowhere to go
		fo->tried = server_bit(HL_SERVER_P);
		if (server_usable(step, HL_SERVER_B))
			register_at_b(step);
		else
			go_down(step);
		break;
	case FO_PROBE_LOST: // row 5; P was not asked to register yet, so row 7 may still do that
		if (fo->fails >= step->policy->fail_max && server_usable(step, HL_SERVER_B))
			register_at_b(step);
		break;
	case FO_REJECTED: // row 18
		go_park(step);
		break;
	default:
		break;
	}
}

static void step_sw_b(struct step *step, enum failover_event event)
{
	switch (event) {
	case FO_REGISTERED: // row 6
		settle_at_b(step);
		break;
	case FO_FAILED:
	case FO_REJECTED:
		if (server_usable(step, HL_SERVER_P)) // row 7
			register_at_p(step, HL_REG_P);
		else if (event == FO_FAILED) // row 8
			go_down(step);
		else // row 18
			go_park(step);
		break;
	default:
		break;
	}
}

// B's refresh failed, or worse (row 15). Without probes nothing speaks against P.
static void lose_b(struct step *step)
{
	struct failover *fo = step->fo;
	bool p_answers = step->policy->probes ? fo->oks > 0 : true;

	fo->tried = server_bit(HL_SERVER_B);
	if (p_answers && server_usable(step, HL_SERVER_P))
		register_at_p(step, HL_REG_P);
	else
		go_down(step);
}

// What ON_B and HOLD_B have in common: both hold a registration at B.
static void step_at_b(struct step *step, enum failover_event event)
{
	switch (event) {
	case FO_REFRESH: // without probes, only asking tells whether P is back (section 1)
		if (!step->policy->probes && return_allowed(step))
			register_at_p(step, HL_SW_P);
		else
			step->actions |= ACT_REGISTER_B;
		break;
	case FO_REGISTERED:
		step->actions |= ACT_REFRESH | ACT_SETTLED;
		break;
	case FO_FAILED: // row 15
		lose_b(step);
		break;
	case FO_REJECTED: // row 18
		go_park(step);
		break;
	default:
		break;
	}
}

static void step_on_b(struct step *step, enum failover_event event)
{
	const struct failover_policy *policy = step->policy;

	if (event != FO_PROBE_OK) {
		step_at_b(step, event);
	} else if (step->fo->oks >= policy->recover_count && return_allowed(step)) {
		if (policy->prefer_primary) { // row 9
			register_at_p(step, HL_SW_P);
		} else { // row 10
			step->actions |= ACT_HOLD;
			enter(step, HL_HOLD_B);
		}
	}
}

static void step_hold_b(struct step *step, enum failover_event event)
{
	switch (event) {
	case FO_PROBE_LOST: // row 11
		if (step->fo->fails >= step->policy->fail_max)
			enter(step, HL_ON_B);
		break;
	case FO_TIMER: // row 12
		if (return_allowed(step))
			register_at_p(step, HL_SW_P);
		else
			enter(step, HL_ON_B);
		break;
	default:
		step_at_b(step, event);
	}
}

static void step_sw_p(struct step *step, enum failover_event event)
{
	struct failover *fo = step->fo;

	switch (event) {
	case FO_REGISTERED: // row 13
		settle_at_p(step);
		break;
	case FO_TIMER: // B's registration is not refreshed meanwhile, and can wait no longer
		step->actions |= ACT_ABANDON;
		// fall through
	case FO_FAILED:
	case FO_REJECTED: // row 14
		fo->oks = 0;
		if (fo->lock != 0) // forced to P and not taken there: the lock comes back along
			fo->lock = 1 + HL_SERVER_B;
		step->actions |= ACT_COOL;
		resume_at_b(step);
		break;
	default:
		break;
	}
}

static void step_down(struct step *step, enum failover_event event)
{
	switch (event) { // row 16
	case FO_TIMER:
		start_cycle(step);
		break;
	case FO_PROBE_OK:
		if (server_free(step, HL_SERVER_P)) {
			step->fo->tried = 0;
			register_at_p(step, HL_REG_P);
		}
		break;
	case FO_PROBE_B_OK:
		if (server_free(step, HL_SERVER_B)) {
			step->fo->tried = 0;
			register_at_b(step);
		}
		break;
	default:
		break;
	}
}

static void step_park(struct step *step, enum failover_event event)
{
	if (event == FO_TIMER) // row 19
		start_cycle(step);
}

// A lock goes along with a line that is forced away; a server that is held is used all the same.
static void force_p(struct step *step)
{
	struct failover *fo = step->fo;

	if (fo->state == HL_ON_P || fo->state == HL_REG_P || fo->state == HL_SW_P)
		return;
	if (fo->lock != 0)
		fo->lock = 1 + HL_SERVER_P;
	if (fo->state == HL_DOWN || fo->state == HL_PARK)
		fo->tried = 0;
	register_at_p(step, fo->state == HL_ON_B || fo->state == HL_HOLD_B ? HL_SW_P : HL_REG_P);
}

static void force_b(struct step *step)
{
	struct failover *fo = step->fo;

	if (!step->policy->has_backup || fo->state == HL_SW_B || fo->state == HL_ON_B ||
	    fo->state == HL_HOLD_B)
		return;
	if (fo->lock != 0)
		fo->lock = 1 + HL_SERVER_B;
	if (fo->state == HL_SW_P) {
		step->actions |= ACT_ABANDON;
		resume_at_b(step);
		return;
	}
	if (fo->state == HL_DOWN || fo->state == HL_PARK)
		fo->tried = 0;
	register_at_b(step);
}

// Where a registration that is under way in this state would take the line; NONE: nowhere.
static enum hl_server moving_to(enum hl_line_state state)
{
	if (state == HL_REG_P || state == HL_SW_P)
		return HL_SERVER_P;
	return state == HL_SW_B ? HL_SERVER_B : HL_SERVER_NONE;
}

// On the active server, else where the line is registering. A move to the other one ends.
static void lock(struct step *step)
{
	struct failover *fo = step->fo;
	enum hl_server to = moving_to(fo->state);
	enum hl_server server = fo->active;

	if (fo->lock != 0)
		return;
	if (server == HL_SERVER_NONE)
		server = to == HL_SERVER_B ? HL_SERVER_B : HL_SERVER_P;
	fo->lock = (uint8_t)(1 + server);

	if (fo->state == HL_HOLD_B) {
		enter(step, HL_ON_B);
	} else if (to != HL_SERVER_NONE && to != server) {
		step->actions |= ACT_ABANDON;
		if (fo->state == HL_SW_P)
			resume_at_b(step);
		else
			start_cycle(step);
	}
}

static void disable(struct step *step)
{
	struct failover *fo = step->fo;

	step->actions |= ACT_ABANDON | ACT_PROBE_STOP | ACT_LEAVE_ALL;
	enter(step, HL_OFF);
	fo->active = HL_SERVER_NONE;
	fo->fails = fo->oks = fo->tried = fo->lock = 0;
}

// Row 20. False: not one of the operator's.
static bool step_operator(struct step *step, enum failover_event event)
{
	switch (event) {
	case FO_FORCE_P:
		force_p(step);
		return true;
	case FO_FORCE_B:
		force_b(step);
		return true;
	case FO_LOCK:
		lock(step);
		return true;
	case FO_UNLOCK:
		step->fo->lock = 0;
		return true;
	case FO_DISABLE:
		disable(step);
		return true;
	default:
		return false;
	}
}

// Every probe of P counts, in whatever state (section 2).
static void count_probe(struct failover *fo, enum failover_event event)
{
	if (event == FO_PROBE_OK) {
		fo->fails = 0;
		if (fo->oks < FAILOVER_OKS_MAX)
			fo->oks++;
	} else if (event == FO_PROBE_LOST) {
		fo->oks = 0;
		if (fo->fails < FAILOVER_FAILS_MAX)
			fo->fails++;
	}
}

uint32_t failover_step(const struct failover_policy *policy, struct failover *fo,
		       enum failover_event event, uint8_t held)
{
	struct step step = { .policy = policy, .fo = fo, .held = held };

	assert(fo->state < HL_LINE_STATES && fo->active <= HL_SERVER_NONE);
	if (fo->state == HL_OFF) {
		if (event == FO_ENABLE) // row 1
			start_cycle(&step);
		return step.actions;
	}
	count_probe(fo, event);
	if (step_operator(&step, event))
		return step.actions;

	switch ((enum hl_line_state)fo->state) {
	case HL_REG_P:
		step_reg_p(&step, event);
		break;
	case HL_ON_P:
		step_on_p(&step, event);
		break;
	case HL_SW_B:
		step_sw_b(&step, event);
		break;
	case HL_ON_B:
		step_on_b(&step, event);
		break;
	case HL_HOLD_B:
		step_hold_b(&step, event);
		break;
	case HL_SW_P:
		step_sw_p(&step, event);
		break;
	case HL_DOWN:
		step_down(&step, event);
		break;
	case HL_PARK:
		step_park(&step, event);
		break;
	case HL_OFF:
	case HL_LINE_STATES:
		break;
	}
	return step.actions;
}
