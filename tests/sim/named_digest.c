// SPDX-License-Identifier: BSD-3-Clause
// Scenarios: challenges without end, nonces that last for one request, wrong passwords.
#include "named.h"
#include "base/count.h"
#include "world.h"

static uint64_t registers(const struct world *world, uint32_t server)
{
	return count_read(&hl_registrar_counters(world->registrar, server)->requests[HL_REGISTER]);
}

// Real servers ban who keeps asking: per line three requests at each server in each pause, which is half
// of the longest at least when it has grown, and no more.
static void it_backs_off(struct world *world, const struct scenario *s)
{
	uint64_t cycles = 8 + s->heal_ms / 1000 / (s->backoff_max_s / 2);
	uint64_t n = registers(world, 0) + registers(world, 1), most = s->lines * cycles * 6;

	if (n > most)
		world_break(world, "%llu REGISTERs with refused credentials, at most %llu are due",
			    (unsigned long long)n, (unsigned long long)most);
}

static void a_million_wrong_passwords(struct scenario *s, uint32_t variant)
{
	s->backoff_base_s = 30;
	s->backoff_max_s = 1800;
	s->park_s = 1200;
	s->heal_ms = 12 * 3600 * S;
	s->prefer_primary = true;
	s->at_heal = it_backs_off;
	named_fault(s, variant ? 20 * S : 0, BOTH, HL_FAULT_REFUSE, 0);
}

static void endless_stale(struct scenario *s, uint32_t variant)
{
	s->backoff_base_s = 30;
	s->backoff_max_s = 1800;
	s->park_s = 1200;
	s->heal_ms = 12 * 3600 * S;
	s->at_heal = it_backs_off;
	named_fault(s, variant ? 20 * S : 0, BOTH, HL_FAULT_STALE, 0);
}

static void nobody_moved(struct world *world, const struct scenario *s)
{
	if (world->entered[HL_ON_P] != s->lines || world->entered[HL_SW_B] ||
	    world->entered[HL_PARK])
		world_break(world, "a line has left ON_P, for a challenge");
}

static void a_401_on_a_refresh_without_stale(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->refresh_s = 20;
	for (uint32_t k = 0; k < 6; k++)
		named_fault(s, (15 + 7 * k) * S, 0, HL_FAULT_FORGET_NONCES, 0);
	s->at_settled = nobody_moved;
}

static void one_time_nonces(struct scenario *s, uint32_t variant)
{
	s->servers.one_time_nonces = true;
	s->refresh_s = 20;
	s->seed = 1 + variant;
	if (variant < 2)
		s->at_settled = nobody_moved;
	else
		named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

static void short_nonces(struct scenario *s, uint32_t variant)
{
	s->servers.nonce_life_s = 1 + variant;
	s->refresh_s = 10;
	s->at_settled = nobody_moved;
}

static void on_backup(struct world *world, const struct scenario *s)
{
	if (world->entered[HL_ON_B] != s->lines)
		world_break(world, "%llu lines came to B, not all %u",
			    (unsigned long long)world->entered[HL_ON_B], s->lines);
}

static void primary_dies_between_401_and_the_retry(struct scenario *s, uint32_t variant)
{
	s->dies_at_credentials = true;
	s->lines = variant ? 20 : 1;
	s->at_heal = on_backup;
	s->heal_ms = 30 * S;
	s->ramp_ms = 0;
	named_fault(s, 0, 0, HL_FAULT_NONE, 0);
}

const struct named named_digest[] = {
	NAMED_MANY(a_million_wrong_passwords, 2),
	NAMED_MANY(endless_stale, 2),
	NAMED(a_401_on_a_refresh_without_stale),
	NAMED_MANY(one_time_nonces, 4),
	NAMED_MANY(short_nonces, 3),
	NAMED_MANY(primary_dies_between_401_and_the_retry, 2),
	{ 0 },
};
