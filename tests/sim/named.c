// SPDX-License-Identifier: BSD-3-Clause
// Scenarios by name.
#include "named.h"

#define S 1000ull // in ms

static struct scenario_fault *fault(struct scenario *s, uint64_t at_ms, uint32_t server,
				    enum hl_fault what, uint32_t value)
{
	struct scenario_fault *f = &s->faults[s->n_faults++];

	*f = (struct scenario_fault){
		.at_ms = at_ms, .server = server, .fault = what, .value = value
	};
	return f;
}

static void primary_dies_and_returns(struct scenario *s)
{
	fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

static void primary_restarts_without_its_bindings(struct scenario *s)
{
	fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
	fault(s, 30 * S, 0, HL_FAULT_WIPE, 0);
}

static void both_down_only_backup_back(struct scenario *s)
{
	fault(s, 20 * S, HL_REGISTRAR_SERVERS_MAX, HL_FAULT_SILENT, 0);
	fault(s, 40 * S, 1, HL_FAULT_NONE, 0);
	s->heal_ms = 100 * S;
}

static void primary_dead_at_start(struct scenario *s)
{
	fault(s, 0, 0, HL_FAULT_SILENT, 0);
}

static void primary_answers_503(struct scenario *s)
{
	fault(s, 20 * S, 0, HL_FAULT_STATUS, 503);
}

static void primary_answers_408(struct scenario *s)
{
	s->refresh_s = 20; // 408 to a probe is a sign of life, to a refresh it is a failure
	fault(s, 20 * S, 0, HL_FAULT_STATUS, 408);
}

static void flapping_primary(struct scenario *s)
{
	for (uint32_t k = 0; k < 14; k++)
		fault(s, (20 + 4 * k) * S, 0, k % 2 ? HL_FAULT_NONE : HL_FAULT_SILENT, 0);
	s->heal_ms = 90 * S;
}

static void wrong_account_parks(struct scenario *s)
{
	fault(s, 0, 0, HL_FAULT_STATUS, 403);
}

static void no_probes_refresh_fails_over(struct scenario *s)
{
	s->detect_s = 0;
	s->refresh_s = 20;
	fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

static void slow_return_after_delay(struct scenario *s)
{
	s->prefer_primary = false;
	s->return_delay_s = 15;
	s->recover_count = 3;
	fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

static void never_returns_by_itself(struct scenario *s)
{
	s->never_return = true;
	s->expected = HL_ON_B;
	fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

static void short_grants_and_short_nonces(struct scenario *s)
{
	s->max_grant_s = 6;
	s->nonce_life_s = 5;
	fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

static void loss_of_30_percent(struct scenario *s)
{
	struct scenario_fault *f = fault(s, 5 * S, 0, HL_FAULT_NONE, 0);

	f->on_network = true;
	f->network = (struct network_faults){ .loss = 3000, .delay_ns = 2000000, .jitter_ns = 1 };
}

static void duplicates_and_reordering(struct scenario *s)
{
	struct scenario_fault *f = fault(s, 0, 0, HL_FAULT_NONE, 0);

	f->on_network = true;
	f->network = (struct network_faults){ .twice = 5000,
					      .delay_ns = 300000000,
					      .jitter_ns = 600000000 };
}

static void answers_after_the_time_out(struct scenario *s)
{
	fault(s, 10 * S, 0, HL_FAULT_DELAY, 2500000);
}

static void storm_under_a_rate_limit(struct scenario *s)
{
	s->lines = 400;
	s->rate = 100;
	s->ramp_ms = 0;
	fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

static const struct {
	const char *name;
	void (*make)(struct scenario *s);
} scenarios[] = {
#define NAMED(name) \
	{ \
#name, name \
	}
	NAMED(primary_dies_and_returns),
	NAMED(primary_restarts_without_its_bindings),
	NAMED(both_down_only_backup_back),
	NAMED(primary_dead_at_start),
	NAMED(primary_answers_503),
	NAMED(primary_answers_408),
	NAMED(flapping_primary),
	NAMED(wrong_account_parks),
	NAMED(no_probes_refresh_fails_over),
	NAMED(slow_return_after_delay),
	NAMED(never_returns_by_itself),
	NAMED(short_grants_and_short_nonces),
	NAMED(loss_of_30_percent),
	NAMED(duplicates_and_reordering),
	NAMED(answers_after_the_time_out),
	NAMED(storm_under_a_rate_limit),
};

bool scenario_named(uint32_t k, struct scenario *s)
{
	if (k >= sizeof(scenarios) / sizeof(scenarios[0]))
		return false;
	scenario_plain(s, scenarios[k].name);
	scenarios[k].make(s);
	return true;
}
