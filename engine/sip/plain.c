// SPDX-License-Identifier: BSD-3-Clause
// Lenient forms rewritten for osip2: folds, tabs, line ends, empty parameters, a bare status line.
//
// osip2 refuses a whole message for one header that it does not like, also for one that no line reads.
// So it is asked only about what is taken from its answer: the status, the topmost Via, CSeq and the
// headers of seconds. Names are compared here by themselves: the scanner's reader of names is what this
// is the oracle of.
#include "sip/plain.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "sip/text_writer.h"

enum header {
	PLAIN_VIA,
	PLAIN_FROM,
	PLAIN_TO,
	PLAIN_CALL_ID,
	PLAIN_CSEQ,
	PLAIN_CONTENT_LENGTH,
	PLAIN_EXPIRES,
	PLAIN_MIN_EXPIRES,
	PLAIN_RETRY_AFTER,
	PLAIN_OTHER,
};

static const struct {
	const char *name, *compact; // RFC 3261 7.3.3
} names[PLAIN_OTHER] = {
	[PLAIN_VIA] = { "Via", "v" },
	[PLAIN_FROM] = { "From", "f" },
	[PLAIN_TO] = { "To", "t" },
	[PLAIN_CALL_ID] = { "Call-ID", "i" },
	[PLAIN_CSEQ] = { "CSeq", NULL },
	[PLAIN_CONTENT_LENGTH] = { "Content-Length", "l" },
	[PLAIN_EXPIRES] = { "Expires", NULL },
	[PLAIN_MIN_EXPIRES] = { "Min-Expires", NULL },
	[PLAIN_RETRY_AFTER] = { "Retry-After", NULL },
};

// What was seen of a message so far.
struct reading {
	struct plain *plain;
	struct text_writer w;  // writes plain->asked
	uint32_t seen;         // bits by enum header
	bool has_length;       // a Content-Length that says something
	uint32_t length, left; // what it says, and what stands behind the headers
};

static bool is_text(struct slice s, const char *text)
{
	return text != NULL && strlen(text) == s.len && strncasecmp(s.at, text, s.len) == 0;
}

static struct slice trimmed(const char *at, const char *end)
{
	while (at < end && *at == ' ')
		at++;
	while (end > at && end[-1] == ' ')
		end--;
	return (struct slice){ at, (uint32_t)(end - at) };
}

static enum header header_of(struct slice name)
{
	unsigned id = 0;

	while (id < PLAIN_OTHER && !is_text(name, names[id].name) &&
	       !is_text(name, names[id].compact))
		id++;
	return (enum header)id;
}

// "SIP/2.0 200", and a phrase or none: RFC 3261 7.2 wants a space behind the number even then.
static int status_line_read(struct reading *r, const char *line, const char *end)
{
	const char *digits = line + strlen("SIP/2.0");

	if (end - line < (ptrdiff_t)strlen("SIP/2.0 200") || strncasecmp(line, "SIP/2.0", 7) != 0 ||
	    *digits != ' ')
		return -EBADMSG;
	digits += strspn(digits, " ");
	if (strspn(digits, "0123456789") != 3 || (digits + 3 < end && digits[3] != ' '))
		return -EBADMSG;
	writer_text(&r->w, "SIP/2.0 ");
	writer_bytes(&r->w, digits, 3);
	writer_text(&r->w, " plain\r\n");
	return 0;
}

// Where a parameter or the whole value ends: `stops` outside of quoted strings and comments.
static const char *stop_find(const char *at, const char *end, const char *stops)
{
	bool quoted = false;
	unsigned comments = 0;

	for (; at < end; at++) {
		if ((quoted || comments > 0) && *at == '\\' && at + 1 < end)
			at++; // a quoted-pair
		else if (*at == '"' && comments == 0)
			quoted = !quoted;
		else if (!quoted && *at == '(')
			comments++;
		else if (!quoted && *at == ')' && comments > 0)
			comments--;
		else if (!quoted && comments == 0 && strchr(stops, *at) != NULL)
			return at;
	}
	return end;
}

// The topmost value without its nameless parameters, and without the "=" of those that have no value.
static void via_put(struct reading *r, struct slice value)
{
	const char *at = value.at, *end = value.at + value.len;

	while (at < end && (*at == ',' || *at == ' ')) // empty elements
		at++;
	end = stop_find(at, end, ",");
	writer_text(&r->w, "Via: ");
	for (bool first = true; at < end; first = false) {
		const char *stop = stop_find(at, end, ";");
		struct slice piece = trimmed(at, stop);

		if (!first && piece.len > 1 &&
		    memchr(piece.at, '=', piece.len) == piece.at + piece.len - 1)
			piece = trimmed(piece.at, piece.at + piece.len - 1);
		if (first || (piece.len > 0 && *piece.at != '=')) {
			writer_text(&r->w, first ? "" : ";");
			writer_slice(&r->w, piece);
		}
		at = stop < end ? stop + 1 : end;
	}
	writer_text(&r->w, "\r\n");
}

static void header_put(struct reading *r, enum header id, struct slice value)
{
	writer_text(&r->w, names[id].name);
	writer_text(&r->w, ": ");
	writer_slice(&r->w, value);
	writer_text(&r->w, "\r\n");
}

// Twice the same says no more than once; two that differ are how messages are smuggled.
static int content_length_read(struct reading *r, struct slice value)
{
	uint32_t length;

	if (value.len == 0) // a datagram has an end of its own (RFC 3261 18.3)
		return 0;
	if (!text_get_number(value.at, value.len, &length) ||
	    (r->has_length && length != r->length))
		return -EBADMSG;
	r->has_length = true;
	r->length = length;
	return 0;
}

static int header_read(struct reading *r, enum header id, struct slice value)
{
	const bool again = r->seen >> id & 1;

	if (id == PLAIN_OTHER)
		return 0;
	if (id == PLAIN_CONTENT_LENGTH)
		return content_length_read(r, value);
	if (id == PLAIN_VIA && value.len == 0)
		return 0;
	r->seen |= 1u << id;
	switch (id) {
	case PLAIN_VIA:
		if (!again)
			via_put(r, value);
		return 0;
	case PLAIN_TO:
		r->plain->to = value;
		return again || value.len == 0 ? -EBADMSG : 0;
	case PLAIN_FROM:
	case PLAIN_CALL_ID:
		return again || value.len == 0 ? -EBADMSG : 0;
	case PLAIN_CSEQ:
		header_put(r, id, value);
		return again ? -EBADMSG : 0;
	default:
		if (value.len > 0)
			header_put(r, id, value);
		return 0;
	}
}

// Make each header of a copy one line with blanks for tabs (RFC 3261 7.3.1), whatever ends the lines:
// CR and LF, or one of them alone. Behind the headers stands a NUL. NULL: a NUL was there before, which
// would be taken for the end.
static const char *unfold(char *copy, uint32_t len, const char **body)
{
	*body = copy + len;
	for (uint32_t i = 0; i < len; i++) {
		if (copy[i] == '\t')
			copy[i] = ' ';
		if (copy[i] == '\0')
			return NULL;
		if (copy[i] != '\r' && copy[i] != '\n')
			continue;
		uint32_t next = i + (copy[i] == '\r' && copy[i + 1] == '\n' ? 2 : 1);
		if (copy[next] == '\r' || copy[next] == '\n') { // a blank line
			*body = copy + next +
				(copy[next] == '\r' && copy[next + 1] == '\n' ? 2 : 1);
			return copy + next;
		}
		if (copy[next] == ' ' || copy[next] == '\t')
			memset(copy + i, ' ', next - i);
		else
			i = next - 1;
	}
	return copy + len;
}

static int lines_read(struct reading *r)
{
	const char *const end = r->plain->end;
	const char *line = r->plain->lines;
	int rc = 0;

	for (bool first = true; rc == 0 && line < end; first = false) {
		const char *stop = line + strcspn(line, "\r\n");

		if (first) {
			rc = status_line_read(r, line, stop);
			r->plain->headers = stop;
		} else {
			const char *colon = memchr(line, ':', (size_t)(stop - line));
			struct slice name = trimmed(line, colon != NULL ? colon : line);

			if (name.len == 0)
				return -EBADMSG;
			rc = header_read(r, header_of(name), trimmed(colon + 1, stop));
		}
		line = stop + strspn(stop, "\r\n");
	}
	return rc;
}

int plain_make(const char *text, uint32_t len, char *room, struct plain *out)
{
	const uint32_t needed = 1 << PLAIN_VIA | 1 << PLAIN_FROM | 1 << PLAIN_TO |
				1 << PLAIN_CALL_ID | 1 << PLAIN_CSEQ;
	const char *body;

	while (len > 0 && (*text == '\r' || *text == '\n')) { // RFC 3261 7.5
		text++;
		len--;
	}
	*out = (struct plain){ .lines = room, .asked = room + len + 2 };
	memcpy(out->lines, text, len);
	memset(out->lines + len, 0, 2);
	out->end = unfold(out->lines, len, &body);
	if (out->end == NULL)
		return -EBADMSG;

	struct reading r = {
		.plain = out,
		.w = { out->asked, out->asked + 2 * (size_t)len + 63, false },
		.left = (uint32_t)(out->lines + len - body),
	};
	out->lines[out->end - out->lines] = '\0';
	int rc = lines_read(&r);
	if (rc == 0 && (r.seen & needed) != needed)
		rc = -EBADMSG;
	if (rc == 0 && r.has_length && r.length > r.left)
		rc = -EBADMSG; // cut short (RFC 3261 18.3)
	writer_text(&r.w, "\r\n");
	out->asked_len = (uint32_t)(r.w.at - out->asked);
	out->asked[out->asked_len] = '\0';
	return rc != 0 ? rc : r.w.full ? -EBADMSG : 0;
}
