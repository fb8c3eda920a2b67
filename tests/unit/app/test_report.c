// SPDX-License-Identifier: BSD-3-Clause
// The facts of a run, its table, and whether the generator was the limit: each cause by itself.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "fake_dataplane.h"
#include "report/report_print.h"

static struct dataplane alone; // one worker: nothing to steer

// Ten lines, all registered and gone again.
static struct report report_make(uint64_t device_lost)
{
	struct report r = { .up = { .lines = 10, .registered = 10, .on_primary = 10 } };

	fake_dataplane.end.lines = 10;
	fake_dataplane.end.finals[HL_REGISTER] = 40;
	report_close(&r, &alone, device_lost);
	return r;
}

static char *printed(const struct report *r)
{
	static char *text;
	size_t len;
	FILE *file;

	free(text);
	file = open_memstream(&text, &len);
	report_print(r, file);
	fclose(file);
	return text;
}

static void said_expect(const struct report *r, const char *said)
{
	cr_expect_neq(strstr(printed(r), said), NULL, "wanted %s in: %s", said, printed(r));
}

static void limited_expect(uint64_t device_lost, const char *said)
{
	struct report r = report_make(device_lost);
	char text[LIMITS_ROOM];

	cr_expect(report_generator_limited(&r), "%s", said);
	report_limits_text(&r, text);
	cr_expect_neq(strstr(text, said), NULL, "wanted %s in: %s", said, text);
	said_expect(&r, "the generator was the limit");
	said_expect(&r, "verdict: ok"); // the lines are well nevertheless
	memset(&fake_dataplane, 0, sizeof(fake_dataplane));
}

Test(report, a_generator_that_kept_up_is_not_the_limit)
{
	char text[LIMITS_ROOM];

	fake_dataplane.lateness_us = 9000;
	fake_dataplane.end.requests[HL_OPTIONS] = 1000;
	fake_dataplane.end.limits[HL_LIMIT_DELAYED] = 10;
	fake_dataplane.end.limits[HL_LIMIT_UNRESOLVED] = 10; // they waited, and left
	fake_dataplane.end.limits[HL_LIMIT_RATE_LIMITED] = 10;
	fake_dataplane.end.limits[HL_LIMIT_RATE_MISSED] = 10;
	struct report r = report_make(0);
	cr_expect(!report_generator_limited(&r));
	report_limits_text(&r, text);
	cr_expect_str_eq(text, "");
	cr_expect_null(strstr(printed(&r), "the generator was the limit"));
}

Test(report, every_way_to_be_the_limit_is_told)
{
	limited_expect(3, "3 frames that the device had no room for"); // imissed
	fake_dataplane.limits[HL_LIMIT_HANDOFF_DROPPED] = 4;
	limited_expect(0, "4 frames lost on their way");
	fake_dataplane.limits[HL_LIMIT_TX_DROPPED] = 4;
	limited_expect(0, "4 frames that the device did not take");
	fake_dataplane.limits[HL_LIMIT_NO_BUFFER] = 4;
	limited_expect(0, "4 times without a free packet buffer");
	fake_dataplane.end.limits[HL_LIMIT_SLOW_FULL] = 5;
	limited_expect(0, "5 answers lost");
	fake_dataplane.limits[HL_LIMIT_STALLS] = 6;
	limited_expect(0, "6 hangs in the driver");
	fake_dataplane.end.limits[HL_LIMIT_UNRESOLVED_LOST] = 6;
	limited_expect(0, "6 requests given up unsent");
	fake_dataplane.end.requests[HL_OPTIONS] = 100;
	fake_dataplane.end.limits[HL_LIMIT_DELAYED] = 7;
	limited_expect(0, "7 probes that left more than 50 ms late");
	fake_dataplane.end.requests[HL_OPTIONS] = 100;
	fake_dataplane.end.limits[HL_LIMIT_RATE_MISSED] = 2;
	limited_expect(0, "2 requests of the rate that the generator came too late for");
	fake_dataplane.lateness_us = 12000;
	limited_expect(0, "more than 12.0 ms late");
	fake_dataplane.limits[HL_LIMIT_TX_FULL] = 7;
	fake_dataplane.tx_full_ms = 11.5;
	limited_expect(0, "7 polls that found the device's transmit ring full");
}

Test(report, a_rate_that_kept_lines_from_registering_was_the_limit)
{
	fake_dataplane.end.limits[HL_LIMIT_RATE_LIMITED] = 10;
	struct report r = report_make(0);
	r.outcome.never = 1;
	cr_expect(report_generator_limited(&r));
}

// Whoever reads from the top meets the generator's limit before a server is blamed.
Test(report, the_generators_limit_is_named_before_any_server_is_blamed)
{
	fake_dataplane.limits[HL_LIMIT_STALLS] = 6;
	struct report r = report_make(0);
	r.outcome.too_long = 1;
	const char *text = printed(&r), *limit = strstr(text, "the generator was the limit");
	const char *blame = strstr(text, "down longer than the worst case");
	cr_assert(limit && blame, "%s", text);
	cr_expect_lt(limit, blame);
}

Test(report, a_ring_that_was_full_for_a_moment_is_told_and_is_no_limit)
{
	fake_dataplane.limits[HL_LIMIT_TX_FULL] = 7;
	fake_dataplane.tx_full_ms = 0.4;
	struct report r = report_make(0);
	cr_expect(!report_generator_limited(&r));
	said_expect(&r, "7 tx_full: polls that found the device's transmit ring full, for up to "
			"0.4 ms on end");
}

// For each row of the two tables: its name and its meaning are on the screen once it counted.
Test(report, every_drop_and_every_limit_is_named_when_it_counted)
{
	for (unsigned k = 0; k < HL_DROPS; k++) {
		memset(&fake_dataplane, 0, sizeof(fake_dataplane));
		struct report r = report_make(0);
		char said[200];
		snprintf(said, sizeof(said), "12 %s: %s", hl_drop_name(k), hl_drop_text(k));
		cr_expect_null(strstr(printed(&r), hl_drop_text(k)), "%s", said);
		fake_dataplane.end.drops[k] = 12;
		r = report_make(0);
		said_expect(&r, said);
	}
	for (unsigned k = 0; k < HL_LIMITS; k++) {
		memset(&fake_dataplane, 0, sizeof(fake_dataplane));
		fake_dataplane.end.limits[k] = 12;
		struct report r = report_make(0);
		char said[200];
		snprintf(said, sizeof(said), "12 %s: %s", hl_limit_name(k), hl_limit_text(k));
		if (k == HL_LIMIT_EVENTS_LOST) {
			cr_expect_null(strstr(printed(&r), "lost"), "nobody asked for them");
			r.events_path = "file";
			snprintf(said, sizeof(said), "0 written to file, 12 lost");
		}
		said_expect(&r, said);
	}
}

// Any byte at all may have come.
Test(report, an_example_of_a_drop_is_shown_in_printable_letters)
{
	for (unsigned k = 0; k < HL_DROPS; k++) {
		memset(&fake_dataplane, 0, sizeof(fake_dataplane));
		fake_dataplane.end.drops[k] = 3;
		fake_dataplane.example_of = k;
		fake_dataplane.example = (struct hl_example){ .known = 1, .len = HL_EXAMPLE_BYTES };
		hl_endpoint_parse("10.99.0.7:5070", 14, 5060, &fake_dataplane.example.src);
		for (unsigned i = 0; i < HL_EXAMPLE_BYTES; i++)
			fake_dataplane.example.bytes[i] = (uint8_t)(random() % 256);
		memcpy(fake_dataplane.example.bytes, "SIP/2.0 200\r\n\x1b[2J", 17);
		struct report r = report_make(0);
		said_expect(&r, "first: 10.99.0.7:5070 \"SIP/2.0 200...[2J");
		for (const char *at = printed(&r); *at; at++)
			cr_assert(*at == '\n' || (*at >= ' ' && *at <= '~'), "%d", *at);
	}
}

Test(report, a_next_hop_that_made_requests_wait_is_named)
{
	struct hl_next_hop hops[20] = { { .known = true },
					{ .known = true, .waits = 5 },
					{ .asked = 30, .waits = 200 } };

	hl_addr_parse("10.99.0.1", 9, &hops[0].addr);
	hl_addr_parse("10.99.0.2", 9, &hops[1].addr);
	hl_addr_parse("10.99.0.3", 9, &hops[2].addr);
	fake_dataplane.next_hops = hops;
	fake_dataplane.n_next_hops = 3;
	struct report r = report_make(0);
	cr_expect_null(strstr(printed(&r), "10.99.0.1"));
	said_expect(&r, "10.99.0.2: 5 requests waited for its ARP answer");
	said_expect(&r, "10.99.0.3: no answer to 30 ARP requests; 200 requests waited");
	for (unsigned k = 3; k < 20; k++)
		hops[k] = hops[2];
	fake_dataplane.n_next_hops = 20;
	said_expect(&r, "and perhaps more");
}

Test(report, events_that_could_not_be_written_are_told)
{
	struct report r = report_make(0);

	cr_expect_null(strstr(printed(&r), "events"));
	r.events_path = "a.json";
	r.events = (struct events_counts){ .written = 9, .lost = 2, .error = ENOSPC };
	said_expect(&r, "9 written to a.json, 2 lost: No space left on device");
	said_expect(&r, "verdict: ok");
}

Test(report, times_that_were_bounded_are_told_when_they_bite)
{
	struct report r = report_make(0);

	cr_expect_null(strstr(printed(&r), "bounded"));
	fake_dataplane.end.long_retry_afters = 2;
	fake_dataplane.end.short_grants = 3;
	fake_dataplane.end.long_min_expires = 4;
	fake_dataplane.end.epochs = 5;
	r = report_make(0);
	said_expect(&r, "2 Retry-After longer than retry_after_max");
	said_expect(&r, "3 grants shorter than twice refresh_min");
	said_expect(&r, "4 Min-Expires longer than a day");
	said_expect(&r, "5 lines began their CSeq again");
}

Test(report, the_first_twenty_failed_lines_are_named_with_their_cause)
{
	struct failed_line failed[30];
	struct report r = report_make(0);

	for (uint32_t k = 0; k < 30; k++)
		failed[k] = (struct failed_line){ .line = k, .code = 403, .state = HL_PARK };
	failed[1].code = HL_CODE_TIMEOUT;
	failed[1].state = HL_DOWN;
	failed[1].never = true;
	r.outcome.failed = failed;
	r.outcome.n_failed = 30;
	r.outcome.never = 1;
	r.outcome.lost = 29;
	said_expect(&r, "6000 PARK: 403 Forbidden");
	said_expect(&r, "6001 never registered, DOWN: time-out");
	said_expect(&r, "6006@a.example PARK: 403 Forbidden");
	said_expect(&r, "6019 PARK: 403 Forbidden");
	cr_expect_null(strstr(printed(&r), "6020"));
	said_expect(&r, "and 10 more");
}

Test(report, causes_are_told_with_their_reason_the_most_frequent_first)
{
	fake_dataplane.end.causes[HL_CODE_TIMEOUT] = 7;
	fake_dataplane.end.causes[403] = 9;
	fake_dataplane.end.causes[503] = 7;
	struct report r = report_make(0);
	const char *text = printed(&r), *most = strstr(text, "9 403 Forbidden");
	const char *next = strstr(text, "7 time-out"), *last = strstr(text, "7 503 Service Unav");
	cr_assert(most && next && last, "%s", text);
	cr_expect(most < next && next < last, "%s", text);
}

Test(report, what_may_be_left_is_told_and_fails_nothing)
{
	fake_dataplane.maybe_left = 4;
	struct report r = report_make(0);
	said_expect(&r, "maybe left: 4");
	said_expect(&r, "verdict: ok");
}

Test(report, offered_and_achieved_rates)
{
	struct report r = { 0 };

	report_rates(&r, 10000, 4000000000u, 2000, 0); // meant for 2 s, took 4
	cr_expect_eq(r.offered_rate, 5000);
	cr_expect_eq(r.achieved_rate, 2500);
	report_rates(&r, 10000, 5000000000u, 2000, 2000); // the user's own limit was lower
	cr_expect_eq(r.offered_rate, 2000);
	cr_expect_eq(r.achieved_rate, 2000);
	report_rates(&r, 10000, 5000000000u, 0, 0); // all at once
	cr_expect_eq(r.offered_rate, 2000);
	cr_expect_eq(r.achieved_rate, 2000);
	report_rates(&r, 0, 0, 0, 0);
	cr_expect_eq(r.achieved_rate, 0);
}
