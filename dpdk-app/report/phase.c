// SPDX-License-Identifier: BSD-3-Clause
// Phases for people and for programs.

#include "report/phase.h"

#include <inttypes.h>

#include "report/figure.h"
#include "report/summary_metrics.h"

const char *phase_end_name(enum phase_end end)
{
	static const char *const names[PHASE_ENDS] = {
		[PHASE_OK] = "ok",
		[PHASE_MISSED] = "missed",
		[PHASE_NOT_REACHED] = "not reached",
		[PHASE_FAILED] = "failed",
		[PHASE_STOPPED] = "stopped",
		[PHASE_SKIPPED] = "skipped",
	};

	return names[end];
}

static void phase_print(const struct phase_report *p, FILE *to)
{
	char p50[FIGURE_ROOM], p99[FIGURE_ROOM];

	if (p->end == PHASE_SKIPPED) {
		fprintf(to, "  %-12s %-20s %8s %9s %9s %8s %10s %8s %8s  skipped\n", "", p->name,
			"-", "-", "-", "-", "-", "-", "-");
		return;
	}
	fprintf(to,
		"  %-12s %-20s %6.1f s %9" PRIu64 " %9" PRIu64 " %8" PRIu64 " %10" PRIu64
		" %8s %8s  %s%s%s\n",
		"", p->name, (double)p->took_ms / 1000, p->on_primary, p->on_backup, p->down,
		p->requests, figure_text(p->p50_us, p50), figure_text(p->p99_us, p99),
		phase_end_name(p->end), *p->why ? ": " : "", p->why);
}

void phases_print(const struct phase_report *phases, uint32_t n, FILE *to)
{
	if (n == 0)
		return;
	fprintf(to, "  %-12s %-20s %8s %9s %9s %8s %10s %8s %8s  %s\n", "phases", "", "took",
		"on P", "on B", "down", "requests", "p50 us", "p99 us", "result");
	for (uint32_t i = 0; i < n; i++)
		phase_print(&phases[i], to);
	for (uint32_t i = 0; i < n; i++) {
		if (phases[i].expected.n == 0)
			continue;
		fprintf(to, "  %-12s %s\n", "in phase", phases[i].name);
		expected_print(&phases[i].expected, "", to);
	}
}

static json_t *phase_object(const struct phase_report *p)
{
	bool skipped = p->end == PHASE_SKIPPED;

	return json_pack("{ss ss ss? so so so so so so so so so}", "name", p->name, "result",
			 phase_end_name(p->end), "rate", p->rate, "why",
			 *p->why ? json_string(p->why) : json_null(), "took_ms",
			 skipped ? json_null() : whole(p->took_ms), "on_primary",
			 skipped ? json_null() : whole(p->on_primary), "on_backup",
			 skipped ? json_null() : whole(p->on_backup), "down",
			 skipped ? json_null() : whole(p->down), "requests",
			 skipped ? json_null() : whole(p->requests), "rtt_p50_us",
			 tenths(p->p50_us), "rtt_p99_us", tenths(p->p99_us), "expectations",
			 expected_array(&p->expected));
}

json_t *phases_array(const struct phase_report *phases, uint32_t n)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(array, phase_object(&phases[i]));
	return array;
}
