// SPDX-License-Identifier: BSD-3-Clause
// The table of measures, their values as texts, and texts as thresholds.
#include "control/measures.h"

#include <stdio.h>
#include <string.h>

#include <heartline/config.h>

#include "base/text.h"

#define VALUE_MAX 1e15 // far beyond any count or time of a run, and exact as a double

struct measure {
	const char *name;
	enum hl_measure_unit unit;
	enum hl_bound bound;
	const char *meaning;
};

static const struct measure measures[HL_MEASURES] = {
#define MEASURE_ROW(id, name, unit, bound, meaning) \
	[HL_MEASURE_##id] = { name, HL_UNIT_##unit, HL_##bound, meaning },
	HL_MEASURE_TABLE(MEASURE_ROW)
};

static const char *const bounds[HL_BOUNDS] = {
	[HL_AT_MOST] = "at most",
	[HL_AT_LEAST] = "at least",
	[HL_EXACTLY] = "exactly",
};

struct unit {
	const char *name;
	double factor;
};

// The first of each is that of the examples.
static const struct unit shares[] = { { "%", 1 }, { NULL, 0 } };
static const struct unit times[] = { { "s", 1e6 },   { "us", 1 },    { "ms", 1000 },
				     { "min", 6e7 }, { "h", 3.6e9 }, { NULL, 0 } };
static const struct unit counts[] = { { "", 1 }, { NULL, 0 } };
static const struct unit rates[] = { { "", 1 }, { "/s", 1 }, { NULL, 0 } };

static const struct {
	const struct unit *units;
	const char *example, *allowed;
} kinds[] = {
	[HL_UNIT_SHARE] = { shares, "99.5%", "0%..100%" },
	[HL_UNIT_TIME] = { times, "5s", "a time in us, ms, s, min or h" },
	[HL_UNIT_COUNT] = { counts, "0", "a whole number" },
	[HL_UNIT_RATE] = { rates, "5000", "a number a second" },
};

const char *hl_measure_name(enum hl_measure measure)
{
	return measures[measure].name;
}

enum hl_measure_unit hl_measure_unit(enum hl_measure measure)
{
	return measures[measure].unit;
}

const char *hl_measure_meaning(enum hl_measure measure)
{
	return measures[measure].meaning;
}

const char *hl_bound_name(enum hl_bound bound)
{
	return bounds[bound];
}

enum hl_measure measure_find(const char *name)
{
	unsigned m = 0;

	while (m < HL_MEASURES && strcmp(measures[m].name, name) != 0)
		m++;
	return (enum hl_measure)m;
}

void measure_allowed(enum hl_measure measure, char *out, size_t room)
{
	snprintf(out, room, "%s (%s)", kinds[measures[measure].unit].allowed,
		 bounds[measures[measure].bound]);
}

bool hl_measure_key(uint32_t index, struct hl_key *key)
{
	if (index >= HL_MEASURES)
		return false;
	*key = (struct hl_key){
		.name = measures[index].name,
		.unit = "",
		.fallback = "none",
		.meaning = measures[index].meaning,
		.stage = HL_KEY_USED,
	};
	measure_allowed((enum hl_measure)index, key->allowed, sizeof(key->allowed));
	return true;
}

// Towards 0, to so many steps of a whole.
static double cut(double value, int steps)
{
	return (double)(int64_t)(value * steps) / steps;
}

// A share is cut, not rounded: 99.9999 % is not all. A time has four digits, and a count all.
void hl_measure_text(enum hl_measure measure, double value, char out[HL_MEASURE_ROOM])
{
	double absolute = value < 0 ? -value : value;

	switch (measures[measure].unit) {
	case HL_UNIT_SHARE:
		snprintf(out, HL_MEASURE_ROOM, "%.6g %%", cut(value, 1000));
		break;
	case HL_UNIT_TIME:
		if (absolute < 1000)
			snprintf(out, HL_MEASURE_ROOM, value == 0 ? "0 s" : "%.6g us", value);
		else if (absolute < 1000000)
			snprintf(out, HL_MEASURE_ROOM, "%.6g ms", value / 1e3);
		else
			snprintf(out, HL_MEASURE_ROOM, "%.12g s", value / 1e6);
		break;
	case HL_UNIT_COUNT:
		snprintf(out, HL_MEASURE_ROOM, "%.0f", value);
		break;
	case HL_UNIT_RATE:
		snprintf(out, HL_MEASURE_ROOM, "%.10g/s", cut(value, 10));
		break;
	}
}

static int value_fault(struct fault *fault, enum hl_measure measure, const char *text)
{
	char allowed[96];

	measure_allowed(measure, allowed, sizeof(allowed));
	fault_say(fault, "\"%.40s\" is no value of it", text);
	return fault_hint(fault, "allowed: %s, as in %s or at least %s", allowed,
			  kinds[measures[measure].unit].example,
			  kinds[measures[measure].unit].example);
}

// "99.5%", "5 s", "12": the number and its unit.
static int value_read(enum hl_measure measure, const char *text, double *value, struct fault *fault)
{
	const char *example = kinds[measures[measure].unit].example;
	const struct unit *unit = kinds[measures[measure].unit].units;
	uint64_t thousandths;
	uint32_t used = text_get_thousandths(text, (uint32_t)strnlen(text, 64), &thousandths);

	if (used == 0)
		return value_fault(fault, measure, text);
	const char *rest = text + used;
	if (*rest == ' ')
		rest++;
	if (*rest == '\0' && thousandths == 0) { // nothing is nothing in any unit
		*value = 0;
		return 0;
	}
	while (unit->name != NULL && strcmp(unit->name, rest) != 0)
		unit++;
	if (unit->name == NULL && *rest == '\0') {
		fault_say(fault, "\"%.40s\" has no unit", text);
		return fault_hint(fault, "as in %s", example);
	}
	if (unit->name == NULL)
		return value_fault(fault, measure, text);
	*value = (double)thousandths * unit->factor / 1000;
	if (measures[measure].unit == HL_UNIT_COUNT && thousandths % 1000 != 0) {
		fault_say(fault, "%.40s is not a whole number", text);
		return fault_hint(fault, "as in %s", example);
	}
	if (*value > (measures[measure].unit == HL_UNIT_SHARE ? 100 : VALUE_MAX)) {
		fault_say(fault, "%.40s is more than there can be", text);
		return fault_hint(fault, "allowed: %s", kinds[measures[measure].unit].allowed);
	}
	return 0;
}

int expectation_add(struct hl_expectations *expectations, enum hl_measure measure, const char *text,
		    struct fault *fault)
{
	struct hl_expectation e = { .measure = measure, .bound = measures[measure].bound };
	uint32_t i = 0;

	fault->key = measures[measure].name;
	for (unsigned b = 0; b < HL_BOUNDS; b++) {
		size_t len = strlen(bounds[b]);
		if (strncmp(text, bounds[b], len) == 0 && text[len] == ' ') {
			e.bound = (enum hl_bound)b;
			text += len + 1;
			break;
		}
	}
	int rc = value_read(measure, text, &e.target, fault);
	if (rc != 0)
		return rc;
	if (e.bound == HL_EXACTLY && measures[measure].unit != HL_UNIT_COUNT) {
		fault_say(fault, "exactly is for what is counted, and this is measured");
		return fault_hint(fault, "allowed: at most, at least");
	}
	while (i < expectations->n && expectations->of[i].measure != measure)
		i++;
	expectations->of[i] = e;
	expectations->n += i == expectations->n;
	return 0;
}

int hl_expect_set(struct hl_expectations *expectations, const char *text, struct hl_error *err)
{
	struct fault fault = { .code = EINVAL };
	size_t len = strcspn(text, "=");
	char name[32];

	if (text[len] == '\0')
		return hl_fail(err, EINVAL,
			       "\"%.60s\": write MEASURE=VALUE, as in registered=100%%", text);
	snprintf(name, sizeof(name), "%.*s", (int)(len < 31 ? len : 31), text);
	enum hl_measure measure = measure_find(name);
	if (measure == HL_MEASURES || len > 31)
		return hl_fail(
			err, EINVAL,
			"there is no measure \"%.*s\"; heartline keys lists those that there "
			"are, as in registered=100%%",
			(int)(len < 60 ? len : 60), text);
	return expectation_add(expectations, measure, text + len + 1, &fault) != 0
		       ? fault_fail(&fault, err)
		       : 0;
}

bool hl_expectations_equal(const struct hl_expectations *a, const struct hl_expectations *b)
{
	bool equal = a->n == b->n;

	for (uint32_t i = 0; equal && i < a->n; i++)
		equal = a->of[i].measure == b->of[i].measure && a->of[i].bound == b->of[i].bound &&
			a->of[i].target == b->of[i].target;
	return equal;
}
