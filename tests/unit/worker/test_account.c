// SPDX-License-Identifier: BSD-3-Clause
// What a run reports of its lines: outages, flaps, causes, what may be left (FAILOVER.md section 7).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define PROBED "    primary_detect_interval: 3s\n    prefer_primary: on\n"

static struct hl_line_account account(const struct rig *rig)
{
	struct hl_line_account a;

	hl_worker_account(rig->worker, 0, rig->now_ns, &a);
	return a;
}

static uint32_t find(const struct rig *rig, const char *method, const char *server)
{
	uint32_t k = 0;

	while (k < rig->n && (strncmp(rig->sent[k].text, method, strlen(method)) != 0 ||
			      strcmp(rig_server(rig, k), server) != 0))
		k++;
	return k;
}

// Let time pass until the request comes; its number among those caught.
static uint32_t wait_for(struct rig *rig, const char *method, const char *server)
{
	rig_clear(rig);
	for (int k = 0; k < 7000 && find(rig, method, server) == rig->n; k++)
		rig_pass(rig, 10 * MS);
	cr_assert(lt(u32, find(rig, method, server), rig->n), "%s to %s", method, server);
	return find(rig, method, server);
}

static struct rig *registered(const char *extra)
{
	struct rig *rig = rig_new(extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 120\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	return rig;
}

Test(account, a_line_that_was_never_down_has_no_outage)
{
	struct rig *rig = rig_new("", 1);

	cr_assert(not(account(rig).registered_once));
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 1900 * MS); // trying is not yet an outage: it had nothing to lose
	cr_assert(eq(u64, account(rig).down_ms, 0));
	rig_answer(rig, 0, 200, "Expires: 120\r\n");
	rig_pass(rig, 10 * SEC);
	cr_assert(account(rig).registered_once);
	cr_assert(eq(u64, account(rig).down_ms, 0));
	cr_assert(not(account(rig).down));
	rig_free(rig);
}

// For each count of probes: down from the first that is lost until the 2xx of B.
Test(account, an_outage_begins_with_the_first_lost_probe)
{
	for (unsigned lost = 1; lost <= 4; lost++) {
		char extra[256];

		snprintf(extra, sizeof(extra), "%s    max_detect_fail_count: %u\n", PROBED, lost);
		struct rig *rig = registered(extra);
		wait_for(rig, "OPTIONS", "P");
		uint64_t first_ns = rig->now_ns;
		uint32_t k = wait_for(rig, "REGISTER", "B");
		cr_assert(account(rig).down);
		rig_pass(rig, 300 * MS);
		rig_answer(rig, k, 200, "Expires: 120\r\n");
		cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
		uint64_t expected_ms = (rig->now_ns - first_ns) / MS;
		cr_expect(ge(u64, account(rig).down_ms + 20, expected_ms), "%u", lost);
		cr_expect(le(u64, account(rig).down_ms, expected_ms + 20), "%u", lost);
		cr_expect(le(u64, account(rig).longest_ms, account(rig).switch_ms), "%u", lost);
		cr_expect(not(account(rig).down));
		cr_expect(eq(u64, account(rig).lasts_ms, 0));
		uint64_t before = account(rig).down_ms;
		rig_pass(rig, SEC);
		cr_expect(eq(u64, account(rig).down_ms, before), "it is over");
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->causes[HL_CODE_TIMEOUT]), 1));
		rig_free(rig);
	}
}

Test(account, an_outage_begins_with_the_refresh_that_is_not_answered)
{
	struct rig *rig = registered("");

	wait_for(rig, "REGISTER", "P"); // the refresh
	uint64_t first_ns = rig->now_ns;
	wait_for(rig, "REGISTER", "B");
	rig_pass(rig, 20 * SEC); // nobody answers
	uint64_t expected_ms = (rig->now_ns - first_ns) / MS;
	cr_assert(account(rig).down);
	cr_assert(ge(u64, account(rig).down_ms + 20, expected_ms));
	cr_assert(le(u64, account(rig).down_ms, expected_ms + 20));
	cr_assert(gt(u64, account(rig).longest_ms, account(rig).switch_ms));
	cr_assert(eq(u64, account(rig).lasts_ms, account(rig).down_ms), "it has not ended");
	rig_free(rig);
}

Test(account, an_operators_switch_is_no_outage)
{
	struct rig *rig = registered("");

	rig_clear(rig);
	rig_command(rig, HL_COMMAND_FORCE_B);
	rig_answer(rig, find(rig, "REGISTER", "B"), 200, "Expires: 120\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_pass(rig, 5 * SEC);
	cr_assert(eq(u64, account(rig).down_ms, 0));
	rig_free(rig);
}

static void fail_over(struct rig *rig)
{
	uint32_t k = wait_for(rig, "REGISTER", "B");

	rig_answer(rig, k, 200, "Expires: 3600\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
}

static void come_back(struct rig *rig)
{
	rig_answer(rig, wait_for(rig, "OPTIONS", "P"), 200, "");
	rig_answer(rig, wait_for(rig, "REGISTER", "P"), 200, "Expires: 3600\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
}

static void stay(struct rig *rig, uint64_t span_ns)
{
	for (uint64_t end_ns = rig->now_ns + span_ns; rig->now_ns < end_ns;)
		rig_answer(rig, wait_for(rig, "OPTIONS", "P"), 200, "");
}

Test(account, a_return_that_does_not_last_a_minute_is_a_flap)
{
	struct rig *rig = registered(PROBED "    max_detect_fail_count: 1\n"
					    "    register_refresh_interval: 3600s\n");
	const _Atomic uint64_t *flaps = &rig_counters(rig)->flaps;

	fail_over(rig);
	cr_assert(eq(u64, rig_count(flaps), 0), "it had not returned");
	come_back(rig);
	stay(rig, 30 * SEC);
	fail_over(rig);
	cr_assert(eq(u64, rig_count(flaps), 1));
	come_back(rig);
	stay(rig, 70 * SEC);
	fail_over(rig);
	cr_assert(eq(u64, rig_count(flaps), 1), "that return lasted");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->failovers), 3));
	rig_free(rig);
}

Test(account, a_cause_is_told_in_the_words_that_came_first)
{
	struct rig *rig = rig_new("", 2);
	char text[HL_PHRASE_ROOM];

	rig_command(rig, HL_COMMAND_ENABLE);
	hl_worker_cause(rig->worker, 403, text);
	cr_assert_str_eq(text, "Forbidden", "as registered, before one came");
	rig_answer_changed(rig, 0, 403, "", "SIP/2.0 403 Whatever", "SIP/2.0 403 No such account");
	rig_answer_changed(rig, 1, 403, "", "SIP/2.0 403 Whatever", "SIP/2.0 403 Another");
	hl_worker_cause(rig->worker, 403, text);
	cr_assert_str_eq(text, "No such account");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->causes[403]), 2));
	hl_worker_cause(rig->worker, HL_CODE_TIMEOUT, text);
	cr_assert_str_eq(text, "time-out");
	hl_worker_cause(rig->worker, HL_CODE_NONE, text);
	cr_assert_str_eq(text, "");
	rig_free(rig);
}

// Neither the REGISTERs nor the unregisters were answered: servers may hold both bindings.
Test(account, a_binding_that_nobody_knows_of_is_maybe_left)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 5 * SEC); // P and B are silent
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_pass(rig, 10 * SEC);
	cr_assert(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	cr_assert(eq(u32, hl_worker_maybe_left(rig->worker, rig->now_ns), 2));
	cr_assert(eq(u32, hl_worker_maybe_left(rig->worker, rig->now_ns + 1801 * SEC), 0),
		  "a binding lasts as long as was asked");
	rig_free(rig);
}

Test(account, a_binding_that_was_removed_or_never_asked_for_is_not_maybe_left)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 1 * SEC);
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_answer(rig, find(rig, "REGISTER", "P"), 200, "");
	cr_assert(eq(u32, hl_worker_maybe_left(rig->worker, rig->now_ns), 0));
	rig_free(rig);
}

Test(account, every_reason_for_a_drop_keeps_its_first_packet)
{
	struct rig *rig = registered("");
	const struct hl_example *e;
	const struct frame *sent = &rig->sent[0].frame;

	cr_assert(eq(ptr, (void *)hl_worker_example(rig->worker, HL_DROP_MALFORMED), NULL));
	rig_datagram(rig, "10.99.0.9", 4711, &sent->src.addr, sent->src.port,
		     "SIP/2.0 HELLO first\r\n\r\n");
	rig_datagram(rig, "10.99.0.8", 4712, &sent->src.addr, sent->src.port,
		     "SIP/2.0 HELLO second\r\n\r\n");
	e = hl_worker_example(rig->worker, HL_DROP_MALFORMED);
	cr_assert(ne(ptr, (void *)e, NULL));
	cr_assert(eq(u16, e->src.port, 4711));
	cr_assert(eq(u32, e->len, 23));
	cr_assert(eq(int, memcmp(e->bytes, "SIP/2.0 HELLO first", 19), 0));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_MALFORMED]), 2));
	rig_free(rig);
}

static double quantile_ms(const struct hl_hist *hist, double q)
{
	return hl_hist_quantile(&hist, 1, q) / 1000;
}

// A bucket is a sixteenth of its octave wide.
static void about(const struct hl_hist *hist, double ms)
{
	cr_expect(eq(u64, hl_hist_samples(hist), 1));
	cr_expect(ge(dbl, quantile_ms(hist, 1), ms - 1), "%g", ms);
	cr_expect(le(dbl, quantile_ms(hist, 1), ms * 17 / 16 + 25), "%g", ms);
}

Test(account, detection_and_switch_are_the_two_parts_of_an_outage)
{
	for (unsigned lost = 1; lost <= 3; lost++) {
		char extra[256];

		snprintf(extra, sizeof(extra), "%s    max_detect_fail_count: %u\n", PROBED, lost);
		struct rig *rig = registered(extra);
		const struct hl_counters *c = rig_counters(rig);
		wait_for(rig, "OPTIONS", "P");
		uint64_t first_ns = rig->now_ns;
		uint32_t k = wait_for(rig, "REGISTER", "B");
		about(&c->detection, (double)((rig->now_ns - first_ns) / MS));
		rig_pass(rig, 300 * MS);
		cr_expect(eq(u64, hl_hist_samples(&c->switching), 0), "it has not ended");
		rig_answer(rig, k, 200, "Expires: 120\r\n");
		about(&c->switching, 300);
		rig_free(rig);
	}
}

Test(account, a_refusal_is_detected_at_once)
{
	struct rig *rig = registered("");
	uint32_t k = wait_for(rig, "REGISTER", "P");

	rig_pass(rig, 5 * MS);
	rig_answer(rig, k, 503, "");
	cr_assert(eq(u64, hl_hist_samples(&rig_counters(rig)->detection), 1));
	cr_assert(le(dbl, quantile_ms(&rig_counters(rig)->detection, 1), 25));
	rig_free(rig);
}

// Backoffs are part of the switch, and an outage of hours does not come around.
Test(account, a_switch_lasts_until_a_server_takes_the_line)
{
	for (unsigned minutes = 0; minutes <= 2360; minutes += 2360) {
		struct rig *rig = registered("    backoff_max: 60s\n");

		wait_for(rig, "REGISTER", "B");
		uint64_t begin_ns = rig->now_ns;
		for (uint64_t end_ns = rig->now_ns + 90 * SEC + minutes * 60 * SEC;
		     rig->now_ns < end_ns; rig_clear(rig))
			rig_pass(rig, 10 * SEC);
		rig_answer(rig, wait_for(rig, "REGISTER", "P"), 200, "Expires: 120\r\n");
		if (minutes)
			cr_expect(ge(dbl, quantile_ms(&rig_counters(rig)->switching, 1), 2000000));
		else
			about(&rig_counters(rig)->switching,
			      (double)((rig->now_ns - begin_ns) / MS));
		rig_free(rig);
	}
}

Test(account, an_outage_that_an_operator_ended_is_no_switch)
{
	struct rig *rig = registered("");

	wait_for(rig, "REGISTER", "B");
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_pass(rig, SEC);
	cr_assert(not(account(rig).down));
	cr_assert(eq(u64, hl_hist_samples(&rig_counters(rig)->detection), 1));
	cr_assert(eq(u64, hl_hist_samples(&rig_counters(rig)->switching), 0));
	rig_free(rig);
}

Test(account, a_return_lasts_from_its_register_to_the_answer)
{
	struct rig *rig = registered(PROBED "    max_detect_fail_count: 1\n"
					    "    register_refresh_interval: 3600s\n");
	const struct hl_counters *c = rig_counters(rig);

	fail_over(rig);
	rig_answer(rig, wait_for(rig, "OPTIONS", "P"), 200, "");
	cr_assert(eq(u64, hl_hist_samples(&c->returning), 0));
	rig_pass(rig, 150 * MS);
	uint32_t k = find(rig, "REGISTER", "P");
	cr_assert(lt(u32, k, rig->n));
	rig_answer(rig, k, 200, "Expires: 3600\r\n");
	cr_assert(eq(u64, rig_count(&c->returns), 1));
	about(&c->returning, 150);
	rig_free(rig);
}

Test(account, a_refresh_is_as_late_as_its_first_register)
{
	struct rig *rig = registered("");
	const struct hl_hist *late = &rig_counters(rig)->refresh_lateness;

	cr_assert(eq(u64, hl_hist_samples(late), 0), "a first registration is no refresh");
	rig_pass(rig, 59 * SEC);
	rig->now_ns += 1250 * MS; // the worker stood still; due after one second
	rig_clear(rig);
	rig_pass(rig, 400 * MS);
	about(late, 250);
	rig_answer(rig, find(rig, "REGISTER", "P"), 401,
		   "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n");
	rig_pass(rig, 700 * MS); // its second REGISTER, and that again
	cr_assert(eq(u64, hl_hist_samples(late), 1));
	rig_free(rig);
}
