// SPDX-License-Identifier: BSD-3-Clause
// Header lines one after the other, for both scanners.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "sip/marks.h"
#include "sip/value.h"

enum line_kind {
	LINE_TEXT,
	LINE_BLANK, // the end of the headers
	LINE_CUT,   // the text ends without a blank line
	LINE_ODD,   // folded, a bare CR or LF, a control character: legal or not, not for a scanner
	LINE_NUL,
};

// Next line, without its CRLF (RFC 3261 7: each line ends with CRLF). `unfold`: a line that goes on
// in the next one (7.3.1) is one line, the fold stays in it, and tabs are welcome, as is any other
// control character behind a backslash: a quoted-pair (25.1), even of NUL (RFC 4475 3.1.1.2).
static inline enum line_kind line_next(struct marks *m, const char *at, const char **line_end,
				       bool unfold)
{
	for (;;) {
		const char *cr = marks_next(m, controls_of);

		if (cr == m->end)
			return LINE_CUT;
		if (unfold && (*cr == '\t' || (*cr != '\r' && *cr != '\n' && cr[-1] == '\\')))
			continue; // the request line stands before: there is a cr[-1]
		if (*cr != '\r' || cr + 1 == m->end || cr[1] != '\n')
			return *cr == '\0' ? LINE_NUL : LINE_ODD;
		marks_skip(m, controls_of); // the LF
		*line_end = cr;
		if (cr == at)
			return LINE_BLANK;
		if (cr + 2 == m->end || (cr[2] != ' ' && cr[2] != '\t'))
			return LINE_TEXT;
		if (!unfold)
			return LINE_ODD;
	}
}

// Headers that a scanner looks into. The first ones are a set of bits.
enum header_id {
	HEADER_VIA,
	HEADER_FROM,
	HEADER_TO,
	HEADER_CALL_ID,
	HEADER_CSEQ,
	HEADER_CONTENT_LENGTH,
	HEADER_CONTACT,
	HEADER_EXPIRES,
	HEADER_MIN_EXPIRES,
	HEADER_RETRY_AFTER,
	HEADER_MAX_FORWARDS,
	HEADER_WWW_AUTHENTICATE,
	HEADER_PROXY_AUTHENTICATE,
	HEADER_AUTHENTICATION_INFO,
	HEADER_AUTHORIZATION,
	HEADER_PROXY_AUTHORIZATION,
	HEADER_REQUIRE,
	HEADER_EVENT,
	HEADER_SUBSCRIPTION_STATE,
	HEADER_OTHER,
	HEADERS,
};
#define HEADER_BIT(ID) (1u << (ID))
// RFC 3261 8.1.1; Max-Forwards is not in a response.
#define HEADERS_MANDATORY \
	(HEADER_BIT(HEADER_VIA) | HEADER_BIT(HEADER_FROM) | HEADER_BIT(HEADER_TO) | \
	 HEADER_BIT(HEADER_CALL_ID) | HEADER_BIT(HEADER_CSEQ))

// Name of a header, long or compact (RFC 3261 7.3.3, RFC 6665 8.2.1 for Event).
static inline enum header_id header_id(const char *name, uint32_t len)
{
#define HEADER_IS(TEXT, ID) \
	if (letters_are(name, TEXT, sizeof(TEXT) - 1)) \
	return ID
	switch (len) {
	case 1:
		switch (*name | 0x20) {
		case 'v':
			return HEADER_VIA;
		case 'f':
			return HEADER_FROM;
		case 't':
			return HEADER_TO;
		case 'i':
			return HEADER_CALL_ID;
		case 'l':
			return HEADER_CONTENT_LENGTH;
		case 'm':
			return HEADER_CONTACT;
		case 'o':
			return HEADER_EVENT;
		}
		break;
	case 2:
		HEADER_IS("to", HEADER_TO);
		break;
	case 3:
		HEADER_IS("via", HEADER_VIA);
		break;
	case 4:
		HEADER_IS("from", HEADER_FROM);
		HEADER_IS("cseq", HEADER_CSEQ);
		break;
	case 5:
		HEADER_IS("event", HEADER_EVENT);
		break;
	case 7:
		HEADER_IS("call-id", HEADER_CALL_ID);
		HEADER_IS("contact", HEADER_CONTACT);
		HEADER_IS("expires", HEADER_EXPIRES);
		HEADER_IS("require", HEADER_REQUIRE);
		break;
	case 11:
		HEADER_IS("min-expires", HEADER_MIN_EXPIRES);
		HEADER_IS("retry-after", HEADER_RETRY_AFTER);
		break;
	case 12:
		HEADER_IS("max-forwards", HEADER_MAX_FORWARDS);
		break;
	case 13:
		HEADER_IS("authorization", HEADER_AUTHORIZATION);
		break;
	case 14:
		HEADER_IS("content-length", HEADER_CONTENT_LENGTH);
		break;
	case 16:
		HEADER_IS("www-authenticate", HEADER_WWW_AUTHENTICATE);
		break;
	case 18:
		HEADER_IS("proxy-authenticate", HEADER_PROXY_AUTHENTICATE);
		HEADER_IS("subscription-state", HEADER_SUBSCRIPTION_STATE);
		break;
	case 19:
		HEADER_IS("authentication-info", HEADER_AUTHENTICATION_INFO);
		HEADER_IS("proxy-authorization", HEADER_PROXY_AUTHORIZATION);
		break;
	}
#undef HEADER_IS
	return HEADER_OTHER;
}

// The colon behind a line's name, NULL: none, or no name. `text_end` tells how far may be read.
static inline const char *header_colon(const char *at, const char *line_end, const char *text_end)
{
	const char *colon = colon_find(at, line_end, text_end);

	return colon == at ? NULL : colon;
}

// Length of the name before a colon, without the blanks that may stand between (RFC 3261 7.3.1).
static inline uint32_t name_len(const char *at, const char *colon)
{
	while (colon > at && is_lws(colon[-1]))
		colon--;
	return (uint32_t)(colon - at);
}

// A line, of at least eight bytes to the end of the text, whose name stands as nearly everybody writes
// it: told by words instead of a search for its colon. HEADERS: it does not, or is a rare one.
static inline enum header_id header_usual(const char *at, const char *line_end, const char **colon)
{
#define WORD(A, B, C, D) \
	((uint32_t)(A) | (uint32_t)(B) << 8 | (uint32_t)(C) << 16 | (uint32_t)(D) << 24)
#define USUAL(IS, LEN, ID) \
	if (IS) { \
		*colon = at + (LEN); \
		return ID; \
	}
	uint32_t first, next;

	memcpy(&first, at, sizeof(first));
	memcpy(&next, at + 4, sizeof(next));
	switch (first) {
	case WORD('V', 'i', 'a', ':'):
		USUAL(true, 3, HEADER_VIA);
	case WORD('F', 'r', 'o', 'm'):
		USUAL((next & 0xff) == ':', 4, HEADER_FROM);
		break;
	case WORD('T', 'o', ':', ' '):
		USUAL(true, 2, HEADER_TO);
	case WORD('C', 'a', 'l', 'l'):
		USUAL(next == WORD('-', 'I', 'D', ':'), 7, HEADER_CALL_ID);
		break;
	case WORD('C', 'S', 'e', 'q'):
		USUAL((next & 0xff) == ':', 4, HEADER_CSEQ);
		break;
	case WORD('C', 'o', 'n', 't'):
		USUAL(next == WORD('a', 'c', 't', ':'), 7, HEADER_CONTACT);
		USUAL(next == WORD('e', 'n', 't', '-') && line_end - at > 14 &&
			      memcmp(at + 8, "Length:", 7) == 0,
		      14, HEADER_CONTENT_LENGTH);
		break;
	}
#undef USUAL
#undef WORD
	return HEADERS;
}
