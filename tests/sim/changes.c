// SPDX-License-Identifier: BSD-3-Clause
// Settings that an operator changes while faults go on: a random scenario with changes in between.
#include "changes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/worker.h"
#include "world.h"

static uint32_t between(struct rng *rng, uint32_t low, uint32_t high)
{
	return low + rng_below(rng, high - low + 1);
}

static void random_number(struct rng *rng, const struct scenario *s, struct scenario_fault *f)
{
	const uint32_t grant_s = s->register_timeout_ms / 125 + 4; // as in random.c
	const struct {
		const char *key, *unit;
		uint32_t low, high;
	} numbers[] = {
		{ "register_timeout", "ms", 600, s->register_timeout_ms },
		{ "options_timeout", "ms", 600, s->options_timeout_ms },
		{ "register_refresh_interval", "s", grant_s, s->refresh_s },
		// where there are probes there always are
		{ "primary_detect_interval", "s", s->detect_s != 0, s->detect_s },
		{ "max_detect_fail_count", "", 1, 4 },
		{ "recover_count", "", 1, 4 },
		{ "back_to_primary_delay", "s", 0, s->return_delay_s },
		{ "backoff_max", "s", s->backoff_base_s, s->backoff_max_s },
		{ "park_time", "s", 1, s->park_s },
		{ "retry_after_max", "s", 1, s->retry_after_max_s },
	};
	uint32_t k = rng_below(rng, sizeof(numbers) / sizeof(numbers[0]));

	f->key = numbers[k].key;
	snprintf(f->value_text, sizeof(f->value_text), "%u%s",
		 between(rng, numbers[k].low, numbers[k].high), numbers[k].unit);
}

static void random_word(struct rng *rng, struct scenario_fault *f)
{
	static const struct {
		const char *key, *values[2];
	} words[] = {
		{ "user_agent", { "Acme 1", "A Much Longer Agent/2.0 (lab)" } },
		{ "user_agent", { "", "Acme 1" } },
		{ "return_mode", { "never", "auto" } },
		{ "down_codes", { "500-503", "503" } },
		{ "prefer_primary", { "on", "off" } },
		{ "remove_last_registration", { "on", "off" } },
		{ "initial_register_with_auth", { "on", "off" } },
		{ "refresh_jitter", { "on", "off" } },
	};
	uint32_t k = rng_below(rng, sizeof(words) / sizeof(words[0]));

	f->key = words[k].key;
	snprintf(f->value_text, sizeof(f->value_text), "%s", words[k].values[rng_below(rng, 2)]);
}

// No value makes anything last longer than the scenario's own: its end is looked at after the time that those
// take, and they are back by then.
static void random_change(struct rng *rng, const struct scenario *s, struct scenario_fault *f)
{
	f->kind = FAULT_SETTING;
	if (rng_below(rng, 2))
		random_number(rng, s, f);
	else
		random_word(rng, f);
}

void scenario_changes(struct scenario *s, uint64_t seed)
{
	struct rng rng;

	scenario_random(s, seed);
	s->name = "changes";
	rng_seed(&rng, seed ^ 0xc4a9e5);
	uint32_t n = between(&rng, 3, SCENARIO_FAULTS_MAX - 10);
	uint32_t last_ms = s->heal_ms < 600000 ? (uint32_t)s->heal_ms : 600000;
	for (uint32_t k = 0; k < n && s->n_faults < SCENARIO_FAULTS_MAX; k++) {
		struct scenario_fault *f = &s->faults[s->n_faults++];

		*f = (struct scenario_fault){ .at_ms = rng_below(&rng, last_ms) };
		random_change(&rng, s, f);
	}
	scenario_sort_faults(s);
}

static void change(struct world *world, const struct hl_profile *settings)
{
	struct hl_error err = { 0 };

	if (hl_plan_change_profile(world->plan, 0, settings, &err) != 0)
		world_break(world, "a change is refused: %s", err.text);
	world->changes++;
}

void change_put(struct world *world, const struct scenario_fault *f)
{
	struct hl_error err = { 0 };

	if (hl_plan_change_key(world->plan, 0, f->key, f->value_text, &err) != 0)
		world_break(world, "a change is refused: %s", err.text);
	world->changes++;
}

void changes_undo(struct world *world)
{
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };

	if (hl_config_parse(&config, "scenario", world->options.yaml, &err) != 0)
		world_break(world, "%s", err.text);
	else
		change(world, &config.profiles[0]);
	hl_config_free(&config);
}

// The worker has been called since: it has the latest settings, and nothing else is kept.
void changes_verify(struct world *world)
{
	hl_plan_reclaim(world->plan);
	if (world->plan->constants.oldest->newer)
		world_break(world, "settings that nobody reads any more are not freed");
	if (world->worker->constants != plan_constants(world->plan))
		world_break(world, "the worker does not go by the latest settings");
}

static uint64_t least_of(const struct scenario *s, const char *key, uint64_t least)
{
	for (uint32_t k = 0; k < s->n_faults; k++) {
		const struct scenario_fault *f = &s->faults[k];

		if (f->kind == FAULT_SETTING && strcmp(f->key, key) == 0 &&
		    strtoull(f->value_text, NULL, 10) < least)
			least = strtoull(f->value_text, NULL, 10);
	}
	return least;
}

void changes_watch(struct world *world, const struct scenario *s)
{
	world->watch.register_timeout_ns = least_of(s, "register_timeout", s->register_timeout_ms) *
					   1000000;
	world->watch.least_expires_s = (uint32_t)least_of(s, "register_refresh_interval",
							  s->refresh_s);
}
