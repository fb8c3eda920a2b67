// SPDX-License-Identifier: BSD-3-Clause
// Walks the tables of metrics: a number, an object by label, or quantiles for each row.

#include "report/summary_metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

json_t *whole(uint64_t value)
{
	return json_integer((json_int_t)value);
}

// A tenth is enough of a microsecond or of a rate, and 17 digits only confuse.
json_t *tenths(double value)
{
	if (isnan(value))
		return json_null();
	return json_real((double)(int64_t)(value * 10 + 0.5) / 10);
}

static json_t *by_label(const struct hl_metric *m, const void *structure)
{
	char room[HL_LABEL_ROOM];
	json_t *object = json_object();

	for (unsigned i = 0; i < m->n; i++) {
		const char *name = m->label->value(i, room);
		uint64_t value = hl_metric_value(m, structure, i);
		bool at_zero = i < 64 && m->label->shown_at_zero >> i & 1;
		if (name && (value || at_zero))
			json_object_set_new(object, name, whole(value));
	}
	return object;
}

static json_t *quantiles(const struct hl_hist *hist)
{
	return json_pack("{so so so}", "p50", tenths(hl_hist_quantile(&hist, 1, 0.5)), "p99",
			 tenths(hl_hist_quantile(&hist, 1, 0.99)), "p999",
			 tenths(hl_hist_quantile(&hist, 1, 0.999)));
}

static json_t *metric_value(const struct hl_metric *m, const void *structure)
{
	if (m->type == HL_METRIC_HISTOGRAM)
		return quantiles((const void *)((const char *)structure + m->offset));
	return m->label ? by_label(m, structure) : whole(hl_metric_value(m, structure, 0));
}

json_t *metrics_at(const char *place, const struct hl_snapshot *snapshot)
{
	size_t len = strlen(place);
	json_t *object = NULL;

	for (const struct hl_metric *m = hl_metrics; m->name; m++) {
		if (!m->place || strncmp(m->place, place, len) != 0)
			continue;
		if (m->place[len] == 0)
			return metric_value(m, snapshot);
		if (m->place[len] != '.')
			continue;
		object = object ? object : json_object();
		json_object_set_new(object, m->place + len + 1, metric_value(m, snapshot));
	}
	return object;
}

json_t *metrics_object(const struct hl_snapshot *snapshot)
{
	json_t *object = json_object();

	for (const struct hl_metric *m = hl_metrics; m->name; m++) {
		const char *dot = m->place ? strchr(m->place, '.') : NULL;
		char key[64];

		if (!m->place)
			continue;
		snprintf(key, sizeof(key), "%.*s", (int)strcspn(m->place, "."), m->place);
		json_t *at = dot ? json_object_get(object, key) : object;
		if (!at) {
			at = json_object();
			json_object_set_new(object, key, at);
		}
		json_object_set_new(at, dot ? dot + 1 : key, metric_value(m, snapshot));
	}
	return object;
}

static json_t *distribution(const struct hl_hist *hist)
{
	json_t *buckets = json_array();

	for (unsigned i = 0; i < HL_HIST_BUCKETS; i++) {
		uint64_t n = atomic_load_explicit(&hist->bucket[i], memory_order_relaxed);
		if (n > 0)
			json_array_append_new(buckets,
					      json_pack("[o o]", whole(hl_hist_edge(i)), whole(n)));
	}
	return buckets;
}

json_t *distributions_object(const struct hl_snapshot *snapshot)
{
	json_t *object = json_object();

	for (const struct hl_metric *m = hl_metrics; m->name; m++)
		if (m->place && m->type == HL_METRIC_HISTOGRAM)
			json_object_set_new(
				object, m->place,
				distribution((const void *)((const char *)snapshot + m->offset)));
	return object;
}

json_t *registrar_value(const struct hl_registrar *registrar)
{
	const struct hl_registrar_counters *c;

	if (!registrar)
		return json_null();
	json_t *array = json_array();
	for (uint32_t i = 0; (c = hl_registrar_counters(registrar, i)); i++) {
		json_t *object = json_object();
		for (const struct hl_metric *m = hl_registrar_metrics; m->name; m++)
			json_object_set_new(object, m->place, metric_value(m, c));
		json_array_append_new(array, object);
	}
	return array;
}
