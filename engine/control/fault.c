// SPDX-License-Identifier: BSD-3-Clause
// Messages that show the line they are about, with a caret under the place.
#include "control/fault.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int fault_say(struct fault *fault, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fault->what, sizeof(fault->what), format, args);
	va_end(args);
	fault->code = EINVAL;
	fault->hint[0] = '\0';
	return -EINVAL;
}

int fault_hint(struct fault *fault, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fault->hint, sizeof(fault->hint), format, args);
	va_end(args);
	return -EINVAL;
}

// The line to be shown, and the blanks before the caret.
#define ECHO_CHARS 100 // longer lines are shown in part
#define ECHO_BEFORE 60 // of them before the caret, at most

struct echo {
	char line[4 * ECHO_CHARS + 8];
	char blanks[ECHO_CHARS + 8];
};

// Bytes of the character at `at`; 1 for what is no UTF-8.
static size_t char_bytes(const char *at, const char *end)
{
	unsigned char lead = (unsigned char)*at;
	size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;

	if (want > (size_t)(end - at))
		return 1;
	for (size_t i = 1; i < want; i++)
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return 1;
	return want;
}

static const char *line_find(const char *text, const char *end, uint32_t line)
{
	while (line > 1) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		if (newline == NULL)
			return end;
		text = newline + 1;
		line--;
	}
	return text;
}

static char *append(char *out, const char *bytes, size_t n)
{
	memcpy(out, bytes, n);
	return out + n;
}

static void echo_line(struct echo *echo, const char *at, const char *end, uint32_t column)
{
	uint32_t first = column > ECHO_BEFORE + 20 ? column - ECHO_BEFORE : 1, shown = 0;
	char *out = echo->line, *blank = echo->blanks;

	if (first > 1) {
		out = append(out, "...", 3);
		blank = append(blank, "   ", 3);
	}
	for (uint32_t i = 1; at < end && *at != '\n' && *at != '\r'; i++) {
		size_t n = char_bytes(at, end);

		if (i >= first && shown++ < ECHO_CHARS) {
			unsigned char c = (unsigned char)*at;
			// Invalid UTF-8 and control characters are shown as "?".
			bool control = (c < ' ' && c != '\t') || c == 0x7f || (n == 1 && c >= 0x80);

			out = control ? append(out, "?", 1) : append(out, at, n);
			if (i < column)
				*blank++ = *at == '\t' ? '\t' : ' ';
		}
		at += n;
	}
	if (shown > ECHO_CHARS)
		out = append(out, "...", 3);
	*out = '\0';
	*blank = '\0';
}

int fault_fail_at(const struct fault *fault, const struct fault_source *source, uint32_t line,
		  uint32_t column, struct hl_error *err)
{
	const char *end = source->text + source->len;
	const char *at = line_find(source->text, end, line);
	const struct fault_source rest = { source->name, at, (size_t)(end - at) };

	return fault_fail_line(fault, &rest, line, column, err);
}

int fault_fail_line(const struct fault *fault, const struct fault_source *source, uint32_t line,
		    uint32_t column, struct hl_error *err)
{
	const char *key = fault->key != NULL ? fault->key : "";
	struct echo echo;

	echo_line(&echo, source->text, source->text + source->len, column);
	return hl_fail(err, fault->code, "%s:%u:%u: error: %s%s%s\n%5u | %s\n      | %s^~%s%s",
		       source->name, line, column, key, *key ? ": " : "", fault->what, line,
		       echo.line, echo.blanks, fault->hint[0] ? " " : "", fault->hint);
}

int fault_fail(const struct fault *fault, struct hl_error *err)
{
	const char *key = fault->key != NULL ? fault->key : "";

	return hl_fail(err, fault->code, "%s%s%s%s%s", key, *key ? ": " : "", fault->what,
		       fault->hint[0] ? "; " : "", fault->hint);
}
