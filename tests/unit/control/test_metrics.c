// SPDX-License-Identifier: BSD-3-Clause
// The tables of metrics: names as Prometheus wants them, places in the summary, values of labels.
#include <string.h>

#include <criterion/criterion.h>

#include <heartline/registrar.h>
#include <heartline/snapshot.h>
#include <heartline/code.h>
#include <heartline/metrics.h>

static const struct hl_metric *const tables[] = { hl_metrics, hl_registrar_metrics };

#define ALL(m) \
	for (unsigned t = 0; t < 2; t++) \
		for (const struct hl_metric *m = tables[t]; m->name; m++)

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

// prometheus.io/docs/practices/naming
Test(metrics, names_follow_the_conventions)
{
	ALL(m)
	{
		cr_expect_eq(strspn(m->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(m->name), "%s",
			     m->name);
		cr_expect(strncmp(m->name, "heartline_", 10) == 0, "%s", m->name);
		cr_expect_eq(ends_with(m->name, "_total"), m->type == HL_METRIC_COUNTER, "%s",
			     m->name);
		cr_expect_eq(ends_with(m->name, "_seconds"), m->type == HL_METRIC_HISTOGRAM, "%s",
			     m->name);
		cr_expect_eq(strcmp(m->unit, "seconds") == 0, m->type == HL_METRIC_HISTOGRAM, "%s",
			     m->name);
	}
}

Test(metrics, every_row_says_what_it_counts)
{
	ALL(m)
	{
		size_t len = strlen(m->help);
		cr_assert_gt(len, 4, "%s", m->name);
		cr_expect(m->help[len - 1] != '.', "%s: %s", m->name, m->help);
	}
}

Test(metrics, names_and_places_are_unique)
{
	ALL(m)
	{
		for (unsigned u = 0; u < 2; u++)
			for (const struct hl_metric *other = tables[u]; other->name; other++)
				cr_expect(other == m || strcmp(other->name, m->name) != 0, "%s",
					  m->name);
		for (const struct hl_metric *other = m + 1; m->place && other->name; other++)
			cr_expect(!other->place || strcmp(other->place, m->place) != 0, "%s",
				  m->name);
	}
}

static void check_label(const struct hl_metric *m)
{
	char room[HL_LABEL_ROOM], other_room[HL_LABEL_ROOM];
	unsigned named = 0;

	for (unsigned i = 0; i < m->n; i++) {
		const char *value = m->label->value(i, room);
		if (!value)
			continue;
		named++;
		cr_expect(*value && !strpbrk(value, "\"\\\n"), "%s: value %u", m->name, i);
		for (unsigned k = 0; k < i; k++) {
			const char *other = m->label->value(k, other_room);
			cr_expect(!other || strcmp(other, value) != 0, "%s: %s twice", m->name,
				  value);
		}
	}
	cr_expect_gt(named, 4, "%s", m->name);
}

Test(metrics, values_of_a_label_differ)
{
	ALL(m)
	{
		if (m->label)
			check_label(m);
		else
			cr_expect(m->n == 1 || m->type == HL_METRIC_HISTOGRAM, "%s", m->name);
	}
}

Test(metrics, a_code_is_a_number_or_what_happened_here)
{
	char room[HL_LABEL_ROOM];
	const struct hl_metric *m = hl_metrics;

	while (strcmp(m->name, "heartline_failures_total") != 0)
		m++;
	cr_expect_str_eq(m->label->value(503, room), "503");
	cr_expect_str_eq(m->label->value(HL_CODE_TIMEOUT, room), "time-out");
	cr_expect_null(m->label->value(HL_CODE_FIRST - 1, room));
}

Test(metrics, the_registrars_values_are_read_from_its_counters)
{
	static struct hl_registrar_counters counters;
	const struct hl_metric *m = hl_registrar_metrics;

	atomic_store(&counters.replays, 12);
	while (strcmp(m->name, "heartline_registrar_replays_total") != 0)
		m++;
	cr_expect_eq(hl_metric_value(m, &counters, 0), 12);
}
