// SPDX-License-Identifier: BSD-3-Clause
// What may differ in a remembered text, header by header: what its scanner does not look into.
#include <string.h>

#include "sip/header.h"
#include "sip/memo.h"

// Plain bytes of the memo's text from `from` up to `to`.
static void release(struct memo *memo, const char *from, const char *to)
{
	for (; from < to; from++) {
		if (memo_is_plain(*from))
			memo->released[from - memo->text] = (char)0xff;
	}
}

static void release_slice(struct memo *memo, struct slice s)
{
	if (s.len > 0) // else s.at may be NULL
		release(memo, s.at, s.at + s.len);
}

static const char *stop_find(const char *at, const char *end)
{
	while (at < end && *at != ';' && *at != ',' && *at != '"')
		at++;
	return at;
}

// The values of ";name=value;name", up to a comma or a quoted string.
static void release_params(struct memo *memo, const char *at, const char *end)
{
	while (at < end && *at == ';') {
		const char *next = stop_find(at + 1, end);
		const char *equal = memchr(at, '=', (size_t)(next - at));

		if (equal != NULL)
			release(memo, equal + 1, next);
		at = next;
	}
}

// The first value of a Via line: its sent-by and the values of its parameters.
static void release_via(struct memo *memo, struct slice value)
{
	const char *const end = value.at + value.len;
	const char *host = value.at + sizeof("SIP/2.0/UDP ") - 1;

	if (value.len <= sizeof("SIP/2.0/UDP ") || memcmp(value.at, "SIP/2.0/UDP ", 12) != 0)
		return; // not written in the common way: it must stay as it is
	const char *stop = stop_find(host, end), *host_end = host;

	if (*host == '[') { // RFC 3261 25.1, IPv6reference
		host_end = memchr(host, ']', (size_t)(stop - host));
		if (host_end == NULL)
			return;
	}
	const char *colon = memchr(host_end, ':', (size_t)(stop - host_end));

	if (is_lws(*host) || is_lws(stop[-1]))
		return;
	if (colon != NULL) {
		memo->port = (struct slice){ colon + 1, (uint32_t)(stop - colon - 1) };
		release(memo, colon + 1, stop);
	}
	release(memo, host, colon != NULL ? colon : stop);
	release_params(memo, stop, end);
}

// The number of a CSeq value.
static void release_cseq(struct memo *memo, struct slice value)
{
	const char *end = value.at;

	while (end < value.at + value.len && (uint8_t)(*end - '0') <= 9)
		end++;
	memo->cseq = value;
	release(memo, value.at, end);
}

// From or To, whose URI is read: the display name, the URI's user and host, the values of the header's
// parameters.
static void release_party(struct memo *memo, struct slice value)
{
	const char *at = value.at, *const end = value.at + value.len;
	const char *open = memchr(value.at, '<', value.len);
	struct address address;
	struct address_uri uri;

	if (!address_next(&at, end, &address) || !address_uri_read(address.uri, &uri) || !uri.sip)
		return;
	if (open != NULL && open < address.uri.at)
		release(memo, value.at, open);
	release_slice(memo, uri.user);
	release_slice(memo, uri.host);
	release_params(memo, address.params.at, address.params.at + address.params.len);
}

static void release_header(struct memo *memo, enum header_id id, struct slice value,
			   enum memo_parties parties)
{
	switch (id) {
	case HEADER_VIA:
		release_via(memo, value);
		return;
	case HEADER_CSEQ:
		release_cseq(memo, value);
		return;
	case HEADER_FROM:
	case HEADER_TO:
		if (parties == PARTIES_READ)
			release_party(memo, value);
		else
			release_slice(memo, value);
		return;
	case HEADER_CONTENT_LENGTH: // numbers that decide
	case HEADER_MAX_FORWARDS:
	case HEADER_EXPIRES:
	case HEADER_MIN_EXPIRES:
	case HEADER_RETRY_AFTER:
		return;
	default: // the scanner says where it is, or does not read it at all
		release_slice(memo, value);
		return;
	}
}

bool memo_release_headers(struct memo *memo, enum memo_parties parties)
{
	const char *at = memo->text, *const end = memo->text + memo->len, *line_end;
	enum line_kind kind;
	bool has_via = false;
	struct marks m;

	marks_start(&m, at, end);
	while ((kind = line_next(&m, at, &line_end, false)) == LINE_TEXT) {
		// the first line of the text is no header and stays as it is
		const char *colon = at == memo->text ? NULL : header_colon(at, line_end, end);

		if (colon != NULL) {
			enum header_id id = header_id(at, name_len(at, colon));
			const struct slice value = slice_trim(colon + 1, line_end);

			if (id == HEADER_VIA && has_via) // only the topmost one is read
				release_slice(memo, value);
			else
				release_header(memo, id, value, parties);
			has_via |= id == HEADER_VIA;
		}
		at = line_end + 2;
	}
	return kind == LINE_BLANK;
}
