// SPDX-License-Identifier: BSD-3-Clause
// Two workers run while a third thread changes settings, adds shapes and reclaims, under ThreadSanitizer.
#include <stdio.h>

#include "control/shapes.h"
#include "rig.h"

#define CHANGES 400

static const char yaml[] = "ports:\n  - device: race\n    addresses: 10.99.1.1-10.99.1.2/16\n"
			   "profiles:\n"
			   "  one:\n"
			   "    outbound_server: 10.99.0.1\n"
			   "    backup_outbound_server: 10.99.0.2\n"
			   "    use_random_sip_port: on\n"
			   "    primary_detect_interval: 1s\n"
			   "    backoff_base: 1s\n"
			   "    backoff_max: 2s\n"
			   "lines:\n  - {profile: one, range: 6000-6039}\n";

static void change(struct race *race, uint32_t k)
{
	struct hl_profile *settings = &race->config.profiles[0];
	static const char *const agents[] = { "Acme 1", "Another Agent 2", "" };
	struct hl_error err = { 0 };

	race_must(hl_profile_set(settings, "user_agent", agents[k % 3], &err), &err);
	race_must(hl_profile_set(settings, "register_timeout", k % 2 ? "300ms" : "800ms", &err),
		  &err);
	race_must(hl_profile_set(settings, "primary_detect_interval", k % 5 ? "1s" : "2s", &err),
		  &err);
	race_must(hl_plan_change_profile(race->plan, 0, settings, &err), &err);
	if (k % 8 == 0) {
		struct shape_key key = {
			.user = (uint8_t)(10 + k / 8), .display = 4, .ip = 9, .port = 5
		};

		race_must((int)shape_get(race->plan, &key, 400, &err), &err);
	}
}

static uint64_t unreclaimed(const struct race *race)
{
	uint64_t n = 0;

	for (const struct published *p = race->plan->constants.oldest; p->newer; p = p->newer)
		n++;
	return n;
}

int main(void)
{
	static struct race race = { .step_ns = 20000000 };
	uint64_t most = 0;

	race_begin(&race, yaml);
	race_start(&race);
	for (uint32_t k = 1; k <= CHANGES; k++) {
		change(&race, k);
		most = unreclaimed(&race) > most ? unreclaimed(&race) : most;
		race_wait(&race, k % 7); // now a change a round, now several rounds
		hl_plan_reclaim(race.plan);
	}
	race_stop(&race);
	hl_plan_reclaim(race.plan);
	bool ok = race.poisoned == 0 && race.frames > CHANGES && unreclaimed(&race) == 0;
	printf("%s - %u changes under %u workers: %llu frames, %llu of them poisoned; at most %llu versions "
	       "waited, %llu at the end\n",
	       ok ? "ok" : "not ok", CHANGES, RACE_WORKERS, (unsigned long long)race.frames,
	       (unsigned long long)race.poisoned, (unsigned long long)most,
	       (unsigned long long)unreclaimed(&race));
	race_end(&race);
	return !ok;
}
