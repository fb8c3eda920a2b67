// SPDX-License-Identifier: BSD-3-Clause
// The path of a search, for people and for programs.

#include "report/find.h"

#include <inttypes.h>

#include "report/figure.h"
#include "report/summary_metrics.h"

static const struct {
	const char *name, *unit;
} kinds[FIND_WHATS] = {
	[FIND_REGISTER] = { "register", "registrations" },
	[FIND_OPTIONS] = { "options", "OPTIONS" },
};

const char *find_what_name(enum find_what what)
{
	return kinds[what].name;
}

const char *find_what_unit(enum find_what what)
{
	return kinds[what].unit;
}

void find_trial_head_print(FILE *to)
{
	fprintf(to, "%6s %10s %10s %10s %6s %8s  %s\n", "trial", "asked/s", "sent/s", "answered/s",
		"s", "p99 us", "result");
}

void find_trial_print(const struct find_trial *t, uint32_t number, FILE *to)
{
	char p99[FIGURE_ROOM];

	fprintf(to, "%6" PRIu32 " %10.1f %10.1f %10.1f %6.1f %8s  %s%s%s%s\n", number, t->asked,
		t->sent, t->answered, t->seconds, figure_text(t->p99_us, p99),
		t->verifies ? "candidate, " : "", t->result, *t->why ? ": " : "", t->why);
}

void find_print(const struct find_report *f, FILE *to)
{
	if (!f)
		return;
	fprintf(to, "  %-12s ", "find-max");
	if (f->is_found)
		fprintf(to, "%.1f %s a second, held for %.1f s; %.1f a second were too many\n",
			f->rate, find_what_unit(f->what), f->held_s, f->above);
	else if (f->rate > 0)
		fprintf(to, "at least %.1f %s a second: %s%s%s\n", f->rate, find_what_unit(f->what),
			f->end, *f->why ? ": " : "", f->why);
	else
		fprintf(to, "%s%s%s\n", f->end, *f->why ? ": " : "", f->why);
}

static json_t *trial_object(const struct find_trial *t)
{
	return json_pack("{so so so so so sb ss so}", "asked_rate", tenths(t->asked), "sent_rate",
			 tenths(t->sent), "answered_rate", tenths(t->answered), "seconds",
			 tenths(t->seconds), "rtt_p99_us", tenths(t->p99_us), "candidate",
			 t->verifies, "result", t->result, "why",
			 *t->why ? json_string(t->why) : json_null());
}

json_t *find_value(const struct find_report *f)
{
	json_t *trials;

	if (!f)
		return json_null();
	trials = json_array();
	for (uint32_t i = 0; i < f->n_trials; i++)
		json_array_append_new(trials, trial_object(&f->trials[i]));
	return json_pack("{ss ss sb ss so so so so so}", "what", find_what_name(f->what), "unit",
			 find_what_unit(f->what), "found", f->is_found, "end", f->end, "why",
			 *f->why ? json_string(f->why) : json_null(), "rate",
			 f->rate > 0 ? tenths(f->rate) : json_null(), "too_many",
			 f->above > 0 ? tenths(f->above) : json_null(), "held_s", tenths(f->held_s),
			 "trials", trials);
}
