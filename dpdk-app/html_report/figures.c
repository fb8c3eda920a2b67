// SPDX-License-Identifier: BSD-3-Clause
// The table of figures: a row for each, a column for each result, and how the second differs from the first.

#include "html_report/document.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/grouped.h"
#include "html_report/markup.h"

enum figure_kind {
	FIGURE_GROUP, // a heading
	FIGURE_COUNT,
	FIGURE_RATE,
	FIGURE_SECONDS,
	FIGURE_US,
};

struct figure {
	enum figure_kind kind;
	const char *name, *path;
};

static const struct figure figures[] = {
	{ FIGURE_GROUP, "Lines at the end", NULL },
	{ FIGURE_COUNT, "lines", "lines" },
	{ FIGURE_COUNT, "registered", "registered" },
	{ FIGURE_COUNT, "on the primary", "on_primary" },
	{ FIGURE_COUNT, "on the backup", "on_backup" },
	{ FIGURE_COUNT, "down", "down" },
	{ FIGURE_COUNT, "parked", "parked" },
	{ FIGURE_COUNT, "never registered", "never_registered" },
	{ FIGURE_GROUP, "Requests", NULL },
	{ FIGURE_COUNT, "REGISTER", "requests/REGISTER" },
	{ FIGURE_COUNT, "OPTIONS", "requests/OPTIONS" },
	{ FIGURE_COUNT, "sent again", "retransmissions" },
	{ FIGURE_COUNT, "not answered in time", "timeouts" },
	{ FIGURE_COUNT, "registrations granted", "counters/registrations" },
	{ FIGURE_COUNT, "registrations failed", "counters/failed_registrations" },
	{ FIGURE_COUNT, "answers 2xx", "responses/2xx" },
	{ FIGURE_COUNT, "answers 4xx", "responses/4xx" },
	{ FIGURE_COUNT, "answers 5xx", "responses/5xx" },
	{ FIGURE_RATE, "offered while registering", "offered_rate" },
	{ FIGURE_RATE, "achieved", "achieved_rate" },
	{ FIGURE_GROUP, "Round trips answered at the first transmission", NULL },
	{ FIGURE_US, "p50", "rtt_us/p50" },
	{ FIGURE_US, "p99", "rtt_us/p99" },
	{ FIGURE_US, "p99.9", "rtt_us/p999" },
	{ FIGURE_GROUP, "Round trips answered after a retransmission", NULL },
	{ FIGURE_US, "p50", "rtt_retransmitted_us/p50" },
	{ FIGURE_US, "p99", "rtt_retransmitted_us/p99" },
	{ FIGURE_US, "p99.9", "rtt_retransmitted_us/p999" },
	{ FIGURE_GROUP, "Moves between servers", NULL },
	{ FIGURE_COUNT, "failovers", "failovers" },
	{ FIGURE_COUNT, "returns", "returns" },
	{ FIGURE_COUNT, "flaps", "flaps" },
	{ FIGURE_US, "detection p50", "moves/detection_us/p50" },
	{ FIGURE_US, "detection p99", "moves/detection_us/p99" },
	{ FIGURE_US, "switch p50", "moves/switch_us/p50" },
	{ FIGURE_US, "switch p99", "moves/switch_us/p99" },
	{ FIGURE_US, "return p50", "moves/return_us/p50" },
	{ FIGURE_US, "return p99", "moves/return_us/p99" },
	{ FIGURE_GROUP, "Outages", NULL },
	{ FIGURE_COUNT, "lines that were ever down", "outages/lines_ever_down" },
	{ FIGURE_COUNT, "longer than the worst case of a switch", "outages/lines_too_long" },
	{ FIGURE_SECONDS, "of all lines together", "outages/seconds" },
	{ FIGURE_SECONDS, "the longest", "outages/longest/seconds" },
	{ FIGURE_GROUP, "The end", NULL },
	{ FIGURE_COUNT, "unregistered", "unregistered" },
	{ FIGURE_COUNT, "bindings left over", "leftovers" },
	{ FIGURE_COUNT, "bindings maybe left", "maybe_left" },
};

// What a count never is, a result may say nevertheless.
static void count_write(FILE *to, double value)
{
	char text[GROUPED_ROOM];

	if (value >= 0 && value < 1e18)
		fputs(grouped_text((uint64_t)(value + 0.5), text), to);
	else
		fprintf(to, "%g", value);
}

// As the JSON has it; only the unit is chosen so that it can be read.
static void value_write(FILE *to, enum figure_kind kind, double value)
{
	if (isnan(value)) {
		fputs("-", to);
		return;
	}
	switch (kind) {
	case FIGURE_GROUP:
	case FIGURE_COUNT:
		count_write(to, value);
		return;
	case FIGURE_RATE:
		fprintf(to, "%.1f/s", value);
		return;
	case FIGURE_SECONDS:
		fprintf(to, "%.3f s", value);
		return;
	case FIGURE_US:
		count_write(to, value);
		fputs(" us", to);
		return;
	}
}

static void change_write(FILE *to, double before, double after)
{
	if (isnan(before) || isnan(after))
		fputs("-", to);
	else if (before == after)
		fputs("=", to);
	else if (before == 0)
		fputs("was 0", to);
	else
		fprintf(to, "%+.1f %%", 100 * (after - before) / before);
}

static void row_write(FILE *to, const struct figure *f, const struct result results[], unsigned n,
		      const struct result *sum)
{
	double first = result_number(results[0].root, f->path);
	bool is_any = false;

	for (unsigned i = 0; i < n; i++)
		is_any |= !isnan(result_number(results[i].root, f->path));
	if (!is_any)
		return;
	fputs("<tr>", to);
	markup_tag(to, "th scope=row", f->name);
	for (unsigned i = 0; i < n; i++) {
		fputs("<td class=n>", to);
		value_write(to, f->kind, result_number(results[i].root, f->path));
		fputs("</td>", to);
	}
	if (n == 2) {
		fputs("<td class=n>", to);
		change_write(to, first, result_number(results[1].root, f->path));
		fputs("</td>", to);
	}
	if (sum) {
		fputs("<td class=n>", to);
		value_write(to, f->kind, result_number(sum->root, f->path));
		fputs("</td>", to);
	}
	fputs("</tr>\n", to);
}

void figures_write(FILE *to, const struct result results[], unsigned n, const struct result *sum)
{
	unsigned columns = 1 + n + (n == 2) + (sum != NULL);

	fputs("<section><h2>Figures</h2><div class=\"scroll\"><table><thead><tr><th></th>", to);
	for (unsigned i = 0; i < n; i++)
		markup_tag(to, "th class=n", n > 1 ? results[i].label : "this run");
	if (n == 2)
		markup_tag(to, "th class=n", "change");
	if (sum)
		markup_tag(to, "th class=n", sum->label);
	fputs("</tr></thead><tbody>\n", to);
	for (size_t k = 0; k < sizeof(figures) / sizeof(*figures); k++) {
		if (figures[k].kind != FIGURE_GROUP) {
			row_write(to, &figures[k], results, n, sum);
			continue;
		}
		fprintf(to, "<tr class=\"group\"><th colspan=\"%u\">", columns);
		markup_text(to, figures[k].name);
		fputs("</th></tr>\n", to);
	}
	fputs("</tbody></table></div></section>\n", to);
}
