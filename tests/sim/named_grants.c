// SPDX-License-Identifier: BSD-3-Clause
// Scenarios: what a 2xx grants and lists, and who keeps it.
#include "named.h"
#include "base/count.h"
#include "world.h"

static void stayed(struct world *world, const struct scenario *s)
{
	if (world->entered[HL_ON_P] != s->lines || world->entered[HL_SW_B])
		world_break(world, "a line has left ON_P, for an answer that is right");
}

// Granted 6 s of 120 asked, then all of it again: the watcher sees that 120 is asked every time.
static void a_shrinking_refresh_after_a_short_grant(struct scenario *s, uint32_t variant)
{
	(void)variant;
	named_fault(s, 0, BOTH, HL_FAULT_GRANT, 6);
	named_fault(s, 30 * S, BOTH, HL_FAULT_NONE, 0);
	named_fault(s, 60 * S, BOTH, HL_FAULT_GRANT, 12);
	s->heal_ms = 200 * S;
	s->at_settled = stayed;
}

static void short_grants_and_short_nonces(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->servers.max_grant_s = 6;
	s->servers.nonce_life_s = 5;
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

// A refresh at half of the 60 s that were granted: each line asks once in 30 s, whatever the other
// Contacts say (1 s, a day).
static void asks_in_time(struct world *world, const struct scenario *s)
{
	uint64_t n = count_read(&hl_registrar_counters(world->registrar, 0)->responses[2]);
	uint64_t due = (uint64_t)s->lines * (s->heal_ms / 30000);

	stayed(world, s);
	// up to a tenth early, and the first time up to three quarters
	if (n < due - s->lines || n > due + due / 8 + 2 * s->lines)
		world_break(world, "%llu registrations accepted, %llu are due",
			    (unsigned long long)n, (unsigned long long)due);
}

// The own Contact cannot be told from the others: the smallest time, 1 s, might be ours.
static void asks_often_enough(struct world *world, const struct scenario *s)
{
	uint64_t n = count_read(&hl_registrar_counters(world->registrar, 0)->responses[2]);
	uint64_t due = (uint64_t)s->lines * (s->heal_ms / 30000);

	stayed(world, s);
	if (n < due - s->lines)
		world_break(world, "%llu registrations accepted, at least %llu are due",
			    (unsigned long long)n, (unsigned long long)due);
}

static void several_or_rewritten_contacts(struct scenario *s, uint32_t variant)
{
	s->servers.max_grant_s = 60;
	s->servers.foreign_contacts = variant != 1;
	s->servers.rewrite_contacts = variant > 0;
	s->detect_s = 0;
	s->heal_ms = 600 * S;
	s->at_heal = variant < 2 ? asks_in_time : asks_often_enough;
	named_fault(s, 0, 0, HL_FAULT_NONE, 0);
}

static void expires_0_in_a_2xx(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->refresh_s = 20;
	named_fault(s, 20 * S, 0, HL_FAULT_GRANT, 0);
	s->heal_ms = 70 * S;
}

static void interval_too_brief(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->servers.min_expires_s = 150;
	s->at_settled = stayed;
	named_fault(s, 0, 0, HL_FAULT_NONE, 0);
}

// A pair with one location store matches on the Contact alone: without a parameter that tells the
// servers apart, unregistering at the one that was left deletes the binding just made.
static void a_shared_store_keeps_the_binding_just_made(struct scenario *s, uint32_t variant)
{
	s->servers.shared_store = true;
	s->seed = 1 + variant;
	for (uint32_t k = 0; k < 6; k++)
		named_fault(s, (20 + 20 * k) * S, 0, k % 2 ? HL_FAULT_NONE : HL_FAULT_STATUS, 503);
	s->heal_ms = 160 * S;
}

const struct named named_grants[] = {
	NAMED(a_shrinking_refresh_after_a_short_grant),
	NAMED(short_grants_and_short_nonces),
	NAMED_MANY(several_or_rewritten_contacts, 3),
	NAMED(expires_0_in_a_2xx),
	NAMED(interval_too_brief),
	NAMED_MANY(a_shared_store_keeps_the_binding_just_made, 3),
	{ 0 },
};
