// SPDX-License-Identifier: BSD-3-Clause
// The tables of metrics: all that is counted, for those who sum, show or export it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <heartline/counters.h>

enum hl_metric_type {
	HL_METRIC_COUNTER,   // only grows
	HL_METRIC_GAUGE,     // as it is now
	HL_METRIC_HISTOGRAM, // struct hl_hist, in microseconds
	HL_METRIC_TYPES,
};

/** "counter" and so on, as Prometheus has it. */
const char *hl_metric_type_name(enum hl_metric_type type);

#define HL_LABEL_ROOM 24

// What tells the values of one metric apart, such as the method of a request.
struct hl_label {
	const char *name;
	// "REGISTER" and so on; NULL: there is no such value. May be written to `room`.
	const char *(*value)(unsigned index, char room[HL_LABEL_ROOM]);
	const char *(*help)(unsigned index); // of this value; NULL: the value says it all
	uint64_t shown_at_zero;              // in the summary: bit i for value i, up to 63
};

struct hl_metric {
	const char *name; // as Prometheus has it: "heartline_requests_total"
	const char *help; // no full stop, no capital: it stands in tables
	const char *unit;
	const char
		*place; // in the summary: "key", "object.key"; NULL: not there, or in other words
	enum hl_metric_type type;
	uint16_t n;                   // how many values: 1, those of the label, buckets
	const struct hl_label *label; // NULL: none
	uint32_t offset;              // of the values, which are n times 64 bits
	uint32_t counter;             // no gauge: of the same in struct hl_counters
};

// Both end with a NULL name.
extern const struct hl_metric hl_metrics[];           // offset: in struct hl_snapshot
extern const struct hl_metric hl_registrar_metrics[]; // offset: in struct hl_registrar_counters

/** Value i of a metric, out of the structure that its table is about. */
uint64_t hl_metric_value(const struct hl_metric *metric, const void *structure, unsigned i);
