// SPDX-License-Identifier: BSD-3-Clause
// From the facts of a run to its verdict. Each rule may add a reason, and the most serious one
// decides.

#include "report/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/exit_code.h"

static const struct {
	const char *name;
	int exit_code;
} verdicts[VERDICTS] = {
	[VERDICT_OK] = { "ok", EXIT_ALL_WELL },
	[VERDICT_DEGRADED] = { "degraded", EXIT_SOME_FAILED },
	[VERDICT_FAILED] = { "failed", EXIT_SOME_FAILED },
	[VERDICT_NOTHING] = { "nothing processed", EXIT_NOTHING },
	[VERDICT_TIMED_OUT] = { "timed out", EXIT_TIMED_OUT },
};

const char *verdict_name(enum verdict verdict)
{
	return verdicts[verdict].name;
}

int verdict_exit_code(enum verdict verdict)
{
	return verdicts[verdict].exit_code;
}

static void add(struct judgement *j, enum verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add(struct judgement *j, enum verdict verdict, const char *format, ...)
{
	va_list args;

	if (verdict > j->verdict)
		j->verdict = verdict;
	if (j->n_reasons == REASONS_MAX)
		return;
	va_start(args, format);
	vsnprintf(j->reasons[j->n_reasons++], REASON_ROOM, format, args);
	va_end(args);
}

static bool anything_answered(const struct hl_snapshot *s)
{
	for (unsigned m = 0; m < HL_METHODS; m++)
		if (s->finals[m])
			return true;
	return false;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static const char *were(uint64_t n)
{
	return n == 1 ? "was" : "were";
}

static void judge_answers(const struct report *r, struct judgement *j)
{
	const struct outcome *o = &r->outcome;

	if (r->link_is_down)
		add(j, VERDICT_FAILED, "the link of a port was down when the run ended");
	if (r->timed_out)
		add(j, VERDICT_TIMED_OUT, "unregistering all lines did not end in time");
	if (anything_answered(&r->end))
		return;
	if (o->not_started + o->starting == r->up.lines)
		add(j, VERDICT_NOTHING, "the run ended before any line had the time to register");
	else
		add(j, VERDICT_FAILED, "not one answer came");
}

// A fault of lines; or, when something is expected of that measure, which then decides, a hint.
static void fault(struct judgement *j, bool is_expected, enum verdict verdict, const char *format,
		  ...) __attribute__((format(printf, 4, 5)));

static void fault(struct judgement *j, bool is_expected, enum verdict verdict, const char *format,
		  ...)
{
	char text[REASON_ROOM];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!is_expected)
		add(j, verdict, "%s", text);
	else if (j->n_hints < HINTS_MAX)
		snprintf(j->hints[j->n_hints++], REASON_ROOM,
			 "%.150s; what is expected of it decides", text);
}

static void judge_lines(const struct report *r, struct judgement *j)
{
	const struct outcome *o = &r->outcome;
	const struct outage *worst = &o->worst_too_long;
	const struct expected_list *x = &r->expected;
	bool lines = expected_has(x, HL_MEASURE_REGISTERED) ||
		     expected_has(x, HL_MEASURE_FAILED_LINES);
	bool outages = expected_has(x, HL_MEASURE_OUTAGE_MAX) ||
		       expected_has(x, HL_MEASURE_OUTAGE_TOTAL);

	if (o->never)
		fault(j, lines, VERDICT_FAILED, "%" PRIu64 " line%s %s never registered", o->never,
		      plural(o->never), were(o->never));
	if (o->lost)
		fault(j, lines, VERDICT_FAILED,
		      "%" PRIu64 " line%s lost the registration and did not get it back", o->lost,
		      plural(o->lost));
	if (o->too_long)
		fault(j, outages, VERDICT_DEGRADED,
		      "%" PRIu64 " line%s %s down longer than the worst case of a switch, %.1f s: "
		      "up to %.1f s",
		      o->too_long, plural(o->too_long), were(o->too_long),
		      (double)worst->allowed_ms / 1000, (double)worst->ms / 1000);
	if (r->leftovers)
		fault(j, expected_has(x, HL_MEASURE_LEFTOVERS), VERDICT_FAILED,
		      "%" PRIu64 " binding%s could not be removed from the servers", r->leftovers,
		      plural(r->leftovers));
}

static void judge_expected(const struct expected_list *x, struct judgement *j)
{
	static const enum expected_result bad[] = { EXPECTED_MISSED, EXPECTED_NOT_MEASURED };
	char names[EXPECTED_NAMES_ROOM];

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint32_t n = expected_count(x, bad[i]);
		expected_names(x, bad[i], false, names);
		if (n)
			add(j, VERDICT_FAILED, "%" PRIu32 " of %" PRIu32 " expectations %s %s: %s",
			    n, x->n, were(n), expected_result_name(bad[i]), names);
	}
}

// Many servers answer REGISTER but not OPTIONS, and lines leave such a server for good.
static bool probes_unanswered(const struct report *r)
{
	return r->end.finals[HL_OPTIONS] == 0 && r->end.timeouts[HL_OPTIONS] > 0 &&
	       r->left_silent_primary > 0;
}

static void judge_hints(const struct report *r, struct judgement *j)
{
	if (r->pauses)
		snprintf(j->hints[j->n_hints++], REASON_ROOM,
			 "the run was paused %" PRIu32 " time%s, for %.1f s in all: lines neither "
			 "probed nor moved in that time, and outages in it were longer for that",
			 r->pauses, plural(r->pauses), (double)r->paused_ms / 1000);
	if (r->link_downs)
		snprintf(j->hints[j->n_hints++], REASON_ROOM,
			 "the link of a port was down %" PRIu32 " time%s, for %.1f s in all: lines "
			 "kept their state, and what did not leave then is no server's fault",
			 r->link_downs, plural(r->link_downs), (double)r->link_down_ms / 1000);
	if (probes_unanswered(r))
		snprintf(
			j->hints[j->n_hints++], REASON_ROOM,
			"the primary answered REGISTER and not one OPTIONS; if it never does, "
			"probe: register0 asks it by REGISTER, and primary_detect_interval: 0 stops the "
			"probes, which move lines away (%" PRIu64 " times)",
			r->left_silent_primary);
	if (!anything_answered(&r->end) && r->end.drops[HL_DROP_BAD_CHECKSUM])
		snprintf(
			j->hints[j->n_hints++], REASON_ROOM,
			"every answer had a wrong checksum; when the far end is a veth on this machine: "
			"ethtool -K FAR-END tx off");
}

// A phase that was skipped is no fault of its own.
static void judge_phases(const struct report *r, struct judgement *j)
{
	char names[EXPECTED_NAMES_ROOM];
	uint32_t skipped = 0;

	for (uint32_t i = 0; i < r->n_phases; i++) {
		const struct phase_report *p = &r->phases[i];
		expected_names(&p->expected, EXPECTED_MET, true, names);
		skipped += p->end == PHASE_SKIPPED;
		if (p->end == PHASE_MISSED)
			add(j, VERDICT_FAILED, "phase %s: not met: %s", p->name, names);
		else if (p->end != PHASE_OK && p->end != PHASE_SKIPPED)
			add(j, VERDICT_FAILED, "phase %s: %s%s%s", p->name, phase_end_name(p->end),
			    *p->why ? ": " : "", p->why);
	}
	if (skipped)
		add(j, VERDICT_FAILED, "%" PRIu32 " phase%s %s skipped", skipped, plural(skipped),
		    were(skipped));
}

// A search lets lines fail on purpose, so what became of them is no matter of the verdict.
static void judge_find(const struct find_report *find, struct judgement *j)
{
	if (!find->is_found && !find->is_enough)
		add(j, VERDICT_FAILED, "find-max: %s%s%s", find->end, *find->why ? ": " : "",
		    find->why);
}

void judge(const struct report *r, struct judgement *j)
{
	*j = (struct judgement){ .verdict = VERDICT_OK };
	judge_hints(r, j);
	if (r->find) {
		if (r->timed_out)
			add(j, VERDICT_TIMED_OUT, "unregistering all lines did not end in time");
		judge_find(r->find, j);
		return;
	}
	judge_answers(r, j);
	judge_lines(r, j);
	judge_phases(r, j);
	judge_expected(&r->expected, j);
	if (r->phase_failed)
		add(j, VERDICT_FAILED, "a phase did not end as it should");
}
