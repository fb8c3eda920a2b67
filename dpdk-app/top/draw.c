// SPDX-License-Identifier: BSD-3-Clause
// The frame round the pages, and the last two rows.

#include "top/screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "surface/ctl_values.h"

#define SECOND_NS UINT64_C(1000000000)
#define FRAME_TOP 2
#define FRAME_BOTTOM 2

static const struct {
	const char *tab;
	int (*draw)(const struct viewer *v, struct sheet *s);
} pages[] = {
	[TOP_MAIN] = { "1 main", screen_main },
	[TOP_LINES] = { "2 lines", screen_lines },
	[TOP_SERVERS] = { "3 servers", screen_servers },
	[TOP_LINE] = { NULL, screen_line },
	[TOP_HELP] = { NULL, screen_help },
};

static void title_draw(const struct viewer *v, struct sheet *s)
{
	const char *file = ctl_text(v->status, "configuration");
	const char *name = file ? strrchr(file, '/') : NULL;
	char span[SPAN_ROOM];

	if (v->away || !v->status)
		sheet_put(s, 0, 1, INK_TITLE, "heartline   %s",
			  v->was_there ? "the run is AWAY; looking for it" : "no answer yet");
	else
		sheet_put(s, 0, 1, INK_TITLE, "heartline   process %" PRIu64 "   %s   %s   for %s",
			  ctl_whole(v->status, "process"), ctl_text_or(v->status, "phase", "-"),
			  name   ? name + 1
			  : file ? file
				 : "configured by flags",
			  ctl_span(ctl_whole(v->status, "uptime_ms"), span));
	sheet_row_ink(s, 0, v->away ? INK_BAD : INK_TITLE);
}

static void tabs_draw(const struct viewer *v, struct sheet *s)
{
	int column = 1;

	for (unsigned i = 0; i < TOP_TABS; i++) {
		bool here = v->page == i || (v->page == TOP_LINE && i == TOP_LINES);
		column = sheet_put(s, 1, column, here ? INK_BOLD : INK_FAINT,
				   here ? "[%s]" : " %s ", pages[i].tab);
	}
	sheet_put(s, 1, column, v->page == TOP_HELP ? INK_BOLD : INK_FAINT,
		  v->page == TOP_HELP ? "[? help]" : " ? help ");
}

static void page_draw(struct viewer *v, struct sheet *s)
{
	int shown = s->rows - FRAME_TOP - FRAME_BOTTOM, rows, last;

	sheet_window(s, FRAME_TOP, s->rows - FRAME_BOTTOM, v->scroll);
	if (!v->status && v->page != TOP_HELP) {
		sheet_put(s, 0, 1, INK_FAINT, "waiting for the first answer of the run");
		return;
	}
	rows = pages[v->page].draw(v, s);
	last = rows > shown ? rows - shown : 0;
	if (v->scroll > last) { // the page has become shorter, or somebody pressed too often
		v->scroll = last;
		for (int row = 0; row < shown; row++)
			sheet_put(s, row + s->scroll, 0, INK_PLAIN, "%*s", s->columns, "");
		sheet_window(s, FRAME_TOP, s->rows - FRAME_BOTTOM, v->scroll);
		pages[v->page].draw(v, s);
	}
	sheet_window(s, 0, s->rows, 0);
	if (last > v->scroll)
		sheet_put(s, 1, s->columns - 22, INK_WARN, "Down: %d more rows", last - v->scroll);
}

// What is longer than a row covers the rows above.
static void said_draw(const struct viewer *v, struct sheet *s, uint64_t now_ns)
{
	int row = s->rows - 2, width = s->columns - 2;
	int more = ((int)strlen(v->said) - 1) / width;

	if (now_ns < v->said_until_ns)
		for (int k = more; k >= 0 && row > FRAME_TOP; k--, row--)
			sheet_put(s, row, 1, v->said_ink, "%-*.*s", width, width,
				  v->said + k * width);
	else if (v->asked != ASK_NOTHING && now_ns - v->asked_ns > 3 * SECOND_NS)
		sheet_put(s, row, 1, INK_WARN, "the run has not answered for %" PRIu64 " s",
			  (now_ns - v->asked_ns) / SECOND_NS);
}

static void keys_draw(const struct viewer *v, struct sheet *s)
{
	int row = s->rows - 1;

	if (v->prompt == PROMPT_FILTER)
		sheet_put(s, row, 1, INK_BOLD, "filter: %s_", v->input);
	else if (v->prompt == PROMPT_QUIT)
		sheet_put(s, row, 1, INK_BOLD,
			  "End the run, too?  y: drain it   n: leave, it goes on   Esc: stay");
	else if (v->page == TOP_LINES)
		sheet_put(s, row, 1, INK_FAINT, "%s",
			  "f filter  o order  PgUp PgDn  Enter shows  s save  q quit  ? help");
	else
		sheet_put(s, row, 1, INK_FAINT, "%s",
			  "+ - * / rate  p pause  f filter  s save  q quit  ? help");
}

void top_draw(struct viewer *v, struct sheet *s, uint64_t now_ns)
{
	sheet_clear(s);
	if (s->rows < TOP_ROWS_MIN || s->columns < TOP_COLUMNS_MIN) {
		sheet_put(s, 0, 0, INK_BOLD, "%dx%d is too small:", s->columns, s->rows);
		sheet_put(s, 1, 0, INK_PLAIN, "%dx%d at least", TOP_COLUMNS_MIN, TOP_ROWS_MIN);
		return;
	}
	title_draw(v, s);
	tabs_draw(v, s);
	page_draw(v, s);
	sheet_window(s, 0, s->rows, 0);
	said_draw(v, s, now_ns);
	keys_draw(v, s);
}
