// SPDX-License-Identifier: BSD-3-Clause
// Splits a CSV text into records and fields. Handles quotes, doubled quotes and line ends within quotes.
#include "control/csv_text.h"

void csv_text_start(struct csv_text *text, const char *name, const char *at, size_t len)
{
	*text = (struct csv_text){ .name = name, .end = at + len, .separator = ',', .next = at };
	if (len >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) // a byte order mark
		text->next += 3;
	text->at = text->stop = text->next;
}

// Add the line at text->next to the record.
static void line_take(struct csv_text *text)
{
	const char *newline = memchr(text->next, '\n', (size_t)(text->end - text->next));

	text->stop = newline != NULL ? newline : text->end;
	text->next = newline != NULL ? newline + 1 : text->end;
	if (text->stop > text->at && text->stop[-1] == '\r')
		text->stop--;
	text->lines++;
}

bool csv_record_next(struct csv_text *text)
{
	while (text->next < text->end) {
		text->line += text->lines;
		text->lines = 0;
		if (text->line == 0)
			text->line = 1;
		text->at = text->next;
		line_take(text);
		if (text->stop > text->at && *text->at != '#')
			return true;
	}
	return false;
}

// *at points to the opening quote.
static int quoted_next(struct csv_text *text, const char **at, struct csv_field *field,
		       struct fault *fault)
{
	const char *open = *at, *close = open + 1;

	*field = (struct csv_field){ .at = open + 1, .quoted = true };
	for (;; close += 2) {
		close = memchr(close, '"', (size_t)(text->end - close));
		if (close == NULL) {
			fault_say(fault, "the quoted field does not end");
			return fault_hint(fault, "a quote inside of quotes is written twice");
		}
		if (close + 1 >= text->end || close[1] != '"')
			break;
		field->doubled = true;
	}
	field->len = (uint32_t)(close - field->at);
	while (close >= text->next && text->next < text->end)
		line_take(text);
	*at = close + 1;
	if (*at < text->stop && **at != text->separator) {
		fault_say(fault, "text stands behind the closing quote");
		return fault_hint(fault, "a quote inside of quotes is written twice");
	}
	return 1;
}

int csv_odd_field_next(struct csv_text *text, const char **at, struct csv_field *field,
		       struct fault *fault)
{
	const char *start = *at, *end, *first = start;

	if (start > text->stop)
		return 0;
	while (first < text->stop && *first == ' ')
		first++;
	if (first < text->stop && *first == '"') {
		if (first > start) {
			fault_say(fault, "a space stands in front of the quote");
			return fault_hint(fault, "quotes count directly behind a separator only");
		}
		int rc = quoted_next(text, at, field, fault);
		if (rc < 0)
			return rc;
		*at += 1; // skip the separator or the end of the line
		return 1;
	}
	end = memchr(start, text->separator, (size_t)(text->stop - start));
	if (end == NULL)
		end = text->stop;
	*field = (struct csv_field){ .at = start, .len = (uint32_t)(end - start) };
	*at = end + 1;
	return 1;
}

uint32_t csv_field_copy(const struct csv_field *field, char *out)
{
	uint32_t n = 0;

	if (!field->doubled) {
		memmove(out, field->at, field->len);
		return field->len;
	}
	for (uint32_t i = 0; i < field->len; i++) {
		i += field->at[i] == '"'; // skip the first of two quotes
		out[n++] = field->at[i];
	}
	return n;
}

int csv_text_fail(const struct csv_text *text, const char *at, const struct fault *fault,
		  struct hl_error *err)
{
	const char *start = text->at;
	uint32_t line = text->line > 0 ? text->line : 1, column = 1;

	for (const char *p = text->at; p < at; p++) {
		column += ((unsigned char)*p & 0xc0) != 0x80; // count characters, not bytes
		if (*p == '\n') {
			line++;
			column = 1;
			start = p + 1;
		}
	}
	const struct fault_source source = { text->name, start, (size_t)(text->end - start) };
	return fault_fail_line(fault, &source, line, column, err);
}
