// SPDX-License-Identifier: BSD-3-Clause
// Gives the lines of a worker what an earlier run has left of them.
#include <heartline/saved.h>

#include "control/saved.h"
#include "line/branch.h"
#include "worker/clock.h"
#include "worker/quiescent.h"
#include "worker/restore.h"
#include "worker/save.h"
#include "worker/slot.h"

static const struct {
	const char *name, *text;
} outcomes[HL_TAKEN_OUTCOMES] = {
	[HL_TAKEN_UP] = { "taken_up", "taken up" },
	[HL_TAKEN_UNKNOWN] = { "unknown", "not in it" },
	[HL_TAKEN_CLOCK] = { "clock", "the clock has gone back, nobody knows how far" },
	[HL_TAKEN_NONE] = { "not_registered", "not registered at the time" },
	[HL_TAKEN_EXPIRED] = { "expired", "expired meanwhile" },
	[HL_TAKEN_PLACE] = { "place", "at an address and port that they no longer have" },
	[HL_TAKEN_SERVER] = { "server", "at a server that their profile no longer has" },
};

const char *hl_taken_name(enum hl_taken outcome)
{
	return outcomes[outcome].name;
}

const char *hl_taken_text(enum hl_taken outcome)
{
	return outcomes[outcome].text;
}

static enum hl_taken line_take_up(struct hl_worker *w, uint32_t i, struct hl_saved *saved,
				  uint64_t spread_ns)
{
	struct restoring r = { .spread_ns = spread_ns };
	uint64_t identity[2];
	struct saved_line line;

	save_identity(w, i, identity);
	struct saved_entry *entry = saved_find(saved, identity, &line);
	if (entry == NULL)
		return HL_TAKEN_UNKNOWN;
	saved->n_taken += !entry->taken;
	entry->taken = true;
	r.age_known = saved->files[entry->file].age_known;
	r.age_ms = saved->files[entry->file].age_ms;
	return restore_line(w, i, &line, &r);
}

void hl_worker_take_up(struct hl_worker *w, struct hl_saved *saved, struct hl_take_up *t)
{
	quiescent_pass(w);
	clock_set(w, t->now_ns);
	for (uint32_t i = 0; i < w->n; i++)
		if (slot_has_line(w, i))
			t->by[line_take_up(w, i, saved, t->spread_ns)]++;
	hl_worker_rest(w);
}
