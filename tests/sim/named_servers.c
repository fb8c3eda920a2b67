// SPDX-License-Identifier: BSD-3-Clause
// Scenarios: servers that die, come back, flap, refuse.
#include "base/count.h"
#include "named.h"
#include "world.h"

static void primary_dies_and_returns(struct scenario *s, uint32_t variant)
{
	(void)variant;
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

static void primary_restarts_without_its_bindings(struct scenario *s, uint32_t variant)
{
	(void)variant;
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
	named_fault(s, 30 * S, 0, HL_FAULT_WIPE, 0);
}

// The backup comes back at 40 s; long before the primary does, all lines must be there.
static void all_on_backup(struct world *world, const struct scenario *s)
{
	for (uint32_t i = 0; i < s->lines; i++) {
		struct hl_state state = hl_state_unpack(hl_worker_state(world->worker, i));

		if (state.state != HL_ON_B)
			world_break(world, "line %u is %s, only B is alive: it must be ON_B", i,
				    hl_line_state_name(state.state));
	}
}

static void both_down_and_only_backup_back(struct scenario *s, uint32_t variant)
{
	(void)variant;
	named_fault(s, 20 * S, BOTH, HL_FAULT_SILENT, 0);
	named_fault(s, 40 * S, 1, HL_FAULT_NONE, 0);
	s->heal_ms = 100 * S;
	s->at_heal = all_on_backup;
}

static void primary_dead_at_start(struct scenario *s, uint32_t variant)
{
	(void)variant;
	named_fault(s, 0, 0, HL_FAULT_SILENT, 0);
	s->at_heal = all_on_backup;
}

static void primary_answers_503(struct scenario *s, uint32_t variant)
{
	(void)variant;
	named_fault(s, 20 * S, 0, HL_FAULT_STATUS, 503);
	s->at_heal = all_on_backup;
}

// Its probes are answered all the time, by an answer that says: not now.
static void nobody_returned(struct world *world, const struct scenario *s)
{
	all_on_backup(world, s);
	if (world->entered[HL_SW_P] || world->entered[HL_HOLD_B])
		world_break(world, "a server that answers 503 was counted as healthy");
}

static void a_503_with_retry_after_is_not_healthy(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->servers.retry_after_s = 15;
	named_fault(s, 20 * S, 0, HL_FAULT_STATUS, 503);
	s->heal_ms = 90 * S;
	s->at_heal = nobody_returned;
}

// 408 to a probe is a sign of life, to a refresh it is a failure.
static void primary_answers_408(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->refresh_s = 20;
	named_fault(s, 20 * S, 0, HL_FAULT_STATUS, 408);
}

// A return that fails is tried again after a pause that doubles: 1-2, 2-4, 4-8, 8-16, 8-16 ... s.
static void few_returns(struct world *world, const struct scenario *s)
{
	uint64_t most = s->lines * (4 + (s->heal_ms - 20 * S) / (8 * S));

	if (world->entered[HL_SW_P] == 0)
		world_break(world, "no line has tried to return");
	if (world->entered[HL_SW_P] > most)
		world_break(world, "%llu returns were tried, at most %llu are due",
			    (unsigned long long)world->entered[HL_SW_P], (unsigned long long)most);
}

// OPTIONS is answered by something that is alive, the registrar behind it is not.
static void a_probe_to_another_target_than_the_registration(struct scenario *s, uint32_t variant)
{
	static const uint32_t statuses[] = { 503, 500, 408, 403 };

	named_fault(s, 20 * S, 0, HL_FAULT_REGISTER_STATUS, statuses[variant]);
	s->refresh_s = 20;
	s->heal_ms = 200 * S;
	if (statuses[variant] != 403) // that parks
		s->at_heal = few_returns;
}

static void flapping_primary(struct scenario *s, uint32_t variant)
{
	(void)variant;
	for (uint32_t k = 0; k < 14; k++)
		named_fault(s, (20 + 4 * k) * S, 0, k % 2 ? HL_FAULT_NONE : HL_FAULT_SILENT, 0);
	s->heal_ms = 90 * S;
}

static void wrong_account_parks(struct scenario *s, uint32_t variant)
{
	(void)variant;
	named_fault(s, 0, 0, HL_FAULT_STATUS, 403);
}

static void no_probes_and_a_refresh_fails_over(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->detect_s = 0;
	s->refresh_s = 20;
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

static void slow_return_after_a_delay(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->prefer_primary = false;
	s->return_delay_s = 15;
	s->recover_count = 3;
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

static void never_returns_by_itself(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->never_return = true;
	s->expected = HL_ON_B;
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

// Six hours with nobody there, the default backoff, no probe that could end it early.
static void giving_up_for_ever(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->detect_s = 0;
	s->backoff_base_s = 30;
	s->backoff_max_s = 1800;
	s->heal_ms = 6 * 3600 * S;
	named_fault(s, 20 * S, BOTH, HL_FAULT_SILENT, 0);
}

// RFC 5626 4.5: each pause lies in the upper half of its step, and no two lines keep in step.
static void pauses_are_spread(struct world *world, const struct scenario *s)
{
	uint64_t down_ns[256] = { 0 }, most_ns = s->backoff_max_s * 1000000000ull;
	uint32_t same = 0, n = 0;
	uint64_t before_ns = 0;

	for (uint64_t k = 0; k < world->events && k < WORLD_HISTORY; k++) {
		const struct hl_event *e = &world->history[k];
		uint64_t pause_ns = e->at_ns - down_ns[e->line];

		if (e->to == HL_DOWN)
			down_ns[e->line] = e->at_ns;
		if (e->from != HL_DOWN)
			continue;
		n++;
		same += e->at_ns - before_ns < 1000000; // within a millisecond of another line
		before_ns = e->at_ns;
		if (pause_ns < s->backoff_base_s * 500000000ull || pause_ns > most_ns + 1000000000)
			world_break(world, "line %u paused for %.3f s", e->line,
				    (double)pause_ns / 1e9);
	}
	if (n < s->lines * 2 || same > n / 5)
		world_break(world, "%u of %u retries came together with another line's", same, n);
}

static void backoff_is_spread_over_the_lines(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->lines = 100;
	s->detect_s = 0;
	s->ramp_ms = 0;
	s->backoff_base_s = 30;
	s->backoff_max_s = 240;
	s->heal_ms = 600 * S;
	named_fault(s, 0, BOTH, HL_FAULT_STATUS, 500);
	s->at_heal = pauses_are_spread;
}

static void storm_under_a_rate_limit(struct scenario *s, uint32_t variant)
{
	(void)variant;
	s->lines = 400;
	s->rate = 100;
	s->ramp_ms = 0;
	named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
}

// Lower CSeq, another Call-ID, and bindings of the earlier run everywhere.
static void a_restart_with_a_lower_cseq(struct scenario *s, uint32_t variant)
{
	s->servers.shared_store = variant & 1;
	s->servers.max_grant_s = 60;
	if (variant & 2) // it was on the backup
		named_fault(s, 20 * S, 0, HL_FAULT_SILENT, 0);
	named_fault(s, 40 * S, 0, variant & 4 ? HL_FAULT_NONE : HL_FAULT_SILENT, 0);
	s->faults[s->n_faults++] = (struct scenario_fault){ .at_ms = 45 * S,
							    .kind = FAULT_RESTART,
							    .spread_ms = 1000 };
}

// Servers that answer probes and refuse every REGISTER: a probe that is answered must not draw one each
// time. Twice as many as without probes, at the most.
static void few_registers(struct world *world, const struct scenario *s)
{
	const struct hl_registrar_counters *p = hl_registrar_counters(world->registrar, 0);
	const struct hl_registrar_counters *b = hl_registrar_counters(world->registrar, 1);
	uint64_t n = count_read(&p->requests[HL_REGISTER]) + count_read(&b->requests[HL_REGISTER]);
	uint64_t most = 0, pause_ms = s->backoff_base_s * 500ull;

	// without probes: a REGISTER at each server in each pause, which is half of its step at least
	for (uint64_t t_ms = 0; t_ms < s->heal_ms; t_ms += pause_ms, most += 2) {
		if (most > 0 && pause_ms < s->backoff_max_s * 500ull)
			pause_ms *= 2;
		if (pause_ms > s->backoff_max_s * 500ull)
			pause_ms = s->backoff_max_s * 500ull;
	}
	if (n > 2 * most * s->lines)
		world_break(world, "%llu REGISTERs in all, %llu without probes",
			    (unsigned long long)n, (unsigned long long)(most * s->lines));
}

static void probes_answered_and_registers_refused(struct scenario *s, uint32_t variant)
{
	static const uint32_t statuses[] = { 503, 500, 480, 405, 430, 491 };

	s->backoff_base_s = 30;
	s->backoff_max_s = 1800;
	s->heal_ms = 3600 * S;
	s->prefer_primary = variant & 1;
	s->detect_s = 1 + variant % 3 * 7;
	s->at_heal = few_registers;
	named_fault(s, variant & 2 ? 20 * S : 0, variant & 4 ? 0 : BOTH, HL_FAULT_REGISTER_STATUS,
		    statuses[variant % 6]);
	if (variant & 4)
		named_fault(s, 30 * S, 1, HL_FAULT_REGISTER_STATUS, 503);
}

const struct named named_servers[] = {
	NAMED_MANY(probes_answered_and_registers_refused, 24),
	NAMED(primary_dies_and_returns),
	NAMED(primary_restarts_without_its_bindings),
	NAMED(both_down_and_only_backup_back),
	NAMED(primary_dead_at_start),
	NAMED(primary_answers_503),
	NAMED(a_503_with_retry_after_is_not_healthy),
	NAMED(primary_answers_408),
	NAMED_MANY(a_probe_to_another_target_than_the_registration, 4),
	NAMED(flapping_primary),
	NAMED(wrong_account_parks),
	NAMED(no_probes_and_a_refresh_fails_over),
	NAMED(slow_return_after_a_delay),
	NAMED(never_returns_by_itself),
	NAMED(giving_up_for_ever),
	NAMED(backoff_is_spread_over_the_lines),
	NAMED(storm_under_a_rate_limit),
	NAMED_MANY(a_restart_with_a_lower_cseq, 8),
	{ 0 },
};
