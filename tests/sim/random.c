// SPDX-License-Identifier: BSD-3-Clause
// Scenarios from a seed: the same seed, the same run.
#include "scenario.h"

#include <stdlib.h>

static uint32_t between(struct rng *rng, uint32_t low, uint32_t high)
{
	return low + rng_below(rng, high - low + 1);
}

static bool chance(struct rng *rng, uint32_t percent)
{
	return rng_below(rng, 100) < percent;
}

void scenario_plain(struct scenario *s, const char *name)
{
	*s = (struct scenario){
		.name = name,
		.seed = 1,
		.lines = 20,
		.refresh_s = 120,
		.detect_s = 5,
		.fail_count = 1,
		.recover_count = 1,
		.register_timeout_ms = 2000,
		.options_timeout_ms = 2000,
		.backoff_base_s = 2,
		.backoff_max_s = 16,
		.park_s = 20,
		.prefer_primary = true,
		.remove_last = true,
		.servers = { .max_grant_s = 3600, .nonce_life_s = 300 },
		.ramp_ms = 1000,
		.network = { .delay_ns = 500000, .jitter_ns = 100000 },
		.heal_ms = 60000,
		.expected = HL_ON_P,
	};
}

static void random_network(struct rng *rng, struct network_faults *n)
{
	n->loss = chance(rng, 70) ? between(rng, 100, 3000) : 0;
	n->twice = chance(rng, 40) ? between(rng, 100, 3000) : 0;
	n->delay_ns = between(rng, 100, 200000) * 1000ull;
	n->jitter_ns = chance(rng, 60) ? between(rng, 1, 700000) * 1000ull : 1;
}

static void random_server_fault(struct rng *rng, uint32_t grant_s, struct scenario_fault *f)
{
	static const uint32_t statuses[] = { 408, 480, 500, 502, 503, 504, 403, 404, 302, 603 };
	static const enum hl_fault kinds[] = {
		HL_FAULT_SILENT, HL_FAULT_SILENT, HL_FAULT_SILENT,          HL_FAULT_SILENT,
		HL_FAULT_STATUS, HL_FAULT_STATUS, HL_FAULT_REGISTER_STATUS, HL_FAULT_WIPE,
		HL_FAULT_LOSS,   HL_FAULT_DELAY,  HL_FAULT_STALE,           HL_FAULT_REFUSE,
		HL_FAULT_GRANT,  HL_FAULT_TWICE,  HL_FAULT_FORGET_NONCES,   HL_FAULT_NONE,
	};

	f->server = chance(rng, 60) ? 0 : chance(rng, 60) ? 1 : HL_REGISTRAR_SERVERS_MAX;
	f->fault = kinds[rng_below(rng, sizeof(kinds) / sizeof(kinds[0]))];
	if (f->fault == HL_FAULT_STATUS || f->fault == HL_FAULT_REGISTER_STATUS)
		f->value = statuses[rng_below(rng, sizeof(statuses) / sizeof(statuses[0]))];
	else if (f->fault == HL_FAULT_LOSS)
		f->value = between(rng, 500, 6000);
	else if (f->fault == HL_FAULT_DELAY || f->fault == HL_FAULT_TWICE)
		f->value = between(rng, 1000, 3000000);
	else if (f->fault == HL_FAULT_GRANT)
		f->value = chance(rng, 20)   ? between(rng, 0, 3)
			   : chance(rng, 10) ? 86400
					     : between(rng, grant_s, grant_s + 30);
}

static void random_fault(struct rng *rng, const struct scenario *s, uint32_t grant_s,
			 struct scenario_fault *f)
{
	static const enum hl_command_type commands[] = {
		HL_COMMAND_FORCE_P, HL_COMMAND_FORCE_B, HL_COMMAND_LOCK,
		HL_COMMAND_UNLOCK,  HL_COMMAND_DISABLE, HL_COMMAND_ENABLE,
	};
	uint32_t dice = rng_below(rng, 100);

	f->kind = dice < 48 ? FAULT_SERVER : dice < 73 ? FAULT_NETWORK : FAULT_OPERATOR;
	if (dice == 99)
		f->kind = FAULT_CLOCK;
	else if (dice == 98)
		f->kind = FAULT_RESTART;
	else if (dice == 96 || dice == 97)
		f->kind = FAULT_BALANCER;
	random_network(rng, &f->network);
	random_server_fault(rng, grant_s, f);
	if (f->kind == FAULT_BALANCER)
		f->value = between(rng, 2, 4);
	f->command = commands[rng_below(rng, sizeof(commands) / sizeof(commands[0]))];
	f->first = rng_below(rng, s->lines);
	f->n = between(rng, 1, s->lines);
	f->spread_ms = rng_below(rng, 2000);
	f->step_ms = between(rng, 1000, 3 * 3600 * 1000);
	if (chance(rng, 20)) // beyond what 32 bits of ticks can tell apart
		f->step_ms = 78 * 3600 * 1000ull + rng_below(rng, 400 * 3600) * 1000ull;
}

static void random_servers(struct rng *rng, uint32_t grant_s, struct hl_registrar_config *servers)
{
	servers->max_grant_s = chance(rng, 50) ? 3600 : between(rng, grant_s, 60);
	servers->nonce_life_s = chance(rng, 50) ? 300 : between(rng, 5, 30);
	servers->retry_after_s = chance(rng, 30)   ? between(rng, 1, 20)
				 : chance(rng, 10) ? 140000
						   : 0;
	servers->shared_store = chance(rng, 30);
	servers->one_time_nonces = chance(rng, 30);
	servers->rewrite_contacts = chance(rng, 20);
	servers->foreign_contacts = chance(rng, 30);
}

static int by_time(const void *a, const void *b)
{
	const struct scenario_fault *f = a, *g = b;

	return f->at_ms < g->at_ms ? -1 : f->at_ms > g->at_ms;
}

void scenario_sort_faults(struct scenario *s)
{
	qsort(s->faults, s->n_faults, sizeof(s->faults[0]), by_time);
}

void scenario_random(struct scenario *s, uint64_t seed)
{
	static const uint32_t timeouts_ms[] = { 700, 1000, 2000, 3500, 4000 };
	bool restarts = false, steps = false;
	uint64_t at_ms = 0;
	uint32_t grant_s;
	struct rng rng;

	rng_seed(&rng, seed);
	scenario_plain(s, "random");
	s->seed = seed;
	s->lines = between(&rng, 1, 40);
	s->detect_s = chance(&rng, 20) ? 0 : between(&rng, 2, 10);
	s->fail_count = between(&rng, 1, 3);
	s->recover_count = between(&rng, 1, 3);
	s->register_timeout_ms = timeouts_ms[rng_below(&rng, 5)];
	s->options_timeout_ms = timeouts_ms[rng_below(&rng, 5)];
	// Half of a grant must last for a return to P that fails late: three challenges and more,
	// each answered just in time.
	grant_s = s->register_timeout_ms / 125 + 4;
	s->refresh_s = between(&rng, grant_s, 120);
	s->backoff_base_s = between(&rng, 1, 4);
	s->backoff_max_s = between(&rng, 4, 16);
	s->prefer_primary = chance(&rng, 70);
	s->return_delay_s = between(&rng, 0, 20);
	s->remove_last = chance(&rng, 70);
	s->switch_spread_s = chance(&rng, 15) ? between(&rng, 1, 10) : 0;
	s->server_rate = chance(&rng, 15) ? between(&rng, 10, 200) : 0;
	s->initial_auth = chance(&rng, 20);
	s->rate = chance(&rng, 30) ? between(&rng, 50, 500) : 0;
	s->ramp_ms = rng_below(&rng, 5000);
	s->retry_after_max_s = between(&rng, 20, 60);
	s->numbers_left = chance(&rng, 20) ? between(&rng, 1, 60) : 0;
	random_servers(&rng, grant_s, &s->servers);
	s->n_faults = between(&rng, 1, 10);
	for (uint32_t k = 0; k < s->n_faults; k++) {
		struct scenario_fault *f = &s->faults[k];

		random_fault(&rng, s, grant_s, f);
		if (steps && f->kind == FAULT_CLOCK) // one is enough
			f->kind = FAULT_SERVER;
		at_ms += between(&rng, 0, 12000);
		f->at_ms = at_ms;
		if (f->kind == FAULT_CLOCK)
			at_ms += f->step_ms;
		restarts |= f->kind == FAULT_RESTART;
		steps |= f->kind == FAULT_CLOCK;
	}
	s->heal_ms = at_ms + between(&rng, 1000, 30000);
	// an old binding that nobody removes must run out before the end is looked at
	if ((!s->remove_last || restarts) && s->servers.max_grant_s > 60)
		s->servers.max_grant_s = 60;
}

void scenario_churn(struct scenario *s, uint64_t seed)
{
	struct rng rng;

	scenario_random(s, seed);
	rng_seed(&rng, seed ^ 0xadd);
	s->name = "churn";
	s->spare_lines = between(&rng, 1, 20);
	s->heal_ms += between(&rng, 60, 300) * 1000; // slots come round
}
