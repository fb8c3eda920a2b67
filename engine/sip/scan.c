// SPDX-License-Identifier: BSD-3-Clause
// The reader of replies. Every reply comes through here: one pass over the text, nothing copied.
#include "sip/scan.h"

#include "sip/header.h"

// "SIP/2.0 200 \r\n" and "v:": what a block may reach back to (marks.h).
#define STATUS_LINE_MIN 14

// One Via parameter between its ';' and the next one; `equal` is its '=', or NULL.
static inline enum scan_result via_param(const char *at, const char *equal, const char *end,
					 struct slice *branch)
{
	const char *name_end = equal != NULL ? equal : end;

	if (equal != NULL && (at == equal || equal + 1 == end))
		return SCAN_DECLINE; // ";=", "rport=;"
	if (branch->at != NULL)
		return SCAN_OK;                       // the first one counts
	struct slice name = slice_trim(at, name_end); // empty: ";;"
	if (name.len != 6 || !letters_are(name.at, "branch", 6))
		return SCAN_OK;
	if (equal == NULL)
		return SCAN_DECLINE;
	*branch = slice_trim(equal + 1, end);
	return branch->len > 0 ? SCAN_OK : SCAN_DECLINE;
}

// "SIP/2.0/UDP host[:port]" up to its ';' (or end): the shape that everybody writes.
static inline bool via_start_usual(struct slice value, const char *colon, const char *stop)
{
	const char *at = value.at + 8;
	const char *host_end = colon != NULL ? colon : stop;

	if (stop - value.at < 12 || !letters_are(value.at, "sip/2.0/", 8))
		return false;
	while (at < stop && !is_lws(*at)) // UDP
		at++;
	if (at == value.at + 8)
		return false;
	while (at < host_end && *at == ' ')
		at++;
	if (at >= host_end)
		return false;
	if (colon == NULL)
		return true;
	do
		colon++;
	while (colon < stop && *colon == ' ');
	return colon < stop && (uint8_t)(*colon - '0') <= 9 && stop - colon <= 8;
}

// The branch of the first value of a Via line (RFC 3261 18.1.1: the topmost is ours).
static enum scan_result via_read(struct slice value, struct slice *branch)
{
	const char *const end = value.at + value.len;
	const char *param = NULL, *equal = NULL, *colon = NULL, *reference = NULL;
	struct marks m;

	marks_start(&m, value.at, end);
	for (;;) {
		const char *at = marks_next(&m, separators_of);
		char c = at == end ? ',' : *at;

		if (c == '=') {
			if (param != NULL && equal == NULL)
				equal = at;
		} else if (c == ':') {
			if (param != NULL || at < reference)
				continue;
			if (colon != NULL)
				return SCAN_DECLINE;
			colon = at;
		} else if (
			c ==
			'[') { // an IPv6reference (RFC 3261 25.1); RFC 5118 4.5: in received, too
			if (param != NULL)
				continue;
			if (colon != NULL || reference != NULL)
				return SCAN_DECLINE;
			reference = memchr(at, ']', (size_t)(end - at));
			if (reference == NULL)
				return SCAN_DECLINE;
		} else if (c == ';' || c == ',') {
			enum scan_result r = SCAN_OK;

			if (param != NULL)
				r = via_param(param, equal, at, branch);
			else if (at < reference || !via_start_usual(value, colon, at))
				r = SCAN_DECLINE;
			if (r != SCAN_OK || c == ',')
				return r;
			param = at + 1;
			equal = NULL;
		} else {
			return SCAN_DECLINE; // a quoted string or comment: legal at some places
		}
	}
}

// Legal in small letters (RFC 3261 7.1); tabs and more spaces are not, but may be meant well.
static bool is_odd_status_line(const char *text, uint32_t len)
{
	uint32_t i = 7, digits = 0;

	if (len < STATUS_LINE_MIN + 2 || !letters_are(text, "sip/2.0", 7))
		return false;
	while (i < len && (text[i] == ' ' || text[i] == '\t'))
		i++;
	if (i == 7)
		return false;
	for (; i < len && (uint8_t)(text[i] - '0') <= 9; i++)
		digits++;
	return digits == 3 && i < len && is_lws(text[i]);
}

// What is no response: told apart outside the hot path.
static __attribute__((noinline)) enum scan_result scan_other(const char *text, uint32_t len,
							     struct sip_reply *out)
{
	uint32_t i = 0;

	while (i < len && (text[i] == '\r' || text[i] == '\n')) // RFC 3261 7.5
		i++;
	if (i == len)
		return SCAN_KEEPALIVE;
	if (i > 0)
		return scan_reply(text + i, len - i, out);
	if (len >= 4 && letters_are(text, "sip/", 4))
		return is_odd_status_line(text, len) ? SCAN_DECLINE : SCAN_BAD;
	while (i < len && (uint8_t)text[i] > ' ' && (uint8_t)text[i] < 0x7f)
		i++;
	return i > 0 && i < len && text[i] == ' ' ? SCAN_REQUEST : SCAN_BAD;
}

// "SIP/2.0 200 ", or without that space where no phrase follows: false when it is not exactly that.
static inline bool status_read(const char *text, uint32_t len, uint16_t *status)
{
	if (len < STATUS_LINE_MIN || memcmp(text, "SIP/2.0 ", 8) != 0)
		return false;
	uint8_t d[3] = { (uint8_t)(text[8] - '0'), (uint8_t)(text[9] - '0'),
			 (uint8_t)(text[10] - '0') };
	*status = (uint16_t)(d[0] * 100 + d[1] * 10 + d[2]);
	return d[0] <= 9 && d[1] <= 9 && d[2] <= 9 && (text[11] == ' ' || text[11] == '\r');
}

static inline void reply_clear(struct sip_reply *out)
{
	out->n_contacts = out->n_challenges = out->proxy_challenges = 0;
	out->expires = out->min_expires = out->retry_after = SIP_NO_NUMBER;
	out->branch = out->auth_info = (struct slice){ NULL, 0 };
}

static inline bool is_blank(const char *at, const char *end)
{
	return at == end || (is_lws(end[-1]) && slice_trim(at, end).len == 0);
}

// Given again, it must say the same: two that differ are how messages are smuggled. A blank one says
// nothing, as a datagram has an end of its own (RFC 3261 18.3).
static inline enum scan_result content_length_read(struct slice value, uint32_t *content_length)
{
	uint32_t length;

	if (value.len == 0)
		return SCAN_OK;
	if (!text_get_number(value.at, value.len, &length) || length == SIP_NO_NUMBER ||
	    (*content_length != SIP_NO_NUMBER && length != *content_length))
		return SCAN_BAD;
	*content_length = length;
	return SCAN_OK;
}

// One header line, its value between `at` and `end`; `seen` holds those that stood there already.
static inline enum scan_result reply_header(struct sip_reply *out, enum header_id id,
					    const char *at, const char *end, uint32_t *seen,
					    uint32_t *content_length)
{
	const bool again = *seen & HEADER_BIT(id);

	*seen |= HEADER_BIT(id);
	switch (id) {
	case HEADER_VIA:
		return again ? SCAN_OK : via_read(slice_trim(at, end), &out->branch);
	case HEADER_TO:
		out->to = (struct slice){ at, (uint32_t)(end - at) };
		return again || is_blank(at, end) ? SCAN_BAD : SCAN_OK;
	case HEADER_FROM:
	case HEADER_CALL_ID:
		return again || is_blank(at, end) ? SCAN_BAD : SCAN_OK;
	case HEADER_CSEQ:
		return again || !cseq_read(slice_trim(at, end), &out->cseq, &out->method) ? SCAN_BAD
											  : SCAN_OK;
	case HEADER_CONTENT_LENGTH:
		return content_length_read(slice_trim(at, end), content_length);
	case HEADER_CONTACT:
		if (is_blank(at, end))
			return SCAN_OK;
		if (out->n_contacts == SIP_CONTACTS_MAX)
			return SCAN_DECLINE;
		out->contacts[out->n_contacts++] = slice_trim(at, end);
		return SCAN_OK;
	case HEADER_EXPIRES:
		if (out->expires == SIP_NO_NUMBER)
			out->expires = value_seconds(slice_trim(at, end));
		return SCAN_OK;
	case HEADER_MIN_EXPIRES:
		if (out->min_expires == SIP_NO_NUMBER)
			out->min_expires = value_seconds(slice_trim(at, end));
		return SCAN_OK;
	case HEADER_RETRY_AFTER:
		if (out->retry_after == SIP_NO_NUMBER)
			out->retry_after = value_seconds(slice_trim(at, end));
		return SCAN_OK;
	case HEADER_WWW_AUTHENTICATE:
	case HEADER_PROXY_AUTHENTICATE:
		if (is_blank(at, end))
			return SCAN_OK;
		if (out->n_challenges == SIP_CHALLENGES_MAX)
			return SCAN_DECLINE;
		out->proxy_challenges |= (id == HEADER_PROXY_AUTHENTICATE) << out->n_challenges;
		out->challenges[out->n_challenges++] = slice_trim(at, end);
		return SCAN_OK;
	case HEADER_AUTHENTICATION_INFO:
		if (out->auth_info.at == NULL && !is_blank(at, end))
			out->auth_info = slice_trim(at, end);
		return SCAN_OK;
	default:
		return SCAN_OK; // of no use to a line
	}
}

enum scan_result scan_reply(const char *text, uint32_t len, struct sip_reply *out)
{
	const char *const end = text + len;
	const char *at = text, *line_end;
	uint32_t seen = 0, content_length = SIP_NO_NUMBER;
	struct marks m;

	if (len < STATUS_LINE_MIN + 2 || !status_read(text, len, &out->status))
		return scan_other(text, len, out);
	if (out->status < 100 || out->status > 699)
		return SCAN_BAD;
	reply_clear(out);
	marks_start(&m, text, end);

	enum line_kind kind;
	while ((kind = line_next(&m, at, &line_end, false)) == LINE_TEXT) {
		if (at != text) { // the status line is read
			const char *colon;
			enum header_id id = end - at >= 8 ? header_usual(at, line_end, &colon)
							  : HEADERS;
			if (id == HEADERS) {
				colon = header_colon(at, line_end, end);
				if (colon == NULL)
					return SCAN_BAD;
				id = header_id(at, name_len(at, colon));
			}
			enum scan_result r = reply_header(out, id, colon + 1, line_end, &seen,
							  &content_length);
			if (r != SCAN_OK)
				return r;
		}
		at = line_end + 2;
	}
	if (kind != LINE_BLANK)
		return kind == LINE_NUL ? SCAN_BAD : SCAN_DECLINE;
	if ((seen & HEADERS_MANDATORY) != HEADERS_MANDATORY)
		return SCAN_BAD;
	// A datagram shorter than it says was cut (RFC 3261 18.3); what is more is not ours.
	return content_length > (size_t)(end - line_end - 2) && content_length != SIP_NO_NUMBER
		       ? SCAN_BAD
		       : SCAN_OK;
}
