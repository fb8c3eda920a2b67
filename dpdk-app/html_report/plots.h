// SPDX-License-Identifier: BSD-3-Clause
// The plots of a report: a run over time, and how its times are distributed.
#pragma once

#include "html_report/plot.h"
#include "html_report/result.h"

enum course_plot {
	COURSE_RATES,
	COURSE_TRIPS,
	COURSE_SERVERS,
	COURSE_AWAY,
	COURSE_PLOTS,
};

enum spread_plot {
	SPREAD_DETECTION,
	SPREAD_SWITCH,
	SPREAD_RETURN,
	SPREAD_TRIP,
	SPREAD_TRIP_AGAIN,
	SPREAD_PLOTS,
};

// What is drawn, for people.
const char *course_plot_title(enum course_plot which);
const char *spread_plot_title(enum spread_plot which);

// Names that a file may have.
const char *course_plot_name(enum course_plot which);
const char *spread_plot_name(enum spread_plot which);

// Of one result. False: it has no seconds.
bool course_plot_write(FILE *to, const struct result *result, enum course_plot which, bool alone);

// Of all results in one plot: the share of samples up to a time.
void spread_plot_write(FILE *to, const struct result results[], unsigned n, enum spread_plot which,
		       bool alone);
