// SPDX-License-Identifier: BSD-3-Clause
// Phases: names, times, and which measures mean something in them.
#include "control/phases.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "control/command.h"

#define PHASE_NAME_MAX 64
#define DAY_S 86400u
#define PHASE_RATE_MAX 1000000000u // as that of the run

// clang-format off
#define PHASE(m) .offset = offsetof(struct hl_phase, m), .bytes = sizeof(((struct hl_phase *)0)->m)

enum { NAME, FOR };

const struct key phase_keys[] = {
	[NAME] = { "name", KEY_WORD, PHASE(name), .meaning = "its name" },
	[FOR] = { "for", KEY_TIME, PHASE(for_ms), .unit_ms = 1000, .kept_ms = 1, .max = 1000ULL * DAY_S,
	  .meaning = "how long it lasts, or with until, how long it may take" },
	{ "always", KEY_BOOL, PHASE(always), .fallback = "off", .meaning = "also when one before it has failed" },
	{ "rate", KEY_WORD, PHASE(rate), .meaning = "requests a second, or those of its begin and end, as in 100-1000" },
	{ .name = NULL },
};
static_assert(sizeof(phase_keys) / sizeof(phase_keys[0]) <= PHASE_KEYS_MAX, "room for every key");
// clang-format on

static int missing(struct fault *fault, const char *what, const char *hint)
{
	fault->key = NULL;
	fault_say(fault, "%s is missing", what);
	return fault_hint(fault, "%s", hint);
}

int phase_check(const struct hl_phase *phase, char *const texts[], struct fault *fault)
{
	if (phase->name == NULL || *phase->name == '\0')
		return missing(fault, "name", "as in name: kill the primary");
	if (texts[FOR] == NULL)
		return missing(
			fault, "for",
			"how long the phase lasts, or with until, how long it may take: as in "
			"for: 30s");
	fault->key = "name";
	for (const char *at = phase->name; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f) {
			fault_say(fault, "a name has no control characters");
			return fault_hint(fault, "as in kill the primary");
		}
	if (strlen(phase->name) > PHASE_NAME_MAX) {
		fault_say(fault, "the name has %zu bytes", strlen(phase->name));
		return fault_hint(fault, "longest accepted: %d", PHASE_NAME_MAX);
	}
	return 0;
}

static bool rate_one_read(const char **at, uint64_t *rate)
{
	const char *from = *at;

	for (*rate = 0; **at >= '0' && **at <= '9' && *rate <= PHASE_RATE_MAX; ++*at)
		*rate = *rate * 10 + (uint64_t)(**at - '0');
	return *at != from && *rate <= PHASE_RATE_MAX;
}

static bool does_rate(const struct hl_phase *phase)
{
	for (uint32_t k = 0; k < phase->n_actions; k++)
		if (phase->actions[k].kind == HL_ACTION_COMMAND &&
		    strcmp(phase->actions[k].words[0], "rate") == 0)
			return true;
	return false;
}

bool hl_phases_set_rate(const struct hl_config *config)
{
	bool set = false;

	for (uint32_t i = 0; i < config->n_phases; i++)
		set = set || config->phases[i].rate != NULL || does_rate(&config->phases[i]);
	return set;
}

int phase_rate_read(struct hl_phase *phase, struct fault *fault)
{
	const char *at = phase->rate;

	if (at == NULL)
		return 0;
	fault->key = "rate";
	bool ok = rate_one_read(&at, &phase->rate_from);
	phase->rate_to = phase->rate_from;
	bool slope = ok && *at == '-';
	if (slope)
		ok = *++at != '\0' && rate_one_read(&at, &phase->rate_to);
	if (!ok || *at != '\0') {
		fault_say(fault, "\"%.40s\" is neither a rate nor two of them", phase->rate);
		return fault_hint(fault,
				  "allowed: 0..%u requests a second (0: no limit), as in 2000, or "
				  "the first and the last one of a slope, as in 100-1000",
				  PHASE_RATE_MAX);
	}
	if (slope && (phase->rate_from == 0 || phase->rate_to == 0)) {
		fault_say(fault, "a slope has no end at 0, which means no limit");
		return fault_hint(fault, "allowed: 1..%u, as in 1-1000", PHASE_RATE_MAX);
	}
	if (does_rate(phase)) {
		fault_say(fault, "the phase sets the rate in do as well");
		return fault_hint(fault, "leave one of them out");
	}
	return 0;
}

// Of what only the end of the run shows.
static bool is_of_run(enum hl_measure measure)
{
	return measure == HL_MEASURE_LEFTOVERS || measure == HL_MEASURE_ACHIEVED;
}

int phase_expect_check(enum hl_measure measure, struct fault *fault)
{
	fault->key = hl_measure_name(measure);
	if (!is_of_run(measure))
		return 0;
	fault_say(fault, "this is measured of the whole run, and not of a phase");
	return fault_hint(fault, "it belongs to expect at the top of the file");
}

int phase_until_check(enum hl_measure measure, struct fault *fault)
{
	fault->key = hl_measure_name(measure);
	switch (measure) {
	case HL_MEASURE_FAILED_LINES:
	case HL_MEASURE_DOWN_LINES:
	case HL_MEASURE_OUTAGE_TOTAL:
	case HL_MEASURE_OUTAGE_MAX:
	case HL_MEASURE_LEFTOVERS:
	case HL_MEASURE_ACHIEVED:
		fault_say(fault, "this is only known when a phase, or the run, is over");
		return fault_hint(fault, "a phase can wait for registered, on_primary, on_backup, "
					 "failovers, returns and other counts and rates");
	default:
		return 0;
	}
}

static void action_free(struct hl_action *action)
{
	words_free(action->words);
	free(action->socket);
}

void phases_free(struct hl_config *config)
{
	for (uint32_t i = 0; i < config->n_phases; i++) {
		struct hl_phase *p = &config->phases[i];

		for (uint32_t k = 0; k < p->n_actions; k++)
			action_free(&p->actions[k]);
		free(p->actions);
		free(p->rate);
		free(p->name);
	}
	free(config->phases);
}

static bool rates_equal(const struct hl_phase *a, const struct hl_phase *b)
{
	return (a->rate != NULL) == (b->rate != NULL) && a->rate_from == b->rate_from &&
	       a->rate_to == b->rate_to;
}

static bool actions_equal(const struct hl_action *a, const struct hl_action *b)
{
	return a->kind == b->kind && a->within_ms == b->within_ms &&
	       words_equal(a->words, b->words) &&
	       strcmp(a->socket != NULL ? a->socket : "", b->socket != NULL ? b->socket : "") == 0;
}

bool hl_phases_equal(const struct hl_config *a, const struct hl_config *b)
{
	bool equal = a->n_phases == b->n_phases;

	for (uint32_t i = 0; equal && i < a->n_phases; i++) {
		const struct hl_phase *x = &a->phases[i], *y = &b->phases[i];

		equal = strcmp(x->name, y->name) == 0 && x->for_ms == y->for_ms &&
			x->always == y->always && rates_equal(x, y) &&
			hl_expectations_equal(&x->until, &y->until) &&
			hl_expectations_equal(&x->expect, &y->expect) &&
			x->n_actions == y->n_actions;
		for (uint32_t k = 0; equal && k < x->n_actions; k++)
			equal = actions_equal(&x->actions[k], &y->actions[k]);
	}
	return equal;
}
