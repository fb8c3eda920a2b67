// SPDX-License-Identifier: BSD-3-Clause
// From the facts of a run to its verdict. Each rule may add a reason, and the most serious one
// decides.

#include "report/judge.h"

#include <inttypes.h>
#include <stdarg.h>
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

	if (r->timed_out)
		add(j, VERDICT_TIMED_OUT, "unregistering all lines did not end in time");
	if (anything_answered(&r->end))
		return;
	if (o->not_started + o->starting == r->up.lines)
		add(j, VERDICT_NOTHING, "the run ended before any line had the time to register");
	else
		add(j, VERDICT_FAILED, "not one answer came");
}

static void judge_lines(const struct outcome *o, struct judgement *j)
{
	const struct outage *worst = &o->worst_too_long;

	if (o->never)
		add(j, VERDICT_FAILED, "%" PRIu64 " line%s %s never registered", o->never,
		    plural(o->never), were(o->never));
	if (o->lost)
		add(j, VERDICT_FAILED,
		    "%" PRIu64 " line%s lost the registration and did not get it back", o->lost,
		    plural(o->lost));
	if (o->too_long)
		add(j, VERDICT_DEGRADED,
		    "%" PRIu64 " line%s %s down longer than the worst case of a switch, %.1f s: "
		    "up to %.1f s",
		    o->too_long, plural(o->too_long), were(o->too_long),
		    (double)worst->allowed_ms / 1000, (double)worst->ms / 1000);
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
	if (probes_unanswered(r))
		snprintf(
			j->hints[j->n_hints++], REASON_ROOM,
			"the primary answered REGISTER and not one OPTIONS; if it never does, "
			"primary_detect_interval: 0 stops the probes, which move lines away (%" PRIu64
			" times)",
			r->left_silent_primary);
	if (!anything_answered(&r->end) && r->end.drops[HL_DROP_BAD_CHECKSUM])
		snprintf(
			j->hints[j->n_hints++], REASON_ROOM,
			"every answer had a wrong checksum; when the far end is a veth on this machine: "
			"ethtool -K FAR-END tx off");
}

void judge(const struct report *r, struct judgement *j)
{
	*j = (struct judgement){ .verdict = VERDICT_OK };
	judge_hints(r, j);
	judge_answers(r, j);
	judge_lines(&r->outcome, j);
	if (r->leftovers)
		add(j, VERDICT_FAILED,
		    "%" PRIu64 " binding%s could not be removed from the servers", r->leftovers,
		    plural(r->leftovers));
	if (r->phase_failed)
		add(j, VERDICT_FAILED, "a phase did not end as it should");
}
