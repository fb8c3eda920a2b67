// SPDX-License-Identifier: BSD-3-Clause
// Only the end of the header and Content-Length are looked for; the readers of messages judge the rest.
#include "sip/stream.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_empty_line(const char *text, uint32_t len, uint32_t at)
{
	return len - at >= 2 && text[at] == '\r' && text[at + 1] == '\n';
}

// Empty lines in front of a message. STREAM_MESSAGE: one begins behind `skip`.
static enum stream_result empty_lines(const char *text, uint32_t len, bool is_server,
				      struct stream_place *place)
{
	uint32_t at = 0;

	if (len > 0 && text[0] != '\r')
		return STREAM_MESSAGE;
	if (!is_empty_line(text, len, 0))
		return len < 2 ? STREAM_MORE : STREAM_BAD;
	at = 2;
	if (!is_server || is_empty_line(text, len, at)) {
		place->skip = is_server ? 4 : 2;
		return is_server ? STREAM_PING : STREAM_PONG;
	}
	if (len == at || (len == at + 1 && text[at] == '\r'))
		return STREAM_MORE; // the second one may be under way
	place->skip = at;           // stray (RFC 3261 7.5)
	return STREAM_MESSAGE;
}

// The first end of a line; NULL: none.
static const char *line_end(const char *at, const char *end)
{
	while (end - at >= 2) {
		at = memchr(at, '\r', (size_t)(end - at) - 1);
		if (at == NULL)
			return NULL;
		if (at[1] == '\n')
			return at;
		at++;
	}
	return NULL;
}

// The header's end: behind its empty line; 0: it has not come.
static uint32_t header_end(const char *text, uint32_t len, uint32_t from)
{
	const char *end = text + len;

	for (const char *at = text + from; (at = line_end(at, end)) != NULL; at += 2)
		if (end - at >= 4 && memcmp(at + 2, "\r\n", 2) == 0)
			return (uint32_t)(at - text) + 4;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

// "Content-Length" or "l" in front of blanks and a colon: the value; NULL: another header.
static const char *length_value(const char *line, const char *end)
{
	static const char name[] = "content-length";
	const uint32_t n = sizeof(name) - 1;

	if (end - line > (ptrdiff_t)n && strncasecmp(line, name, n) == 0)
		line += n;
	else if (end - line > 1 && (line[0] | 0x20) == 'l')
		line++;
	else
		return NULL;
	while (line < end && is_blank(*line))
		line++;
	return line < end && *line == ':' ? line + 1 : NULL;
}

// False: no number, or more than `most`, which is then in *value.
static bool number_read(const char *at, const char *end, uint32_t most, uint32_t *value)
{
	uint32_t v = 0;

	while (at < end && is_blank(*at))
		at++;
	while (end > at && is_blank(end[-1]))
		end--;
	if (at == end)
		return false;
	for (; at < end; at++) {
		if (*at < '0' || *at > '9')
			return false;
		v = v * 10 + (uint32_t)(*at - '0');
		if (v > most)
			v = most + 1;
	}
	*value = v;
	return true;
}

// Bytes of the body, most + 1 when they are more; false: not said, or not clearly.
static bool body_length(const char *text, const char *end, uint32_t most, uint32_t *body)
{
	bool found = false;

	for (const char *line = text; line < end;) {
		const char *stop = line_end(line, end), *value = length_value(line, stop);
		uint32_t n;

		if (value != NULL) {
			if (!number_read(value, stop, most, &n) || (found && n != *body))
				return false;
			found = true;
			*body = n;
		}
		line = stop + 2;
	}
	return found;
}

enum stream_result stream_next(const char *text, uint32_t len, uint32_t most, bool is_server,
			       struct stream_place *place)
{
	if (place->len == 0) {
		if (place->seen == 0) {
			enum stream_result lines = empty_lines(text, len, is_server, place);

			if (lines != STREAM_MESSAGE)
				return lines;
		}
		const char *message = text + place->skip;
		uint32_t came = len - place->skip, body = 0;
		uint32_t head = header_end(message, came, place->seen);

		if (head == 0 || head > most) {
			place->seen = came > 3 ? came - 3 : 0;
			return came > most ? STREAM_LONG : STREAM_MORE;
		}
		if (!body_length(message, message + head, most, &body))
			return STREAM_BAD;
		if (body > most - head)
			return STREAM_LONG;
		place->len = head + body;
	}
	return len - place->skip < place->len ? STREAM_MORE : STREAM_MESSAGE;
}
