// SPDX-License-Identifier: BSD-3-Clause
// Shares and rates. Of a run that is younger than a minute the rates are of its whole time.

#include "alerts/figures.h"

#include <math.h>

static bool is_registered(uint8_t state)
{
	return state == HL_ON_P || state == HL_ON_B || state == HL_HOLD_B || state == HL_SW_P;
}

void figure_count(struct figure_lines *lines, const struct hl_state *s)
{
	if (s->slot != HL_SLOT_LINE || s->state == HL_OFF)
		return;
	lines->all++;
	lines->down += !is_registered(s->state);
	lines->unanswered += s->fails > 0;
}

void figures_second(struct figures *f, const struct hl_snapshot *s)
{
	f->seconds[f->n_seconds % (FIGURES_WINDOW_S + 1)] = (struct figure_counters){
		.flaps = s->flaps,
		.failovers = s->failovers,
		.registrations = s->registrations,
		.failed_registrations = s->failed_registrations,
	};
	f->n_seconds++;
}

static struct figure_counters last_minute(const struct figures *f)
{
	const struct figure_counters *now, *then;

	if (f->n_seconds == 0)
		return (struct figure_counters){ 0 };
	now = &f->seconds[(f->n_seconds - 1) % (FIGURES_WINDOW_S + 1)];
	then = &f->seconds[f->n_seconds > FIGURES_WINDOW_S ? f->n_seconds % (FIGURES_WINDOW_S + 1)
							   : 0];
	return (struct figure_counters){
		.flaps = now->flaps - then->flaps,
		.failovers = now->failovers - then->failovers,
		.registrations = now->registrations - then->registrations,
		.failed_registrations = now->failed_registrations - then->failed_registrations,
	};
}

static double share(uint64_t part, uint64_t all)
{
	return all ? 100.0 * (double)part / (double)all : NAN;
}

static struct figure_lines lines_of(const struct figures *f, uint32_t profile)
{
	struct figure_lines sum = { 0 };

	for (uint32_t i = 0; i < f->n_profiles; i++) {
		if (profile != UINT32_MAX && profile != i)
			continue;
		sum.all += f->lines[i].all;
		sum.down += f->lines[i].down;
		sum.unanswered += f->lines[i].unanswered;
	}
	return sum;
}

double figure_value(const struct figures *f, const struct hl_alert *a)
{
	struct figure_lines lines = lines_of(f, a->profile_index);
	struct figure_counters minute = last_minute(f);

	switch ((enum hl_alert_figure)a->figure) {
	case HL_ALERT_LINES_DOWN:
		return share(lines.down, lines.all);
	case HL_ALERT_SERVER_UNREACHABLE:
		return share(lines.unanswered, lines.all);
	case HL_ALERT_FLAPS:
		return (double)minute.flaps;
	case HL_ALERT_FAILOVERS:
		return (double)minute.failovers;
	case HL_ALERT_REGISTRATION_SUCCESS:
		return share(minute.registrations,
			     minute.registrations + minute.failed_registrations);
	case HL_ALERT_FIGURES:
		break;
	}
	return NAN;
}
