// SPDX-License-Identifier: BSD-3-Clause
// All that a line can come to, under every policy: what must hold after every step.
// Each reachable situation is taken times each event and each set of held servers.
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

// What the receiver of the actions has armed for the line's registration.
enum armed { NOTHING, OUT_P, OUT_B, REFRESH, BACKOFF, PARKED, ARMED_KINDS };

struct node {
	struct failover fo;
	uint8_t armed; // enum armed
	bool hold;     // the return delay runs, or the time that a return has
	bool probing;
};

// fails and oks are never both above 0: one number for both
enum { COUNTS = 127, NODES = HL_LINE_STATES * 3 * COUNTS * 4 * 3 * ARMED_KINDS * 2 * 2 };

static uint32_t node_index(const struct node *n)
{
	uint32_t i = n->fo.state;

	i = i * 3 + n->fo.active;
	i = i * COUNTS + (n->fo.fails > 0 ? 63u + n->fo.fails : n->fo.oks);
	i = i * 4 + n->fo.tried;
	i = i * 3 + n->fo.lock;
	i = i * ARMED_KINDS + n->armed;
	return (i * 2 + n->hold) * 2 + n->probing;
}

#define must(what) \
	do { \
		if (!(what)) \
			cr_assert_fail("%s + event %u, held %u -> %s, actions %#x: not so: %s", \
				       hl_line_state_name(a->fo.state), event, held, \
				       hl_line_state_name(b->fo.state), actions, #what); \
	} while (0)

// What was armed is used up by the event that comes of it.
static void node_consume(struct node *n, enum failover_event event)
{
	bool answer = event == FO_REGISTERED || event == FO_FAILED || event == FO_REJECTED;

	if (answer && (n->armed == OUT_P || n->armed == OUT_B))
		n->armed = NOTHING;
	if (event == FO_REFRESH && n->armed == REFRESH)
		n->armed = NOTHING;
	if (event == FO_TIMER && (n->armed == BACKOFF || n->armed == PARKED))
		n->armed = NOTHING;
	if (event == FO_TIMER)
		n->hold = false;
}

static void node_act(struct node *n, uint32_t actions)
{
	static const struct {
		uint32_t action;
		enum armed armed;
	} arms[] = {
		{ ACT_ABANDON, NOTHING },  { ACT_REFRESH, REFRESH }, { ACT_RESUME, REFRESH },
		{ ACT_BACKOFF, BACKOFF },  { ACT_PARK, PARKED },     { ACT_REGISTER_P, OUT_P },
		{ ACT_REGISTER_B, OUT_B },
	};

	for (unsigned i = 0; i < sizeof(arms) / sizeof(arms[0]); i++)
		if (actions & arms[i].action)
			n->armed = arms[i].armed;
	if (actions & ACT_HOLD)
		n->hold = true;
	if (actions & ACT_HOLD_CANCEL)
		n->hold = false;
	if (actions & ACT_RETURN_LIMIT)
		n->hold = true;
	if (actions & ACT_PROBE)
		n->probing = true;
	if (actions & ACT_PROBE_STOP)
		n->probing = false;
}

// Something that will wake the line, and the right thing: FAILOVER.md section 3, at its end.
static bool node_is_armed(const struct node *n)
{
	if (n->hold != (n->fo.state == HL_HOLD_B || n->fo.state == HL_SW_P))
		return false;
	switch ((enum hl_line_state)n->fo.state) {
	case HL_OFF:
		return n->armed == NOTHING;
	case HL_REG_P:
	case HL_SW_P:
		return n->armed == OUT_P;
	case HL_SW_B:
		return n->armed == OUT_B;
	case HL_ON_P:
		return n->armed == REFRESH || n->armed == OUT_P;
	case HL_ON_B:
	case HL_HOLD_B:
		return n->armed == REFRESH || n->armed == OUT_B;
	case HL_DOWN:
		return n->armed == BACKOFF;
	case HL_PARK:
		return n->armed == PARKED;
	default:
		return false;
	}
}

static bool active_fits(const struct failover *fo)
{
	switch ((enum hl_line_state)fo->state) {
	case HL_OFF:
	case HL_DOWN:
	case HL_PARK:
		return fo->active == HL_SERVER_NONE;
	case HL_ON_P:
		return fo->active == HL_SERVER_P;
	case HL_ON_B:
	case HL_HOLD_B:
	case HL_SW_P:
		return fo->active == HL_SERVER_B;
	default:
		return fo->active <= HL_SERVER_NONE;
	}
}

static bool probing_fits(const struct node *n, const struct failover_policy *policy)
{
	switch ((enum hl_line_state)n->fo.state) {
	case HL_OFF:
	case HL_PARK:
		return !n->probing;
	case HL_REG_P:
		return policy->probes || !n->probing;
	default:
		return n->probing == policy->probes;
	}
}

static void check_state(const struct failover_policy *policy, const struct node *a,
			const struct node *b, enum failover_event event, uint8_t held,
			uint32_t actions)
{
	const struct failover *fo = &b->fo;

	must(fo->state < HL_LINE_STATES);
	must(active_fits(fo));
	must(node_is_armed(b));
	must(probing_fits(b, policy));
	must(fo->fails <= FAILOVER_FAILS_MAX && fo->oks <= FAILOVER_OKS_MAX &&
	     (fo->fails == 0 || fo->oks == 0));
	must(fo->tried <= (P | B) && fo->lock <= LOCK_B);
	must(policy->has_backup || (fo->state != HL_SW_B && fo->state != HL_ON_B &&
				    fo->state != HL_HOLD_B && fo->state != HL_SW_P));

	// a lock is where the line is or goes
	must(!(fo->lock == LOCK_P && (fo->state == HL_SW_B || fo->state == HL_ON_B)));
	must(!(fo->lock == LOCK_B &&
	       (fo->state == HL_REG_P || fo->state == HL_ON_P || fo->state == HL_SW_P)));
	must(!(fo->lock != FREE && fo->state == HL_HOLD_B));
}

static void check_actions(const struct failover_policy *policy, const struct node *a,
			  const struct node *b, enum failover_event event, uint8_t held,
			  uint32_t actions)
{
	const struct failover *was = &a->fo, *is = &b->fo;
	bool forced = event == FO_FORCE_P || event == FO_FORCE_B;
	uint8_t to = (actions & ACT_REGISTER_P ? P : 0) | (actions & ACT_REGISTER_B ? B : 0);
	bool refresh = event == FO_REFRESH && was->state == is->state;

	must(to != (P | B));
	must(!(to & B) || policy->has_backup);
	must(!(to & held) || forced || refresh);
	must(!to || is->lock == FREE || to == 1 << (is->lock - 1));
	must(!to || refresh || (is->tried & to));
	must(!(actions & ACT_PROBE) || policy->probes);
	must(!(actions & ACT_LEAVE_P) || (policy->remove_last && is->state == HL_ON_B));
	must(!(actions & ACT_LEAVE_B) || (policy->remove_last && is->state == HL_ON_P));
	must(!!(actions & ACT_LEAVE_ALL) == (was->state != HL_OFF && is->state == HL_OFF));
	must(!!(actions & ACT_FAILOVER) == (was->state == HL_SW_B && is->state == HL_ON_B));
	must(!!(actions & ACT_RETURN) == (was->active == HL_SERVER_B && is->active == HL_SERVER_P));
	must(!(actions & ACT_SETTLED) || event == FO_REGISTERED);

	// only the operator locks, frees and moves a lock, except for a forced return that failed
	if (event < FO_FORCE_P && !(was->state == HL_SW_P && is->state == HL_ON_B))
		must(is->lock == was->lock);
	// within a cycle no server is tried twice
	if ((event == FO_FAILED || event == FO_REJECTED) &&
	    (was->state == HL_REG_P || was->state == HL_SW_B))
		must(!(was->tried & to));
	// a locked line leaves its server only when told to
	if (was->lock != FREE && was->active == was->lock - 1 && event < FO_FORCE_P)
		must(is->active == was->active || is->active == HL_SERVER_NONE);
	// who is told to stay on the backup stays
	if (!policy->auto_return && was->state == HL_ON_B && event < FO_FORCE_P &&
	    event != FO_FAILED)
		must(!(actions & ACT_REGISTER_P));
}

// What the worker does for itself with most probes is what the machine would have done.
static void check_only_counts(const struct node *a, const struct node *b, enum failover_event event,
			      uint8_t held, uint32_t actions)
{
	struct failover counted = a->fo;

	if (!failover_only_counts(a->fo.state, event))
		return;
	counted.fails = 0;
	counted.oks += counted.oks < FAILOVER_OKS_MAX;
	must(memcmp(&counted, &b->fo, sizeof(counted)) == 0);
	must(actions == 0);
}

static struct node node_step(const struct failover_policy *policy, const struct node *a,
			     enum failover_event event, uint8_t held)
{
	struct node b = *a;

	node_consume(&b, event);
	uint32_t actions = failover_step(policy, &b.fo, event, held);
	node_act(&b, actions);
	check_state(policy, a, &b, event, held, actions);
	check_actions(policy, a, &b, event, held, actions);
	check_only_counts(a, &b, event, held, actions);
	return b;
}

// From anywhere, silent servers lead to DOWN in a few steps, answering ones to a registration.
static void check_ways_out(const struct failover_policy *policy, const struct node *from)
{
	static const enum failover_event wake[ARMED_KINDS] = {
		[OUT_P] = FO_REGISTERED, [OUT_B] = FO_REGISTERED, [REFRESH] = FO_REFRESH,
		[BACKOFF] = FO_TIMER,    [PARKED] = FO_TIMER,
	};
	struct node n = *from;
	unsigned steps = 0;

	if (n.fo.state == HL_OFF)
		return;
	for (; n.fo.state != HL_ON_P && n.fo.state != HL_ON_B && n.fo.state != HL_HOLD_B; steps++) {
		cr_assert_lt(steps, 2, "%s: no way to a registration",
			     hl_line_state_name(from->fo.state));
		n = node_step(policy, &n, wake[n.armed], 0);
	}

	uint8_t held = 0;
	n = *from;
	for (steps = 0; n.fo.state != HL_DOWN && n.fo.state != HL_PARK; steps++) {
		cr_assert_lt(steps, 6, "%s: fails for ever", hl_line_state_name(from->fo.state));
		if (n.fo.state == HL_SW_P)
			held = P; // cool-down; else each refresh at B would try P again
		n = node_step(policy, &n, n.armed == REFRESH ? FO_REFRESH : FO_FAILED, held);
	}
}

// Breadth first from OFF; returns how many situations there are.
static uint32_t walk(const struct failover_policy *policy, uint8_t *seen, struct node *queue)
{
	uint32_t head = 0, tail = 0;
	struct node off = { .fo = { .active = HL_SERVER_NONE } };

	memset(seen, 0, NODES);
	seen[node_index(&off)] = 1;
	for (queue[tail++] = off; head < tail; head++) {
		check_ways_out(policy, &queue[head]);
		for (enum failover_event event = 0; event < FAILOVER_EVENTS; event++)
			for (uint8_t held = 0; held <= (P | B); held++) {
				struct node b = node_step(policy, &queue[head], event, held);
				uint32_t i = node_index(&b);

				if (!seen[i]) {
					seen[i] = 1;
					queue[tail++] = b;
				}
			}
	}
	return tail;
}

static void walk_policies(uint8_t fail_max, uint8_t recover_count)
{
	uint8_t *seen = malloc(NODES);
	struct node *queue = malloc(NODES * sizeof(*queue));
	bool visited[HL_LINE_STATES] = { false };

	for (unsigned bits = 0; bits < 32; bits++) {
		const struct failover_policy policy = {
			.fail_max = fail_max,
			.recover_count = recover_count,
			.has_backup = bits & 1,
			.probes = bits & 2,
			.prefer_primary = bits & 4,
			.auto_return = bits & 8,
			.remove_last = bits & 16,
		};
		uint32_t n = walk(&policy, seen, queue);

		for (uint32_t i = 0; i < n; i++)
			visited[queue[i].fo.state] = true;
	}
	for (enum hl_line_state state = 0; state < HL_LINE_STATES; state++)
		cr_assert(visited[state], "%s was never reached", hl_line_state_name(state));
	free(queue);
	free(seen);
}

Test(walk, everything_reachable_keeps_the_invariants_when_one_probe_decides)
{
	walk_policies(1, 1);
}

Test(walk, everything_reachable_keeps_the_invariants_when_several_probes_decide)
{
	walk_policies(3, 2);
}
