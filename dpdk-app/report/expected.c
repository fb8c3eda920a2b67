// SPDX-License-Identifier: BSD-3-Clause
// Compares, and writes the results for people and for programs.

#include "report/expected.h"

#include <math.h>
#include <string.h>

#define TEXT_ROOM (HL_MEASURE_ROOM + 16)

static bool is_met(const struct hl_expectation *e, double value)
{
	switch (e->bound) {
	case HL_AT_MOST:
		return value <= e->target;
	case HL_AT_LEAST:
		return value >= e->target;
	case HL_EXACTLY:
	case HL_BOUNDS:
		break;
	}
	return value == e->target;
}

void expected_judge(struct expected_list *list, const struct hl_expectations *expectations,
		    const struct measured *measured)
{
	list->n = expectations->n;
	for (uint32_t i = 0; i < list->n; i++) {
		struct expected *x = &list->of[i];

		*x = (struct expected){ .of = expectations->of[i] };
		x->why = measure_take(x->of.measure, measured, &x->value);
		x->result = x->why                     ? EXPECTED_NOT_MEASURED
			    : is_met(&x->of, x->value) ? EXPECTED_MET
						       : EXPECTED_MISSED;
	}
}

uint32_t expected_count(const struct expected_list *list, enum expected_result result)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < list->n; i++)
		n += list->of[i].result == result;
	return n;
}

bool expected_has(const struct expected_list *list, enum hl_measure measure)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->of[i].of.measure == measure)
			return true;
	return false;
}

const char *expected_result_name(enum expected_result result)
{
	static const char *const names[] = { "met", "missed", "not measured" };

	return names[result];
}

double expected_margin(const struct expected *x)
{
	double above = x->value - x->of.target;

	if (x->of.bound == HL_EXACTLY)
		return above == 0 ? 0 : -fabs(above); // gcc 12 makes -0 of 0 - fabs(0)
	return x->of.bound == HL_AT_LEAST ? above : 0 - above;
}

void expected_names(const struct expected_list *list, enum expected_result result, bool others,
		    char out[EXPECTED_NAMES_ROOM])
{
	size_t len = 0;

	out[0] = 0;
	for (uint32_t i = 0; i < list->n; i++) {
		const char *name = hl_measure_name(list->of[i].of.measure);
		if ((list->of[i].result == result) == others)
			continue;
		if (len + strlen(name) + 8 > EXPECTED_NAMES_ROOM) {
			snprintf(out + len, EXPECTED_NAMES_ROOM - len, ", ...");
			return;
		}
		len += (size_t)snprintf(out + len, EXPECTED_NAMES_ROOM - len, "%s%s",
					len ? ", " : "", name);
	}
}

static void target_text(const struct hl_expectation *e, char out[TEXT_ROOM])
{
	char target[HL_MEASURE_ROOM];

	hl_measure_text(e->measure, e->target, target);
	snprintf(out, TEXT_ROOM, "%s %s", hl_bound_name(e->bound), target);
}

void expected_print(const struct expected_list *list, const char *name, FILE *to)
{
	if (list->n == 0)
		return;
	fprintf(to, "  %-12s %-21s %-20s %-14s %-14s %s\n", name, "measure", "target", "value",
		"margin", "result");
	for (uint32_t i = 0; i < list->n; i++) {
		const struct expected *x = &list->of[i];
		char target[TEXT_ROOM], value[HL_MEASURE_ROOM] = "-", margin[HL_MEASURE_ROOM] = "-";

		target_text(&x->of, target);
		if (!x->why) {
			hl_measure_text(x->of.measure, x->value, value);
			hl_measure_text(x->of.measure, expected_margin(x), margin);
		}
		fprintf(to, "  %-12s %-21s %-20s %-14s %-14s %s%s%s\n", "",
			hl_measure_name(x->of.measure), target, value, margin,
			x->result == EXPECTED_MISSED ? "MISSED" : expected_result_name(x->result),
			x->why ? ": " : "", x->why ? x->why : "");
	}
}

static json_t *number(enum hl_measure measure, double value)
{
	return hl_measure_unit(measure) == HL_UNIT_COUNT ? json_integer((json_int_t)value)
							 : json_real(value);
}

json_t *expected_array(const struct expected_list *list)
{
	static const char *const units[] = { [HL_UNIT_SHARE] = "%",
					     [HL_UNIT_TIME] = "us",
					     [HL_UNIT_COUNT] = "",
					     [HL_UNIT_RATE] = "/s" };
	json_t *array = json_array();

	for (uint32_t i = 0; i < list->n; i++) {
		const struct expected *x = &list->of[i];
		enum hl_measure m = x->of.measure;

		json_array_append_new(
			array,
			json_pack("{ss ss ss so so so ss ss?}", "measure", hl_measure_name(m),
				  "unit", units[hl_measure_unit(m)], "bound",
				  hl_bound_name(x->of.bound), "target", number(m, x->of.target),
				  "value", x->why ? json_null() : number(m, x->value), "margin",
				  x->why ? json_null() : number(m, expected_margin(x)), "result",
				  expected_result_name(x->result), "why", x->why));
	}
	return array;
}
