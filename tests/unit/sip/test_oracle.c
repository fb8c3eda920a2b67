// SPDX-License-Identifier: BSD-3-Clause
// The scanner against osip2: what it accepts, osip2 reads the same way; what is usual, it accepts.
#include <criterion/criterion.h>
#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#include <stdlib.h>
#include <string.h>

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

// Whether both read it; false: the scanner declined or refused.
static bool compare(const char *text, uint32_t len, const char *name, uint32_t round)
{
	static struct parsed_reply parsed;
	struct sip_reply scanned;

	if (scan_reply(text, len, &scanned) != SCAN_OK)
		return false;
	int rc = parse_reply(text, len, &parsed);
	cr_assert_eq(rc, 0, "%s, round %u: osip2 refuses (%d) what the scanner accepts:\n%.*s",
		     name, round, rc, (int)len, text);
	const char *what = difference(&scanned, &parsed.reply);
	cr_assert_null(what, "%s, round %u: osip2 reads another %s in\n%.*s", name, round, what,
		       (int)len, text);
	return true;
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
		cr_assert(compare(text, len, corpus[i].name, 0), "%s", corpus[i].name);
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
	uint32_t read_by_both = 0;
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
		read_by_both += compare(text, len, c->name, round);
	}
	// The mutations must neither all be broken nor all be harmless for this to say anything.
	cr_expect_lt(read_by_both, MUTATIONS / 20 * 19, "declined or refused: %u",
		     MUTATIONS - read_by_both);
	cr_expect_gt(read_by_both, MUTATIONS / 5, "read by both: %u", read_by_both);
}
