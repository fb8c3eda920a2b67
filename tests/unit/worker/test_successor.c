// SPDX-License-Identifier: BSD-3-Clause
// What a removed line leaves behind, and what its successor must not hear of it.
#include "slot_lines.h"

// The same number, kind and server, from the same place: only the generation tells them apart.
Test(slot, an_answer_to_the_predecessor_does_not_move_the_successor)
{
	struct rig *rig = removed_unheard();
	char call_id[64];

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
	struct rig *rig = removed_unheard();
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
	struct rig *rig = removed_unheard();
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
