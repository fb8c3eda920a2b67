// SPDX-License-Identifier: BSD-3-Clause
// The messages of RFC 4475 and the readers: each row of torture/table.h must come true.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "sip/parse.h"
#include "sip/scan.h"
#include "sip/value.h"

#include "../guard.h"
#include "torture/table.h"

static bool same_slice(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static void expect_slice(struct slice s, const char *text)
{
	cr_expect(s.len == strlen(text) && memcmp(s.at, text, s.len) == 0, "\"%.*s\", not \"%s\"",
		  (int)s.len, s.at, text);
}

static const struct torture_request *request_of(const char *name)
{
	for (size_t i = 0; i < TORTURE_REQUESTS; i++) {
		if (strcmp(torture_requests[i].name, name) == 0)
			return &torture_requests[i];
	}
	cr_assert_fail("no message %s", name);
	return NULL;
}

// The request's reading, on a copy that ends at a guard page and stays.
static void read_whole(const char *name, struct sip_request *r)
{
	const struct torture_request *t = request_of(name);

	cr_assert_eq(scan_request(guard_copy(t->text, t->len), t->len, r), SCAN_OK, "%s", name);
}

Test(torture, every_message_of_the_rfc_is_there_once)
{
	const char *sections[TORTURE_N];
	size_t n = 0;

	cr_assert_eq(TORTURE_REPLIES + TORTURE_REQUESTS, TORTURE_N);
	for (size_t i = 0; i < TORTURE_REPLIES; i++)
		sections[n++] = torture_replies[i].section;
	for (size_t i = 0; i < TORTURE_REQUESTS; i++)
		sections[n++] = torture_requests[i].section;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			cr_expect_str_neq(sections[i], sections[k]);
	}
	// 13 valid ones, 19 that break the syntax, 1, 15 and 1 with other meanings
	static const struct {
		const char *start;
		size_t n;
	} parts[] = {
		{ "3.1.1.", 13 }, { "3.1.2.", 19 }, { "3.2.", 1 }, { "3.3.", 15 }, { "3.4.", 1 }
	};
	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
		size_t found = 0;
		for (size_t i = 0; i < n; i++)
			found += strncmp(sections[i], parts[p].start, strlen(parts[p].start)) == 0;
		cr_expect_eq(found, parts[p].n, "%s: %zu", parts[p].start, found);
	}
}

Test(torture, responses_are_read_or_refused_as_required)
{
	static struct parsed_reply parsed;

	parse_init();
	for (size_t i = 0; i < TORTURE_REPLIES; i++) {
		const struct torture_reply *t = &torture_replies[i];
		char *text = guard_copy(t->text, t->len);
		struct sip_reply r;

		cr_expect_eq(scan_reply(text, t->len, &r), t->scanned, "%s: %s", t->name, t->why);
		cr_expect_eq(parse_reply(text, t->len, &parsed) == 0, t->parsed, "%s: %s", t->name,
			     t->why);
		guard_free(text, t->len);
	}
}

Test(torture, requests_are_read_or_refused_as_required)
{
	for (size_t i = 0; i < TORTURE_REQUESTS; i++) {
		const struct torture_request *t = &torture_requests[i];
		char *text = guard_copy(t->text, t->len);
		struct sip_request r;
		struct sip_reply reply;

		cr_expect_eq(scan_reply(text, t->len, &reply), SCAN_REQUEST, "%s", t->name);
		enum scan_result got = scan_request(text, t->len, &r);
		cr_expect_eq(got, t->scanned, "%s: %s", t->name, t->why);
		if (got == SCAN_OK)
			cr_expect_eq(r.complete, t->complete, "%s: %s", t->name, t->why);
		guard_free(text, t->len);
	}
}

// Both readings of a reply that the scanner accepts; false: it does not.
static bool read_alike(const char *text, uint32_t len, const char *name)
{
	static struct parsed_reply parsed;
	struct sip_reply r;

	if (scan_reply(text, len, &r) != SCAN_OK)
		return false;
	cr_assert_eq(parse_reply(text, len, &parsed), 0, "%s, %u bytes: osip2 refuses it", name,
		     len);
	const struct sip_reply *p = &parsed.reply;
	cr_expect(r.status == p->status && r.method == p->method && r.cseq == p->cseq &&
			  r.expires == p->expires && r.retry_after == p->retry_after &&
			  r.n_contacts == p->n_contacts && same_slice(r.branch, p->branch),
		  "%s, %u bytes: osip2 reads it in another way", name, len);
	return true;
}

Test(torture, oracle_osip2_reads_alike_what_the_scanner_accepts)
{
	size_t read = 0;

	parse_init();
	for (size_t i = 0; i < TORTURE_REPLIES; i++)
		read += read_alike(torture_replies[i].text, torture_replies[i].len,
				   torture_replies[i].name);
	cr_expect_eq(read, 3, "unreason, noreason, bcast: %zu", read);
}

// Every prefix of a text, each ending at the guard page.
static void cut_everywhere(const char *text, uint32_t len, const char *name)
{
	static struct parsed_reply parsed;
	const char *blank = memmem(text, len, "\r\n\r\n", 4);
	uint32_t headers = blank != NULL ? (uint32_t)(blank + 4 - text) : len + 1;
	char *guarded = guard_alloc(len);

	for (uint32_t n = 0; n < len; n++) {
		char *at = guarded + len - n;
		struct sip_request request;

		memcpy(at, text, n);
		read_alike(at, n, name);
		parse_reply(at, n, &parsed);
		if (scan_request(at, n, &request) == SCAN_OK)
			cr_expect_not(n < headers && request.complete,
				      "%s, %u bytes: complete without its blank line", name, n);
	}
	guard_free(guarded, len);
}

Test(torture, cut_at_every_length_nothing_is_read_past_the_end)
{
	parse_init();
	for (size_t i = 0; i < TORTURE_REPLIES; i++)
		cut_everywhere(torture_replies[i].text, torture_replies[i].len,
			       torture_replies[i].name);
	for (size_t i = 0; i < TORTURE_REQUESTS; i++)
		cut_everywhere(torture_requests[i].text, torture_requests[i].len,
			       torture_requests[i].name);
}

// What the table cannot say in one column: the parts of those that are odd and valid.
Test(torture, intmeth_reads_the_parts_between_all_those_characters)
{
	struct sip_request r;

	read_whole("intmeth", &r);
	expect_slice(r.method_text, "!interesting-Method0123456789_*+`.%indeed'~");
	expect_slice(r.uri_host, "example.com");
	expect_slice(r.uri_user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
	expect_slice(r.to_user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
	expect_slice(r.call_id, "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
	cr_expect_eq(r.max_forwards, 255);
	cr_expect_not(r.to_has_tag);
}

Test(torture, semiuri_and_esc01_keep_the_user_as_it_stands)
{
	struct sip_request r;

	read_whole("semiuri", &r);
	expect_slice(r.uri_user, "user;par=u%40example.net");
	read_whole("esc01", &r);
	expect_slice(r.uri_user, "sips%3Auser%40example.com");
	expect_slice(r.to_user, "%75se%72");
}

Test(torture, longreq_keeps_all_its_via_lines_together)
{
	struct sip_request r;

	read_whole("longreq", &r);
	cr_assert_eq(r.n_vias, SIP_VIAS_MAX);
	expect_slice(r.vias[0], "SIP/2.0/TCP sip33.example.com");
	static const char last[] = "branchvalue";
	const struct slice *all = &r.vias[SIP_VIAS_MAX - 1];
	cr_expect_eq(memcmp(all->at + all->len - (sizeof(last) - 1), last, sizeof(last) - 1), 0);
	cr_expect_eq(r.body.len, 150);
}

Test(torture, dblreq_ends_where_its_length_says)
{
	struct sip_request r;

	read_whole("dblreq", &r);
	cr_expect_eq(r.method, HL_REGISTER);
	cr_expect_eq(r.body.len, 0);
}

Test(torture, mpart01_has_a_body_with_nul_bytes)
{
	struct sip_request r;

	read_whole("mpart01", &r);
	cr_expect_eq(r.body.len, 553);
	cr_expect_not_null(memchr(r.body.at, '\0', r.body.len));
}

// The archive's copy ends without a blank line, which alone would do for a 400.
Test(torture, baddn_is_refused_for_its_comma_too)
{
	const struct torture_request *t = request_of("baddn");
	char text[1024];
	struct sip_request r;

	memcpy(text, t->text, t->len);
	memcpy(text + t->len, "\r\n", 3);
	cr_assert_eq(scan_request(text, t->len + 2, &r), SCAN_OK);
	cr_expect_not(r.complete);
	for (char *comma = text; (comma = strchr(comma, ',')) != NULL;)
		*comma = ' ';
	cr_assert_eq(scan_request(text, t->len + 2, &r), SCAN_OK);
	cr_expect(r.complete);
}

// A control character without its backslash is none of what RFC 3261 25.1 allows.
Test(torture, intmeth_without_a_backslash_is_no_message)
{
	const struct torture_request *t = request_of("intmeth");
	char *text = guard_copy(t->text, t->len), *nul = memchr(text, '\0', t->len);
	struct sip_request r;

	cr_assert_not_null(nul);
	nul[-1] = 'x';
	cr_expect_eq(scan_request(text, t->len, &r), SCAN_BAD);
}

// NUL is no end of anything: outside of quotes it spoils the URI that it stands in.
Test(torture, intmeth_quoted_pairs_stand_in_quotes_only)
{
	static const char text[] = "sip:a@b\\\0c, <sip:d@e>";
	const char *at = text, *const end = text + sizeof(text) - 1;
	struct address address;
	struct address_uri uri;

	cr_assert(address_next(&at, end, &address));
	cr_expect_eq(address.uri.len, 10);
	cr_expect_not(address_uri_read(address.uri, &uri));
	cr_assert(address_next(&at, end, &address));
	expect_slice(address.uri, "sip:d@e");
	cr_expect_eq(at, end);
}

Test(torture, mismatch02_holds_between_two_unknown_methods)
{
	static const struct {
		const char *cseq;
		bool complete;
	} cases[] = { { "DANCE", true }, { "PRANCE", false }, { "XDANCE", false }, { "D", false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];
		struct sip_request r;
		int len = snprintf(text, sizeof(text),
				   "DANCE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n"
				   "From: <sip:a@b>\r\nTo: <sip:a@b>\r\nCall-ID: a\r\n"
				   "CSeq: 1 %s\r\n\r\n",
				   cases[i].cseq);

		cr_assert_eq(scan_request(text, (uint32_t)len, &r), SCAN_OK);
		cr_expect_eq(r.complete, cases[i].complete, "%s", cases[i].cseq);
	}
}
