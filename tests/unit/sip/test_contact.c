// SPDX-License-Identifier: BSD-3-Clause
// The time that a 200 to REGISTER is taken to grant: tables, and a property of all lists of Contacts.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "sip/parse.h"
#include "sip/scan.h"

#include "../guard.h"
#include "corpus.h"

#define ASKED 600
#define ROUNDS 60000

// As a worker does it: what the scanner declines, the full parser reads.
static uint32_t granted_to(const char *headers, const char *user, const char *host, uint16_t port,
			   char server)
{
	static struct parsed_reply parsed;
	char text[4096] = REPLY_200;
	struct sip_reply r;
	const struct contact_own own = {
		.user = { user, (uint32_t)strlen(user) },
		.host = { host, (uint32_t)strlen(host) },
		.port = port,
		.server = server,
	};

	strcat(strcat(text, headers), NO_BODY);
	uint32_t len = (uint32_t)strlen(text), s;
	char *guarded = guard_copy(text, len);
	enum scan_result got = scan_reply(guarded, len, &r);
	if (got == SCAN_DECLINE) {
		parse_init();
		cr_assert_eq(parse_reply(guarded, len, &parsed), 0, "%s", text);
		r = parsed.reply;
		got = SCAN_OK;
	}
	cr_assert_eq(got, SCAN_OK, "%s", text);
	s = scan_contact_expires(&r, &own, ASKED);
	guard_free(guarded, len);
	return s;
}

static uint32_t granted(const char *headers)
{
	return granted_to(headers, "6000", "10.0.0.7", 50001, 'p');
}

struct row {
	const char *headers;
	uint32_t s;
};

static void expect_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t s = granted(rows[i].headers);

		cr_expect_eq(s, rows[i].s, "%u, not %u:\n%s", s, rows[i].s, rows[i].headers);
	}
}
#define EXPECT_ROWS(ROWS) expect_rows(ROWS, sizeof(ROWS) / sizeof((ROWS)[0]))

#define OWN "<sip:6000@10.0.0.7:50001;hl=p>"
#define UNMARKED "<sip:6000@10.0.0.7:50001>"
#define OTHER "<sip:6000@203.0.113.7:61000;hl=p>"

Test(contact, granted_time_is_that_of_our_own_contact)
{
	static const struct row rows[] = {
		{ "Contact: " OWN ";expires=120\r\n", 120 },
		{ "Contact: " OWN ";expires=1200\r\nExpires: 5\r\n", 1200 },
		{ "Contact: sip:6000@10.0.0.7:50001;expires=120\r\n", 120 },
		{ "Contact: " UNMARKED ";q=1;Expires = 120 ;x=\"a;b,c\"\r\n", 120 },
		{ "Contact: <sip:6000@10.0.0.8:50001>;expires=1,<sip:6000@10.0.0.7:50001;hl=b>"
		  ";expires=2," OWN ";expires=3\r\n",
		  3 },
		{ "Contact: <sip:a@b>;expires=1\r\nm: <sip:6000@10.0.0.7:50001;transport=udp;hl=P>"
		  ";expires=5\r\n",
		  5 },
		// one that says hl is meant more than one that says nothing
		{ "Contact: " UNMARKED ";expires=6," OWN ";expires=7\r\n", 7 },
		{ "Contact: " UNMARKED ";expires=6,<sip:6000@10.0.0.7:50001;hl=b>;expires=7\r\n",
		  6 },
		{ "Contact: " UNMARKED ";expires=6,<sip:6000@10.0.0.7:50001;hl=b>;expires=4\r\n",
		  6 },
		{ "Contact: \"a, " UNMARKED ";expires=9 \\\" \" " UNMARKED ";expires=8\r\n", 8 },
		{ "Contact: " OTHER ";expires=4\r\nContact: " OWN ";expires=90\r\n", 90 },
		{ "Contact: , ," OTHER ";expires=4,, " OWN ";expires=90,\r\n", 90 },
		// listed twice
		{ "Contact: " OWN ";expires=70\r\nContact: " OWN ";expires=40\r\n", 40 },
	};

	EXPECT_ROWS(rows);
}

Test(contact, expires_header_is_the_default_and_what_was_asked_behind_it)
{
	static const struct row rows[] = {
		{ "", ASKED },
		{ "Expires: 30\r\n", 30 },
		{ "Expires: 900\r\n", 900 },
		{ "Expires: 0\r\n", 0 },
		{ "Contact: \r\nExpires: 30\r\n", 30 },
		{ "Contact: " OWN "\r\n", ASKED },
		{ "Contact: " OWN "\r\nExpires: 30\r\n", 30 },
		{ "Contact: " OWN "\r\nExpires: 30\r\nContact: " OTHER ";expires=7\r\n", 30 },
		{ "Contact: " OTHER "\r\nExpires: 30\r\n", 30 },
		{ "Contact: " OTHER "\r\nExpires: 0\r\n", 0 },
	};

	EXPECT_ROWS(rows);
}

Test(contact, without_our_own_no_more_than_the_smallest_positive_time_is_assumed)
{
	static const struct row rows[] = {
		{ "Contact: " OTHER ";expires=4\r\n", 4 },
		{ "Contact: " OTHER ";expires=4\r\n"
		  "Contact: <sip:6000@203.0.113.7:60000;hl=p>;expires=0\r\n",
		  4 },
		{ "Contact: " OTHER ";expires=80, <sip:6000@203.0.113.7:60000>;expires=10\r\n",
		  10 },
		{ "Contact: " OTHER ";expires=80\r\nExpires: 50\r\n", 50 },
		{ "Contact: <sip:6000@10.0.0.7:50002>;expires=120\r\n", 120 },
		{ "Contact: <sip:6000@10.0.0.7>;expires=120\r\n", 120 },
		{ "Contact: <sip:6000@10.0.0.70:50001>;expires=120\r\n", 120 },
		{ "Contact: <tel:10.0.0.7:50001>;expires=7\r\n", 7 },
		{ "Contact: \"<>\" <sip:x@y>;expires=7;p=\"" OWN ";expires=20\"\r\n", 7 },
		// behind the eighth header line
		{ "m: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\n"
		  "m: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\n"
		  "m: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\n"
		  "m: <sip:a@b>;expires=3\r\n",
		  3 },
		{ "m: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\n"
		  "m: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\n"
		  "m: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\nm: <sip:a@b>;expires=9\r\n"
		  "Contact: " OWN ";expires=90\r\n",
		  90 },
	};

	EXPECT_ROWS(rows);
}

Test(contact, our_own_that_has_ended_beside_a_live_one_is_no_loss)
{
	static const struct row rows[] = {
		{ "Contact: " OWN ";expires=0\r\n", 0 },
		{ "Contact: " OWN ";expires=0\r\nExpires: 60\r\n", 0 },
		{ "Contact: " OWN ";expires=0," OTHER ";expires=0\r\nExpires: 60\r\n", 0 },
		{ "Contact: " OWN ";expires=0\r\nContact: " OTHER ";expires=40\r\n", 40 },
		{ "Contact: " OTHER ";expires=40," OWN ";expires=\"0\"\r\nExpires: 60\r\n", 40 },
		{ "Contact: " OWN ";expires=0, " OWN ";expires=50\r\n", 50 },
	};

	EXPECT_ROWS(rows);
}

Test(contact, quoted_times_are_read_and_unreadable_ones_never_lead_to_longer_ones)
{
	static const struct row rows[] = {
		{ "Contact: " OWN ";expires=\"60\"\r\n", 60 },
		{ "Contact: " OWN ";q=\"1\";expires = \" 60 \";x\r\n", 60 },
		{ "Contact: " OTHER ";expires=\"4\"," OTHER ";expires=90\r\n", 4 },
		{ "Contact: " OWN ";expires=soon\r\n", ASKED },
		{ "Contact: " OWN ";expires=soon\r\nExpires: 50\r\n", 50 },
		{ "Contact: " OWN ";expires\r\n", ASKED },
		{ "Contact: " OWN ";expires=\r\n", ASKED },
		{ "Contact: " OWN ";expires=-5\r\n", ASKED },
		{ "Contact: " OWN ";expires=soon," OTHER ";expires=30\r\n", 30 },
		{ "Contact: " OTHER ";expires=soon," OTHER ";expires=3000\r\n", ASKED },
		{ "Contact: " OWN ";expires=60s\r\n", 60 },
		{ "Contact: " OWN ";expires=6.5\r\n", 6 },
		{ "Contact: " OWN ";expires=3000s\r\n", ASKED },
		{ "Contact: " OWN ";expires=60;expires=40\r\n", 40 },
		{ "Contact: " OWN ";expires=60;x=y;expires=4s\r\n", 4 },
		{ "Contact: " OWN ";expires=99999999999999999999\r\n", SIP_NO_NUMBER - 1 },
		// no list of contacts at all
		{ "Contact: *\r\n", ASKED },
		{ "Contact: \"open " OTHER ";expires=9\r\n", 9 },
		{ "Contact: \"open " OTHER ";expires = \"9\", <sip:a@b>;expires=7\r\n", 7 },
		{ "Contact: <sip:6000@10.0.0.7:50001;expires=9\r\n", 9 },
		{ "Contact: " OTHER " x;expires=9\r\n", 9 },
		{ "Contact: <sip:6000@10.0.0.7:99999>;expires=7\r\n", 7 },
		{ "Contact: \"open\r\nContact: " OWN ";expires=90\r\n", 90 },
	};

	EXPECT_ROWS(rows);
}

// RFC 3261 19.1.4. Where it is not our own, the other one says how long.
Test(contact, uris_are_compared_as_the_rfc_says)
{
	static const struct {
		const char *uri;
		bool own;
	} rows[] = {
		{ "sip:6000@10.0.0.7:50001;hl=p", true },
		{ "SIP:6000@10.0.0.7:50001;hl=p", true },
		{ "sip:%36000@10.0.0.7:50001;hl=p", true },
		{ "sip:6000@10.0.0.7:50001;transport=UDP;hl=p", true },
		{ "sip:6000@10.0.0.7:50001;ob;x=y", true },
		{ "sip:6000@10.0.0.7:50001;hl=b", false },
		{ "sip:6000@10.0.0.7:50001;hl=px", false },
		{ "sips:6000@10.0.0.7:50001;hl=p", false },
		{ "sip:60001@10.0.0.7:50001;hl=p", false },
		{ "sip:600@10.0.0.7:50001;hl=p", false },
		{ "sip:%37000@10.0.0.7:50001;hl=p", false },
		{ "sip:10.0.0.7:50001;hl=p", false },
		{ "sip:6000:secret@10.0.0.7:50001;hl=p", false },
		{ "sip:6000@10.0.0.7:50001;transport=tcp;hl=p", false },
		{ "sip:6000@10.0.0.7:50001;user=phone;hl=p", false },
		{ "sip:6000@10.0.0.7:50001;maddr=10.0.0.9;hl=p", false },
		{ "sip:6000@10.0.0.7:50001;ttl=1;hl=p", false },
		{ "sip:6000@10.0.0.7:50001;hl=p;method=INVITE", false },
		{ "sip:6000@10.0.0.7:50001;hl=p?subject=a", false },
		{ "sip:6000@10.0.0.7:50002;hl=p", false },
		{ "sip:6000@10.0.0.7;hl=p", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char headers[256];

		snprintf(headers, sizeof(headers),
			 "Contact: <%s>;expires=90, <sip:a@b>;expires=9\r\n", rows[i].uri);
		cr_expect_eq(granted(headers), rows[i].own ? 90 : 9, "%s", rows[i].uri);
	}
}

Test(contact, only_5060_may_be_left_out_and_hosts_have_no_case)
{
	cr_expect_eq(granted_to("Contact: <sip:a@Phone.Example>;expires=9\r\n", "a",
				"phone.example", 5060, 'b'),
		     9);
	cr_expect_eq(
		granted_to("Contact: <sip:a@[2001:DB8::1];hl=b>;expires=9,<sip:b@c>;expires=1\r\n",
			   "a", "2001:db8::1", 5060, 'b'),
		9);
}

// A list of Contacts being written: times that stand in it, and those of our own.
struct list {
	char text[3072];
	uint32_t least;     // the smallest positive one
	uint32_t own_least; // of our own, marked
	bool unreadable;    // one that starts with 0 may mean any time up to what was asked
};

static const char *pick(struct rng *rng, const char *const *of, uint32_t n)
{
	return of[rng_below(rng, n)];
}
#define PICK(RNG, OF) pick(RNG, OF, sizeof(OF) / sizeof((OF)[0]))

static void put_contact(struct rng *rng, struct list *l)
{
	static const char *const foreign[] = {
		"sip:6000@203.0.113.7:61000;hl=p",
		"sip:6000@10.0.0.7:50001;hl=b",
		"sip:ann@198.51.100.1",
		"sip:6000@10.0.0.7:50001;maddr=1.2.3.4",
		"sip:6000@10.0.0.7:50002;hl=p",
		"sip:a@b;expires=1;x=2",
		"tel:+4930",
		"sip:a@[::1]:9;expires=3?expires=2",
	};
	static const char *const names[] = {
		"", "Ann ", "\"Ann, <a>;expires=1\" ", "\"\\\"\" ", "\"a\\\\\"", "Ann B. ",
	};
	static const char *const before[] = { "", ";q=0.5", " ; x=\"expires=1, <a>;\"",
					      ";expiresx=1", ";x-expires=1" };
	static const char *const after[] = { "", ";q=1", ";+sip.instance=\"<urn:uuid:1>\"",
					     ";received=\"sip:a@b;expires=2\"", ";x" };
	bool own = rng_below(rng, 6) == 0;
	uint32_t s = rng_below(rng, 4) == 0 ? 0 : 1 + rng_below(rng, 3000);
	char *at = l->text + strlen(l->text);

	at += sprintf(at, "%s<%s>%s", PICK(rng, names),
		      own ? "sip:6000@10.0.0.7:50001;hl=p" : PICK(rng, foreign), PICK(rng, before));
	switch (rng_below(rng, 6)) {
	case 0:
		at += sprintf(at, ";expires=\"%u\"", s);
		break;
	case 1:
		at += sprintf(at, " ;EXPIRES = %u ", s);
		break;
	case 2: // unreadable; more than was asked is never believed of it
		at += sprintf(at, ";expires=%us", s);
		l->unreadable = true;
		own = false;
		break;
	default:
		at += sprintf(at, ";expires=%u", s);
		break;
	}
	sprintf(at, "%s", PICK(rng, after));
	if (s > 0 && (l->least == 0 || s < l->least))
		l->least = s;
	if (own && s > 0 && (l->own_least == 0 || s < l->own_least))
		l->own_least = s;
}

// Behind what is read at once stands a parameter that says nothing: then it is read as any other.
Test(contact, our_own_alone_is_read_as_any_other_contact)
{
	static const char bytes[] = ":;=<>@\", 0123456789pbsx%";
	struct rng rng;
	uint32_t whole = 0;

	parse_init();
	rng_seed(&rng, 815);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		char contact[128], at_once[160], as_others[160];
		int len = snprintf(contact, sizeof(contact), OWN ";expires=%u",
				   rng_below(&rng, 2) ? rng_below(&rng, 100000)
						      : (uint32_t)rng_next(&rng));

		for (uint32_t n = rng_below(&rng, 3); n > 0; n--)
			contact[rng_below(&rng, (uint32_t)len - 1)] =
				bytes[rng_below(&rng, sizeof(bytes) - 1)];
		snprintf(at_once, sizeof(at_once), "Contact: %s\r\n", contact);
		snprintf(as_others, sizeof(as_others), "Contact: %s;q=1\r\n", contact);
		uint32_t s = granted(at_once);
		cr_assert_eq(s, granted(as_others), "%u: %s", s, contact);
		whole += s != ASKED && s > 0;
	}
	cr_expect_gt(whole, ROUNDS / 4);
}

Test(contact, of_any_list_in_any_split_the_time_is_our_own_or_at_most_the_smallest)
{
	static const char *const starts[] = { "Contact: ", "m:", "CONTACT : ", "contact:\t" };
	uint32_t owns = 0, split_wide = 0;
	struct rng rng;

	parse_init();
	rng_seed(&rng, 4711);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		uint32_t n = 1 + rng_below(&rng, rng_below(&rng, 8) ? 5 : 14), lines = 0;
		struct list l = { .text = "" };

		for (uint32_t k = 0; k < n; k++) {
			bool line = k == 0 || rng_below(&rng, 2);

			if (line && k > 0)
				strcat(l.text, "\r\n");
			if (line && rng_below(&rng, 6) == 0)
				strcat(l.text, "Server: a\r\n");
			strcat(l.text, line ? PICK(&rng, starts) : " , ");
			lines += line;
			put_contact(&rng, &l);
		}
		strcat(l.text, "\r\n");
		uint32_t s = granted(l.text);
		if (l.own_least > 0)
			cr_assert_eq(s, l.own_least, "round %u: %u, not %u:\n%s", round, s,
				     l.own_least, l.text);
		else
			cr_assert(l.least > 0 ? s > 0 && s <= l.least
					      : s <= (l.unreadable ? ASKED : 0),
				  "round %u: %u, the smallest is %u:\n%s", round, s, l.least,
				  l.text);
		owns += l.own_least > 0;
		split_wide += lines > SIP_CONTACTS_MAX;
	}
	cr_expect_gt(owns, ROUNDS / 20);
	cr_expect_gt(ROUNDS - owns, ROUNDS / 20);
	cr_expect_gt(split_wide, 50);
}
