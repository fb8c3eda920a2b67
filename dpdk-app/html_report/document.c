// SPDX-License-Identifier: BSD-3-Clause
// The order of the sections, and the verdict in front of them.

#include "html_report/document.h"

#include <inttypes.h>
#include <string.h>

#include "base/wall_time.h"
#include "html_report/markup.h"
#include "html_report/plots.h"
#include "surface/ctl_values.h"

extern const char html_report_style[];
extern const size_t html_report_style_bytes;

static void texts_write(FILE *to, const json_t *texts)
{
	const json_t *text;
	size_t i;

	if (json_array_size(texts) == 0)
		return;
	fputs("<ul>", to);
	json_array_foreach(texts, i, text) markup_tag(to, "li", json_string_value(text));
	fputs("</ul>", to);
}

// "2026-11-30T12:00:00.000Z, for 12 s".
static void when_write(FILE *to, const struct result *r)
{
	const json_t *rows = result_at(r->root, "seconds/rows");
	size_t n = json_array_size(rows);
	double step_ms = 1000 * result_number(r->root, "seconds/step_s");
	double begin_ms, end_ms;
	char wall[WALL_ROOM], span[SPAN_ROOM];

	if (n == 0)
		return;
	begin_ms = json_number_value(json_array_get(json_array_get(rows, 0), 0)) - step_ms;
	end_ms = json_number_value(json_array_get(json_array_get(rows, n - 1), 0));
	if (!(begin_ms >= 0 && end_ms >= begin_ms && end_ms < 1e15))
		return;
	fprintf(to, " %s, for %s", wall_text_of((uint64_t)begin_ms, wall),
		ctl_span((uint64_t)(end_ms - begin_ms), span));
}

static void verdict_write(FILE *to, const struct result *r)
{
	const char *verdict = json_string_value(json_object_get(r->root, "verdict"));
	char lines[GROUPED_ROOM];

	fputs("<section>", to);
	markup_tag(to, "h2", r->label);
	fprintf(to, "<p><span class=\"badge %s\">",
		verdict && !strcmp(verdict, "ok") ? "ok" : "bad");
	markup_text(to, verdict);
	fprintf(to, "</span> %s lines", ctl_grouped(r->root, "lines", lines));
	when_write(to, r);
	fputs("</p>", to);
	texts_write(to, json_object_get(r->root, "reasons"));
	texts_write(to, json_object_get(r->root, "hints"));
	fprintf(to, "<p>%s</p>",
		json_is_true(json_object_get(r->root, "generator_limited"))
			? "<strong>The generator itself was the limit: these figures say little about the "
			  "server.</strong>"
			: "The generator was not the limit.");
	fputs("</section>\n", to);
}

static void courses_write(FILE *to, const struct result *r)
{
	fputs("<section><h2>Over time: ", to);
	markup_text(to, r->label);
	fputs("</h2>", to);
	double step_s = result_number(r->root, "seconds/step_s");
	if (json_array_size(result_at(r->root, "seconds/rows")) == 0) {
		fputs("<p class=\"quiet\">This result has no seconds: the run was too short, or the "
		      "program that wrote it too old.</p></section>\n",
		      to);
		return;
	}
	if (step_s > 1)
		fprintf(to,
			"<p class=\"quiet\">Each point stands for %.0f seconds: rates are their mean, "
			"times and outages those of the worst one.</p>",
			step_s);
	fputs("<div class=\"plots\">", to);
	for (unsigned which = 0; which < COURSE_PLOTS; which++) {
		fputs("<figure>", to);
		markup_tag(to, "figcaption", course_plot_title((enum course_plot)which));
		course_plot_write(to, r, (enum course_plot)which, false);
		fputs("</figure>\n", to);
	}
	fputs("</div></section>\n", to);
}

static void spreads_write(FILE *to, const struct result results[], unsigned n)
{
	fputs("<section><h2>How times are distributed</h2><p class=\"quiet\">The share of samples up "
	      "to a time. Dotted: times that the protocol sets by the keys of the profile.</p>"
	      "<div class=\"plots\">",
	      to);
	for (unsigned which = 0; which < SPREAD_PLOTS; which++) {
		fputs("<figure>", to);
		markup_tag(to, "figcaption", spread_plot_title((enum spread_plot)which));
		spread_plot_write(to, results, n, (enum spread_plot)which, false);
		fputs("</figure>\n", to);
	}
	fputs("</div></section>\n", to);
}

// Of one result; with several, its name stands above them.
static void details_write(FILE *to, const struct result *r, bool is_one_of_several)
{
	if (is_one_of_several) {
		fputs("<h2>", to);
		markup_text(to, r->label);
		fputs("</h2>", to);
	}
	causes_write(to, r);
	servers_write(to, r);
	generator_write(to, r);
	setting_write(to, r);
}

void document_write(FILE *to, const struct result results[], unsigned n, const struct result *sum)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'\"><title>",
	      to);
	fputs("heartline: ", to);
	for (unsigned i = 0; i < n; i++) {
		fputs(i ? ", " : "", to);
		markup_text(to, results[i].label);
	}
	fputs("</title><style>\n", to);
	fwrite(html_report_style, 1, html_report_style_bytes, to);
	fputs("</style></head><body>\n<h1>heartline report</h1>\n", to);
	for (unsigned i = 0; i < n; i++)
		verdict_write(to, &results[i]);
	for (unsigned i = 0; i < n; i++)
		expected_write(to, &results[i]);
	for (unsigned i = 0; i < n; i++)
		courses_write(to, &results[i]);
	figures_write(to, results, n, sum);
	if (sum)
		spreads_write(to, sum, 1);
	spreads_write(to, results, n);
	for (unsigned i = 0; i < n; i++)
		details_write(to, &results[i], n > 1);
	fputs("</body></html>\n", to);
}
