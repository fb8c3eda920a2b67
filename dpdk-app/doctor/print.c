// SPDX-License-Identifier: BSD-3-Clause
// Findings as a table, most serious first, and as JSON.

#include "doctor/print.h"

#include <string.h>

#define WIDTH 100
#define INDENT 27

// Broken between words; a line that has its own breaks keeps them.
static void text_wrap(const char *text, FILE *to)
{
	size_t at = INDENT;

	while (*text) {
		if (*text == '\n') {
			fprintf(to, "\n%*s", INDENT, "");
			at = INDENT;
			text++;
			continue;
		}
		size_t blanks = strspn(text, " "), word = strcspn(text + blanks, " \n");
		if (at > INDENT && at + blanks + word > WIDTH) {
			fprintf(to, "\n%*s", INDENT, "");
			at = INDENT;
			text += blanks;
			blanks = 0;
		}
		fprintf(to, "%.*s", (int)(blanks + word), text);
		at += blanks + word;
		text += blanks + word;
	}
	fputc('\n', to);
}

static void row_print(const char *name, const char *text, FILE *to)
{
	if (!*text)
		return;
	fprintf(to, "%*s%-6s ", INDENT - 7, "", name);
	text_wrap(text, to);
}

static void finding_print(const struct finding *f, FILE *to)
{
	fprintf(to, "%-12s %-13s ", severity_name(f->severity), f->check);
	text_wrap(f->found, to);
	row_print("proof", f->proof, to);
	row_print("means", f->means, to);
	// A command is never broken, or it could not be pasted.
	if (f->fix[0])
		fprintf(to, "%*s%-6s %s\n", INDENT - 7, "", "fix", f->fix);
}

static const char *plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

void findings_print(const struct findings *findings, bool all, FILE *to)
{
	for (unsigned i = 0; i < findings->n; i++)
		if (all || findings->list[i].severity != SEVERITY_OK)
			finding_print(&findings->list[i], to);
	unsigned errors = findings_count(findings, SEVERITY_ERROR),
		 warnings = findings_count(findings, SEVERITY_WARNING),
		 notes = findings_count(findings, SEVERITY_NOTE);
	fprintf(to, "%u error%s, %u warning%s, %u note%s, %u not checked, %u ok\n", errors,
		plural(errors), warnings, plural(warnings), notes, plural(notes),
		findings_count(findings, SEVERITY_NOT_CHECKED),
		findings_count(findings, SEVERITY_OK));
}

static json_t *text_value(const char *text)
{
	json_t *value = *text ? json_string(text) : json_null();

	return value ? value : json_string("(no UTF-8)");
}

json_t *findings_json(const struct findings *findings)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->list[i];
		json_array_append_new(
			list, json_pack("{ss ss so so so so}", "check", f->check, "severity",
					severity_name(f->severity), "found", text_value(f->found),
					"proof", text_value(f->proof), "means",
					text_value(f->means), "fix", text_value(f->fix)));
	}
	return json_pack("{si si so}", "errors", (int)findings_count(findings, SEVERITY_ERROR),
			 "warnings", (int)findings_count(findings, SEVERITY_WARNING), "findings",
			 list);
}
