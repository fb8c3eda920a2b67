// SPDX-License-Identifier: BSD-3-Clause
// One place that escapes.

#include "html_report/markup.h"

#include <string.h>

void markup_text(FILE *to, const char *text)
{
	for (const char *at = text ? text : "-"; *at; at++)
		switch (*at) {
		case '&':
			fputs("&amp;", to);
			break;
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		case '\'':
			fputs("&#39;", to);
			break;
		default:
			fputc((unsigned char)*at < ' ' && *at != '\n' && *at != '\t' ? ' ' : *at,
			      to);
		}
}

void markup_tag(FILE *to, const char *tag, const char *text)
{
	fprintf(to, "<%s>", tag);
	markup_text(to, text);
	fprintf(to, "</%.*s>", (int)strcspn(tag, " "), tag);
}
