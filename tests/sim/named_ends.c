// SPDX-License-Identifier: BSD-3-Clause
// Scenarios: where times and numbers end. Times that servers dictate, clocks that leap, a line's last CSeq,
// nonces that only one node of a balancer knows.
#include "base/count.h"
#include "named.h"
#include "world.h"

static uint64_t registers(const struct world *world)
{
	return count_read(&hl_worker_counters(world->worker)->requests[HL_REGISTER]);
}

static struct scenario_fault *fault(struct scenario *s, uint64_t at_ms, enum fault_kind kind)
{
	struct scenario_fault *f = named_fault(s, at_ms, BOTH, HL_FAULT_NONE, 0);

	f->kind = kind;
	return f;
}

// Ticks of 32 bits come around after 156 hours, and half of that turns the past into the future.
static void the_clock_leaps_by_days(struct scenario *s, uint32_t variant)
{
	static const uint64_t hours[] = { 38, 39, 40, 77, 78, 79, 100, 155, 156, 157, 10000 };

	s->refresh_s = variant % 2 ? 3600 : 60;
	fault(s, 20 * S, FAULT_CLOCK)->step_ms = hours[variant] * 3600 * S;
	s->heal_ms = 30 * S;
}

static void all_began_again(struct world *world, const struct scenario *s)
{
	uint64_t epochs = count_read(&hl_worker_counters(world->worker)->epochs);

	if (epochs != s->lines)
		world_break(world, "%llu lines began their numbers again, not all %u once",
			    (unsigned long long)epochs, s->lines);
}

// Whatever is out when the last number of an epoch is used: nothing, a probe, an unregister.
static void the_last_numbers_of_an_epoch(struct scenario *s, uint32_t variant)
{
	s->numbers_left = 1 + variant;
	s->refresh_s = 20;
	s->detect_s = 2;
	named_network_fault(s, 0,
			    (struct network_faults){ .delay_ns = 500000,
						     .jitter_ns = 100000,
						     .loss = variant % 4 * 500 });
	s->at_settled = all_began_again;
	named_fault(s, 10 * S, 0, variant % 3 == 1 ? HL_FAULT_SILENT : HL_FAULT_NONE, 0);
	named_fault(s, 40 * S, 0, HL_FAULT_NONE, 0);
	named_fault(s, 60 * S, 1, variant % 3 == 2 ? HL_FAULT_SILENT : HL_FAULT_NONE, 0);
	s->heal_ms = 80 * S;
}

// Each line asks no more often than refresh_min says, the first time and after the return apart.
static void asks_no_more_often(struct world *world, const struct scenario *s)
{
	uint64_t most = s->lines * (s->heal_ms / (s->refresh_min_s * S) + 4);

	if (registers(world) > most)
		world_break(world, "%llu REGISTERs, at most %llu are due",
			    (unsigned long long)registers(world), (unsigned long long)most);
}

static void tiny_grants_are_refreshed_no_sooner_than_refresh_min(struct scenario *s,
								 uint32_t variant)
{
	s->refresh_min_s = 5;
	s->servers.nonce_life_s = 100000;
	s->at_heal = asks_no_more_often;
	s->heal_ms = 600 * S;
	named_fault(s, 0, BOTH, HL_FAULT_GRANT, 1 + variant);
}

static void huge_grants_are_as_good_as_others(struct scenario *s, uint32_t variant)
{
	named_fault(s, 0, BOTH, HL_FAULT_GRANT, 86400);
	named_fault(s, 30 * S, variant, HL_FAULT_SILENT, 0);
	s->heal_ms = 60 * S;
}

// 39 hours were asked for; probes that are answered again end the hold early, and where there are none,
// retry_after_max does.
static void a_huge_retry_after_is_bounded(struct scenario *s, uint32_t variant)
{
	s->servers.retry_after_s = 140000;
	s->retry_after_max_s = 120;
	s->detect_s = variant ? 0 : 5;
	named_fault(s, 20 * S, BOTH, HL_FAULT_STATUS, 503);
	s->heal_ms = 60 * S;
}

// Of each attempt three requests at the most, of which some reach the node that gave the nonce. Nobody is
// parked for a password that is right.
static void nobody_is_parked(struct world *world, const struct scenario *s)
{
	(void)s;
	if (world->entered[HL_PARK])
		world_break(world, "a line is parked, though its password is right");
}

static void one_time_nonces_by_node_of_a_balancer(struct scenario *s, uint32_t variant)
{
	s->lines = 1 + variant % 3;
	s->refresh_s = 20;
	s->servers.one_time_nonces = variant % 2;
	fault(s, 10 * S, FAULT_BALANCER)->value = 2 + variant / 6;
	s->heal_ms = 600 * S;
	s->seed = 1 + variant;
	s->at_heal = nobody_is_parked;
}

const struct named named_ends[] = {
	NAMED_MANY(the_clock_leaps_by_days, 11),
	NAMED_MANY(the_last_numbers_of_an_epoch, 24),
	NAMED_MANY(tiny_grants_are_refreshed_no_sooner_than_refresh_min, 9),
	NAMED_MANY(huge_grants_are_as_good_as_others, 2),
	NAMED_MANY(a_huge_retry_after_is_bounded, 2),
	NAMED_MANY(one_time_nonces_by_node_of_a_balancer, 24),
	{ 0 },
};
