// SPDX-License-Identifier: BSD-3-Clause
// Draws axes with round numbers, then the lines, then a legend.

#include "html_report/plot.h"

#include <math.h>
#include <string.h>

#include "html_report/markup.h"

#define WIDTH 560
#define HEIGHT 240
#define LEFT 58
#define RIGHT 14
#define TOP 14
#define BOTTOM 50
#define TICKS 5

struct axis {
	double begin, end; // logarithms where is_log
	bool is_log;
	double from, to; // in the picture
};

// For a file of its own, whose colours no page sets: those of the light page.
static const char alone_style[] =
	"<style>text{font:11px sans-serif;fill:#586374}.title{font:600 13px sans-serif;fill:#1b2330}"
	".back{fill:#fff}.grid{stroke:#d9dde3;fill:none}path{fill:none;stroke-width:1.6}"
	".mark{stroke:#586374;stroke-dasharray:2 3}"
	".primary,.s0{stroke:#1f5fae}.backup,.s1{stroke:#a3560b}.moving,.s2{stroke:#7a5fb5}"
	".down,.s3{stroke:#b3202c}.good,.s4{stroke:#21794b}.s5{stroke:#586374}</style>";

const char *short_number(double value, char out[SHORT_ROOM])
{
	double size = fabs(value);

	if (size >= 1e6)
		snprintf(out, SHORT_ROOM, "%.4gM", value / 1e6);
	else if (size >= 1e4)
		snprintf(out, SHORT_ROOM, "%.4gk", value / 1e3);
	else
		snprintf(out, SHORT_ROOM, "%.4g", value);
	return out;
}

static double place(const struct axis *a, double value)
{
	double at = a->is_log ? log10(value) : value;

	if (a->is_log && !(value > 0))
		at = a->begin;
	return a->from + (at - a->begin) / (a->end - a->begin) * (a->to - a->from);
}

static void range_take(const double *values, size_t n, bool is_log, double *least, double *most)
{
	for (size_t i = 0; i < n; i++) {
		if (isnan(values[i]) || (is_log && !(values[i] > 0)))
			continue;
		*least = fmin(*least, values[i]);
		*most = fmax(*most, values[i]);
	}
}

// 1, 2 or 5 times a power of ten, so that there are about TICKS of them.
static double step_of(double span)
{
	double power = pow(10, floor(log10(span / TICKS))), rest = span / TICKS / power;

	return power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
}

static void axis_set(struct axis *a, double least, double most)
{
	if (!(least <= most)) { // there was nothing
		least = a->is_log ? 1 : 0;
		most = a->is_log ? 10 : 1;
	}
	if (a->is_log) {
		a->begin = floor(log10(least));
		a->end = ceil(log10(most));
	} else {
		a->begin = least;
		a->end = most;
	}
	if (!(a->end > a->begin))
		a->end = a->begin + 1;
}

static void tick_write(FILE *to, const struct axis *a, bool is_x, double value, const char *unit)
{
	char number[SHORT_ROOM];
	double at = place(a, value);

	if (!strcmp(unit, "us")) { // in what can be read
		unit = value >= 1e6 ? "s" : value >= 1e3 ? "ms" : "us";
		value /= value >= 1e6 ? 1e6 : value >= 1e3 ? 1e3 : 1;
	}
	short_number(value, number);
	if (is_x)
		fprintf(to,
			"<path class=\"grid\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\" "
			"text-anchor=\"middle\">",
			at, TOP, HEIGHT - BOTTOM, at, HEIGHT - BOTTOM + 15);
	else
		fprintf(to,
			"<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
			"text-anchor=\"end\">",
			LEFT, at, WIDTH - RIGHT, LEFT - 5, at + 4);
	markup_text(to, number);
	if (*unit)
		fprintf(to, " %s", unit);
	fputs("</text>", to);
}

static void ticks_write(FILE *to, const struct axis *a, bool is_x, const char *unit)
{
	if (a->is_log) {
		double step = fmax(1, ceil((a->end - a->begin) / 6));
		for (double at = a->begin; at <= a->end + 1e-9; at += step)
			tick_write(to, a, is_x, pow(10, at), unit);
		return;
	}
	double step = step_of(a->end - a->begin);
	for (double at = ceil(a->begin / step - 1e-9) * step; at <= a->end + step * 1e-9;
	     at += step)
		tick_write(to, a, is_x, fabs(at) < step * 1e-9 ? 0 : at, unit);
}

static void line_write(FILE *to, const struct plot_series *s, const struct axis *x,
		       const struct axis *y)
{
	bool is_down = false;

	fprintf(to, "<path class=\"line %s\"%s d=\"", s->colour,
		s->is_dashed ? " stroke-dasharray=\"6 3\"" : "");
	for (size_t i = 0; i < s->n; i++) {
		if (isnan(s->x[i]) || isnan(s->y[i])) {
			is_down = false;
			continue;
		}
		fprintf(to, "%c%.1f %.1f", is_down ? 'L' : 'M', place(x, s->x[i]),
			place(y, s->y[i]));
		if (!is_down && (i + 1 == s->n || isnan(s->y[i + 1])))
			fputs("h1", to); // a point alone is seen, too
		is_down = true;
	}
	fputs("\"/>", to);
}

static void legend_write(FILE *to, const struct plot *p)
{
	double at = LEFT;

	for (unsigned i = 0; i < p->n; i++) {
		const struct plot_series *s = &p->series[i];
		fprintf(to,
			"<path class=\"line %s\"%s d=\"M%.0f %dh18\"/><text x=\"%.0f\" y=\"%d\">",
			s->colour, s->is_dashed ? " stroke-dasharray=\"6 3\"" : "", at, HEIGHT - 14,
			at + 22, HEIGHT - 10);
		markup_text(to, s->name);
		fputs("</text>", to);
		at += 40 + 6.2 * (double)strlen(s->name);
	}
}

static void marks_write(FILE *to, const struct plot *p, const struct axis *x)
{
	for (unsigned i = 0; i < p->n_marks; i++) {
		double at = place(x, p->marks[i].x);
		bool is_right = at > (LEFT + WIDTH) / 2.0;
		if (at < LEFT || at > WIDTH - RIGHT)
			continue;
		fprintf(to,
			"<path class=\"mark\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\""
			" text-anchor=\"%s\">",
			at, TOP, HEIGHT - BOTTOM, at + (is_right ? -4 : 4), TOP + 11 + 13 * (int)i,
			is_right ? "end" : "start");
		markup_text(to, p->marks[i].name);
		fputs("</text>", to);
	}
}

void plot_write(FILE *to, const struct plot *p, bool alone)
{
	struct axis x = { .is_log = p->log_x, .from = LEFT, .to = WIDTH - RIGHT };
	struct axis y = { .is_log = p->log_y, .from = HEIGHT - BOTTOM, .to = TOP };
	double x_least = INFINITY, x_most = -INFINITY, y_least = INFINITY, y_most = -INFINITY;
	int head = alone ? 24 : 0;

	for (unsigned i = 0; i < p->n; i++) {
		range_take(p->series[i].x, p->series[i].n, p->log_x, &x_least, &x_most);
		range_take(p->series[i].y, p->series[i].n, p->log_y, &y_least, &y_most);
	}
	for (unsigned i = 0; i < p->n_marks && x_least <= x_most; i++)
		range_take(&p->marks[i].x, 1, p->log_x, &x_least, &x_most);
	if (!p->log_y)
		y_least = y_most >= 0 ? 0 : y_least;
	axis_set(&x, x_least, x_most);
	axis_set(&y, y_least, p->y_end > 0 ? p->y_end : y_most);
	fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 %d %d %d\"", -head,
		WIDTH, HEIGHT + head);
	if (alone)
		fprintf(to,
			" width=\"%d\" height=\"%d\">%s<rect class=\"back\" y=\"%d\" "
			"width=\"100%%\" height=\"100%%\"/><text class=\"title\" x=\"%d\" y=\"-6\">",
			WIDTH, HEIGHT + head, alone_style, -head, LEFT);
	else
		fputs(" role=\"img\"><title>", to);
	markup_text(to, p->title);
	fputs(alone ? "</text>" : "</title>", to);
	ticks_write(to, &x, true, p->unit_x);
	ticks_write(to, &y, false, p->unit_y);
	if (!(x_least <= x_most))
		fprintf(to,
			"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">nothing was measured</text>",
			(LEFT + WIDTH) / 2, HEIGHT / 2);
	marks_write(to, p, &x);
	for (unsigned i = 0; i < p->n; i++)
		line_write(to, &p->series[i], &x, &y);
	legend_write(to, p);
	fputs("</svg>\n", to);
}
