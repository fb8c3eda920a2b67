// SPDX-License-Identifier: BSD-3-Clause
// The search against the engine itself under a virtual clock: lines of a worker, a registrar that serves so many
// requests a second and refuses the rest, and a generator with too few lines.

#include <stdio.h>

#include <criterion/criterion.h>

#include <heartline/config.h>
#include <heartline/plan.h>
#include <heartline/registrar.h>
#include <heartline/snapshot.h>
#include <heartline/worker.h>

#include "session/rate_search.h"

// The other tests of this program put their own in the place of these (tests/meson.build).
void __real_hl_worker_rx(struct hl_worker *worker, const struct hl_packet *pkts, uint16_t n,
			 struct hl_burst *tx, uint64_t now_ns);
void __real_hl_worker_tick(struct hl_worker *worker, struct hl_burst *tx, uint64_t now_ns);

#define MS 1000000ull
#define STEP_NS 200000ull

// A worker and a registrar, wired together.
static struct {
	struct hl_plan *plan;
	struct hl_worker *worker;
	struct hl_registrar *registrar;
	uint64_t now_ns;
	uint8_t frames[2][HL_BURST_MAX][HL_FRAME_MAX];
	struct hl_packet packets[2][HL_BURST_MAX];
} pair;

static void pair_start(unsigned lines, uint64_t seed, uint32_t limit)
{
	struct hl_config config;
	struct hl_error err = { 0 };
	const struct hl_plan_options plan = { .n_workers = 1, .mac = { 2, 0, 0, 0, 0, 1 } };
	struct hl_registrar_config registrar = {
		.n_servers = 1, .mac = { 2, 0, 0, 0, 0, 2 }, .capacity = 1000, .seed = seed
	};
	char text[512];

	snprintf(
		text, sizeof(text),
		"ports: [{device: x, addresses: 10.99.1.1/16}]\nprofiles:\n  lab: {outbound_server: "
		"10.99.0.1, use_random_sip_port: on, primary_detect_interval: 10ms, "
		"max_detect_fail_count: 62}\nlines: [{profile: lab, range: 6000-%u}]\n",
		5999 + lines);
	cr_assert_eq(hl_config_parse(&config, "x", text, &err), 0, "%s", err.text);
	hl_endpoint_parse("10.99.0.1", 9, 5060, &registrar.servers[0]);
	pair.now_ns = 1000 * MS;
	cr_assert_eq(hl_plan_new(&pair.plan, &config, &plan, &err), 0, "%s", err.text);
	const struct hl_worker_options worker = { .start_ns = pair.now_ns, .seed = seed };
	cr_assert_eq(hl_worker_new(&pair.worker, pair.plan, &worker, &err), 0, "%s", err.text);
	cr_assert_eq(hl_registrar_new(&pair.registrar, &registrar, &err), 0, "%s", err.text);
	cr_assert_eq(hl_registrar_fault(pair.registrar, 0, HL_FAULT_LIMIT, limit, &err), 0);
	hl_config_free(&config);
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < HL_BURST_MAX; i++)
			pair.packets[side][i].data = pair.frames[side][i];
}

static void pair_stop(void)
{
	hl_worker_free(pair.worker);
	hl_registrar_free(pair.registrar);
	hl_plan_free(pair.plan);
}

// What leaves arrives at once.
static void exchange(void)
{
	struct hl_burst ours = { .pkts = pair.packets[0], .cap = HL_BURST_MAX };
	struct hl_burst theirs = { .pkts = pair.packets[1], .cap = HL_BURST_MAX };

	__real_hl_worker_tick(pair.worker, &ours, pair.now_ns);
	hl_registrar_tick(pair.registrar, &theirs, pair.now_ns);
	while (ours.n || theirs.n) {
		uint16_t n = ours.n;
		ours.n = 0;
		hl_registrar_rx(pair.registrar, ours.pkts, n, &theirs, pair.now_ns);
		n = theirs.n;
		theirs.n = 0;
		__real_hl_worker_rx(pair.worker, theirs.pkts, n, &ours, pair.now_ns);
	}
}

static void advance(uint64_t ms)
{
	struct hl_event events[64];

	for (uint64_t end_ns = pair.now_ns + ms * MS; pair.now_ns < end_ns; pair.now_ns += STEP_NS)
		exchange();
	while (hl_worker_events(pair.worker, events, 64))
		;
}

static void tell(enum hl_command_type type, uint64_t rate)
{
	const struct hl_command command = { .type = type, .n = 1000, .rate = rate };

	cr_assert_eq(hl_worker_command(pair.worker, &command), 0);
}

static void take(struct hl_snapshot *s)
{
	struct hl_worker *workers[] = { pair.worker };

	hl_snapshot_take(s, workers, 1);
}

static enum trial_outcome trial(const struct rate_search *s)
{
	static struct hl_snapshot before, now;
	uint64_t ms = s->step == SEARCH_VERIFY ? 8000 : 2000;

	tell(HL_COMMAND_RATE, (uint64_t)s->rate);
	advance(500);
	take(&before);
	advance(ms);
	take(&now);
	double sent = (double)(now.requests[HL_OPTIONS] - before.requests[HL_OPTIONS]) * 1000 /
		      (double)ms;
	bool failed = now.responses[5] > before.responses[5] ||
		      hl_all_methods(now.timeouts) > hl_all_methods(before.timeouts) ||
		      hl_all_methods(now.retransmissions) > hl_all_methods(before.retransmissions);
	if (!failed && sent >= 0.97 * (double)(uint64_t)s->rate)
		return TRIAL_MET;
	tell(HL_COMMAND_RATE, (uint64_t)(s->good ? s->good / 2 : s->rate / 4) + 1);
	advance(2500);
	return failed ? TRIAL_MISSED : TRIAL_GENERATOR;
}

static struct rate_search search(unsigned lines, uint64_t seed, uint32_t limit)
{
	static struct hl_snapshot up;
	struct rate_search s;

	pair_start(lines, seed, limit);
	tell(HL_COMMAND_RATE, 200);
	tell(HL_COMMAND_ENABLE, 0);
	advance(5000);
	take(&up);
	cr_assert_eq(up.registered, lines, "%lu", (unsigned long)up.registered);
	rate_search_begin(&s, 100, 0);
	while (s.end == SEARCH_UNDER_WAY)
		rate_search_note(&s, trial(&s));
	pair_stop();
	return s;
}

Test(find_limit, a_registrar_limited_to_a_known_rate_is_found_within_three_percent_ten_times_of_ten)
{
	static const uint32_t limits[] = { 500, 777, 1000, 1234, 1500 };

	for (uint64_t seed = 1; seed <= 10; seed++) {
		uint32_t limit = limits[seed % 5];
		struct rate_search s = search(40, seed, limit);
		cr_expect_eq(s.end, SEARCH_FOUND, "seed %lu", (unsigned long)seed);
		cr_expect(s.rate >= 0.97 * limit && s.rate <= 1.03 * limit, "seed %lu: %f of %u",
			  (unsigned long)seed, s.rate, limit);
	}
}

Test(find_limit, too_few_lines_are_the_generators_limit_and_no_server_is_blamed)
{
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct rate_search s = search(3, seed, 1000); // of 100 probes a second each
		cr_expect_eq(s.end, SEARCH_GENERATOR, "seed %lu", (unsigned long)seed);
		cr_expect(s.good <= 310, "%f", s.good);
		cr_expect_eq(s.bad, 0);
	}
}
