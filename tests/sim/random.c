// SPDX-License-Identifier: BSD-3-Clause
// Scenarios from a seed: the same seed, the same run.
#include "scenario.h"

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
		.max_grant_s = 3600,
		.nonce_life_s = 300,
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

static void random_fault(struct rng *rng, struct scenario_fault *f)
{
	static const uint32_t statuses[] = { 408, 480, 500, 502, 503, 504, 403, 404, 302, 603 };

	f->on_network = chance(rng, 30);
	random_network(rng, &f->network);
	f->server = chance(rng, 60) ? 0 : chance(rng, 60) ? 1 : HL_REGISTRAR_SERVERS_MAX;
	switch (rng_below(rng, 8)) {
	case 0:
	case 1:
	case 2:
		f->fault = HL_FAULT_SILENT;
		break;
	case 3:
		f->fault = HL_FAULT_STATUS;
		f->value = statuses[rng_below(rng, sizeof(statuses) / sizeof(statuses[0]))];
		break;
	case 4:
		f->fault = HL_FAULT_WIPE;
		break;
	case 5:
		f->fault = HL_FAULT_LOSS;
		f->value = between(rng, 500, 6000);
		break;
	case 6:
		f->fault = HL_FAULT_DELAY;
		f->value = between(rng, 1000, 3000000);
		break;
	case 7:
		f->fault = HL_FAULT_NONE;
		break;
	}
}

void scenario_random(struct scenario *s, uint64_t seed)
{
	static const uint32_t timeouts_ms[] = { 700, 1000, 2000, 3500, 4000 };
	struct rng rng;

	rng_seed(&rng, seed);
	scenario_plain(s, "random");
	s->seed = seed;
	s->lines = between(&rng, 1, 40);
	s->refresh_s = between(&rng, 10, 120);
	s->detect_s = chance(&rng, 20) ? 0 : between(&rng, 2, 10);
	s->fail_count = between(&rng, 1, 3);
	s->recover_count = between(&rng, 1, 3);
	s->register_timeout_ms = timeouts_ms[rng_below(&rng, 5)];
	s->options_timeout_ms = timeouts_ms[rng_below(&rng, 5)];
	s->backoff_base_s = between(&rng, 1, 4);
	s->backoff_max_s = between(&rng, 4, 16);
	s->prefer_primary = chance(&rng, 70);
	s->return_delay_s = between(&rng, 0, 20);
	s->remove_last = chance(&rng, 70);
	s->max_grant_s = chance(&rng, 50) ? 3600 : between(&rng, 10, 60);
	s->nonce_life_s = chance(&rng, 50) ? 300 : between(&rng, 5, 30);
	s->rate = chance(&rng, 30) ? between(&rng, 50, 500) : 0;
	s->ramp_ms = rng_below(&rng, 5000);
	s->n_faults = between(&rng, 1, 8);
	for (uint32_t k = 0; k < s->n_faults; k++) {
		random_fault(&rng, &s->faults[k]);
		s->faults[k].at_ms = (k ? s->faults[k - 1].at_ms : 0) + between(&rng, 0, 12000);
	}
	s->heal_ms = s->faults[s->n_faults - 1].at_ms + between(&rng, 1000, 30000);
	// an old binding that nobody removes must run out before the end is looked at
	if (!s->remove_last && s->max_grant_s > 60)
		s->max_grant_s = 60;
}
