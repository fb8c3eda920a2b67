// SPDX-License-Identifier: BSD-3-Clause
// Counts over all lines and workers, read while they run.
#include <heartline/snapshot.h>

#include "base/count.h"

#define WORKERS_MAX 64

static void states_count(struct hl_snapshot *s, const struct hl_worker *worker)
{
	uint32_t first = hl_worker_first(worker), n = hl_worker_lines(worker);

	s->lines += n;
	for (uint32_t line = first; line < first + n; line++) {
		struct hl_state state = hl_state_unpack(hl_worker_state(worker, line));

		s->by_state[state.state < HL_LINE_STATES ? state.state : HL_OFF]++;
		s->unresolved_lines += state.state != HL_OFF && state.code == HL_CODE_UNRESOLVED;
	}
}

static void counters_add(struct hl_snapshot *s, const struct hl_counters *c)
{
	for (int m = 0; m < HL_METHODS; m++) {
		s->requests[m] += count_read(&c->requests[m]);
		s->finals[m] += count_read(&c->finals[m]);
		s->retransmissions += count_read(&c->retransmissions[m]);
		s->timeouts += count_read(&c->timeouts[m]);
	}
	for (int class = 0; class < 7; class ++)
		s->responses[class] += count_read(&c->responses[class]);
	s->failovers += count_read(&c->failovers);
	s->returns += count_read(&c->returns);
	s->flaps += count_read(&c->flaps);
	for (int code = 0; code < HL_CAUSES; code++)
		s->causes[code] += count_read(&c->causes[code]);
	s->unregistered += count_read(&c->unregistered);
	s->registered_once += count_read(&c->registered_once);
	for (int reason = 0; reason < HL_DROPS; reason++)
		s->drops[reason] += count_read(&c->drops[reason]);
	for (int limit = 0; limit < HL_LIMITS; limit++)
		s->limits[limit] += count_read(&c->limits[limit]);
	s->limits[HL_LIMIT_SLOW_FULL] += count_read(&c->drops[HL_DROP_SLOW_FULL]);
	s->probe_timeouts += count_read(&c->timeouts[HL_OPTIONS]);
	s->long_retry_afters += count_read(&c->long_retry_afters);
	s->short_grants += count_read(&c->short_grants);
	s->long_min_expires += count_read(&c->long_min_expires);
	s->epochs += count_read(&c->epochs);
	s->slow += count_read(&c->slow);
	s->rx_packets += count_read(&c->rx_packets);
	s->tx_packets += count_read(&c->tx_packets);
}

static void rtt_read(const struct hl_hist *const of[], uint32_t n, double us[3], uint64_t *samples)
{
	static const double quantiles[] = { 0.5, 0.99, 0.999 };

	*samples = 0;
	for (uint32_t i = 0; i < n; i++)
		for (unsigned b = 0; b < HL_HIST_BUCKETS; b++)
			*samples += count_read(&of[i]->bucket[b]);
	for (int i = 0; i < 3; i++)
		us[i] = hl_hist_quantile(of, n, quantiles[i]);
}

void hl_snapshot_take(struct hl_snapshot *snapshot, struct hl_worker *const workers[], uint32_t n)
{
	const struct hl_hist *first[WORKERS_MAX] = { NULL }, *again[WORKERS_MAX] = { NULL };
	struct hl_snapshot s = { 0 };

	n = n < WORKERS_MAX ? n : WORKERS_MAX;
	for (uint32_t i = 0; i < n; i++) {
		const struct hl_counters *c = hl_worker_counters(workers[i]);

		states_count(&s, workers[i]);
		counters_add(&s, c);
		first[i] = &c->rtt_first;
		again[i] = &c->rtt_retransmitted;
	}
	s.on_primary = s.by_state[HL_ON_P];
	s.on_backup = s.by_state[HL_ON_B] + s.by_state[HL_HOLD_B] + s.by_state[HL_SW_P];
	s.registered = s.on_primary + s.on_backup;
	rtt_read(first, n, s.rtt_us, &s.rtt_samples);
	rtt_read(again, n, s.rtt_retransmitted_us, &s.rtt_retransmitted_samples);
	*snapshot = s;
}
