// SPDX-License-Identifier: BSD-3-Clause
// A case for each measure. What was not seen has no value: no failover, no time of a switch, however good
// the threshold.

#include "report/measure.h"

#include <assert.h>
#include <stddef.h>

#include "base/counter.h"

#define US_A_MS 1e3

// How much a counter has grown.
#define GROWN(m, member) ((m)->end->member - ((m)->begin ? (m)->begin->member : 0))

static uint64_t methods_grown(const struct measured *m, size_t offset)
{
	const char *end = (const char *)m->end, *begin = (const char *)m->begin;
	uint64_t n = hl_all_methods((const uint64_t *)(const void *)(end + offset));

	return begin ? n - hl_all_methods((const uint64_t *)(const void *)(begin + offset)) : n;
}

#define METHODS_GROWN(m, member) methods_grown((m), offsetof(struct hl_snapshot, member))

static const char *share_of(double part, double all, const char *why, double *value)
{
	if (all == 0)
		return why;
	*value = 100 * part / all;
	return NULL;
}

static const char *lines_share(uint64_t part, const struct measured *m, double *value)
{
	return share_of((double)part, (double)m->lines->lines, "the run has no lines", value);
}

// Of what cannot happen to a line that was never registered.
static const char *of_registered(const struct measured *m, double figure, double *value)
{
	if (m->end->registered_once == 0)
		return "no line was ever registered";
	*value = figure;
	return NULL;
}

static const char *of_sent(const struct measured *m, double figure, double *value)
{
	if (METHODS_GROWN(m, requests) == 0)
		return "nothing was sent";
	*value = figure;
	return NULL;
}

// A network that is dead drops nothing.
static const char *of_received(const struct measured *m, double figure, double *value)
{
	if (GROWN(m, rx_packets) == 0)
		return "nothing was received";
	*value = figure;
	return NULL;
}

static const char *answered(const struct measured *m, double *value)
{
	uint64_t finals = METHODS_GROWN(m, finals);
	uint64_t failed = METHODS_GROWN(m, timeouts) + METHODS_GROWN(m, unreachable);

	return share_of((double)finals, (double)(finals + failed),
			"no request was answered or given up", value);
}

static uint64_t drops(const struct measured *m)
{
	static const enum hl_limit lost[] = { HL_LIMIT_HANDOFF_DROPPED, HL_LIMIT_RX_MISSED,
					      HL_LIMIT_TX_DROPPED };
	uint64_t n = 0;

	for (unsigned k = 0; k < HL_DROPS; k++)
		n += GROWN(m, drops[k]);
	for (unsigned k = 0; k < sizeof(lost) / sizeof(*lost); k++)
		n += GROWN(m, limits[lost[k]]);
	return n;
}

static const char *achieved(const struct measured *m, double *value)
{
	if (m->outcome->not_started)
		return "the ramp was not over";
	return share_of(m->achieved_rate, m->offered_rate, "no line was started", value);
}

static const char *rate_of(uint64_t n, const struct measured *m, double *value)
{
	if (m->took_ns == 0)
		return "no line was started";
	*value = (double)n * 1e9 / (double)m->took_ns;
	return NULL;
}

struct span {
	size_t hists[2]; // of struct hl_snapshot; the same twice: there is one
	const char *why; // it has no values
};

#define SPAN(a, b, why) \
	{ \
		{ offsetof(struct hl_snapshot, a), offsetof(struct hl_snapshot, b) }, why \
	}

// In the order of the table of measures.
static const struct span spans[] = {
	SPAN(rtt_first, rtt_retransmitted, "no request was answered"),
	SPAN(detection, detection, "no registered line gave a server up"),
	SPAN(switching, switching, "no outage ended with a registration"),
	SPAN(returning, returning, "no line returned to the primary"),
	SPAN(refresh_lateness, refresh_lateness, "no registration was refreshed"),
};

static_assert(HL_MEASURES - HL_MEASURE_RTT_P50 ==
		      HL_MEASURE_QUANTILES * (sizeof(spans) / sizeof(*spans)),
	      "distributions are the last measures");

static void hist_add_grown(const struct measured *m, size_t offset, struct hl_hist *sum)
{
	const struct hl_hist *end = (const void *)((const char *)m->end + offset);
	const struct hl_hist *begin = (const void *)((const char *)m->begin + offset);

	for (unsigned b = 0; b < HL_HIST_BUCKETS; b++) {
		uint64_t n = counter_load(&sum->bucket[b]) + counter_load(&end->bucket[b]);
		if (m->begin)
			n -= counter_load(&begin->bucket[b]);
		atomic_store_explicit(&sum->bucket[b], n, memory_order_relaxed);
	}
}

static const char *span_take(enum hl_measure measure, const struct measured *m, double *value)
{
	static const double quantiles[HL_MEASURE_QUANTILES] = { 0.5, 0.99, 0.999, 1 };
	unsigned k = measure - HL_MEASURE_RTT_P50;
	const struct span *span = &spans[k / HL_MEASURE_QUANTILES];
	struct hl_hist sum = { 0 };
	const struct hl_hist *hist = &sum;

	hist_add_grown(m, span->hists[0], &sum);
	if (span->hists[1] != span->hists[0])
		hist_add_grown(m, span->hists[1], &sum);
	if (hl_hist_samples(&sum) == 0)
		return span->why;
	*value = hl_hist_quantile(&hist, 1, quantiles[k % HL_MEASURE_QUANTILES]);
	return NULL;
}

static const char *take(enum hl_measure measure, const struct measured *m, double *value)
{
	switch (measure) {
	case HL_MEASURE_REGISTERED:
		return lines_share(m->lines->registered, m, value);
	case HL_MEASURE_ON_PRIMARY:
		return lines_share(m->lines->on_primary, m, value);
	case HL_MEASURE_ON_BACKUP:
		return lines_share(m->lines->on_backup, m, value);
	case HL_MEASURE_FAILED_LINES:
		return of_sent(m, (double)(m->outcome->never + m->outcome->lost), value);
	case HL_MEASURE_DOWN_LINES:
		return of_registered(m, (double)m->down.lines, value);
	case HL_MEASURE_OUTAGE_TOTAL:
		return of_registered(m, (double)m->down.total_ms * US_A_MS, value);
	case HL_MEASURE_OUTAGE_MAX:
		return of_registered(m, (double)m->down.longest_ms * US_A_MS, value);
	case HL_MEASURE_FAILOVERS:
		return of_registered(m, (double)GROWN(m, failovers), value);
	case HL_MEASURE_RETURNS:
		return of_registered(m, (double)GROWN(m, returns), value);
	case HL_MEASURE_FLAPS:
		return of_registered(m, (double)GROWN(m, flaps), value);
	case HL_MEASURE_ANSWERED:
		return answered(m, value);
	case HL_MEASURE_TIMEOUTS:
		return of_sent(m, (double)METHODS_GROWN(m, timeouts), value);
	case HL_MEASURE_RETRANSMISSIONS:
		return of_sent(m, (double)METHODS_GROWN(m, retransmissions), value);
	case HL_MEASURE_ERRORS:
		return of_received(m, (double)(GROWN(m, responses[5]) + GROWN(m, responses[6])),
				   value);
	case HL_MEASURE_DROPS:
		return of_received(m, (double)drops(m), value);
	case HL_MEASURE_LEFTOVERS:
		return of_registered(m, (double)m->leftovers, value);
	case HL_MEASURE_ACHIEVED:
		return achieved(m, value);
	case HL_MEASURE_REQUEST_RATE:
		return rate_of(METHODS_GROWN(m, requests), m, value);
	case HL_MEASURE_ANSWER_RATE:
		return rate_of(METHODS_GROWN(m, finals), m, value);
	default:
		return span_take(measure, m, value);
	}
}

const char *measure_take(enum hl_measure measure, const struct measured *m, double *value)
{
	*value = 0;
	return take(measure, m, value);
}
