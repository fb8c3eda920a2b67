// SPDX-License-Identifier: BSD-3-Clause
// A page of lines, as many as there are rows, and one line with what is known of it.

#include "top/screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "surface/ctl_values.h"
#include "top/list.h"

static enum ink state_ink(const char *state)
{
	static const char *const good[] = { "ON_P", "ON_B", "HOLD_B" };

	for (unsigned i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!strcmp(state, good[i]))
			return INK_GOOD;
	if (!strcmp(state, "DOWN") || !strcmp(state, "PARK"))
		return INK_BAD;
	return strcmp(state, "OFF") != 0 ? INK_WARN : INK_FAINT;
}

static void row_draw(const json_t *line, struct sheet *s, int row)
{
	char span[SPAN_ROOM];
	const char *state = ctl_text_or(line, "state", "-"), *domain = ctl_text(line, "domain");

	sheet_put(s, row, 1, INK_PLAIN, "%.18s", ctl_text_or(line, "number", "-"));
	sheet_put(s, row, 20, state_ink(state), "%-7s", state);
	sheet_put(s, row, 28, INK_PLAIN, "%-2s %-13s %.25s%s%s%s", ctl_text_or(line, "server", "-"),
		  ctl_span(ctl_whole(line, "for_ms"), span), ctl_text_or(line, "cause", ""),
		  json_is_true(json_object_get(line, "locked")) ? " (locked)" : "",
		  domain ? " @" : "", domain ? domain : "");
}

static void sum_draw(const struct viewer *v, struct sheet *s, uint64_t n)
{
	static const char *const orders[] = { "as configured", "latest change first",
					      "oldest change first" };
	uint64_t first = list_first(&v->list);
	char matched[GROUPED_ROOM];

	if (n)
		sheet_put(s, 0, 1, INK_PLAIN, "%" PRIu64 "-%" PRIu64 " of %s lines, %s%s%s",
			  first + 1, first + n, ctl_grouped(v->lines, "matched", matched),
			  orders[v->list.sort], *v->list.filter ? "; filter: " : "",
			  v->list.filter);
	else
		sheet_put(s, 0, 1, INK_PLAIN, "no line%s%s",
			  *v->list.filter ? " passes the filter: " : "", v->list.filter);
}

int screen_lines(const struct viewer *v, struct sheet *s)
{
	const json_t *rows = json_object_get(v->lines, "lines"), *line;
	size_t i;

	if (!v->lines) {
		sheet_put(s, 0, 1, INK_FAINT, "asking for lines");
		return 1;
	}
	sum_draw(v, s, json_array_size(rows));
	sheet_put(s, 1, 1, INK_BOLD, "%-18s %-7s %-2s %-13s %s", "number", "state", "on", "for",
		  "last cause");
	json_array_foreach(rows, i, line)
	{
		row_draw(line, s, 2 + (int)i);
		if ((int)i == v->list.selected)
			sheet_row_ink(s, 2 + (int)i, INK_TITLE);
	}
	return 2 + (int)i;
}

static int bindings_draw(const json_t *bindings, struct sheet *s, int row)
{
	char left[SPAN_ROOM], granted[GROUPED_ROOM];
	const json_t *b;
	size_t i;

	json_array_foreach(bindings, i, b)
	{
		const char *contact = ctl_text(b, "contact");
		int column = sheet_put(s, row, 1, INK_PLAIN,
				       "%-12s %s: ", ctl_text_or(b, "server", "-"),
				       ctl_text_or(b, "address", "-"));
		if (!contact)
			sheet_put(s, row, column, INK_FAINT, "not bound");
		else
			sheet_put(s, row, column, INK_GOOD, "%s for %s, granted %s s",
				  strcmp(ctl_text_or(b, "binding", ""), "held") ? "perhaps bound"
										: "bound",
				  ctl_span(ctl_whole(b, "left_ms"), left),
				  ctl_figure(b, "granted_s", granted));
		row++;
		if (contact)
			sheet_put(s, row++, 14, INK_PLAIN, "%s", contact);
	}
	return row;
}

static int changes_draw(const json_t *events, struct sheet *s, int row)
{
	char span[SPAN_ROOM];
	const json_t *event;
	size_t i;

	sheet_put(s, row++, 1, INK_BOLD, "Changes, the latest first");
	json_array_foreach(events, i, event) sheet_put(
		s, row++, 1, INK_PLAIN, "%-13s ago  %-6s -> %-6s  %-2s  %s",
		ctl_span(ctl_whole(event, "ago_ms"), span), ctl_text_or(event, "from", "-"),
		ctl_text_or(event, "to", "-"), ctl_text_or(event, "server", "-"),
		ctl_text_or(event, "cause", "its time"));
	return row;
}

int screen_line(const struct viewer *v, struct sheet *s)
{
	const json_t *l = v->line, *outages = json_object_get(l, "outages"), *due;
	const char *state = ctl_text_or(l, "state", "-"), *domain = ctl_text(l, "domain");
	char span[SPAN_ROOM], longest[SPAN_ROOM];
	int row = 0, column;
	size_t i;

	if (!l) {
		sheet_put(s, 0, 1, INK_FAINT, "asking for the line");
		return 1;
	}
	sheet_put(s, row++, 1, INK_BOLD, "%s%s%s, profile %s, at %s", ctl_text_or(l, "number", "-"),
		  domain ? "@" : "", domain ? domain : "", ctl_text_or(l, "profile", "-"),
		  ctl_text_or(l, "address", "-"));
	column = sheet_put(s, row, 1, INK_PLAIN, "%-12s ", "state");
	sheet_put(s, row++, column, state_ink(state), "%s for %s%s", state,
		  ctl_span(ctl_whole(l, "for_ms"), span),
		  json_is_true(json_object_get(l, "locked")) ? ", locked" : "");
	sheet_put(s, row++, 1, INK_PLAIN, "%-12s %s", "last cause",
		  ctl_text_or(l, "cause", "none"));
	sheet_put(s, row++, 1, INK_PLAIN, "%-12s %s in all, the longest %s", "outages",
		  ctl_span(ctl_whole(outages, "down_ms"), span),
		  ctl_span(ctl_whole(outages, "longest_ms"), longest));
	row = bindings_draw(json_object_get(l, "bindings"), s, row);
	json_array_foreach(json_object_get(l, "due"), i, due)
		sheet_put(s, row++, 1, INK_PLAIN, "%-12s in %-12s %s of %s", i == 0 ? "due" : "",
			  ctl_span(ctl_whole(due, "in_ms"), span), ctl_text_or(due, "what", "-"),
			  ctl_text_or(due, "of", "-"));
	return changes_draw(json_object_get(l, "events"), s, row);
}
