// SPDX-License-Identifier: BSD-3-Clause
// The generator's own health, where it ran, and with what.

#include "html_report/document.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/counters.h>

#include "html_report/markup.h"
#include "surface/ctl_values.h"

static const char *limit_meaning(const char *name)
{
	for (unsigned i = 0; i < HL_LIMITS; i++)
		if (!strcmp(name, hl_limit_name((enum hl_limit)i)))
			return hl_limit_text((enum hl_limit)i);
	return "";
}

static const char *drop_meaning(const char *name)
{
	for (unsigned i = 0; i < HL_DROPS; i++)
		if (!strcmp(name, hl_drop_name((enum hl_drop)i)))
			return hl_drop_text((enum hl_drop)i);
	return "";
}

// Those that are not 0, each with what it means.
static void counts_write(FILE *to, const json_t *counts, const char *(*meaning)(const char *name))
{
	const char *name;
	json_t *value;
	unsigned n = 0;

	fputs("<div class=\"scroll\"><table><tbody>\n", to);
	json_object_foreach((json_t *)(uintptr_t)counts, name, value)
	{
		char text[GROUPED_ROOM];
		if (!json_is_integer(value) || json_integer_value(value) == 0)
			continue;
		n++;
		fputs("<tr>", to);
		markup_tag(to, "th scope=row", name);
		markup_tag(to, "td class=n", ctl_grouped(counts, name, text));
		markup_tag(to, "td", meaning(name));
		fputs("</tr>\n", to);
	}
	if (n == 0)
		fputs("<tr><td>None.</td></tr>", to);
	fputs("</tbody></table></div>\n", to);
}

void generator_write(FILE *to, const struct result *r)
{
	double late_us = result_number(r->root, "counters/lateness_us/p99");

	fputs("<section><h2>The generator itself</h2><p>", to);
	fputs(json_is_true(json_object_get(r->root, "generator_limited"))
		      ? "<strong>It was the limit.</strong> What is below says by what."
		      : "It was not the limit.",
	      to);
	if (!isnan(late_us))
		fprintf(to, " 99 %% of the timers ran no more than %.3g ms late.", late_us / 1000);
	fputs("</p><h3>What it could not do, or not in time</h3>", to);
	counts_write(to, json_object_get(r->root, "limits"), limit_meaning);
	fputs("<h3>What was received without effect</h3>", to);
	counts_write(to, json_object_get(r->root, "drops"), drop_meaning);
	fputs("</section>\n", to);
}

static void members_write(FILE *to, const json_t *object)
{
	const char *name;
	json_t *value;

	fputs("<div class=\"scroll\"><table><tbody>\n", to);
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		char *text = json_is_string(value)
				     ? NULL
				     : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		fputs("<tr>", to);
		markup_tag(to, "th scope=row", name);
		markup_tag(to, "td class=code", text ? text : json_string_value(value));
		fputs("</tr>\n", to);
		free(text);
	}
	fputs("</tbody></table></div>\n", to);
}

static void settings_write(FILE *to, const char *title, const json_t *settings)
{
	markup_tag(to, "h3", title);
	members_write(to, json_object_get(settings, "changed"));
	fputs("<details><summary>Defaults</summary>", to);
	members_write(to, json_object_get(settings, "defaults"));
	fputs("</details>", to);
}

void setting_write(FILE *to, const struct result *r)
{
	const json_t *environment = json_object_get(r->root, "environment");
	const json_t *configuration = json_object_get(r->root, "configuration");
	const char *name;
	json_t *profile;

	if (environment) {
		fputs("<section><h2>Where it ran</h2>", to);
		members_write(to, environment);
		fputs("</section>\n", to);
	}
	if (!configuration)
		return;
	fputs("<section><h2>What was asked for</h2><p class=\"quiet\">Keys that are not the default; "
	      "secrets are not shown. Read from: ",
	      to);
	markup_text(to, ctl_text_or(configuration, "source", "flags"));
	fputs("</p>", to);
	settings_write(to, "The run", json_object_get(configuration, "run"));
	json_object_foreach(json_object_get(configuration, "profiles"), name, profile)
		settings_write(to, name, profile);
	fputs("</section>\n", to);
}
