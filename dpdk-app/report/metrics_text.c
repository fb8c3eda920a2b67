// SPDX-License-Identifier: BSD-3-Clause
// Writes metrics in the text format of Prometheus. Values of a label that are zero, and that the summary
// leaves out then, are left out here, too: there are 700 codes of failures.

#include "report/metrics_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

// The edges of histograms: powers of two of microseconds, 16 us to 67 s. They are edges of the engine's
// own buckets, so that each sample is on its side; and they never change, so that runs can be compared.
#define EDGE_FIRST 4
#define EDGE_LAST 26

static void escaped_write(const char *text, bool quoted, FILE *to)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", to);
		else if (*text == '\\' || (quoted && *text == '"'))
			fprintf(to, "\\%c", *text);
		else
			fputc(*text, to);
	}
}

void metrics_text_head(const struct hl_metric *m, FILE *to)
{
	fprintf(to, "# HELP %s ", m->name);
	escaped_write(m->help, false, to);
	if (m->type == HL_METRIC_HISTOGRAM)
		fputs("; the sum is right within 3 percent", to);
	fprintf(to, "\n# TYPE %s %s\n", m->name, hl_metric_type_name(m->type));
}

void metrics_text_label(const char *name, const char *value, FILE *to)
{
	fprintf(to, "%s=\"", name);
	escaped_write(value, true, to);
	fputc('"', to);
}

static void labelled_write(const struct hl_metric *m, const void *structure, FILE *to)
{
	char room[HL_LABEL_ROOM];

	for (unsigned i = 0; i < m->n; i++) {
		const char *value = m->label->value(i, room);
		uint64_t count = hl_metric_value(m, structure, i);
		bool at_zero = i < 64 && m->label->shown_at_zero >> i & 1;
		if (!value || !(count || at_zero))
			continue;
		fprintf(to, "%s{", m->name);
		metrics_text_label(m->label->name, value, to);
		fprintf(to, "} %" PRIu64 "\n", count);
	}
}

static void histogram_write(const struct hl_metric *m, const void *structure, FILE *to)
{
	const struct hl_hist *hist = (const void *)((const char *)structure + m->offset);
	uint64_t samples = hl_hist_samples(hist);

	for (unsigned k = EDGE_FIRST; k <= EDGE_LAST; k++) {
		uint64_t us = UINT64_C(1) << k;
		fprintf(to, "%s_bucket{le=\"%" PRIu64 ".%06" PRIu64 "\"} %" PRIu64 "\n", m->name,
			us / 1000000, us % 1000000, hl_hist_below(hist, us));
	}
	fprintf(to, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", m->name, samples);
	fprintf(to, "%s_sum %.6f\n", m->name, hl_hist_sum(hist) / 1e6);
	fprintf(to, "%s_count %" PRIu64 "\n", m->name, samples);
}

void metrics_text_write(const struct hl_metric table[], const void *structure, FILE *to)
{
	for (const struct hl_metric *m = table; m->name; m++) {
		metrics_text_head(m, to);
		if (m->type == HL_METRIC_HISTOGRAM)
			histogram_write(m, structure, to);
		else if (m->label)
			labelled_write(m, structure, to);
		else
			fprintf(to, "%s %" PRIu64 "\n", m->name, hl_metric_value(m, structure, 0));
	}
}
