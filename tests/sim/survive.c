// SPDX-License-Identifier: BSD-3-Clause
// The file of a worker is held in memory, and time is that of the simulation: by the clock of the machine, or after
// a start of that by the wall clock, which may have been set.
#include "survive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/saved.h>
#include "worker/clock.h"
#include "worker/worker.h"
#include "world.h"

#define MS 1000000ull
#define FILE_MAX (1u << 20)
#define WALL_MS 1800000000000ll

static void bytes_add(struct survive *s, const void *bytes, size_t len)
{
	if (s->len + len > FILE_MAX)
		abort();
	memcpy(s->bytes + s->len, bytes, len);
	s->len += len;
}

// The clocks of a machine that was started so often, its wall clock so much ahead of the truth.
static struct hl_moment moment(const struct world *world, uint32_t starts, int64_t ahead_ms)
{
	uint64_t ms = (world->now_ns - world->start_ns) / MS;

	return (struct hl_moment){
		.wall_ms = WALL_MS + (int64_t)ms + ahead_ms,
		.boot_ms = starts ? 1 : ms,
		.boot_id = { (uint8_t)(1 + starts) },
	};
}

void survive_save(struct world *world)
{
	static struct hl_save save;
	struct survive *s = &world->survive;
	const struct hl_saved_head head = {
		.run = world->boots,
		.n_workers = 1,
		.at = moment(world, 0, 0),
	};
	uint8_t first[HL_SAVED_HEAD_BYTES], last[HL_SAVED_END_BYTES];
	struct hl_saved_sum sum;

	if (!s->bytes && !(s->bytes = malloc(FILE_MAX)))
		abort();
	s->len = 0;
	s->events = world->events;
	hl_saved_begin(&sum, &head, first);
	bytes_add(s, first, sizeof(first));
	save.base_ns = world->now_ns;
	for (save.next = 0; save.next < hl_worker_lines(world->worker);) {
		hl_worker_save_now(world->worker, &save, world->now_ns);
		bytes_add(s, save.block, hl_saved_block(&sum, &save));
	}
	hl_saved_end(&sum, last);
	bytes_add(s, last, sizeof(last));
}

// By what the worker knew that is gone now.
static uint32_t due_count(const struct world *world, uint64_t down_ns)
{
	const struct hl_worker *w = world->worker;
	uint32_t end = w->now + tick_span_ns(down_ns + SURVIVE_SOON_NS), n = 0;

	for (uint32_t i = 0; i < w->n; i++)
		if (hl_state_unpack(hl_worker_state(w, i)).state != HL_OFF)
			n += tick_before(w->cold[i].refresh_at, end);
	return n;
}

static void age_verify(struct world *world, const struct hl_take_up *t,
		       const struct scenario_fault *f)
{
	if (f->restarted && f->ahead_ms < 0 &&
	    t->by[HL_TAKEN_CLOCK] + t->by[HL_TAKEN_UNKNOWN] != hl_plan_lines(world->plan))
		world_break(world, "a line is taken up, though the wall clock has gone back");
}

void survive_start(struct world *world, const struct scenario *s, const struct scenario_fault *f)
{
	static char yaml[2048];
	struct survive *kept = &world->survive;
	struct scenario changed = *s;
	struct hl_take_up t = { .spread_ns = f->spread_ms * MS };
	struct hl_saved_head head;
	struct hl_error err;

	changed.lines = (uint32_t)((int32_t)world->options.lines + f->more_lines);
	scenario_yaml(&changed, yaml, sizeof(yaml));
	world->options.yaml = yaml;
	world->options.lines = changed.lines;
	// A line that has changed since may be where nobody expects it, and finds that out at its next refresh.
	world->may_lose |= world->events != kept->events;
	kept->due = due_count(world, f->step_ms * MS);
	world->now_ns += f->step_ms * MS;
	const struct hl_moment now = moment(world, f->restarted, f->ahead_ms);
	struct hl_saved *saved = hl_saved_new();
	if (!saved || hl_saved_read(saved, kept->bytes, kept->len, &now, &head, &err) != 0) {
		world_break(world, "what was saved is refused");
		hl_saved_free(saved);
		return;
	}
	world_restart_with(world, saved);
	t.now_ns = world->now_ns;
	hl_worker_take_up(world->worker, saved, &t);
	hl_saved_free(saved);
	memset(world->lost_ns, 0, (s->lines + SURVIVE_MORE) * sizeof(*world->lost_ns));
	kept->taken_up = (uint32_t)t.by[HL_TAKEN_UP];
	age_verify(world, &t, f);
	world_command(world, HL_COMMAND_ENABLE, 0, 0, f->spread_ms * MS);
}

void survive_verify(struct world *world)
{
	char aor[WORLD_AOR_ROOM];

	for (uint32_t i = 0; i < hl_plan_slots(world->plan); i++)
		for (uint32_t server = 0; server < 2; server++) {
			uint32_t n = hl_registrar_contacts(world->registrar, server,
							   world_aor(world, i, aor), NULL,
							   world->now_ns);
			if (n > 1)
				world_break(world, "line %u has %u bindings at one server", i, n);
		}
}

void survive_free(struct survive *s)
{
	free(s->bytes);
}

void scenario_survive(struct scenario *s, uint64_t seed)
{
	struct rng rng;

	scenario_random(s, seed);
	s->name = "survive";
	rng_seed(&rng, seed ^ 0x5a7ed);
	uint32_t last_ms = s->heal_ms < 600000 ? (uint32_t)s->heal_ms : 600000;
	uint64_t at_ms = rng_below(&rng, last_ms);
	for (uint32_t k = 1 + rng_below(&rng, 3); k > 0 && s->n_faults + 2 <= SCENARIO_FAULTS_MAX;
	     k--) {
		uint32_t later_ms = 1 + (rng_below(&rng, 3) ? rng_below(&rng, 10000) : 0);

		s->faults[s->n_faults++] = (struct scenario_fault){ .at_ms = at_ms,
								    .kind = FAULT_SAVE };
		s->faults[s->n_faults++] = (struct scenario_fault){
			.at_ms = at_ms + later_ms,
			.kind = FAULT_SURVIVE,
			.step_ms = rng_below(&rng, 2) ? rng_below(&rng, 5000) : 0,
			.spread_ms = rng_below(&rng, 3000),
			.restarted = rng_below(&rng, 3) == 0,
			.ahead_ms = rng_below(&rng, 3) ? 0 : (int64_t)rng_below(&rng, 60000),
			.more_lines = rng_below(&rng, 4) == 0,
		};
		at_ms += later_ms + 6000 + rng_below(&rng, 20000);
	}
	if (s->servers.max_grant_s >
	    60) // an old binding that nobody removes must run out before the end
		s->servers.max_grant_s = 60;
	// the end of the faults is behind all of them
	if (s->heal_ms < at_ms)
		s->heal_ms = at_ms;
	scenario_sort_faults(s);
}
