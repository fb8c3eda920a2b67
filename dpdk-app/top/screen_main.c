// SPDX-License-Identifier: BSD-3-Clause
// The main page: lines by state and server, rates, round trips, load, what was dropped and what was the limit.

#include "top/screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "surface/ctl_values.h"

#define RIGHT 40 // column of the right half
#define NUMBER 11
#define AIRY_ROWS 27 // then there is room for gaps
#define BAR 8
#define CAUSES_MAX 64

static const struct {
	const char *state, *meaning;
	enum ink ink; // when there are any
} states[] = {
	{ "ON_P", "on primary", INK_GOOD },   { "ON_B", "on backup", INK_GOOD },
	{ "HOLD_B", "waiting", INK_GOOD },    { "SW_P", "returning", INK_WARN },
	{ "REG_P", "registering", INK_WARN }, { "SW_B", "switching", INK_WARN },
	{ "DOWN", "down", INK_BAD },          { "PARK", "parked", INK_BAD },
	{ "OFF", "off", INK_FAINT },
};

#define STATES (sizeof(states) / sizeof(*states))

static const json_t *at(const json_t *object, const char *key)
{
	return json_object_get(object, key);
}

static int states_draw(const struct viewer *v, struct sheet *s, int row)
{
	const json_t *lines = at(v->status, "lines"), *by_state = at(lines, "by_state");
	uint64_t total = ctl_whole(lines, "total");
	char text[GROUPED_ROOM];

	sheet_put(s, row, 1, INK_BOLD, "%-18s %*s", "Lines", NUMBER,
		  ctl_grouped(lines, "total", text));
	for (unsigned i = 0; i < STATES; i++) {
		uint64_t n = ctl_whole(by_state, states[i].state);
		sheet_put(s, ++row, 1, n ? states[i].ink : INK_FAINT, "%-6s %-11s %*s",
			  states[i].state, states[i].meaning, NUMBER,
			  ctl_grouped(by_state, states[i].state, text));
		sheet_bar(s, row, 32, RIGHT - 34, total ? (double)n / (double)total : 0);
	}
	return row + 1;
}

static void figure_draw(struct sheet *s, int row, const char *name, const char *figure,
			const char *more)
{
	sheet_put(s, row, RIGHT, INK_PLAIN, "%-12s %9s%s", name, figure, more);
}

static int servers_draw(const struct viewer *v, struct sheet *s, int row)
{
	const json_t *lines = at(v->status, "lines");
	char text[GROUPED_ROOM];

	sheet_put(s, row, RIGHT, INK_BOLD, "Registered   %9s",
		  ctl_grouped(lines, "registered", text));
	figure_draw(s, row + 1, "at primary", ctl_grouped(lines, "on_primary", text), "");
	figure_draw(s, row + 2, "at backup", ctl_grouped(lines, "on_backup", text), "");
	return row + 3;
}

static int rates_draw(const struct viewer *v, struct sheet *s, int row)
{
	const json_t *second = at(v->status, "last_second"), *all = at(v->status, "metrics");
	char text[GROUPED_ROOM], more[64];
	bool limited = ctl_whole(v->status, "rate") > 0;

	sheet_put(s, row, RIGHT, INK_BOLD, "Last second");
	snprintf(more, sizeof(more), "  %s%s", limited ? "limit " : "no limit",
		 limited ? ctl_grouped(v->status, "rate", text) : "");
	figure_draw(s, row + 1, "sent", ctl_grouped(second, "requests", text), more);
	figure_draw(s, row + 2, "put off", ctl_grouped(second, "put_off", text), "  by the limit");
	figure_draw(s, row + 3, "answered", ctl_grouped(second, "answers", text), "");
	figure_draw(s, row + 4, "sent again", ctl_grouped(second, "retransmissions", text), "");
	snprintf(more, sizeof(more), "  in all %s", ctl_grouped(all, "failovers", text));
	figure_draw(s, row + 5, "failovers", ctl_grouped(second, "failovers", text), more);
	snprintf(more, sizeof(more), "  in all %s", ctl_grouped(all, "returns", text));
	figure_draw(s, row + 6, "returns", ctl_grouped(second, "returns", text), more);
	return row + 7;
}

static int trip_row(struct sheet *s, int row, const char *name, const json_t *quantiles)
{
	char p50[GROUPED_ROOM], p99[GROUPED_ROOM], p999[GROUPED_ROOM];

	sheet_put(s, row, 1, INK_PLAIN, "%-24s %9s %9s %9s", name,
		  ctl_figure(quantiles, "p50", p50), ctl_figure(quantiles, "p99", p99),
		  ctl_figure(quantiles, "p999", p999));
	return row + 1;
}

// Whatever the run measures: each of its distributions of round trips has a row.
static int trips_draw(const struct viewer *v, struct sheet *s, int row)
{
	static const char *const wholes[] = { "last_second", "metrics" };
	static const char *const names[] = { "round trip, last second", "round trip" };

	sheet_put(s, row++, 1, INK_BOLD, "%-24s %9s %9s %9s", "Times, us", "p50", "p99", "p99.9");
	for (unsigned i = 0; i < sizeof(wholes) / sizeof(*wholes); i++) {
		json_t *whole = json_object_get(v->status, wholes[i]), *value;
		const char *key;
		json_object_foreach(whole, key, value)
		{
			char name[64], *us;
			if (strncmp(key, "rtt", 3) != 0 || !at(value, "p50"))
				continue;
			snprintf(name, sizeof(name), "%s%s", names[i], key + 3);
			us = strstr(name, "_us");
			if (us)
				*us = 0;
			for (char *c = name; *c; c++)
				*c = *c == '_' ? ' ' : *c;
			row = trip_row(s, row, name, value);
		}
	}
	return row;
}

// How long moves took: detection, switch, return.
static int moves_draw(const struct viewer *v, struct sheet *s, int row)
{
	json_t *moves = json_object_get(at(v->status, "metrics"), "moves"), *value;
	const char *key;

	json_object_foreach(moves, key, value)
	{
		char name[64];
		if (!at(value, "p50"))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(key, "_"), key);
		row = trip_row(s, row, name, value);
	}
	return row;
}

static int workers_draw(const struct viewer *v, struct sheet *s, int row)
{
	const json_t *workers = at(v->status, "workers"), *worker;
	int column = 12;
	size_t i;

	sheet_put(s, row, 1, INK_BOLD, "Busy");
	json_array_foreach(workers, i, worker)
	{
		double percent = json_number_value(at(worker, "busy_percent"));
		if (column + 15 + BAR > s->columns) {
			column = 12;
			row++;
		}
		column = sheet_put(s, row, column, INK_PLAIN, "lcore %" PRIu64 " ",
				   ctl_whole(worker, "lcore"));
		sheet_bar(s, row, column, BAR, percent / 100);
		column = sheet_put(s, row, column + BAR, percent > 90 ? INK_WARN : INK_PLAIN,
				   " %.0f %%   ", percent);
	}
	return row + 1;
}

// The causes of which there are any, the most frequent first, and how many there were a second.
static int causes_draw(const struct viewer *v, struct sheet *s, int row, const char *title,
		       const char *key)
{
	const json_t *now = at(at(v->status, "metrics"), key);
	const json_t *before = at(at(v->before, "metrics"), key);
	double seconds = viewer_seconds(v);
	uint64_t below = UINT64_MAX, most;
	int column = 12;

	sheet_put(s, row, 1, INK_BOLD, "%s", title);
	do {
		const char *name;
		json_t *value;
		most = 0;
		json_object_foreach((json_t *)(uintptr_t)now, name, value)
		{
			uint64_t n = (uint64_t)json_integer_value(value);
			most = n < below && n > most ? n : most;
		}
		json_object_foreach((json_t *)(uintptr_t)now, name, value)
		{
			char text[GROUPED_ROOM], item[128], rate[32] = "";
			if (most == 0 || (uint64_t)json_integer_value(value) != most)
				continue;
			uint64_t more = most - ctl_whole(before, name);
			if (seconds > 0 && more > 0)
				snprintf(rate, sizeof(rate), " (%.0f/s)", (double)more / seconds);
			int len = snprintf(item, sizeof(item), "%s %s%s", name,
					   ctl_grouped(now, name, text), rate);
			if (column > 12 && column + len > s->columns) {
				column = 12;
				row++;
			}
			column = sheet_put(s, row, column, rate[0] ? INK_WARN : INK_PLAIN, "%s   ",
					   item);
		}
		below = most;
	} while (most > 0);
	if (column == 12)
		sheet_put(s, row, column, INK_FAINT, "nothing");
	return row + 1;
}

// Those that fire, or are about to. No row is spent where there are none.
static int alerts_draw(const struct viewer *v, struct sheet *s, int row)
{
	const json_t *alerts = at(v->status, "alerts"), *alert;
	size_t i;

	json_array_foreach(alerts, i, alert)
	{
		const char *state = ctl_text_or(alert, "state", "clear");
		char value[GROUPED_ROOM];
		if (!strcmp(state, "clear"))
			continue;
		sheet_put(s, row++, 1, strcmp(state, "firing") ? INK_WARN : INK_BAD,
			  "Alert      %s %s: %s is %s (%s %" PRIu64 ")",
			  ctl_text_or(alert, "alert", "-"), state, ctl_text_or(alert, "when", "-"),
			  ctl_figure(alert, "value", value), ctl_text_or(alert, "limit", "-"),
			  ctl_whole(alert, "threshold"));
	}
	return row;
}

int screen_main(const struct viewer *v, struct sheet *s)
{
	int left = states_draw(v, s, 0);
	int right = rates_draw(v, s, servers_draw(v, s, 0));
	int row = left > right ? left : right;
	int gap = s->rows >= AIRY_ROWS;

	row = moves_draw(v, s, trips_draw(v, s, row + gap));
	row = alerts_draw(v, s, workers_draw(v, s, row + gap));
	row = causes_draw(v, s, row, "Dropped", "drops");
	return causes_draw(v, s, row, "Limits", "limits");
}
