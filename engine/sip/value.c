// SPDX-License-Identifier: BSD-3-Clause
// Addresses and parameters in header values (RFC 3261 20.10, 25.1).
#include "sip/value.h"

#include <heartline/addr.h>

#include "sip/find.h"

// clang-format off
FIND(semicolon, _mm_or_si128(FIND_IS(x, ';'), FIND_IS(x, '"')), c == ';' || c == '"')
FIND(comma, _mm_or_si128(FIND_IS(x, ','), FIND_IS(x, '"')), c == ',' || c == '"')
FIND(param_stop, _mm_or_si128(_mm_or_si128(FIND_IS(x, ';'), FIND_IS(x, ',')), FIND_IS(x, '"')),
     c == ';' || c == ',' || c == '"')
FIND(address_stop,
     _mm_or_si128(_mm_or_si128(FIND_IS(x, ';'), FIND_IS(x, ',')),
		  _mm_or_si128(FIND_IS(x, '"'), FIND_IS(x, '<'))),
     c == ';' || c == ',' || c == '"' || c == '<')
// what no URI holds, and what ends its host and its parameters
FIND(no_uri, _mm_or_si128(_mm_or_si128(FIND_UP_TO(x, ' '), FIND_IS(x, '<')), FIND_IS(x, '"')),
     c <= ' ' || c == '<' || c == '"')
FIND(host_stop, _mm_or_si128(FIND_IS(x, ';'), FIND_IS(x, '?')), c == ';' || c == '?')
FIND(colon, FIND_IS(x, ':'), c == ':')
FIND(at_sign, FIND_IS(x, '@'), c == '@')
FIND_ALL(no_uri)
FIND_ALL(host_stop)
FIND_ALL(colon)
FIND_ALL(at_sign)
// clang-format on

// The byte after the closing quote of the string that begins at `at`; NULL: it does not end.
static const char *quoted_end(const char *at, const char *end)
{
	for (at = find_quoted_stop(at + 1, end); at < end && *at == '\\';
	     at = find_quoted_stop(at, end)) {
		if (++at < end) // a quoted-pair
			at++;
	}
	return at < end ? at + 1 : NULL;
}

// The first such byte outside quoted strings, or `end`; NULL: a string does not end.
#define UNQUOTED(NAME) \
	static const char *unquoted_##NAME(const char *at, const char *end) \
	{ \
		while ((at = find_##NAME(at, end)) < end && *at == '"') { \
			at = quoted_end(at, end); \
			if (at == NULL) \
				return NULL; \
		} \
		return at; \
	}
UNQUOTED(address_stop)
UNQUOTED(param_stop)
UNQUOTED(semicolon)
UNQUOTED(comma)
#undef UNQUOTED

static const char *skip_lws(const char *at, const char *end)
{
	while (at < end && is_lws(*at))
		at++;
	return at;
}

bool address_next(const char **from, const char *end, struct address *out)
{
	const char *at = skip_lws(*from, end);

	*from = at;
	if (at == end)
		return false;
	const char *open = unquoted_address_stop(at, end);
	if (open == NULL)
		return false;
	if (open < end && *open == '<') {
		const char *close = memchr(open, '>', (size_t)(end - open));
		if (close == NULL)
			return false;
		out->uri = slice_trim(open + 1, close);
		at = close + 1;
	} else {
		// Without <> what follows a ; belongs to the header, not to the URI, and a ? must
		// not stand there (20.10).
		if (memchr(at, '"', (size_t)(open - at)) != NULL ||
		    memchr(at, '?', (size_t)(open - at)) != NULL)
			return false;
		out->uri = slice_trim(at, open);
		at = open;
	}
	const char *comma = unquoted_comma(at, end);
	if (comma == NULL || out->uri.len == 0)
		return false;
	out->params = slice_trim(at, comma);
	if (out->params.len > 0 && *out->params.at != ';')
		return false;
	*from = comma < end ? comma + 1 : end;
	return true;
}

static bool port_read(const char *at, const char *end, uint16_t *port)
{
	uint32_t n;

	if (!text_get_number(at, (uint32_t)(end - at), &n) || n == 0 || n > UINT16_MAX)
		return false;
	*port = (uint16_t)n;
	return true;
}

// "host", "host:port", "[IPv6]:port"
static bool host_read(const char *at, const char *end, struct address_uri *out)
{
	const char *host_end = at;

	if (at < end && *at == '[') {
		host_end = memchr(at, ']', (size_t)(end - at));
		if (host_end == NULL)
			return false;
		out->host = (struct slice){ at + 1, (uint32_t)(host_end - at - 1) };
		host_end++;
	} else {
		host_end = find_colon(at, end);
		out->host = (struct slice){ at, (uint32_t)(host_end - at) };
	}
	if (out->host.len == 0)
		return false;
	return host_end == end || (*host_end == ':' && port_read(host_end + 1, end, &out->port));
}

// The first of the bits from `from` on; `n` when there is none.
static inline uint32_t first_bit(uint64_t bits, uint32_t from, uint32_t n)
{
	bits &= UINT64_MAX << from;
	return bits != 0 ? (uint32_t)__builtin_ctzll(bits) : n;
}

// A sip: URI of 8 to 63 bytes, as nearly all are: every byte is looked at once. It finds what
// address_uri_read() finds, step by step the same (tests/unit/sip/test_value.c).
static bool short_uri_read(struct slice uri, struct address_uri *out)
{
	const uint32_t n = uri.len;
	const uint64_t colons = find_colon_all(uri.at, n);
	const uint64_t stops = find_host_stop_all(uri.at, n);
	uint32_t host = 4; // behind "sip:"

	out->sip = true;
	if (find_no_uri_all(uri.at, n) != 0)
		return false;
	uint32_t user_end = first_bit(find_at_sign_all(uri.at, n), host, n);
	if (user_end != n) {
		uint32_t password = first_bit(colons, host, n);
		out->user.at = uri.at + host;
		out->user.len = (password < user_end ? password : user_end) - host;
		host = user_end + 1;
	}
	uint32_t host_end = first_bit(stops, host, n), params_end = host_end;
	while (params_end < n && uri.at[params_end] != '?')
		params_end = first_bit(stops, params_end + 1, n);
	out->params = (struct slice){ uri.at + host_end, params_end - host_end };

	uint32_t colon = first_bit(colons, host, n);
	if (host == host_end || uri.at[host] == '[')
		return host_read(uri.at + host, uri.at + host_end, out);
	out->host.at = uri.at + host;
	out->host.len = (colon < host_end ? colon : host_end) - host;
	return out->host.len > 0 &&
	       (colon >= host_end || port_read(uri.at + colon + 1, uri.at + host_end, &out->port));
}

bool address_uri_read(struct slice uri, struct address_uri *out)
{
	const char *const end = uri.at + uri.len;

	*out = (struct address_uri){ .port = 0 };
	if (uri.len >= 8 && uri.len < 64 && letters_are(uri.at, "sip:", 4))
		return short_uri_read(uri, out);
	const char *colon = find_colon(uri.at, end);
	uint32_t scheme = (uint32_t)(colon - uri.at);
	if (colon == end || scheme == 0 || (uint8_t)((*uri.at | 0x20) - 'a') >= 26 ||
	    find_no_uri(uri.at, end) != end)
		return false;
	for (const char *c = uri.at; c < colon; c++) {
		if (!is_token_char(*c))
			return false;
	}
	out->sip = (scheme == 3 && letters_are(uri.at, "sip", 3)) ||
		   (scheme == 4 && letters_are(uri.at, "sips", 4));
	if (!out->sip)
		return true;

	const char *at = colon + 1;
	const char *user_end = find_at_sign(at, end);
	if (user_end != end) {
		// The user may hold ; and ? (RFC 3261 25.1), a password is cut off.
		out->user = (struct slice){ at, (uint32_t)(find_colon(at, user_end) - at) };
		at = user_end + 1;
	}
	const char *host_end = find_host_stop(at, end);
	const char *params_end = host_end;
	while (params_end < end && *params_end != '?') // headers of the URI
		params_end = find_host_stop(params_end + 1, end);
	out->params = (struct slice){ host_end, (uint32_t)(params_end - host_end) };
	return host_read(at, host_end, out);
}

// Without the brackets of IPv6.
static struct slice bare(struct slice host)
{
	if (host.len < 2 || host.at[0] != '[')
		return host;
	return (struct slice){ host.at + 1, host.len - 2 };
}

bool hosts_equal(struct slice a, struct slice b)
{
	struct hl_addr a_addr, b_addr;

	a = bare(a);
	b = bare(b);
	if (text_equal_nocase(a.at, a.len, b.at, b.len))
		return true;
	return a.len > 0 && memchr(a.at, ':', a.len) != NULL &&
	       hl_addr_parse(a.at, a.len, &a_addr) == 0 &&
	       hl_addr_parse(b.at, b.len, &b_addr) == 0 && hl_addr_equal(&a_addr, &b_addr);
}

bool param_next(struct slice *params, struct param *out)
{
	const char *const end = params->at + params->len;

	if (params->len == 0)
		return false;
	const char *next = unquoted_semicolon(params->at + 1, end); // `at` stands on a ;
	if (next == NULL)
		return false;
	struct slice piece = slice_trim(params->at + 1, next);
	const char *const piece_end = piece.at + piece.len;
	const char *name_end = piece.at;
	while (name_end < piece_end && *name_end != '=' && !is_lws(*name_end))
		name_end++;
	const char *equal = skip_lws(name_end, piece_end);
	out->name = (struct slice){ piece.at, (uint32_t)(name_end - piece.at) };
	out->value = (struct slice){ next, 0 };
	if (equal < piece_end && *equal == '=')
		out->value = slice_trim(equal + 1, next);
	else if (equal < piece_end)
		out->name.len = 0;
	*params = (struct slice){ next, (uint32_t)(end - next) };
	return true;
}

bool param_find(struct slice params, const char *name, struct slice *value)
{
	struct param param;

	while (param_next(&params, &param)) {
		if (param_is(&param, name)) {
			*value = param.value;
			return true;
		}
	}
	return false;
}

// Of "name=value", whose name is so long; at == NULL: another name.
static struct slice param_value(struct slice piece, uint32_t name_len)
{
	const char *const end = piece.at + piece.len;
	const char *equal = skip_lws(piece.at + name_len, end);

	return equal < end && *equal == '=' ? slice_trim(equal + 1, end) : (struct slice){ 0 };
}

bool via_params_read(const char *at, const char *end, struct via_params *out)
{
	*out = (struct via_params){ .end = end };
	at = unquoted_param_stop(at, end); // over the port
	while (at != NULL && at < end && *at == ';') {
		const char *name = skip_lws(at + 1, end);

		at = unquoted_param_stop(name, end);
		if (at == NULL)
			break;
		struct slice piece = slice_trim(name, at);
		out->nameless |= piece.len == 0 || *piece.at == '=';
		if (piece.len == 5 && letters_are(piece.at, "rport", 5))
			out->rport_end = piece.at + piece.len;
		else if (piece.len > 6 && letters_are(piece.at, "maddr", 5))
			out->maddr = param_value(piece, 5);
	}
	if (at == NULL)
		return false;
	out->end = at;
	return true;
}
