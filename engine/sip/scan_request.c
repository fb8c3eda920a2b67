// SPDX-License-Identifier: BSD-3-Clause
// Reads incoming requests, for lines and for the registrar.
#include "sip/scan.h"

#include "sip/header.h"

// The shortest request line, "A b SIP/2.0\r\n"; a block may reach back that far (marks.h).
#define REQUEST_MIN 16

// METHOD SP URI SP VERSION (RFC 3261 7.1). False: no SIP request; *good false: one for a 400.
static bool request_line_read(struct slice line, struct sip_request *out, bool *good)
{
	const char *const end = line.at + line.len;
	const char *space = memchr(line.at, ' ', line.len);
	const char *last = end;

	if (space == NULL)
		return false;
	if (line.len > 8 && end[-8] == ' ' && letters_are(end - 7, "sip/2.0", 7))
		last = end - 7; // where the version nearly always begins
	while (last > space && last[-1] != ' ')
		last--;
	uint32_t version_len = (uint32_t)(end - last);
	if (version_len < 5 || !letters_are(last, "sip/", 4))
		return false;
	out->method_text = (struct slice){ line.at, (uint32_t)(space - line.at) };
	out->method = method_read(out->method_text);
	if (out->method == HL_METHOD_NONE)
		return false;
	out->version_ok = version_len == 7 && letters_are(last, "sip/2.0", 7);
	out->uri = slice_trim(space, last);

	struct address_uri uri;
	*good = last - 1 > space && out->uri.len == (uint32_t)(last - 1 - (space + 1)) &&
		address_uri_read(out->uri, &uri);
	if (!*good)
		return true;
	out->uri_sip = uri.sip;
	out->uri_user = uri.user;
	out->uri_host = uri.host;
	// Headers of a URI have no place in a Request-URI (19.1.1).
	*good = !uri.sip || uri.params.at + uri.params.len == out->uri.at + out->uri.len;
	return true;
}

// Behind LWS, a `c`, and LWS again; NULL: there is none.
static const char *expect(const char *at, const char *end, char c)
{
	while (at < end && is_lws(*at))
		at++;
	if (at == end || *at != c)
		return NULL;
	at++;
	while (at < end && is_lws(*at))
		at++;
	return at;
}

static const char *token_end(const char *at, const char *end)
{
	while (at < end && is_token_char(*at))
		at++;
	return at;
}

// The topmost Via (RFC 3261 20.42): "SIP / 2.0 / UDP host : port ; params", LWS nearly everywhere.
static bool via_read(struct slice value, struct sip_request *out)
{
	const char *const end = value.at + value.len;
	const char *at = value.at;
	bool usual = value.len > 12 && letters_are(at, "sip/2.0/udp ", 12) && at[11] == ' ';

	if (usual)
		at += 11;
	for (int part = usual ? 3 : 0; part < 3; part++) {
		const char *token = at;

		at = token_end(at, end);
		if (at == token ||
		    (part == 0 && !text_equal_nocase(token, (uint32_t)(at - token), "SIP", 3)))
			return false;
		if (part < 2) {
			at = expect(at, end, '/');
			if (at == NULL)
				return false;
		}
	}
	if (at == end || !is_lws(*at))
		return false;
	while (at < end && is_lws(*at))
		at++;

	const char *host = at;
	if (at < end && *at == '[') {
		at = memchr(at, ']', (size_t)(end - at));
		if (at == NULL)
			return false;
		at++;
	} else {
		at = token_end(at, end);
	}
	out->via_host = (struct slice){ host, (uint32_t)(at - host) };
	if (at == host)
		return false;
	const char *port = expect(at, end, ':');
	if (port != NULL) {
		uint32_t n;

		at = port;
		while (at < end && (uint8_t)(*at - '0') <= 9)
			at++;
		if (!text_get_number(port, (uint32_t)(at - port), &n) || n > UINT16_MAX)
			return false;
		out->via_port = (uint16_t)n;
	}
	while (at < end && is_lws(*at))
		at++;
	if (at < end && *at != ';' && *at != ',')
		return false; // "host:5060x", "host name"
	struct via_params params;
	if (!via_params_read(at, end, &params))
		return false;
	out->via_has_rport = params.rport_end != NULL;
	out->via_rport_end = params.rport_end;
	out->via_end = params.end;
	out->via_maddr = params.maddr;
	return !params.nameless;
}

// From or To: one address. Its URI, and whether it has a tag.
static bool party_read(struct slice value, struct address_uri *uri, bool *has_tag)
{
	const char *at = value.at, *const end = value.at + value.len;
	struct address address;
	struct slice tag;

	if (!address_next(&at, end, &address) || at != end || !address_uri_read(address.uri, uri))
		return false;
	*has_tag = param_find(address.params, "tag", &tag);
	return true;
}

// A ninth Via line and later ones go on in the eighth slice, which then spans lines: copied as it
// stands it gives the same header again. False: another header lies between.
static bool via_add(struct sip_request *out, struct slice value, const char *line)
{
	if (out->n_vias < SIP_VIAS_MAX) {
		out->vias[out->n_vias++] = value;
		return true;
	}
	struct slice *last = &out->vias[SIP_VIAS_MAX - 1];
	if (slice_trim(last->at + last->len, line).len != 0)
		return false;
	last->len = (uint32_t)(value.at + value.len - last->at);
	return true;
}

static void first_of(struct slice *out, struct slice value)
{
	if (out->at == NULL && value.len > 0)
		*out = value;
}

// One header line; `seen` and `good` gather what `complete` will say. False: too much to answer.
static bool request_header(struct sip_request *out, enum header_id id, struct slice value,
			   const char *line, uint32_t *seen, bool *good)
{
	struct address_uri party;
	bool has_tag;
	bool again = *seen & HEADER_BIT(id);

	*seen |= HEADER_BIT(id);
	switch (id) {
	case HEADER_VIA:
		if (!again)
			*good &= via_read(value, out);
		return via_add(out, value, line);
	case HEADER_FROM:
		first_of(&out->from, value);
		*good &= !again && party_read(value, &party, &has_tag);
		break;
	case HEADER_TO:
		first_of(&out->to, value);
		if (again || !party_read(value, &party, &out->to_has_tag)) {
			*good = false;
			break;
		}
		out->to_user = party.user;
		out->to_host = party.host;
		out->to_sip = party.sip;
		break;
	case HEADER_CALL_ID:
		first_of(&out->call_id, value);
		*good &= !again && value.len > 0;
		break;
	case HEADER_CSEQ:
		first_of(&out->cseq_text, value);
		*good &= !again && cseq_read(value, &out->cseq, &out->cseq_method);
		break;
	case HEADER_CONTENT_LENGTH:
		*good &= !again && text_get_number(value.at, value.len, &out->body.len);
		break;
	case HEADER_MAX_FORWARDS:
		*good &= !again && text_get_number(value.at, value.len, &out->max_forwards) &&
			 out->max_forwards <= 255; // RFC 3261 20.22
		break;
	case HEADER_CONTACT:
		if (value.len > 0 && out->n_contacts < SIP_CONTACTS_MAX)
			out->contacts[out->n_contacts++] = value;
		break;
	case HEADER_EXPIRES:
		if (out->expires == SIP_NO_NUMBER)
			out->expires = value_seconds(value);
		break;
	case HEADER_AUTHORIZATION:
	case HEADER_PROXY_AUTHORIZATION:
		first_of(&out->authorization, value);
		break;
	case HEADER_REQUIRE:
		first_of(&out->require, value);
		break;
	case HEADER_EVENT:
		first_of(&out->event, value);
		break;
	case HEADER_SUBSCRIPTION_STATE:
		first_of(&out->subscription_state, value);
		break;
	default:
		break;
	}
	return true;
}

// True when request line and CSeq name the same method (RFC 3261 8.1.1.5), known or not.
static bool methods_agree(const struct sip_request *r)
{
	const struct slice method = r->method_text, cseq = r->cseq_text;

	if (r->cseq_method != r->method || r->method != HL_METHOD_OTHER)
		return r->cseq_method == r->method;
	return cseq.len > method.len && is_lws(cseq.at[cseq.len - method.len - 1]) &&
	       memcmp(cseq.at + cseq.len - method.len, method.at, method.len) == 0;
}

// line_next() for a common line: it ends in CRLF and is not folded. False: nothing was taken.
static inline bool usual_line_next(struct marks *m, const char *at, const char **line_end)
{
	struct marks ahead = *m;
	const char *cr = marks_next(&ahead, controls_of);

	if (m->end - cr < 3 || *cr != '\r' || cr[1] != '\n' || cr == at || is_lws(cr[2]))
		return false;
	marks_next(&ahead, controls_of); // the LF
	*line_end = cr;
	*m = ahead;
	return true;
}

enum scan_result scan_request(const char *text, uint32_t len, struct sip_request *out)
{
	const char *const end = text + len;
	const char *at = text, *line_end;
	uint32_t seen = 0;
	bool good = true;
	struct marks m;

	while (at < end && (*at == '\r' || *at == '\n')) // RFC 3261 7.5
		at++;
	if (at == end)
		return SCAN_KEEPALIVE;
	if (end - at < REQUEST_MIN)
		return SCAN_BAD;
	memset(out, 0, offsetof(struct sip_request, vias));
	out->expires = out->max_forwards = out->body.len = SIP_NO_NUMBER;
	marks_start(&m, at, end);

	const char *const start = at;
	enum line_kind kind;
	while ((kind = usual_line_next(&m, at, &line_end)
			       ? LINE_TEXT
			       : line_next(&m, at, &line_end, at != start)) == LINE_TEXT) {
		if (at == start) {
			struct slice line = slice_trim(at, line_end);
			if (!request_line_read(line, out, &good))
				return SCAN_BAD;
		} else {
			const char *colon = header_colon(at, line_end, end);
			if (colon == NULL)
				good = false; // not a header; the others tell where the answer goes
			else if (!request_header(out, header_id(at, name_len(at, colon)),
						 slice_trim(colon + 1, line_end), at, &seen, &good))
				return SCAN_DECLINE;
		}
		at = line_end + 2;
	}
	if (kind == LINE_NUL || (kind == LINE_CUT && seen == 0))
		return SCAN_BAD;
	if (kind == LINE_ODD)
		return SCAN_DECLINE;

	// A datagram shorter than its Content-Length gets 400 (RFC 3261 18.3); excess bytes are ignored.
	out->body.at = kind == LINE_BLANK ? line_end + 2 : end;
	uint32_t left = (uint32_t)(end - out->body.at);
	if (out->body.len == SIP_NO_NUMBER)
		out->body.len = left;
	good &= kind == LINE_BLANK && out->body.len <= left;
	if (out->body.len > left)
		out->body.len = left;
	out->complete = good && (seen & HEADERS_MANDATORY) == HEADERS_MANDATORY &&
			methods_agree(out);
	return SCAN_OK;
}
