// SPDX-License-Identifier: BSD-3-Clause
// The list of findings, and its order.

#include "doctor/finding.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const names[SEVERITIES] = {
	[SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning",
	[SEVERITY_NOTE] = "note",   [SEVERITY_NOT_CHECKED] = "not checked",
	[SEVERITY_OK] = "ok",
};

const char *severity_name(enum severity severity)
{
	return names[severity];
}

struct finding *finding_add(struct findings *findings, const char *check, enum severity severity)
{
	if (findings->n == FINDINGS_MAX)
		findings->n--;
	struct finding *f = &findings->list[findings->n++];
	*f = (struct finding){ .check = check, .severity = severity };
	return f;
}

void finding_say(char text[FINDING_ROOM], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(text, FINDING_ROOM, format, args);
	va_end(args);
}

void finding_not_checked(struct findings *findings, const char *check, const char *why)
{
	finding_say(finding_add(findings, check, SEVERITY_NOT_CHECKED)->found, "%s", why);
}

// By insertion, which keeps the order of equals; the list is short.
void findings_rank(struct findings *findings)
{
	for (unsigned i = 1; i < findings->n; i++) {
		struct finding moved = findings->list[i];
		unsigned k = i;

		for (; k > 0 && findings->list[k - 1].severity > moved.severity; k--)
			findings->list[k] = findings->list[k - 1];
		findings->list[k] = moved;
	}
}

unsigned findings_count(const struct findings *findings, enum severity severity)
{
	unsigned n = 0;

	for (unsigned i = 0; i < findings->n; i++)
		n += findings->list[i].severity == severity;
	return n;
}
