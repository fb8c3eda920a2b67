// SPDX-License-Identifier: BSD-3-Clause
// Plots as SVG: lines over an axis that is linear or logarithmic. They need no script, so they print, and a
// picture can be made of them.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define PLOT_SERIES_MAX 6
#define PLOT_MARKS_MAX 4

struct plot_series {
	const char *name;
	const char
		*colour; // a class of the style: primary, backup, down, moving, good, or s0 .. s5
	const double *x, *y; // a point that is NAN breaks the line
	size_t n;
	bool is_dashed;
};

// A vertical line, such as a time that the protocol sets.
struct plot_mark {
	double x;
	char name[64];
};

struct plot {
	const char *title;
	const char *unit_x, *unit_y; // behind a number; of "us" also ms and s are made
	bool log_x, log_y;
	double y_end; // 0: as the figures need it
	unsigned n, n_marks;
	struct plot_series series[PLOT_SERIES_MAX];
	struct plot_mark marks[PLOT_MARKS_MAX];
};

// alone: with its colours and title in it, as a file; otherwise the page has the style.
void plot_write(FILE *to, const struct plot *plot, bool alone);

// "250", "1.5k", "2M", "20 m": a short number, also below 1.
#define SHORT_ROOM 16
const char *short_number(double value, char out[SHORT_ROOM]);
