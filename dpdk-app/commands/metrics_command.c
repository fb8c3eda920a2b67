// SPDX-License-Identifier: BSD-3-Clause
// heartline metrics: every metric, with its type, its unit and its place in the summary, in three formats.

#include "commands/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <heartline/metrics.h>

#include "commands/listing.h"
#include "commands/options.h"
#include "alerts/alerts.h"
#include "history/counts.h"
#include "session/server_count.h"
#include "survive/counts.h"
#include "trace/counts.h"

struct metric_list {
	const char *title, *intro;
	const struct hl_metric *metrics;
	const char *place; // in the summary, before the place of each
};

static const struct metric_list lists[] = {
	{ "Metrics of a run", "They are sums over all lines and workers.", hl_metrics, "" },
	{ "Metrics of servers", "They are gauges of /metrics alone, counted when it is read.",
	  server_metrics, "" },
	{ "Metrics of the history", "They are in /metrics alone, while there is a history.",
	  history_metrics, "" },
	{ "Metrics of traces", "They are in /metrics alone.", trace_metrics, "" },
	{ "Metrics of the state", "They are in /metrics alone, while there is a state_dir.",
	  survive_metrics, "" },
	{ "Metrics of alerts", "They are in /metrics alone, while there are alerts.", alert_metrics,
	  "" },
	{ "Metrics of the registrar", "They are of each server by itself.", hl_registrar_metrics,
	  "registrar[]." },
};

#define N_LISTS (sizeof(lists) / sizeof(*lists))

struct form {
	void (*list)(const struct metric_list *list);
	void (*metric)(const struct metric_list *list, const struct hl_metric *metric);
};

// For each value of a label that needs words.
static void values_print(const struct hl_metric *m,
			 void (*print)(const char *value, const char *help))
{
	char room[HL_LABEL_ROOM];

	for (unsigned i = 0; m->label && m->label->help && i < m->n; i++)
		print(m->label->value(i, room), m->label->help(i));
}

static void text_list(const struct metric_list *list)
{
	printf("%s%s: type, unit, place in the summary\n%s\n", list == lists ? "" : "\n",
	       list->title, list->intro);
}

static void text_value(const char *value, const char *help)
{
	printf("        %s: %s\n", value, help);
}

static void text_metric(const struct metric_list *list, const struct hl_metric *m)
{
	char name[96];

	snprintf(name, sizeof(name), m->label ? "%s{%s}" : "%s", m->name,
		 m->label ? m->label->name : "");
	printf("\n  %-44s %-9s %-9s %s%s\n      %s\n", name, hl_metric_type_name(m->type), m->unit,
	       m->place ? list->place : "", m->place ? m->place : "-", m->help);
	values_print(m, text_value);
}

static void scd_list(const struct metric_list *list)
{
	printf("%s## %s\n\n%s\n", list == lists ? "" : "\n", list->title, list->intro);
}

static void scd_value(const char *value, const char *help)
{
	printf("++\n_");
	scd_text(value);
	printf("_: ");
	scd_text(help);
	printf(".");
}

static void scd_metric(const struct metric_list *list, const struct hl_metric *m)
{
	printf("\n*");
	scd_text(m->name);
	printf(m->label ? "*{%s}\n\t" : "*\n\t", m->label ? m->label->name : "");
	scd_text(m->help);
	printf(".++\nType: %s. Unit: %s.", hl_metric_type_name(m->type), m->unit);
	if (m->place) {
		printf(" Summary: _%s", list->place);
		scd_text(m->place);
		printf("_.");
	}
	values_print(m, scd_value);
	printf("\n");
}

static void md_list(const struct metric_list *list)
{
	printf("%s### %s\n\n%s\n\n| metric | label | type | unit | in the summary | what is counted "
	       "|\n|---|---|---|---|---|---|\n",
	       list == lists ? "" : "\n", list->title, list->intro);
}

static void md_value(const char *value, const char *help)
{
	printf("<br>`%s`: %s", value, help);
}

static void md_metric(const struct metric_list *list, const struct hl_metric *m)
{
	printf("| `%s` | %s | %s | %s | %s%s | %s", m->name, m->label ? m->label->name : "",
	       hl_metric_type_name(m->type), m->unit, m->place ? list->place : "",
	       m->place ? m->place : "", m->help);
	values_print(m, md_value);
	printf(" |\n");
}

static const struct form forms[LISTING_FORMATS] = {
	[LISTING_TEXT] = { text_list, text_metric },
	[LISTING_SCD] = { scd_list, scd_metric },
	[LISTING_MD] = { md_list, md_metric },
};

static int metrics_print(enum listing_format format, const struct arguments *args,
			 struct hl_error *err)
{
	const struct form *form = &forms[format];
	unsigned n = 0;

	for (unsigned k = 0; k < N_LISTS; k++) {
		bool titled = false;
		for (const struct hl_metric *m = lists[k].metrics; m->name; m++) {
			if (!listing_wants(args, m->name))
				continue;
			if (!titled)
				form->list(&lists[k]);
			titled = true;
			form->metric(&lists[k], m);
			n++;
		}
	}
	if (n == 0)
		return hl_fail(err, EINVAL, "%s: no metric has that in its name", args->names[0]);
	return 0;
}

int metrics_command(int argc, char **argv)
{
	static const struct listing listing = {
		.usage = "usage: heartline metrics [WORD...] [--format text|scd|md]\n\n"
			 "Lists what is counted: type, unit, place in the summary, meaning.\n"
			 "With words only the metrics that have one of them in their name.\n",
		.print = metrics_print,
	};

	return listing_command(&listing, argc, argv);
}
