// SPDX-License-Identifier: BSD-3-Clause
// The keys.

#include "top/screens.h"

#include <inttypes.h>
#include <stdio.h>

static int key_row(struct sheet *s, int row, const char *key, const char *text)
{
	sheet_put(s, row, 1, INK_BOLD, "%s", key);
	sheet_put(s, row, 18, INK_PLAIN, "%s", text);
	return row + 1;
}

static int rate_rows(const struct viewer *v, struct sheet *s, int row)
{
	char text[128];

	snprintf(text, sizeof(text), "raise, lower the rate by %" PRIu64 " requests a second",
		 v->rate_scale);
	row = key_row(s, row, "+ -", text);
	snprintf(text, sizeof(text), "raise, lower it by %" PRIu64 "; never below 1",
		 10 * v->rate_scale);
	row = key_row(s, row, "* /", text);
	row = key_row(s, row, "0", "no limit; from there - and / begin at what is sent now");
	return row;
}

int screen_help(const struct viewer *v, struct sheet *s)
{
	int row = rate_rows(v, s, 0);

	row = key_row(s, row, "p", "pause the run, and resume it");
	if (v->of_run) {
		row = key_row(s, row, "q", "drain: unregister all lines, and end the run");
		row = key_row(s, row, "q again", "end it at once");
	} else {
		row = key_row(s, row, "q", "leave; asks whether the run is to drain and end, too");
		row = key_row(s, row, "Ctrl-C", "leave; the run goes on");
	}
	row = key_row(s, row, "s", "save what the run answered last, as JSON, in a file here");
	row = key_row(s, row, "1 2 3, Tab", "main page, lines, servers");
	row = key_row(s, row, "f", "filter lines: P or B, a state, 6000-6099,");
	row = key_row(s, row, "", "profile=NAME, domain=HOST; empty: all lines");
	row = key_row(s, row, "o", "order of lines: as configured, latest, oldest change");
	row = key_row(s, row, "PgUp PgDn Home",
		      "pages of lines; arrows choose, Enter shows one line");
	row = key_row(s, row, "? h", "this page; any other key leaves it");
	return row;
}
