// SPDX-License-Identifier: BSD-3-Clause
// Good replies rewritten in harmless ways: each means what the plain one means, by either parser.
//
// Line ends of LF alone are among them, though RFC 3261 7 wants CRLF: nothing else can be meant by them
// in a datagram, and servers written by hand send them. They are left to the full parser.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "sip/auth.h"
#include "sip/parse.h"
#include "sip/scan.h"

#include "../guard.h"
#include "corpus.h"

#define ROUNDS 60000
#define TEXT_MAX 8192
#define LINES_MAX 64

// A message as lines without their ends; the status line is the first one.
struct message {
	char *line[LINES_MAX];
	uint32_t n;
	const char *body;
	bool lf;              // lines end with LF alone
	uint32_t blank_lines; // in front of it
};

static void message_split(struct message *m, const char *text)
{
	*m = (struct message){ .body = strstr(text, "\r\n\r\n") + 4 };
	while (strncmp(text, "\r\n", 2) != 0) {
		const char *end = strstr(text, "\r\n");

		m->line[m->n++] = strndup(text, (size_t)(end - text));
		text = end + 2;
	}
}

static uint32_t message_join(const struct message *m, char *out)
{
	const char *end = m->lf ? "\n" : "\r\n";
	char *at = out;

	for (uint32_t i = 0; i < m->blank_lines; i++)
		at = stpcpy(at, "\r\n");
	for (uint32_t i = 0; i < m->n; i++)
		at = stpcpy(stpcpy(at, m->line[i]), end);
	at = stpcpy(stpcpy(at, end), m->body);
	return (uint32_t)(at - out);
}

static void message_free(struct message *m)
{
	while (m->n > 0)
		free(m->line[--m->n]);
}

static void line_set(struct message *m, uint32_t i, const char *text)
{
	free(m->line[i]);
	m->line[i] = strdup(text);
}

static void line_insert(struct message *m, uint32_t at, const char *text)
{
	if (m->n == LINES_MAX)
		return;
	memmove(m->line + at + 1, m->line + at, (m->n - at) * sizeof(m->line[0]));
	m->line[at] = strdup(text);
	m->n++;
}

static size_t name_of(const char *line)
{
	size_t n = strcspn(line, ":");

	while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	return n;
}

static bool name_is(const char *line, const char *name)
{
	return name_of(line) == strlen(name) && strncasecmp(line, name, strlen(name)) == 0;
}

// Names in their two forms (RFC 3261 7.3.3).
static const char *const compact[][2] = {
	{ "Via", "v" },     { "From", "f" },    { "To", "t" },
	{ "Call-ID", "i" }, { "Contact", "m" }, { "Content-Length", "l" },
};

static bool has_params(const char *line)
{
	static const char *const names[] = { "via", "v", "from", "f", "to", "t", "contact", "m" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (name_is(line, names[i]))
			return true;
	}
	return false;
}

static bool is_list(const char *line)
{
	return name_is(line, "contact") || name_is(line, "m") ||
	       name_is(line, "www-authenticate") || name_is(line, "proxy-authenticate") ||
	       name_is(line, "authentication-info");
}

// Put `more` behind one of the characters `c` of a value, outside of quotes, comments and <>.
static void widen(struct rng *rng, struct message *m, uint32_t i, char c, const char *more)
{
	const char *line = m->line[i], *places[64];
	bool quoted = false;
	uint32_t n = 0, depth = 0;
	char out[TEXT_MAX];

	for (const char *at = line + strcspn(line, ":") + 1; *at != '\0'; at++) {
		if (*at == '\\' && quoted)
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && (*at == '<' || *at == '('))
			depth++;
		else if (!quoted && (*at == '>' || *at == ')'))
			depth--;
		else if (!quoted && depth == 0 && *at == c && n < 64)
			places[n++] = at;
	}
	if (n == 0)
		return;
	size_t front = (size_t)(places[rng_below(rng, n)] + 1 - line);
	snprintf(out, sizeof(out), "%.*s%s%s", (int)front, line, more, line + front);
	line_set(m, i, out);
}

static void name_rewrite(struct rng *rng, struct message *m, uint32_t i)
{
	const char *line = m->line[i], *rest = line + strcspn(line, ":") + 1;
	char name[64], out[TEXT_MAX];
	static const char *const before[] = { "", "", " ", "\t", "  " };
	static const char *const behind[] = { "", " ", "\t", "   ", "\r\n ", "\n\t" };

	snprintf(name, sizeof(name), "%.*s", (int)name_of(line), line);
	for (size_t k = 0; k < sizeof(compact) / sizeof(compact[0]); k++) {
		for (int form = 0; form < 2; form++) {
			if (rng_below(rng, 2) == 0 && name_is(line, compact[k][form]))
				strcpy(name, compact[k][1 - form]);
		}
	}
	for (char *c = name; *c != '\0'; c++) {
		bool letter = (*c | 0x20) >= 'a' && (*c | 0x20) <= 'z';
		if (letter && rng_below(rng, 3) == 0)
			*c ^= 0x20;
	}
	snprintf(out, sizeof(out), "%s%s:%s%s", name, before[rng_below(rng, 5)],
		 behind[rng_below(rng, 6)], rest + strspn(rest, " "));
	line_set(m, i, out);
}

static void status_rewrite(struct rng *rng, struct message *m)
{
	static const char *const forms[] = { "SIP/2.0 %s",     "SIP/2.0 %s ",
					     "SIP/2.0  %s OK", "sip/2.0 %s OK",
					     "SIP/2.0\t%s OK", "SIP/2.0 %s\tfine",
					     "SIP/2.0 %s  ",   "SIP/2.0 %s a: \"b" };
	char code[4] = { 0 }, out[64];

	memcpy(code, strpbrk(m->line[0] + 7, "123456"), 3);
	sprintf(out, forms[rng_below(rng, 8)], code);
	line_set(m, 0, out);
}

// One harmless change.
static void rewrite(struct rng *rng, struct message *m)
{
	static const char *const more[] = {
		"X-Empty:",
		"X-Odd: \"open",
		"Supported: ",
		"Route:",
		"Subject: ;;",
		"Contact:",
		"m: ",
		"WWW-Authenticate:",
		"Expires:",
		"Retry-After: ",
		"Content-Length:",
		"l:  ",
		"Min-Expires:",
		"Allow: ,,REGISTER,",
		"Date: \xc3\xa4",
		"Content-Type:",
		"Via:",
		"Authentication-Info:",
		"Record-Route: <sip:;;>",
		"P-x: a\tb",
	};
	static const char *const ends[] = { " ", "\t", "   ", "\r\n ", "\n " };
	uint32_t i = 1 + rng_below(rng, m->n - 1), to;
	const char *line = m->line[i];
	char out[TEXT_MAX], *moved;

	switch (rng_below(rng, 11)) {
	case 0:
		status_rewrite(rng, m);
		break;
	case 1:
		name_rewrite(rng, m, i);
		break;
	case 2: // behind the value
		snprintf(out, sizeof(out), "%s%s", line, ends[rng_below(rng, 5)]);
		line_set(m, i, out);
		break;
	case 3: // a header more, that says nothing
		line_insert(m, i, more[rng_below(rng, sizeof(more) / sizeof(more[0]))]);
		break;
	case 4: // another order; that of values counts
		to = 1 + rng_below(rng, m->n - 1);
		if (is_list(line) || name_is(line, "via") || name_is(line, "v"))
			break;
		moved = m->line[i];
		memmove(m->line + i, m->line + i + 1, (m->n - i - 1) * sizeof(moved));
		memmove(m->line + to + 1, m->line + to, (m->n - 1 - to) * sizeof(moved));
		m->line[to] = moved;
		break;
	case 5:
		if (has_params(line))
			widen(rng, m, i, ';', rng_below(rng, 2) ? ";" : " ; ");
		break;
	case 6: // at the end
		snprintf(out, sizeof(out), "%s%s", line, rng_below(rng, 2) ? ";" : " ; ");
		if (has_params(line) && strchr(line, ';') != NULL)
			line_set(m, i, out);
		break;
	case 7: // empty elements
		if (is_list(line))
			widen(rng, m, i, ',', rng_below(rng, 2) ? "," : " , ,");
		break;
	case 8: // where the value has a blank already, its line may end
		widen(rng, m, i, ' ', rng_below(rng, 2) ? "\r\n " : "\t");
		break;
	case 9:
		if (name_is(line, "content-length") || name_is(line, "l"))
			line_insert(m, i, line);
		break;
	default:
		m->lf |= rng_below(rng, 4) == 0;
		m->blank_lines = rng_below(rng, 3);
		break;
	}
}

static bool same(struct slice a, struct slice b)
{
	return a.len == b.len && (a.at == NULL) == (b.at == NULL) &&
	       (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

// What a line makes of it; NULL: the same of both.
static const char *difference(const struct sip_reply *a, const struct sip_reply *b)
{
	const struct contact_own own = {
		.user = { "6000", 4 }, .host = { "10.0.0.7", 8 }, .port = 50001, .server = 'p'
	};

	if (a->status != b->status || a->cseq != b->cseq || a->method != b->method)
		return "status or CSeq";
	if (a->expires != b->expires || a->min_expires != b->min_expires ||
	    a->retry_after != b->retry_after)
		return "seconds";
	if (!same(a->branch, b->branch))
		return "branch";
	if (scan_contact_expires(a, &own, 3600) != scan_contact_expires(b, &own, 3600))
		return "grant";
	if (a->n_challenges != b->n_challenges || a->proxy_challenges != b->proxy_challenges)
		return "challenges";
	for (int i = 0; i < a->n_challenges; i++) {
		const struct slice *x = &a->challenges[i], *y = &b->challenges[i];
		struct auth_challenge p, q;

		if (auth_challenge_read(x->at, x->len, &p) !=
		    auth_challenge_read(y->at, y->len, &q))
			return "reading of a challenge";
		if (!same(p.realm, q.realm) || !same(p.nonce, q.nonce) ||
		    !same(p.opaque, q.opaque) || p.algorithm != q.algorithm || p.qop != q.qop ||
		    p.stale != q.stale)
			return "challenge";
	}
	return (a->auth_info.at == NULL) == (b->auth_info.at == NULL) ? NULL : "next nonce";
}

TestSuite(lenient, .init = parse_init);

Test(lenient, what_is_rewritten_harmlessly_means_the_same)
{
	static char work[TEXT_MAX];
	static struct parsed_reply parsed;
	uint32_t by_scanner = 0, by_parser = 0;
	struct rng rng;

	rng_seed(&rng, 3);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		const struct corpus_reply *c = &corpus[rng_below(&rng, CORPUS_N)];
		struct sip_reply plain, r;
		struct message m;

		cr_assert_eq(scan_reply(c->text, (uint32_t)strlen(c->text), &plain), SCAN_OK);
		message_split(&m, c->text);
		for (uint32_t i = 1 + rng_below(&rng, 4); i > 0; i--)
			rewrite(&rng, &m);
		uint32_t len = message_join(&m, work);
		message_free(&m);

		char *text = guard_copy(work, len);
		enum scan_result result = scan_reply(text, len, &r);
		cr_assert(result == SCAN_OK || result == SCAN_DECLINE, "%s, round %u: refused\n%s",
			  c->name, round, work);
		by_scanner += result == SCAN_OK;
		by_parser += result == SCAN_DECLINE;
		cr_assert_eq(parse_reply(text, len, &parsed), 0, "%s, round %u: unreadable\n%s",
			     c->name, round, work);
		const char *what = difference(&plain, &parsed.reply);
		cr_assert_null(what, "%s, round %u: another %s for the parser\n%s", c->name, round,
			       what, work);
		what = result == SCAN_OK ? difference(&plain, &r) : NULL;
		cr_assert_null(what, "%s, round %u: another %s for the scanner\n%s", c->name, round,
			       what, work);
		guard_free(text, len);
	}
	cr_expect_gt(by_scanner, ROUNDS / 10);
	cr_expect_gt(by_parser, ROUNDS / 10);
}

// The same kinds of headers with texts that contradict: leniency ends there.
Test(lenient, what_contradicts_itself_is_still_refused)
{
	static const char *const bad[] = {
		REPLY_200 "Content-Length: 0\r\nContent-Length: 2\r\n\r\nab",
		REPLY_200 "l: 2\r\nX: y\r\nContent-Length: 0\r\n\r\nab",
		REPLY_200 "Content-Length: 0\r\nContent-Length: x\r\n\r\n",
		REPLY_200 "Content-Length: 0, 0\r\n\r\n",
		REPLY_200 "To: <sip:other@example.com>\r\n" NO_BODY,
		REPLY_200 CSEQ_OPTIONS NO_BODY,
		"SIP/2.0 2\r\n00 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER NO_BODY,
		"SIP/2.0\r\n 200 OK: x\r\n" NAMES CSEQ_REGISTER NO_BODY,
		"SIP/2.0200\r\n" VIA_OURS NAMES CSEQ_REGISTER NO_BODY,
		"SIP/2.0 2 00\r\n" VIA_OURS NAMES CSEQ_REGISTER NO_BODY,
		"SIP/2.0 200OK\r\n" VIA_OURS NAMES CSEQ_REGISTER NO_BODY,
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const uint32_t len = (uint32_t)strlen(bad[i]);
		struct parsed_reply parsed;
		struct sip_reply r;

		cr_expect_neq(scan_reply(bad[i], len, &r), SCAN_OK, "%s", bad[i]);
		cr_expect_neq(parse_reply(bad[i], len, &parsed), 0, "%s", bad[i]);
	}
}
