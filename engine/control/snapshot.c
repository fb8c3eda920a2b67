// SPDX-License-Identifier: BSD-3-Clause
// Counts over all lines and workers, read while they run.
#include <heartline/metrics.h>
#include <heartline/snapshot.h>

#include "base/count.h"

static void states_count(struct hl_snapshot *s, const struct hl_worker *worker)
{
	uint32_t first = hl_worker_first(worker), n = hl_worker_lines(worker);

	for (uint32_t line = first; line < first + n; line++) {
		struct hl_state state = hl_state_unpack(hl_worker_state(worker, line));

		s->removed_slots += state.slot == HL_SLOT_REMOVED;
		s->free_slots += state.slot == HL_SLOT_FREE;
		if (state.slot != HL_SLOT_LINE)
			continue;
		s->lines++;
		s->by_state[state.state < HL_LINE_STATES ? state.state : HL_OFF]++;
		s->unresolved_lines += state.state != HL_OFF && hl_code_is_unsent(state.code);
	}
}

static void counters_add(struct hl_snapshot *s, const struct hl_counters *c)
{
	for (const struct hl_metric *m = hl_metrics; m->name != NULL; m++) {
		const _Atomic uint64_t *from = (const void *)((const char *)c + m->counter);
		uint64_t *to = (void *)((char *)s + m->offset);

		for (unsigned i = 0; m->type != HL_METRIC_GAUGE && i < m->n; i++)
			to[i] += count_read(&from[i]);
	}
	s->limits[HL_LIMIT_SLOW_FULL] += count_read(&c->drops[HL_DROP_SLOW_FULL]);
}

void hl_snapshot_take(struct hl_snapshot *snapshot, struct hl_worker *const workers[], uint32_t n)
{
	*snapshot = (struct hl_snapshot){ 0 };
	for (uint32_t i = 0; i < n; i++) {
		states_count(snapshot, workers[i]);
		hl_worker_leases(workers[i], &snapshot->dhcp_clients, &snapshot->dhcp_leases);
		counters_add(snapshot, hl_worker_counters(workers[i]));
	}
	snapshot->on_primary = snapshot->by_state[HL_ON_P];
	snapshot->on_backup = snapshot->by_state[HL_ON_B] + snapshot->by_state[HL_HOLD_B] +
			      snapshot->by_state[HL_SW_P];
	snapshot->registered = snapshot->on_primary + snapshot->on_backup;
}
