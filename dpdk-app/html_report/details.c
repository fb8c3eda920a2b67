// SPDX-License-Identifier: BSD-3-Clause
// What stands below the figures: expectations, causes, servers.

#include "html_report/document.h"

#include <stdlib.h>
#include <string.h>

#include <heartline/expect.h>

#include "html_report/markup.h"
#include "surface/ctl_values.h"

#define FAILED_SHOWN 50

static void head_write(FILE *to, const char *title, const char *const columns[])
{
	fputs("<section>", to);
	markup_tag(to, "h2", title);
	fputs("<div class=\"scroll\"><table><thead><tr>", to);
	for (unsigned i = 0; columns[i]; i++)
		markup_tag(to, "th", columns[i]);
	fputs("</tr></thead><tbody>\n", to);
}

static void foot_write(FILE *to)
{
	fputs("</tbody></table></div></section>\n", to);
}

// A member of any kind, as the JSON has it.
static void cell_write(FILE *to, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	char *text = NULL;

	if (json_is_string(value)) {
		markup_tag(to, "td", json_string_value(value));
		return;
	}
	if (value && !json_is_null(value))
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(9));
	markup_tag(to, "td", text ? text : "-");
	free(text);
}

// A figure of a measure as the program prints it, with its unit. A result of a later version may have measures
// that are not known here: as the JSON has it.
static void measured_write(FILE *to, const json_t *one, const char *key)
{
	const char *name = ctl_text_or(one, "measure", "");
	const json_t *value = json_object_get(one, key);
	char text[HL_MEASURE_ROOM];

	for (enum hl_measure m = 0; json_is_number(value) && m < HL_MEASURES; m++) {
		if (strcmp(hl_measure_name(m), name) != 0)
			continue;
		hl_measure_text(m, json_number_value(value), text);
		markup_tag(to, "td", text);
		return;
	}
	cell_write(to, one, key);
}

static void expectations_write(FILE *to, const json_t *list, const char *phase)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *result = ctl_text_or(one, "result", "-");
		fputs("<tr>", to);
		markup_tag(to, "td", phase);
		cell_write(to, one, "measure");
		cell_write(to, one, "bound");
		measured_write(to, one, "target");
		measured_write(to, one, "value");
		measured_write(to, one, "margin");
		fprintf(to, "<td class=\"%s\">", !strcmp(result, "met") ? "met" : "missed");
		markup_text(to, result);
		if (ctl_text(one, "why")) {
			fputs(": ", to);
			markup_text(to, ctl_text(one, "why"));
		}
		fputs("</td></tr>\n", to);
	}
}

// Of the run, and of each of its phases.
void expected_write(FILE *to, const struct result *r)
{
	static const char *const columns[] = { "Of",    "Measure", "Bound",  "Target",
					       "Value", "Margin",  "Result", NULL };
	const json_t *own = json_object_get(r->root, "expectations");
	const json_t *phases = json_object_get(r->root, "phases"), *phase;
	size_t i, n = json_array_size(own);
	char title[256];

	json_array_foreach(phases, i, phase)
		n += json_array_size(json_object_get(phase, "expectations"));
	if (n == 0)
		return;
	snprintf(title, sizeof(title), "What was expected of %s", r->label);
	head_write(to, title, columns);
	expectations_write(to, own, "the run");
	json_array_foreach(phases, i, phase) expectations_write(
		to, json_object_get(phase, "expectations"), ctl_text_or(phase, "name", "-"));
	foot_write(to);
}

static void failed_write(FILE *to, const json_t *failed)
{
	static const char *const columns[] = { "Number", "State", "Code", "Reason", NULL };
	char title[64];
	const json_t *line;
	size_t i;

	if (json_array_size(failed) == 0)
		return;
	snprintf(title, sizeof(title), "Lines that failed: %zu%s", json_array_size(failed),
		 json_array_size(failed) > FAILED_SHOWN ? ", the first 50" : "");
	head_write(to, title, columns);
	json_array_foreach(failed, i, line)
	{
		if (i == FAILED_SHOWN)
			break;
		fputs("<tr>", to);
		cell_write(to, line, "number");
		cell_write(to, line, "state");
		cell_write(to, line, "code");
		cell_write(to, line, "reason");
		fputs("</tr>\n", to);
	}
	foot_write(to);
}

void causes_write(FILE *to, const struct result *r)
{
	static const char *const columns[] = { "Failures", "Code", "Reason", NULL };
	const json_t *causes = json_object_get(r->root, "causes"), *cause;
	size_t i;

	if (json_array_size(causes) == 0) {
		fputs("<section><h2>Why lines moved</h2><p>No failure moved a line.</p></section>\n",
		      to);
	} else {
		head_write(to, "Why lines moved", columns);
		json_array_foreach(causes, i, cause)
		{
			char count[GROUPED_ROOM];
			fputs("<tr>", to);
			markup_tag(to, "td", ctl_grouped(cause, "count", count));
			cell_write(to, cause, "code");
			cell_write(to, cause, "reason");
			fputs("</tr>\n", to);
		}
		foot_write(to);
	}
	failed_write(to, json_object_get(r->root, "failed_lines"));
}

static void registrar_write(FILE *to, const json_t *servers)
{
	static const char *const columns[] = { "Server",       "REGISTER", "OPTIONS", "Challenges",
					       "Not answered", "Bindings", NULL };
	const json_t *server;
	size_t i;

	if (json_array_size(servers) == 0)
		return;
	head_write(to, "The registrar in this process", columns);
	json_array_foreach(servers, i, server)
	{
		const json_t *requests = json_object_get(server, "requests");
		char name[32];
		snprintf(name, sizeof(name), "%zu", i + 1);
		fputs("<tr>", to);
		markup_tag(to, "td", name);
		cell_write(to, requests, "REGISTER");
		cell_write(to, requests, "OPTIONS");
		cell_write(to, server, "challenges");
		cell_write(to, server, "silent");
		cell_write(to, server, "bindings");
		fputs("</tr>\n", to);
	}
	foot_write(to);
}

void servers_write(FILE *to, const struct result *r)
{
	static const char *const columns[] = { "Next hop", "MAC address known",
					       "Requests (ARP, NDP)", "Requests that waited",
					       NULL };
	const json_t *hops = json_object_get(r->root, "next_hops"), *hop;
	size_t i;

	if (json_array_size(hops) > 0) {
		head_write(to, "Servers and gateways", columns);
		json_array_foreach(hops, i, hop)
		{
			fputs("<tr>", to);
			cell_write(to, hop, "address");
			markup_tag(to, "td",
				   json_is_true(json_object_get(hop, "known")) ? "yes" : "no");
			cell_write(to, hop, "asked");
			cell_write(to, hop, "waited");
			fputs("</tr>\n", to);
		}
		foot_write(to);
	}
	registrar_write(to, json_object_get(r->root, "registrar"));
}
