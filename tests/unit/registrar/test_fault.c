// SPDX-License-Identifier: BSD-3-Clause
// Faults at once and by script; the messages of scripts that cannot be read.
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "registrar/rig.h"

static struct rig rig;

static void setup(void)
{
	rig_start(&rig, NULL);
}

static void teardown(void)
{
	rig_stop(&rig);
}

TestSuite(fault, .init = setup, .fini = teardown);
TestSuite(script, .init = setup, .fini = teardown);

static void put(uint32_t server, enum hl_fault fault, uint32_t value)
{
	cr_assert_eq(hl_registrar_fault(rig.r, server, fault, value, NULL), 0);
}

Test(fault, a_silent_server_keeps_its_bindings_and_the_other_one_answers)
{
	rig_register(&rig, 0, &(struct wish){ 0 });
	put(0, HL_FAULT_SILENT, 0);
	cr_assert_null(rig_options(&rig, 0));
	cr_assert_eq(status_of(rig_options(&rig, 1)), 200);
	cr_assert_eq(COUNTER(&rig, 0, silent), 1);
	cr_assert(hl_registrar_bound(rig.r, 0, "6000@10.0.0.1", rig.now_ns));
	put(0, HL_FAULT_NONE, 0);
	cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
}

Test(fault, one_status_for_everything)
{
	put(HL_REGISTRAR_SERVERS_MAX, HL_FAULT_STATUS, 503);
	cr_assert_eq(status_of(rig_options(&rig, 0)), 503);
	cr_assert_eq(status_of(rig_register(&rig, 1, &(struct wish){ 0 })), 503);
	cr_assert_not_null(strstr(rig.text, "SIP/2.0 503 Service Unavailable\r\n"));
	cr_assert_eq(COUNTER(&rig, 1, responses[5]), 1);
	cr_assert_eq(COUNTER(&rig, 1, bindings), 0);
	put(1, HL_FAULT_NONE, 0);
	cr_assert_eq(status_of(rig_options(&rig, 1)), 200);
	cr_assert_eq(status_of(rig_options(&rig, 0)), 503);
}

Test(fault, a_wipe_forgets_the_bindings_and_leaves_the_health_as_it_is)
{
	rig_register(&rig, 0, &(struct wish){ 0 });
	rig_register(&rig, 1, &(struct wish){ 0 });
	put(0, HL_FAULT_SILENT, 0);
	put(0, HL_FAULT_WIPE, 0);
	cr_assert_not(hl_registrar_bound(rig.r, 0, "6000@10.0.0.1", rig.now_ns));
	cr_assert(hl_registrar_bound(rig.r, 1, "6000@10.0.0.1", rig.now_ns));
	cr_assert_eq(COUNTER(&rig, 0, bindings), 0);
	cr_assert_null(rig_options(&rig, 0));
}

static unsigned answered_of_1000(void)
{
	unsigned n = 0;

	for (int i = 0; i < 1000; i++)
		n += rig_options(&rig, 0) != NULL;
	return n;
}

Test(fault, loss_takes_its_share_the_same_in_every_run)
{
	put(0, HL_FAULT_LOSS, 1000);
	unsigned n = answered_of_1000();
	cr_assert(n > 850 && n < 950, "%u of 1000 answered at 10 %% loss", n);
	cr_assert_eq(COUNTER(&rig, 0, lost), 1000 - n);
	teardown();
	setup();
	put(0, HL_FAULT_LOSS, 1000);
	cr_assert_eq(answered_of_1000(), n);
	put(0, HL_FAULT_LOSS, 10000);
	cr_assert_eq(answered_of_1000(), 0);
	put(0, HL_FAULT_NONE, 0);
	cr_assert_eq(answered_of_1000(), 1000);
}

Test(fault, delayed_answers_leave_in_order_when_their_time_has_come)
{
	put(0, HL_FAULT_DELAY, 50000);
	cr_assert_null(rig_options(&rig, 0));
	rig.now_ns += 10 * MILLISECOND;
	cr_assert_null(rig_register(&rig, 0, &(struct wish){ 0 }));
	cr_assert_eq(hl_registrar_next(rig.r, rig.now_ns), rig.now_ns + 40 * MILLISECOND);
	rig.now_ns += 40 * MILLISECOND - 1;
	cr_assert_null(rig_tick(&rig));
	rig.now_ns += 1;
	cr_assert_eq(status_of(rig_tick(&rig)), 200);
	cr_assert_not_null(strstr(rig.text, "CSeq: 5 OPTIONS"));
	cr_assert_null(rig_tick(&rig));
	rig.now_ns += 10 * MILLISECOND;
	cr_assert_eq(status_of(rig_tick(&rig)), 200);
	cr_assert_not_null(strstr(rig.text, "CSeq: 1 REGISTER"));
	cr_assert_eq(hl_registrar_next(rig.r, rig.now_ns), UINT64_MAX);
	put(0, HL_FAULT_NONE, 0);
	cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
}

Test(fault, a_server_that_falls_silent_keeps_delayed_answers_to_itself)
{
	put(0, HL_FAULT_DELAY, 50000);
	cr_assert_null(rig_options(&rig, 0));
	put(0, HL_FAULT_SILENT, 0);
	rig.now_ns += SECOND;
	cr_assert_null(rig_tick(&rig));
	cr_assert_eq(COUNTER(&rig, 0, silent), 1);
	put(0, HL_FAULT_NONE, 0);
	cr_assert_null(rig_tick(&rig));
}

Test(fault, a_full_queue_of_delayed_answers_drops_and_counts)
{
	put(0, HL_FAULT_DELAY, 1000000);
	for (int i = 0; i < 5000; i++)
		cr_assert_null(rig_options(&rig, 0));
	uint64_t full = COUNTER(&rig, 0, full);
	cr_assert(full > 0 && full < 5000);
	cr_assert_eq(COUNTER(&rig, 0, responses[2]), 5000 - full);
	rig.now_ns += SECOND;
	uint64_t sent = 0;
	for (int i = 0; i < 5000; i++) {
		rig.tx.n = 0;
		hl_registrar_tick(rig.r, &rig.tx, rig.now_ns);
		sent += rig.tx.n;
	}
	rig.tx.n = 0;
	cr_assert_eq(sent, 5000 - full);
}

Test(fault, values_out_of_range_are_refused)
{
	static const struct {
		uint32_t server, value;
		enum hl_fault fault;
		const char *message;
	} cases[] = {
		{ 2, 0, HL_FAULT_SILENT, "server 2: allowed 0..1, or 8 for all" },
		{ 0, 199, HL_FAULT_STATUS, "status 199: allowed 200..699" },
		{ 0, 700, HL_FAULT_STATUS, "status 700: allowed 200..699" },
		{ 0, 10001, HL_FAULT_LOSS, "loss 100.01%: allowed 0..100%" },
		{ 0, 60000001, HL_FAULT_DELAY, "delay 60000001 us: allowed 0..60000000 us" },
		{ 0, 0, (enum hl_fault)99, "fault 99" },
	};
	struct hl_error err;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert_eq(hl_registrar_fault(rig.r, cases[i].server, cases[i].fault,
						cases[i].value, &err),
			     -EINVAL);
		cr_assert_not_null(strstr(err.text, cases[i].message), "%s", err.text);
	}
	cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
}

static void script(const char *text)
{
	struct hl_error err;

	cr_assert_eq(hl_registrar_script(rig.r, "test", text, rig.now_ns, &err), 0, "%s", err.text);
}

static void at_s(unsigned s)
{
	rig.now_ns = (1000 + s) * SECOND;
}

Test(fault, a_limit_serves_so_many_a_second_and_refuses_the_rest)
{
	unsigned served = 0, refused = 0;

	put(0, HL_FAULT_LIMIT, 1000);
	for (unsigned ms = 0; ms < 10000; ms++) // twice as many as it serves
		for (unsigned k = 0; k < 2; k++) {
			rig.now_ns += 500000;
			unsigned status = status_of(rig_options(&rig, 0));
			served += status == 200;
			refused += status == 503;
		}
	cr_expect_eq(served + refused, 20000);
	cr_expect(served >= 10000 && served <= 10052, "served %u", served); // and 50 ms of a queue
	cr_expect_eq(COUNTER(&rig, 0, limited), refused);
	cr_expect_eq(status_of(rig_options(&rig, 1)), 200);
	put(0, HL_FAULT_NONE, 0);
	cr_expect_eq(status_of(rig_options(&rig, 0)), 200);
}

Test(fault, a_limit_that_is_not_reached_refuses_nothing)
{
	put(0, HL_FAULT_LIMIT, 1000);
	for (unsigned k = 0; k < 5000; k++) {
		rig.now_ns += k % 50 ? 0 : 50000000; // 50 at a time, every 50 ms
		cr_assert_eq(status_of(rig_options(&rig, 0)), 200, "%u", k);
	}
}

Test(fault, an_order_of_a_text_is_read_and_puts_nothing_into_force)
{
	struct hl_registrar_order order;
	struct hl_error err;

	cr_assert_eq(hl_registrar_order_read(rig.r, "silent", &order, &err), 0);
	cr_expect_eq(order.servers, 1);
	cr_expect_eq(order.fault, HL_FAULT_SILENT);
	cr_assert_eq(hl_registrar_order_read(rig.r, "all status 503", &order, &err), 0);
	cr_expect_eq(order.servers, 3);
	cr_expect_eq(order.fault, HL_FAULT_STATUS);
	cr_expect_eq(order.value, 503);
	cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
	cr_assert_eq(hl_registrar_order_read(rig.r, "10.0.0.1 quiet", &order, &err), -EINVAL);
	cr_expect_eq(
		strncmp(err.text, "registrar:1:10: error: expected an address or all, then ok", 58),
		0, "%s", err.text);
	cr_assert_eq(hl_registrar_order_read(rig.r, "10.9.9.9 ok", &order, &err), -EINVAL);
	cr_expect_not_null(strstr(err.text, "no server has this address"));
	cr_assert_eq(hl_registrar_order_read(rig.r, "", &order, &err), -EINVAL);
}

Test(script, steps_are_taken_at_their_times_whatever_order_they_are_written_in)
{
	script("# a day in the life of a pair\n"
	       "at 20s: ok\n"
	       "  AT 10s :silent  # the primary dies\n"
	       "\n"
	       "at 10s: 10.0.0.2 status 480; at 15000ms: all status 503;; at 0.5min: wipe\r\n");
	cr_assert_eq(hl_registrar_next(rig.r, rig.now_ns), rig.now_ns + 10 * SECOND);
	rig_register(&rig, 0, &(struct wish){ 0 });
	at_s(10);
	cr_assert_null(rig_options(&rig, 0),
		       "a request that arrives then meets it, before any tick");
	cr_assert_eq(status_of(rig_options(&rig, 1)), 480);
	at_s(15);
	cr_assert_null(rig_tick(&rig));
	cr_assert_eq(status_of(rig_options(&rig, 0)), 503);
	cr_assert_eq(status_of(rig_options(&rig, 1)), 503);
	at_s(20);
	cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
	cr_assert_eq(status_of(rig_options(&rig, 1)), 503);
	cr_assert(hl_registrar_bound(rig.r, 0, "6000@10.0.0.1", rig.now_ns));
	at_s(30);
	cr_assert_null(rig_tick(&rig));
	cr_assert_not(hl_registrar_bound(rig.r, 0, "6000@10.0.0.1", rig.now_ns));
	cr_assert_eq(hl_registrar_next(rig.r, rig.now_ns), UINT64_MAX);
}

Test(script, of_two_steps_at_one_time_the_first_written_comes_first)
{
	script("at 1s: silent\nat 1s: ok\nat 2s: ok; at 2s: silent");
	at_s(1);
	cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
	at_s(2);
	cr_assert_null(rig_options(&rig, 0));
}

Test(script, loss_and_delay_take_fractions)
{
	script("at 0s: loss 99.99%; at 5s: loss 0%; at 5s: 10.0.0.1:5060 delay 2.5ms");
	cr_assert_lt(answered_of_1000(), 5);
	at_s(5);
	cr_assert_null(rig_options(&rig, 0));
	cr_assert_eq(hl_registrar_next(rig.r, rig.now_ns), rig.now_ns + 2500000);
}

Test(script, a_second_script_is_added_to_the_first)
{
	script("at 1s: silent");
	script("at 2s: ok");
	at_s(1);
	cr_assert_null(rig_options(&rig, 0));
	script("at 0s: 10.0.0.2 silent");
	at_s(2);
	cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
	cr_assert_null(rig_options(&rig, 1));
}

Test(script, errors_name_line_and_column_and_what_is_allowed)
{
	static const struct {
		const char *text, *place, *message;
	} cases[] = {
		{ "silent", "x:1:1: error: ", "expected \"at TIME: FAULT\"" },
		{ "at 1s: ok\n  10s: silent", "x:2:3: error: ", "expected \"at TIME: FAULT\"" },
		{ "at", "x:1:3: error: ", "us, ms, s, min or h" },
		{ "at 10: silent", "x:1:4: error: ", "us, ms, s, min or h" },
		{ "at 10d: silent", "x:1:4: error: ", "us, ms, s, min or h" },
		{ "at -1s: silent", "x:1:4: error: ", "us, ms, s, min or h" },
		{ "at 1.s: silent", "x:1:4: error: ", "us, ms, s, min or h" },
		{ "at 1.2345s: silent", "x:1:4: error: ", "us, ms, s, min or h" },
		{ "at 99999999h: silent", "x:1:4: error: ", "us, ms, s, min or h" },
		{ "at 99999999999999999999s: silent", "x:1:4: error: ", "us, ms, s, min or h" },
		{ "at 10s silent", "x:1:8: error: ", "expected \":\"" },
		{ "at 10s:", "x:1:8: error: ", "ok, silent, wipe, status N" },
		{ "at 10s: dead", "x:1:9: error: ", "ok, silent, wipe, status N" },
		{ "at 1s: ok; at 2s: 10.0.0.300 ok",
		  "x:1:19: error: ", "expected an address or all" },
		{ "at 1s: 10.0.0.3 ok", "x:1:8: error: ", "all, 10.0.0.1:5060, 10.0.0.2:5060" },
		{ "at 1s: 10.0.0.1:5061 ok",
		  "x:1:8: error: ", "all, 10.0.0.1:5060, 10.0.0.2:5060" },
		{ "at 1s: 10.0.0.1", "x:1:16: error: ", "ok, silent, wipe, status N" },
		{ "at 1s: status", "x:1:14: error: ", "allowed 200..699" },
		{ "at 1s: status 99", "x:1:15: error: ", "allowed 200..699" },
		{ "at 1s: status 5o3", "x:1:15: error: ", "allowed 200..699" },
		{ "at 1s: loss 10", "x:1:13: error: ", "allowed 0%..100%" },
		{ "at 1s: loss 100.1%", "x:1:13: error: ", "allowed 0%..100%" },
		{ "at 1s: delay 50", "x:1:14: error: ", "allowed 0us..60s" },
		{ "at 1s: twice 61s", "x:1:14: error: ", "twice: allowed 0us..60s" },
		{ "at 1s: grant 1500ms", "x:1:14: error: ", "grant: allowed 0s..24h" },
		{ "at 1s: grant 25h", "x:1:14: error: ", "grant: allowed 0s..24h" },
		{ "at 1s: register 99", "x:1:17: error: ", "status: allowed 200..699" },
		{ "at 1s: stale 5", "x:1:14: error: ", "expected the end of the line" },
		{ "at 1s: delay 61s", "x:1:14: error: ", "allowed 0us..60s" },
		{ "at 1s: silent now", "x:1:15: error: ", "end of the line" },
		{ "\n\n# c\nat 1s: wipe 3", "x:4:13: error: ", "end of the line" },
	};
	struct hl_error err;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert_eq(hl_registrar_script(rig.r, "x", cases[i].text, rig.now_ns, &err),
			     -EINVAL, "%s", cases[i].text);
		cr_assert_eq(strncmp(err.text, cases[i].place, strlen(cases[i].place)), 0, "%s\n%s",
			     cases[i].text, err.text);
		cr_assert_not_null(strstr(err.text, cases[i].message), "%s", err.text);
	}
	cr_assert_eq(hl_registrar_next(rig.r, rig.now_ns), UINT64_MAX,
		     "a step of a bad script was kept");
}

Test(script, errors_show_the_line_with_a_caret)
{
	struct hl_error err;

	hl_registrar_script(rig.r, "faults.txt", "at 1s: ok\nat 5s: status 99 # hm\n", 0, &err);
	cr_assert_str_eq(err.text, "faults.txt:2:15: error: status: allowed 200..699, such as 503\n"
				   "    2 | at 5s: status 99 # hm\n"
				   "      |               ^");
}

Test(script, more_steps_than_there_is_room_for_are_refused_as_a_whole)
{
	char text[200 * 16] = "";
	struct hl_error err;

	for (int i = 0; i < 128; i++)
		strcat(text, "at 1s: all ok\n");
	script(text);
	cr_assert_eq(hl_registrar_script(rig.r, "x", "at 2s: ok", rig.now_ns, &err), -EINVAL);
	cr_assert_not_null(strstr(err.text, "allowed 256"), "%s", err.text);
	at_s(1);
	cr_assert_null(rig_tick(&rig));
	script(text);
}

Test(script, every_fault_has_its_word)
{
	static const char text[] = "at 1s: register 500; at 2s: ok; at 2s: grant 5s; at 3s: ok\n"
				   "at 3s: stale; at 3s: refuse; at 3s: forget-nonces\n"
				   "at 4s: twice 10ms";
	struct hl_error err;
	uint64_t start_ns = rig.now_ns;

	cr_assert_eq(hl_registrar_script(rig.r, "x", text, start_ns, &err), 0, "%s", err.text);
	rig.now_ns = start_ns + 1 * SECOND;
	cr_assert_eq(status_of(rig_register(&rig, 0, &(struct wish){ .cseq = 1 })), 500);
	cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
	rig.now_ns = start_ns + 2 * SECOND;
	const char *answer = rig_register(&rig, 0, &(struct wish){ .cseq = 2 });
	cr_assert_not_null(strstr(answer, ";expires=5\r\n"), "%s", answer);
	rig.now_ns = start_ns + 4 * SECOND;
	answer = rig_register(&rig, 0, &(struct wish){ .cseq = 3 });
	cr_assert_not_null(strstr(answer, ";expires=60\r\n"), "%s", answer);
	rig.now_ns += 10 * MILLISECOND;
	cr_assert_not_null(rig_tick(&rig));
}
