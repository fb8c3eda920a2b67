// SPDX-License-Identifier: BSD-3-Clause
// Walks the Contacts of a reply, and finds the time that a registrar's 200 grants to the line's own
// Contact (RFC 3261 10.2.4, 10.3).
#include "base/hex.h"
#include "sip/scan.h"
#include "sip/value.h"

bool contact_next(const struct sip_reply *reply, struct contact_walk *walk, struct address *out)
{
	while (walk->at != NULL || walk->index < reply->n_contacts) {
		if (walk->at == NULL) {
			const struct slice *value = &reply->contacts[walk->index++];

			walk->at = value->at;
			walk->end = value->at + value->len;
		}
		while (walk->at < walk->end && (*walk->at == ',' || is_lws(*walk->at)))
			walk->at++; // an empty element is none (RFC 3261 7.3.1)
		if (walk->at == walk->end) {
			walk->at = NULL;
			continue;
		}
		const char *from = walk->at;
		if (address_next(&walk->at, walk->end, out)) {
			out->whole = (struct slice){ from, (uint32_t)(walk->at - from) };
			return true;
		}
		// where the next contact begins cannot be told
		*out = (struct address){ .whole = { from, (uint32_t)(walk->end - from) } };
		walk->at = NULL;
		return true;
	}
	return false;
}

// The character at *at, which moves behind it; an escape is what it stands for.
static char unescaped(const char **at, const char *end)
{
	const char *c = *at;

	if (*c == '%' && end - c >= 3 && hex_digit(c[1]) >= 0 && hex_digit(c[2]) >= 0) {
		*at += 3;
		return (char)(hex_digit(c[1]) << 4 | hex_digit(c[2]));
	}
	*at += 1;
	return *c;
}

static bool users_equal(struct slice a, struct slice b)
{
	if (a.len == 0 || b.len == 0) // one without a user may have no text at all
		return a.len == b.len;
	const char *at = a.at, *const a_end = a.at + a.len;
	const char *bt = b.at, *const b_end = b.at + b.len;

	if (slice_equal(a, b)) // as nearly always
		return true;
	while (at < a_end && bt < b_end) {
		if (unescaped(&at, a_end) != unescaped(&bt, b_end))
			return false;
	}
	return at == a_end && bt == b_end;
}

static bool has_password(const struct address_uri *u)
{
	return u->user.at != NULL && u->user.at[u->user.len] == ':';
}

enum whose {
	FOREIGN,
	OURS_UNMARKED, // equal, but the registrar has dropped the parameter hl
	OURS,
};

static bool is_never_ignored(const struct param *param)
{
	return param_is(param, "user") || param_is(param, "ttl") || param_is(param, "method") ||
	       param_is(param, "maddr");
}

// Of a URI that is ours as far as its parameters.
static enum whose params_whose(struct slice params, char server)
{
	struct slice transport = { 0 }, hl = { 0 };
	struct param param;

	while (param_next(&params, &param)) {
		if (is_never_ignored(&param))
			return FOREIGN;
		if (hl.at == NULL && param_is(&param, "hl"))
			hl = param.value;
		else if (transport.at == NULL && param_is(&param, "transport"))
			transport = param.value;
	}
	if (transport.at != NULL && !text_equal_nocase(transport.at, transport.len, "udp", 3))
		return FOREIGN;
	if (hl.at == NULL)
		return OURS_UNMARKED;
	return hl.len == 1 && (*hl.at | 0x20) == server ? OURS : FOREIGN;
}

// Compares with "sip:user@host:port;hl=p" as RFC 3261 19.1.4 says: a parameter that only one URI has
// is ignored unless it is one of the four named there; headers and a password count. The hl parameter
// tells what was registered at one server from what was registered at the other.
static enum whose contact_whose(struct slice uri, const struct contact_own *own)
{
	struct address_uri u;

	if (!address_uri_read(uri, &u) || !u.sip || !letters_are(uri.at, "sip:", 4) ||
	    has_password(&u) || u.params.at + u.params.len != uri.at + uri.len ||
	    !hosts_equal(u.host, own->host) || (u.port != 0 ? u.port : 5060) != own->port ||
	    !users_equal(u.user, own->user))
		return FOREIGN;
	return params_whose(u.params, own->server);
}

// What an answer grants; 0: no such time was found.
struct grants {
	uint32_t least;       // the smallest positive one
	uint32_t ours[2];     // of our own contacts, unmarked and marked
	bool ours_marked;     // ours is listed, whatever its time
	bool any, unreadable; // there are contacts; some cannot be read
};

static void take_least(uint32_t *least, uint32_t s)
{
	if (s > 0 && (*least == 0 || s < *least))
		*least = s;
}

// Reads digits at the start, quoted or not; false when anything else follows or there are none. Numbers
// that are too large saturate.
static bool seconds_read(struct slice value, uint32_t *s)
{
	const bool quoted = value.len > 0 && *value.at == '"';
	const char *at = value.at + quoted, *end = value.at + value.len;
	uint64_t n = 0;

	if (quoted && value.len > 1 && end[-1] == '"')
		end--;
	struct slice digits = slice_trim(at, end);
	uint32_t i = 0;
	for (; i < digits.len && (uint8_t)(digits.at[i] - '0') <= 9; i++) {
		n = n * 10 + (uint8_t)(digits.at[i] - '0');
		if (n >= SIP_NO_NUMBER)
			n = SIP_NO_NUMBER - 1;
	}
	*s = (uint32_t)n;
	return i > 0 && i == digits.len;
}

// Text that is not a list of contacts may still contain times, and none of them may be missed.
static void rest_read(struct slice rest, struct grants *g)
{
	static const char name[] = "expires";
	const char *const end = rest.at + rest.len;

	g->unreadable = true;
	for (const char *at = rest.at; end - at > (ptrdiff_t)sizeof(name); at++) {
		uint32_t s;

		if (!letters_are(at, name, sizeof(name) - 1))
			continue;
		const char *value = at + sizeof(name) - 1;
		while (value < end && (is_lws(*value) || *value == '='))
			value++;
		seconds_read((struct slice){ value, (uint32_t)(end - value) }, &s);
		take_least(&g->least, s);
	}
}

// The smallest expires parameter of one contact; 0: it ends at once, or one of them cannot be read, of
// which only the leading digits count.
static uint32_t contact_seconds(const struct address *contact, uint32_t fallback, struct grants *g)
{
	struct slice params = contact->params, value;
	const char *const end = params.at + params.len;
	bool readable = true;
	uint32_t least = 0;

	if (!param_find(params, "expires", &value))
		return fallback;
	do {
		uint32_t s;

		readable &= seconds_read(value, &s);
		take_least(&least, s);
		const char *next = value.at + value.len;
		while (next < end && *next != ';')
			next++;
		params = (struct slice){ next, (uint32_t)(end - next) };
	} while (params.len > 0 && param_find(params, "expires", &value));
	if (readable)
		return least;
	g->unreadable = true;
	take_least(&g->least, least);
	return 0;
}

static void grants_read(const struct sip_reply *reply, const struct contact_own *own,
			uint32_t fallback, struct grants *g)
{
	struct contact_walk walk = { 0 };
	struct address contact;

	while (contact_next(reply, &walk, &contact)) {
		g->any = true;
		if (contact.uri.at == NULL) {
			rest_read(contact.whole, g);
			continue;
		}
		uint32_t s = contact_seconds(&contact, fallback, g);
		enum whose whose = contact_whose(contact.uri, own);

		take_least(&g->least, s);
		g->ours_marked |= whose == OURS;
		if (whose != FOREIGN)
			take_least(&g->ours[whose == OURS], s);
	}
}

// The text at *at, which moves behind it.
static bool skip_text(const char **at, const char *end, const char *text, uint32_t len)
{
	if ((size_t)(end - *at) < len || memcmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

static bool skip_number(const char **at, const char *end, uint32_t *n)
{
	const char *const from = *at;

	*n = 0;
	while (*at < end && *at - from < 9 && (uint8_t)(**at - '0') <= 9)
		*n = *n * 10 + (uint8_t)(*(*at)++ - '0');
	return *at > from && *from != '0';
}

#define SKIP(LITERAL) skip_text(&at, end, LITERAL, sizeof(LITERAL) - 1)

// The time of our own contact where it stands alone and as we sent it, which is what registrars answer
// nearly always: "<sip:user@host:port;hl=p>;expires=60". 0: it must be read as any other.
static uint32_t own_seconds(const struct sip_reply *reply, const struct contact_own *own)
{
	if (reply->n_contacts != 1)
		return 0;
	const char *at = reply->contacts[0].at, *const end = at + reply->contacts[0].len;
	uint32_t port, s;

	if (!SKIP("<sip:") || !skip_text(&at, end, own->user.at, own->user.len) || !SKIP("@") ||
	    !skip_text(&at, end, own->host.at, own->host.len) || !SKIP(":") ||
	    !skip_number(&at, end, &port) || port != own->port || !SKIP(";hl=") ||
	    !skip_text(&at, end, &own->server, 1) || !SKIP(">;expires=") ||
	    !skip_number(&at, end, &s) || at != end)
		return 0;
	return s;
}
#undef SKIP

uint32_t scan_contact_expires(const struct sip_reply *reply, const struct contact_own *own,
			      uint32_t asked_s)
{
	uint32_t own_s = own_seconds(reply, own);

	if (own_s > 0)
		return own_s;
	const uint32_t header = reply->expires != SIP_NO_NUMBER ? reply->expires : 0;
	const uint32_t fallback = reply->expires != SIP_NO_NUMBER ? reply->expires : asked_s;
	struct grants g = { .least = 0 };

	grants_read(reply, own, fallback, &g);
	if (!g.any)
		return fallback;
	if (g.ours[g.ours_marked] > 0)
		return g.ours[g.ours_marked];
	if (g.unreadable)
		take_least(&g.least, asked_s);
	if (g.least > 0) // 0: all that is listed has ended
		take_least(&g.least, header);
	return g.least;
}
