// SPDX-License-Identifier: BSD-3-Clause
// Takes the figures of a plot out of results. Distributions are drawn as shares up to a time, since those of
// several runs can be compared, however many samples each has.

#include "html_report/plots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html_report/histogram.h"

struct course_line {
	const char *column, *name, *colour;
	bool is_dashed;
};

static const struct {
	const char *name, *title, *unit;
	bool log_y;
	struct course_line lines[3];
} courses[] = {
	[COURSE_RATES] = { "rates",
			   "Requests and answers a second",
			   "",
			   false,
			   { { "requests", "requests", "primary", false },
			     { "answers", "answers", "good", true },
			     { "retransmissions", "sent again", "down", true } } },
	[COURSE_TRIPS] = { "round-trips",
			   "Round-trip time",
			   "us",
			   true,
			   { { "rtt_p50_us", "p50", "primary", false },
			     { "rtt_p99_us", "p99", "backup", true } } },
	[COURSE_SERVERS] = { "lines",
			     "Lines by server",
			     "",
			     false,
			     { { "on_primary", "on the primary", "primary", false },
			       { "on_backup", "on the backup", "backup", true } } },
	[COURSE_AWAY] = { "away",
			  "Lines without a server",
			  "",
			  false,
			  { { "down", "down or parked", "down", false },
			    { "moving", "on the move", "moving", true } } },
};

static const struct {
	const char *name, *title, *place;
	const char *least, *most; // of the profiles' own times; NULL: none
} spreads[] = {
	[SPREAD_DETECTION] = { "detection", "Detection: from the first lost request to giving up",
			       "moves.detection_us", "silence_ms", NULL },
	[SPREAD_SWITCH] = { "switch", "Switch: from giving up to the next registration",
			    "moves.switch_us", NULL, "switch_ms" },
	[SPREAD_RETURN] = { "return", "Return: from its begin to the registration at the primary",
			    "moves.return_us", NULL, NULL },
	[SPREAD_TRIP] = { "rtt", "Round trips answered at the first transmission", "rtt_us", NULL,
			  NULL },
	[SPREAD_TRIP_AGAIN] = { "rtt-retransmitted", "Round trips answered after a retransmission",
				"rtt_retransmitted_us", NULL, NULL },
};

const char *course_plot_name(enum course_plot which)
{
	return courses[which].name;
}

const char *course_plot_title(enum course_plot which)
{
	return courses[which].title;
}

const char *spread_plot_title(enum spread_plot which)
{
	return spreads[which].title;
}

const char *spread_plot_name(enum spread_plot which)
{
	return spreads[which].name;
}

static size_t column_of(const json_t *columns, const char *name)
{
	size_t i;
	const json_t *column;

	json_array_foreach(columns, i,
			   column) if (json_is_string(column) &&
				       !strcmp(json_string_value(column), name)) return i;
	return SIZE_MAX;
}

static double cell(const json_t *row, size_t column)
{
	const json_t *value = json_array_get(row, column);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

bool course_plot_write(FILE *to, const struct result *result, enum course_plot which, bool alone)
{
	const json_t *columns = result_at(result->root, "seconds/columns");
	const json_t *rows = result_at(result->root, "seconds/rows");
	size_t n = json_array_size(rows), time = column_of(columns, "time_ms");
	unsigned n_lines = 0;

	if (n == 0 || time == SIZE_MAX)
		return false;
	while (n_lines < 3 && courses[which].lines[n_lines].column)
		n_lines++;
	double *values = calloc(n * (n_lines + 1), sizeof(*values));
	if (!values)
		return false;
	double step_s = result_number(result->root, "seconds/step_s");
	double start = cell(json_array_get(rows, 0), time) - 1000 * step_s;
	struct plot plot = { .title = courses[which].title,
			     .unit_y = courses[which].unit,
			     .log_y = courses[which].log_y,
			     .n = n_lines };
	double end_s = (cell(json_array_get(rows, n - 1), time) - start) / 1000;
	double unit_s = end_s > 10800 ? 3600 : end_s > 600 ? 60 : 1;
	plot.unit_x = unit_s > 60 ? "h" : unit_s > 1 ? "min" : "s";
	for (size_t i = 0; i < n; i++)
		values[i] = (cell(json_array_get(rows, i), time) - start) / 1000 / unit_s;
	for (unsigned k = 0; k < n_lines; k++) {
		const struct course_line *line = &courses[which].lines[k];
		size_t column = column_of(columns, line->column);
		double *y = values + (k + 1) * n;
		for (size_t i = 0; i < n; i++)
			y[i] = cell(json_array_get(rows, i), column);
		plot.series[k] = (struct plot_series){ line->name, line->colour,   values, y,
						       n,          line->is_dashed };
	}
	plot_write(to, &plot, alone);
	free(values);
	return true;
}

// The times that the keys of a result's profiles set, those of all profiles and results once each.
static void marks_add(struct plot *p, const json_t *root, const char *key, const char *text)
{
	const json_t *profiles = result_at(root, "configuration/profiles");
	const char *name;
	json_t *profile;

	json_object_foreach((json_t *)(uintptr_t)profiles, name, profile)
	{
		double us = 1000 * result_number(profile, key);
		bool is_there = !(us > 0);
		for (unsigned i = 0; i < p->n_marks; i++)
			is_there |= p->marks[i].x == us;
		if (is_there || p->n_marks == PLOT_MARKS_MAX)
			continue;
		struct plot_mark *mark = &p->marks[p->n_marks++];
		mark->x = us;
		snprintf(mark->name, sizeof(mark->name), "%s %.4g s", text, us / 1e6);
	}
}

// Steps: the share rises at the edge of each bucket that has samples.
static size_t steps_fill(const json_t *buckets, double *x, double *y)
{
	double all = (double)histogram_samples(buckets), below = 0;
	size_t n = 0, i;
	const json_t *bucket;

	json_array_foreach(buckets, i, bucket)
	{
		double edge = json_number_value(json_array_get(bucket, 0));
		x[n] = edge < 1 ? 1 : edge; // less than a microsecond is drawn at one
		y[n++] = 100 * below / all;
		below += json_number_value(json_array_get(bucket, 1));
		x[n] = x[n - 1];
		y[n++] = 100 * below / all;
	}
	return n;
}

void spread_plot_write(FILE *to, const struct result results[], unsigned n, enum spread_plot which,
		       bool alone)
{
	static const char *const colours[] = { "s0", "s1", "s2", "s3", "s4", "s5" };
	struct plot plot = { .title = spreads[which].title,
			     .unit_x = "us",
			     .unit_y = "%",
			     .log_x = true,
			     .y_end = 100 };
	double *values[RESULTS_MAX] = { NULL };

	for (unsigned i = 0; i < n; i++) {
		const json_t *buckets = json_object_get(result_at(results[i].root, "distributions"),
							spreads[which].place);
		size_t room = 2 * json_array_size(buckets);
		values[i] = calloc(2 * room + 1, sizeof(double));
		size_t points = values[i] ? steps_fill(buckets, values[i], values[i] + room) : 0;
		plot.series[plot.n++] = (struct plot_series){ results[i].label, colours[i],
							      values[i],        values[i] + room,
							      points,           i % 2 == 1 };
		if (spreads[which].least)
			marks_add(&plot, results[i].root, spreads[which].least, "earliest");
		if (spreads[which].most)
			marks_add(&plot, results[i].root, spreads[which].most, "worst case");
	}
	plot_write(to, &plot, alone);
	for (unsigned i = 0; i < n; i++)
		free(values[i]);
}
