// SPDX-License-Identifier: BSD-3-Clause
// Lines that come and go: what a removed one leaves behind, and what its successor must not hear of it.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include <heartline/snapshot.h>
#include "rig.h"
#include "worker/worker.h"

#define KEYS "    remove_last_registration: on\n    register_refresh_interval: 60s\n"
#define QUARANTINE (32100 * MS)

static void command(struct rig *rig, enum hl_command_type type, uint32_t first, uint32_t n,
		    uint64_t spread_ns)
{
	const struct hl_command c = {
		.type = type, .first = first, .n = n, .spread_ns = spread_ns
	};

	cr_assert(eq(int, hl_worker_command(rig->worker, &c), 0));
	rig_pass(rig, 1 * MS);
}

static uint64_t drops(const struct rig *rig, enum hl_drop drop)
{
	return rig_count(&rig_counters(rig)->drops[drop]);
}

static struct hl_snapshot snapshot(const struct rig *rig)
{
	struct hl_worker *const workers[] = { rig->worker };
	struct hl_snapshot s;

	hl_snapshot_take(&s, workers, 1);
	return s;
}

static bool slot_was_given_back(struct rig *rig, uint32_t slot)
{
	uint32_t slots[2];
	uint32_t n = hl_worker_removed(rig->worker, slots, 2);

	cr_assert(n == 0 || (n == 1 && slots[0] == slot));
	return n == 1;
}

// Line 0, registered at P; it was asked to go, and the server has said yes.
static struct rig *removed(const char *keys)
{
	struct rig *rig = rig_new(keys, 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	cr_assert(eq(u32, rig->n, 1));
	cr_assert_str_eq(rig_header(rig, 0, "Expires"), "0");
	rig_answer(rig, 0, 200, "");
	return rig;
}

// The next line of slot 0 has sent its first REGISTER; it stands behind what was caught before.
static uint32_t succeed(struct rig *rig)
{
	rig_pass(rig, QUARANTINE);
	cr_assert(slot_was_given_back(rig, 0));
	command(rig, HL_COMMAND_ADD, 0, 1, 0);
	cr_assert(eq(int, rig_state(rig, 0).slot, HL_SLOT_LINE));
	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	return rig->n - 1;
}

Test(slot, a_removed_line_unregisters_and_its_slot_is_free_32_s_later)
{
	struct rig *rig = removed(KEYS);

	cr_expect(eq(int, rig_state(rig, 0).slot, HL_SLOT_REMOVED));
	cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	rig_pass(rig, 31900 * MS);
	cr_expect_not(slot_was_given_back(rig, 0));
	cr_expect(eq(int, rig_state(rig, 0).slot, HL_SLOT_REMOVED));
	rig_pass(rig, 200 * MS);
	cr_expect(slot_was_given_back(rig, 0));
	cr_expect(eq(int, rig_state(rig, 0).slot, HL_SLOT_FREE));
	rig_pass(rig, 3600 * SEC);
	cr_expect(eq(u32, rig->n, 1), "a free slot sends nothing");
	rig_free(rig);
}

Test(slot, one_that_was_never_registered_is_free_32_s_later_too)
{
	struct rig *rig = rig_new(KEYS, 1);

	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	rig_pass(rig, QUARANTINE);
	cr_expect(slot_was_given_back(rig, 0));
	cr_expect(eq(u32, rig->n, 0));
	rig_free(rig);
}

// 32 s count from the end of the last request, not from the command.
Test(slot, the_time_begins_when_the_unregister_has_ended)
{
	struct rig *rig = rig_new(KEYS "    register_timeout: 20s\n", 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	rig_answer(rig, 0, 200, "");
	rig_clear(rig);
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	rig_pass(rig, 15 * SEC);
	rig_answer(rig, 0, 200, "");
	rig_pass(rig, 31 * SEC);
	cr_expect_not(slot_was_given_back(rig, 0));
	rig_pass(rig, 1100 * MS);
	cr_expect(slot_was_given_back(rig, 0));
	rig_free(rig);
}

// Its server is dead: whoever calls the old number would reach the next line of the slot.
Test(slot, it_is_not_free_while_a_server_may_hold_a_binding)
{
	struct rig *rig = rig_new(KEYS, 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	rig_answer(rig, 0, 200, "");
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	rig_pass(rig, 50 * SEC);
	cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 1));
	cr_expect_not(slot_was_given_back(rig, 0));
	rig_pass(rig, 32 * SEC);
	cr_expect(slot_was_given_back(rig, 0));
	cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	rig_free(rig);
}

// It was not heard, or its server was dead: 32 s later it may be alive.
Test(slot, a_binding_that_is_still_there_is_removed_once_more)
{
	struct rig *rig = rig_new("    register_refresh_interval: 600s\n", 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	rig_answer(rig, 0, 200, "");
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	rig_pass(rig, 33 * SEC);
	rig_clear(rig);
	rig_pass(rig, 2 * SEC);
	cr_assert(ge(u32, rig->n, 1));
	cr_expect_str_eq(rig_header(rig, 0, "Expires"), "0");
	cr_expect_str_eq(rig_server(rig, 0), "P");
	rig_answer(rig, 0, 200, "");
	cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	rig_pass(rig, 31 * SEC);
	cr_expect_not(slot_was_given_back(rig, 0));
	rig_pass(rig, 2 * SEC);
	cr_expect(slot_was_given_back(rig, 0));
	rig_free(rig);
}

Test(slot, a_late_2xx_before_it_is_free_is_an_orphan_to_remove)
{
	struct rig *rig = rig_new(KEYS, 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	cr_assert(eq(u32, rig->n, 2), "it may have been heard: it is unregistered");
	rig_answer(rig, 1, 200, "");
	rig_pass(rig, 20 * SEC);
	cr_assert(eq(u32, rig->n, 2));
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->orphans), 1));
	cr_assert(eq(u32, rig->n, 3));
	cr_expect_str_eq(rig_header(rig, 2, "Expires"), "0");
	rig_answer(rig, 2, 200, "");
	rig_pass(rig, 20 * SEC);
	cr_expect_not(slot_was_given_back(rig, 0), "its 32 s began again");
	rig_pass(rig, 13 * SEC);
	cr_expect(slot_was_given_back(rig, 0));
	rig_free(rig);
}

// The same number, kind and server, from the same place: only the generation tells them apart.
Test(slot, an_answer_to_the_predecessor_does_not_move_the_successor)
{
	struct rig *rig = rig_new(KEYS, 1);
	char call_id[64];

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	rig_answer(rig, 1, 200, "");
	uint32_t k = succeed(rig);
	cr_assert_str_eq(rig_header(rig, k, "CSeq"), "1000000001 REGISTER");
	strcpy(call_id, rig_header(rig, k, "Call-ID"));
	cr_expect_str_neq(rig_header(rig, 0, "Call-ID"), call_id);
	for (unsigned status = 180; status < 700; status += 100)
		rig_answer(rig, 0, status, "");
	cr_expect(eq(u64, drops(rig, HL_DROP_LATE), 6));
	cr_expect(eq(int, rig_state(rig, 0).state, HL_REG_P));
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->orphans), 0));
	cr_expect(eq(u32, rig->n, k + 1));
	rig_answer(rig, k, 200, "");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

// By the full parser: told where it is declined, and again when it comes back from there.
Test(slot, nor_does_one_that_the_scanner_declines)
{
	static const char folded[] = "\r\nCSeq:\r\n 1000000001";
	struct rig *rig = rig_new(KEYS, 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	rig_answer(rig, 1, 200, "");
	uint32_t k = succeed(rig);
	rig_answer_changed(rig, 0, 200, "", "\r\nCSeq: 1000000001", folded);
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->slow), 0));
	cr_expect(eq(u64, drops(rig, HL_DROP_LATE), 1));
	rig_answer_changed(rig, k, 200, "", "\r\nCSeq: 1000000001", folded);
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->slow), 1));
	rig->worker->lines[0].generation++; // as if the slot had been given up meanwhile
	rig_pass(rig, 1 * MS);
	cr_expect(eq(u64, drops(rig, HL_DROP_LATE), 2));
	cr_expect(eq(int, rig_state(rig, 0).state, HL_REG_P));
	rig_free(rig);
}

Test(slot, nor_does_an_icmp_error_about_the_predecessor)
{
	struct rig *rig = rig_new(KEYS, 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	rig_answer(rig, 1, 200, "");
	uint32_t k = succeed(rig);
	rig_unreachable(rig, 0, 3);
	cr_expect(eq(u64, drops(rig, HL_DROP_ICMP_STALE), 1));
	cr_expect(eq(int, rig_state(rig, 0).state, HL_REG_P));
	rig_unreachable(rig, k, 3);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_free(rig);
}

Test(slot, an_icmp_error_to_a_free_slot_is_a_strangers)
{
	struct rig *rig = removed(KEYS);

	rig_pass(rig, QUARANTINE);
	rig_unreachable(rig, 0, 3);
	cr_expect(eq(u64, drops(rig, HL_DROP_ICMP_STRANGER), 1));
	rig_free(rig);
}

static void options_to_line(struct rig *rig)
{
	const struct line *l = &rig->worker->lines[0];

	rig_datagram(rig, "10.99.0.1", 5060, &rig->plan->table.addresses[l->addr].addr, l->port,
		     "OPTIONS sip:6000@10.99.1.1 SIP/2.0\r\n"
		     "Via: SIP/2.0/UDP 10.99.0.1:5060;branch=z9hG4bKx\r\n"
		     "From: <sip:a@b>;tag=1\r\nTo: <sip:6000@b>\r\nCall-ID: x\r\n"
		     "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n");
}

Test(slot, a_request_to_a_free_slot_is_for_no_line)
{
	struct rig *rig = removed(KEYS);
	uint32_t n = rig->n;

	options_to_line(rig);
	cr_expect(eq(u32, rig->n, n + 1), "until then it answers, as one that is stopped");
	rig_pass(rig, QUARANTINE);
	options_to_line(rig);
	cr_expect(eq(u32, rig->n, n + 1));
	cr_expect(eq(u64, drops(rig, HL_DROP_NOT_OURS), 1));
	command(rig, HL_COMMAND_ADD, 0, 1, 0);
	options_to_line(rig);
	cr_expect(eq(u32, rig->n, n + 2));
	rig_free(rig);
}

static void notify(struct rig *rig, const char *call_id, const char *tag, const char *cseq)
{
	const struct line *l = &rig->worker->lines[0];
	char text[1024];

	snprintf(text, sizeof(text),
		 "NOTIFY sip:6000@10.99.1.1 SIP/2.0\r\n"
		 "Via: SIP/2.0/UDP 10.99.0.1:5060;branch=z9hG4bKn%s\r\n"
		 "From: <sip:6000@b>;tag=srv\r\nTo: <sip:6000@b>;tag=%s\r\nCall-ID: %s\r\n"
		 "CSeq: %s NOTIFY\r\nEvent: reg\r\nSubscription-State: active\r\n"
		 "Contact: <sip:10.99.0.1>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
		 cseq, tag, call_id, cseq);
	rig_datagram(rig, "10.99.0.1", 5060, &rig->plan->table.addresses[l->addr].addr, l->port,
		     text);
}

static uint32_t find_method(const struct rig *rig, uint32_t from, const char *method)
{
	while (from < rig->n && strncmp(rig->sent[from].text, method, strlen(method)) != 0)
		from++;
	cr_assert(from < rig->n, "no %s", method);
	return from;
}

Test(slot, a_notify_of_the_predecessors_dialog_is_not_the_successors)
{
	struct rig *rig = rig_new(KEYS "    register_subscribe: on\n", 1);
	char call_id[64], tag[16];

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	rig_answer(rig, 0, 200, "");
	uint32_t k = find_method(rig, 0, "SUBSCRIBE");
	strcpy(call_id, rig_header(rig, k, "Call-ID"));
	snprintf(tag, sizeof(tag), "%.8s", strstr(rig_header(rig, k, "From"), ";tag=") + 5);
	notify(rig, call_id, tag, "1");
	cr_assert_eq(memcmp(rig->sent[rig->n - 1].text, "SIP/2.0 200 ", 12), 0, "it is ours");
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	rig_answer(rig, rig->n - 1, 200, "");
	k = succeed(rig);
	rig_answer(rig, k, 200, "");
	k = find_method(rig, k, "SUBSCRIBE");
	cr_expect_str_neq(rig_header(rig, k, "Call-ID"), call_id);
	notify(rig, call_id, tag, "2");
	cr_expect_eq(memcmp(rig->sent[rig->n - 1].text, "SIP/2.0 481 ", 12), 0, "%.30s",
		     rig->sent[rig->n - 1].text);
	rig_free(rig);
}

// Neither nonces nor numbers, nor what the report says of outages.
Test(slot, the_successor_begins_with_nothing)
{
	static const char challenge[] = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\"\r\n";
	struct rig *rig = rig_new(KEYS "    initial_register_with_auth: on\n", 1);
	struct hl_line_account account;

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	rig_answer(rig, 0, 401, challenge);
	rig_answer(rig, 1, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	cr_assert(eq(u32, rig->worker->realms.realm[0].users, 1));
	rig_pass(rig, 40 * SEC); // nobody answers: both fail, which is an outage
	cr_assert(eq(int, rig_state(rig, 0).state, HL_DOWN));
	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	rig_pass(rig, 120 * SEC); // what was bound has run out
	cr_assert(slot_was_given_back(rig, 0));
	cr_expect(eq(u32, rig->worker->realms.realm[0].users, 0));
	hl_worker_account(rig->worker, 0, rig->now_ns, &account);
	cr_expect_not(account.registered_once);
	cr_expect(eq(u64, account.down_ms, 0));
	rig_clear(rig);
	command(rig, HL_COMMAND_ADD, 0, 1, 0);
	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	cr_assert(eq(u32, rig->n, 1));
	cr_expect_str_eq(rig_header(rig, 0, "CSeq"), "1000000001 REGISTER");
	cr_expect_str_eq(rig_header(rig, 0, "Authorization"), "");
	cr_expect(eq(int, rig_state(rig, 0).code, HL_CODE_NONE));
	rig_free(rig);
}

static unsigned generation_of(const struct rig *rig, uint32_t k)
{
	unsigned generation = 0;

	sscanf(strstr(rig_header(rig, k, "Via"), "z9hG4bK"), "z9hG4bK%2x", &generation);
	return generation;
}

// 256 generations take longer than any answer lives; a Call-ID does not come again with them.
Test(slot, generations_come_round_and_call_ids_do_not)
{
	enum { ROUNDS = 258 };
	static char call_ids[ROUNDS][20];
	struct rig *rig = rig_new(KEYS, 1);
	uint64_t first_ns = rig->now_ns;

	for (unsigned round = 0; round < ROUNDS; round++) {
		rig_clear(rig);
		command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
		cr_assert(eq(u32, rig->n, 1));
		cr_assert(eq(u32, generation_of(rig, 0), round % 256));
		snprintf(call_ids[round], 20, "%.16s", rig_header(rig, 0, "Call-ID"));
		for (unsigned before = 0; before < round; before++)
			cr_assert_str_neq(call_ids[before], call_ids[round], "%u and %u", before,
					  round);
		rig_answer(rig, 0, 200, "");
		command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
		rig_answer(rig, 1, 200, "");
		rig_pass(rig, QUARANTINE);
		cr_assert(slot_was_given_back(rig, 0), "round %u", round);
		command(rig, HL_COMMAND_ADD, 0, 1, 0);
		if (round == 255)
			cr_expect(ge(u64, rig->now_ns - first_ns, 256 * 32 * SEC));
	}
	rig_free(rig);
}

Test(slot, what_is_no_line_heeds_no_command)
{
	static const enum hl_command_type types[] = { HL_COMMAND_ENABLE,  HL_COMMAND_DISABLE,
						      HL_COMMAND_FORCE_P, HL_COMMAND_FORCE_B,
						      HL_COMMAND_LOCK,    HL_COMMAND_UNLOCK,
						      HL_COMMAND_REMOVE };
	struct rig *rig = removed(KEYS);

	for (unsigned k = 0; k < 7; k++)
		command(rig, types[k], 0, 1, 0);
	command(rig, HL_COMMAND_ADD, 0, 1, 0); // it is not free yet
	cr_expect(eq(int, rig_state(rig, 0).slot, HL_SLOT_REMOVED));
	rig_pass(rig, QUARANTINE);
	cr_assert(slot_was_given_back(rig, 0));
	for (unsigned k = 0; k < 7; k++)
		command(rig, types[k], 0, 1, 0);
	rig_pass(rig, QUARANTINE);
	cr_expect(eq(int, rig_state(rig, 0).slot, HL_SLOT_FREE));
	cr_expect_not(slot_was_given_back(rig, 0), "not twice");
	cr_expect(eq(u32, rig->n, 1));
	cr_expect(eq(u32, hl_worker_unsettled(rig->worker), 0));
	rig_free(rig);
}

Test(slot, a_line_that_is_there_is_not_added_again)
{
	struct rig *rig = rig_new(KEYS, 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	rig_answer(rig, 0, 200, "");
	command(rig, HL_COMMAND_ADD, 0, 1, 0);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(slot, a_removal_under_way_is_not_overruled)
{
	struct rig *rig = rig_new(KEYS, 100);

	command(rig, HL_COMMAND_REMOVE, 0, 100, 10 * SEC);
	cr_expect(eq(u32, hl_worker_unsettled(rig->worker), 100));
	command(rig, HL_COMMAND_ENABLE, 0, 100, 0);
	rig_pass(rig, 11 * SEC);
	cr_expect(eq(u64, snapshot(rig).removed_slots, 100));
	cr_expect(eq(u64, snapshot(rig).lines, 0));
	rig_free(rig);
}

// An older command of all lines comes to a slot that has a new line by then: it did not mean that one.
Test(slot, an_older_command_does_not_start_a_line_that_was_added)
{
	struct rig *rig = rig_new(KEYS, 2);

	command(rig, HL_COMMAND_REMOVE, 1, 1, 0);
	rig_pass(rig, QUARANTINE);
	cr_assert(slot_was_given_back(rig, 1));
	command(rig, HL_COMMAND_ENABLE, 0, 2, 10 * SEC);
	command(rig, HL_COMMAND_ADD, 1, 1, 0);
	rig_pass(rig, 11 * SEC);
	cr_expect(ne(int, rig_state(rig, 0).state, HL_OFF));
	cr_expect(eq(int, rig_state(rig, 1).state, HL_OFF));
	cr_expect(eq(int, rig_state(rig, 1).slot, HL_SLOT_LINE));
	rig_free(rig);
}

// However long that takes: a command behind it must not come to a line before it is there.
Test(slot, a_command_behind_an_addition_waits_for_it)
{
	struct rig *rig = rig_new(KEYS, 300);
	uint32_t slots[300];
	const struct hl_command add = { .type = HL_COMMAND_ADD, .n = 300, .spread_ns = 2 * SEC };
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 300 };

	command(rig, HL_COMMAND_REMOVE, 0, 300, 0);
	rig_pass(rig, QUARANTINE);
	cr_assert(eq(u32, hl_worker_removed(rig->worker, slots, 300), 300));
	cr_assert(eq(u64, snapshot(rig).free_slots, 300));
	hl_worker_command(rig->worker, &add);
	hl_worker_command(rig->worker, &enable);
	rig_pass(rig, 2100 * MS);
	cr_expect(eq(u64, snapshot(rig).lines, 300));
	cr_expect(eq(u64, snapshot(rig).by_state[HL_OFF], 0));
	rig_free(rig);
}

// More than the ring holds: the rest waits, and none is lost.
Test(slot, slots_are_given_back_as_somebody_takes_them)
{
	enum { LINES = REMOVED_RECORDS + 500 };
	struct rig *rig = rig_new(KEYS, LINES);
	static uint32_t slots[LINES];
	static bool seen[LINES];
	uint32_t n = 0;

	command(rig, HL_COMMAND_REMOVE, 0, LINES, 0);
	rig_pass(rig, 60 * SEC);
	cr_expect(eq(u64, snapshot(rig).free_slots, REMOVED_RECORDS));
	cr_expect(eq(u64, snapshot(rig).removed_slots, 500));
	n = hl_worker_removed(rig->worker, slots, LINES);
	cr_expect(eq(u32, n, REMOVED_RECORDS));
	rig_pass(rig, 2 * SEC);
	n += hl_worker_removed(rig->worker, slots + n, LINES);
	cr_assert(eq(u32, n, LINES));
	for (uint32_t k = 0; k < n; k++) {
		cr_expect_not(seen[slots[k]]);
		seen[slots[k]] = true;
	}
	rig_free(rig);
}
