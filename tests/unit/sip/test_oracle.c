// SPDX-License-Identifier: BSD-3-Clause
// The scanner against osip2: what it accepts, osip2 reads the same way; what is usual, it accepts.
#include <criterion/criterion.h>
#include <errno.h>
#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/rng.h"
#include "sip/parse.h"
#include "sip/scan.h"

#include "../guard.h"
#include "corpus.h"

#define MUTATIONS 300000
#define TEXT_MAX 4096

static bool same_slice(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

// Which part of two readings differs; NULL: none. Contacts: only how many there are.
static const char *difference(const struct sip_reply *a, const struct sip_reply *b)
{
	if (a->status != b->status)
		return "status";
	if (a->method != b->method || a->cseq != b->cseq)
		return "cseq";
	if (a->expires != b->expires)
		return "expires";
	if (a->min_expires != b->min_expires)
		return "min-expires";
	if (a->retry_after != b->retry_after)
		return "retry-after";
	if (!same_slice(a->branch, b->branch))
		return "branch";
	if (a->n_contacts != b->n_contacts)
		return "contacts";
	if (a->n_challenges != b->n_challenges || a->proxy_challenges != b->proxy_challenges)
		return "challenges";
	for (int i = 0; i < a->n_challenges; i++) {
		if (!same_slice(a->challenges[i], b->challenges[i]))
			return "challenge text";
	}
	return same_slice(a->auth_info, b->auth_info) ? NULL : "authentication info";
}

static bool name_is(const char *line, size_t len, const char *const names[])
{
	while (len > 0 && line[len - 1] == ' ')
		len--;
	for (; *names != NULL; names++) {
		if (strlen(*names) == len && strncasecmp(line, *names, len) == 0)
			return true;
	}
	return false;
}

// The same message with good values where the scanner does not look: it reads no URI, no Via but
// the topmost, no body. osip2 does, and refuses the whole message for one.
static uint32_t without_unread(const char *text, uint32_t len, char *out)
{
	static const char *const addresses[] = { "from", "f", "to", "t", "contact", "m", NULL };
	static const char *const call_ids[] = { "call-id", "i", NULL };
	static const char *const vias[] = { "via", "v", NULL };
	static const char *const bodies[] = { "content-type", "c", "content-length", "l", NULL };
	const char *line = text, *const end = text + len;
	bool via_seen = false;
	uint32_t n = 0;

	while (line < end && (*line == '\r' || *line == '\n'))
		line++;
	text = line;
	while (line < end) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		next = next == NULL ? end : next + 1;
		const char *colon = memchr(line, ':', (size_t)(next - line));
		size_t name = colon == NULL || line == text ? 0 : (size_t)(colon - line);
		const char *value = NULL;

		if (next - line == 2)
			break;
		if (name_is(line, name, addresses))
			value = "<sip:a@example.com>\r\n";
		else if (name_is(line, name, call_ids))
			value = "a\r\n";
		else if (name_is(line, name, vias) && via_seen)
			value = "SIP/2.0/UDP a;branch=z\r\n";
		else if (name_is(line, name, vias)) {
			const char *comma = memchr(line, ',', (size_t)(next - line));
			via_seen = true;
			if (comma != NULL) {
				memcpy(out + n, line, (size_t)(comma - line));
				n += (uint32_t)(comma - line);
				line = next - 2;
			}
		}
		// an empty contact stays one: it does not count
		for (const char *c = colon; value != NULL && c != NULL; c++) {
			if (c[1] == '\r')
				value = NULL;
			else if (c[1] != ' ')
				break;
		}
		if (name_is(line, name, bodies)) {
			line = next;
			continue;
		}
		size_t keep = value != NULL ? (size_t)(colon + 1 - line) : (size_t)(next - line);
		memcpy(out + n, line, keep);
		n += (uint32_t)keep;
		if (value != NULL) {
			memcpy(out + n, value, strlen(value));
			n += (uint32_t)strlen(value);
		}
		line = next;
	}
	memcpy(out + n, "\r\n", 2);
	return n + 2;
}

// 0: declined or refused; 1: both read it; 2: osip2 refused what the scanner does not look at.
static int compare(const char *text, uint32_t len, const char *name, uint32_t round)
{
	static struct parsed_reply parsed;
	static char plain[TEXT_MAX * 2];
	struct sip_reply scanned;
	int kind = 1;

	if (scan_reply(text, len, &scanned) != SCAN_OK)
		return 0;
	int rc = parse_reply(text, len, &parsed);
	if (rc == -EBADMSG) {
		rc = parse_reply(plain, without_unread(text, len, plain), &parsed);
		kind = 2;
	}
	cr_assert_eq(rc, 0, "%s, round %u: osip2 refuses (%d) what the scanner accepts:\n%.*s",
		     name, round, rc, (int)len, text);
	const char *what = difference(&scanned, &parsed.reply);
	cr_assert_null(what, "%s, round %u: osip2 reads another %s in\n%.*s", name, round, what,
		       (int)len, text);
	return kind;
}

static int count_contacts(const struct sip_reply *r)
{
	osip_message_t *m;
	int n = 0;

	for (int i = 0; i < r->n_contacts; i++) {
		char name[] = "contact", *value = strndup(r->contacts[i].at, r->contacts[i].len);

		osip_message_init(&m);
		osip_message_set_multiple_header(m, name, value);
		n += osip_list_size(&m->contacts);
		osip_message_free(m);
		free(value);
	}
	return n;
}

Test(oracle, usual_replies_are_not_declined_and_read_alike)
{
	parse_init();
	for (size_t i = 0; i < CORPUS_N; i++) {
		uint32_t len = (uint32_t)strlen(corpus[i].text);
		char *text = guard_copy(corpus[i].text, len);
		struct sip_reply r;

		cr_assert_eq(scan_reply(text, len, &r), SCAN_OK, "%s", corpus[i].name);
		cr_assert_eq(compare(text, len, corpus[i].name, 0), 1, "%s", corpus[i].name);
		guard_free(text, len);
	}
}

// parse_reply() keeps some values as text: here osip2 alone says what is in the message.
Test(oracle, osip2_itself_sees_the_same_contacts_and_challenges)
{
	parse_init();
	for (size_t i = 0; i < CORPUS_N; i++) {
		osip_message_t *m;
		struct sip_reply r;

		scan_reply(corpus[i].text, (uint32_t)strlen(corpus[i].text), &r);
		osip_message_init(&m);
		cr_assert_eq(osip_message_parse(m, corpus[i].text, strlen(corpus[i].text)), 0);
		cr_expect_eq(count_contacts(&r), osip_list_size(&m->contacts), "%s",
			     corpus[i].name);
		int www = 0, proxy = 0;
		for (int c = 0; c < r.n_challenges; c++) {
			bool is_proxy = r.proxy_challenges >> c & 1;
			osip_www_authenticate_t *there = osip_list_get(
				is_proxy ? &m->proxy_authenticates : &m->www_authenticates,
				is_proxy ? proxy++ : www++);
			osip_www_authenticate_t *ours;
			char *value = strndup(r.challenges[c].at, r.challenges[c].len);

			cr_assert_not_null(there, "%s", corpus[i].name);
			osip_www_authenticate_init(&ours);
			cr_assert_eq(osip_www_authenticate_parse(ours, value), 0);
			cr_expect_str_eq(ours->realm, there->realm, "%s", corpus[i].name);
			cr_expect_str_eq(ours->nonce, there->nonce, "%s", corpus[i].name);
			osip_www_authenticate_free(ours);
			free(value);
		}
		cr_expect_eq(www, osip_list_size(&m->www_authenticates), "%s", corpus[i].name);
		cr_expect_eq(proxy, osip_list_size(&m->proxy_authenticates), "%s", corpus[i].name);
		osip_message_free(m);
	}
}

// Change a message in one of the ways in which messages go wrong. Returns its new length.
static uint32_t mutate(struct rng *rng, char *text, uint32_t len)
{
	static const char *const pieces[] = {
		"\r\n",
		"\n",
		"\r",
		"\r\n ",
		";",
		",",
		"=",
		" ",
		"\t",
		"\"",
		"\\",
		"<",
		">",
		"(",
		")",
		":",
		"\r\n\r\n",
		"branch=",
		";branch=q",
		"Expires: 9\r\n",
		"\r\nVia: x",
		"v:",
		"\r\nCSeq: 1 ACK",
		"0",
		"99999999999",
		"rport;",
		"SIP/2.0/",
		"\r\nContact:",
		"[",
		"]",
		"\r\nRetry-After: 3",
		"\r\nMin-Expires : 4 ",
		"\r\nm: <sip:b>",
		"-",
		"/",
		"@",
		"\r\nWWW-Authenticate: Digest a",
		"\r\nl: 3",
		"\r\nX",
		"\r\nX:",
		"?",
		"%",
	};
	uint32_t at = rng_below(rng, len), n;
	const char *piece;

	switch (rng_below(rng, 6)) {
	case 0: // another byte
		text[at] = (char)rng_next(rng);
		return len;
	case 1: // a bit
		text[at] ^= (char)(1 << rng_below(rng, 8));
		return len;
	case 2: // some are lost
		n = 1 + rng_below(rng, rng_below(rng, 8) == 0 ? 60 : 4);
		n = n < len - at ? n : len - at;
		memmove(text + at, text + at + n, len - at - n);
		return len - n;
	case 3: // some stand there twice
		n = 1 + rng_below(rng, 40);
		n = n < len - at ? n : len - at;
		if (len + n > TEXT_MAX)
			return len;
		memmove(text + at + n, text + at, len - at);
		return len + n;
	case 4: // cut
		return rng_below(rng, 20) == 0 ? at : len;
	default:
		piece = pieces[rng_below(rng, sizeof(pieces) / sizeof(pieces[0]))];
		n = (uint32_t)strlen(piece);
		if (len + n > TEXT_MAX)
			return len;
		memmove(text + at + n, text + at, len - at);
		memcpy(text + at, piece, n);
		return len + n;
	}
}

Test(oracle, mutations_that_are_accepted_are_read_alike)
{
	static char work[TEXT_MAX];
	char *guarded = guard_alloc(TEXT_MAX);
	uint32_t kinds[3] = { 0 };
	struct rng rng;

	parse_init();
	rng_seed(&rng, 20260);
	for (uint32_t round = 0; round < MUTATIONS; round++) {
		const struct corpus_reply *c = &corpus[rng_below(&rng, CORPUS_N)];
		uint32_t len = (uint32_t)strlen(c->text);

		memcpy(work, c->text, len);
		for (uint32_t i = rng_below(&rng, 3) + 1; i > 0 && len > 0; i--)
			len = mutate(&rng, work, len);
		char *text = guarded + TEXT_MAX - len;
		memcpy(text, work, len);
		kinds[compare(text, len, c->name, round)]++;
	}
	// The mutations must neither all be broken nor all be harmless for this to say anything.
	cr_expect_gt(kinds[0], MUTATIONS / 20, "declined or refused: %u", kinds[0]);
	cr_expect_gt(kinds[1], MUTATIONS / 5, "read by both: %u", kinds[1]);
	cr_expect_lt(kinds[2], MUTATIONS / 4, "refused by osip2 for what is not read: %u",
		     kinds[2]);
}
