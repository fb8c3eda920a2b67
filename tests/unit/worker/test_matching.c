// SPDX-License-Identifier: BSD-3-Clause
// Which answers count (RFC 3261 17.1.3, FAILOVER.md section 4): wrong source, branch, CSeq, too
// late, twice.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

static struct rig *registering(void)
{
	struct rig *rig = rig_new("    remove_last_registration: on\n    reply_source: strict\n",
				  1);

	rig_command(rig, HL_COMMAND_ENABLE);
	return rig;
}

Test(matching, other_source_is_dropped_and_counted)
{
	struct rig *rig = registering();
	const struct frame *f = &rig->sent[0].frame;
	char text[HL_FRAME_MAX];

	snprintf(text, sizeof(text),
		 "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n"
		 "Call-ID: x\r\nCSeq: 1000000001 REGISTER\r\nContent-Length: 0\r\n\r\n",
		 rig_header(rig, 0, "Via"));
	rig_datagram(rig, "10.99.0.9", 5060, &f->src.addr, f->src.port, text);
	rig_datagram(rig, "10.99.0.1", 5061, &f->src.addr, f->src.port, text);
	rig_datagram(rig, "10.99.0.1", 5060, &f->src.addr, (uint16_t)(f->src.port ^ 1), text);
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_WRONG_SOURCE]), 3));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	rig_datagram(rig, "10.99.0.1", 5060, &f->src.addr, f->src.port, text);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(matching, forged_branch_is_unknown)
{
	struct rig *rig = registering();

	rig_answer_changed(rig, 0, 200, "", "branch=z9hG4bK00000000", "branch=z9hG4bK00000001");
	rig_answer_changed(rig, 0, 200, "", "z9hG4bK", "z9hG4bX");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_UNKNOWN_BRANCH]), 2));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	rig_free(rig);
}

Test(matching, cseq_of_another_method_or_number_is_dropped)
{
	struct rig *rig = registering();

	rig_answer_changed(rig, 0, 200, "", "REGISTER\r\n", "OPTIONS\r\n");
	rig_answer_changed(rig, 0, 200, "", "1000000001", "1000000002");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_WRONG_CSEQ]), 2));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	rig_free(rig);
}

Test(matching, a_second_copy_changes_nothing)
{
	struct rig *rig = registering();

	rig_answer(rig, 0, 200, "");
	rig_answer(rig, 0, 200, "");
	rig_answer(rig, 0, 503, "");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_DUPLICATE]), 2));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(matching, a_late_2xx_of_a_server_left_is_an_orphan_to_remove)
{
	struct rig *rig = registering();

	rig_pass(rig, 2100 * MS); // P has not answered: B is asked
	uint32_t b = rig->n - 1;
	rig_answer(rig, b, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	rig_clear(rig);
	rig_free(rig);

	rig = registering();
	rig_pass(rig, 2100 * MS);
	rig_answer(rig, 3, 200, "");
	rig_pass(rig, 5 * SEC);
	uint32_t before = rig->n;
	rig_answer(rig, 0, 200, ""); // P's answer at last
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->orphans), 1));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B),
		  "a late answer never changes the state");
	cr_assert(eq(u32, rig->n, before + 1));
	cr_assert_str_eq(rig_server(rig, before), "P");
	cr_assert(eq(int, strcmp(rig_header(rig, before, "Expires"), "0"), 0));
	rig_free(rig);
}

// FAILOVER.md section 4: 32 s, as long as a transaction may last (RFC 3261 17.1.2.2, timer F).
Test(matching, an_abandoned_request_stays_matchable_for_32_s)
{
	struct rig *rig = registering();

	rig_pass(rig, 2100 * MS);
	rig_answer(rig, 3, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	rig_pass(rig, 29900 * MS);
	uint32_t before = rig->n;
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_LATE]), 1));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_UNKNOWN_BRANCH]), 0));
	cr_assert(eq(u32, rig->n, before + 1));
	cr_assert_str_eq(rig_header(rig, before, "Expires"), "0");
	rig_free(rig);
}

// P's answer to the first REGISTER comes while it is asked again, and that fails: the binding is an
// orphan all the same, with and without remove_last_registration. When it succeeds there is none.
Test(matching, a_late_2xx_while_a_new_register_is_under_way)
{
	for (int k = 0; k < 4; k++) {
		bool succeeds = k & 1;
		struct rig *rig = rig_new(k & 2 ? "    remove_last_registration: on\n" : "", 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_pass(rig, 2100 * MS);
		rig_answer(rig, 3, 200, "");
		cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
		rig_command(rig, HL_COMMAND_FORCE_P);
		uint32_t again = rig->n - 1;
		cr_assert_str_eq(rig_server(rig, again), "P");
		rig_answer(rig, 0, 200, "");
		cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_P));
		cr_assert(eq(u32, rig->n, again + 1), "not while that is under way");
		rig_answer(rig, again, succeeds ? 200 : 500, "");
		cr_assert(eq(int, rig_state(rig, 0).state, succeeds ? HL_ON_P : HL_ON_B));
		bool leaves_b = succeeds && k & 2;
		cr_assert(eq(u64, rig_count(&rig_counters(rig)->orphans), !succeeds), "case %d", k);
		cr_assert(eq(u32, rig->n, again + 1 + (!succeeds || leaves_b)), "case %d", k);
		if (rig->n > again + 1) {
			cr_assert_str_eq(rig_server(rig, again + 1), succeeds ? "B" : "P");
			cr_assert_str_eq(rig_header(rig, again + 1, "Expires"), "0");
		}
		rig_free(rig);
	}
}

static void unreachable_about(struct rig *rig, uint32_t k, unsigned at, uint8_t by)
{
	uint8_t *byte = &rig->sent[k].bytes[at];

	*byte ^= by;
	rig_unreachable(rig, k, 3);
	*byte ^= by;
}

// The 5-tuple: source and destination address and port, protocol (frame: 14 bytes, IP: 20, UDP).
Test(matching, unreachable_that_quotes_another_5_tuple_is_none_of_ours)
{
	static const unsigned places[] = { 14 + 9, 14 + 15, 14 + 19, 14 + 20 + 1, 14 + 20 + 3 };
	struct rig *rig = registering();

	for (unsigned n = 0; n < sizeof(places) / sizeof(places[0]); n++) {
		unreachable_about(rig, 0, places[n], 1);
		cr_expect(eq(int, rig_state(rig, 0).state, HL_REG_P), "byte %u", places[n]);
	}
	unreachable_about(rig, 0, 14 + 9, 0);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_free(rig);
}

// The request that it quotes was answered: nothing is alive at P but the line's registration.
Test(matching, unreachable_without_a_live_request_changes_nothing)
{
	struct rig *rig = registering();

	rig_answer(rig, 0, 200, "");
	for (uint8_t code = 0; code < 4; code++)
		rig_unreachable(rig, 0, code);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	cr_assert(eq(u32, rig->n, 1));
	rig_free(rig);
}

Test(matching, garbage_is_counted_and_harmless)
{
	struct rig *rig = registering();
	const struct frame *f = &rig->sent[0].frame;

	rig_datagram(rig, "10.99.0.1", 5060, &f->src.addr, f->src.port, "garbage");
	rig_datagram(rig, "10.99.0.1", 5060, &f->src.addr, f->src.port, "SIP/2.0 abc\r\n\r\n");
	rig_datagram(rig, "10.99.0.1", 5060, &f->src.addr, f->src.port, "\r\n\r\n");
	cr_assert(ge(u64,
		     rig_count(&rig_counters(rig)->drops[HL_DROP_MALFORMED]) +
			     rig_count(&rig_counters(rig)->slow),
		     1));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	rig_free(rig);
}

Test(matching, unreachable_that_quotes_a_live_request_is_a_failure)
{
	struct rig *rig = registering();

	rig_unreachable(rig, 0, 9); // prohibited: not among net, host, port
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	rig_unreachable(rig, 0, 3);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_assert(eq(int, rig_state(rig, 0).code, HL_CODE_UNREACHABLE));
	rig_unreachable(rig, 0, 3); // the request to P is not alive any more
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_free(rig);
}

Test(matching, an_unregister_under_way_starts_again_when_the_line_is_stopped)
{
	struct rig *rig = rig_new("    remove_last_registration: on\n"
				  "    register_refresh_interval: 60s\n",
				  1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "");
	rig_command(rig, HL_COMMAND_FORCE_B); // P is dead from here on
	uint32_t b = rig->n - 1;
	cr_assert_str_eq(rig_server(rig, b), "B");
	rig_answer(rig, b, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	rig_pass(
		rig,
		1900 * MS); // the unregister at P has left three times, and is about to be given up
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_DISABLE); // P is back
	for (uint32_t k = 0; k < rig->n; k++)
		rig_answer(rig, k, 200, "");
	rig_pass(rig, 5 * SEC);
	cr_assert(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	cr_assert(eq(u32, hl_worker_unsettled(rig->worker), 0));
	rig_free(rig);
}
