// SPDX-License-Identifier: BSD-3-Clause
// Lines that go on after a restart, and those that must not (FAILOVER.md section 8).
#include <stdio.h>

#include "digest_check.h"
#include "saved_rig.h"
#include "worker/worker.h"

#define KEYS "    register_refresh_interval: 60s\n    remove_last_registration: on\n"

struct sent {
	char call_id[64], contact[128], tag[64];
	unsigned long cseq;
	unsigned long nc;
};

static struct sent sent(const struct rig *rig, uint32_t k)
{
	struct sent s;

	cr_assert(k < rig->n, "request %u was not sent", k);
	snprintf(s.call_id, sizeof(s.call_id), "%s", rig_header(rig, k, "Call-ID"));
	snprintf(s.contact, sizeof(s.contact), "%s", rig_header(rig, k, "Contact"));
	snprintf(s.tag, sizeof(s.tag), "%s", rig_header(rig, k, "From"));
	s.cseq = strtoul(rig_header(rig, k, "CSeq"), NULL, 10);
	const char *nc = strstr(rig_header(rig, k, "Authorization"), "nc=");
	s.nc = nc ? strtoul(nc + 3, NULL, 16) : 0;
	return s;
}

// Signed for this nonce with the password "secret".
static bool is_signed(const struct rig *rig, uint32_t k, const char *nonce)
{
	char nc[9];

	snprintf(nc, sizeof(nc), "%08lx", sent(rig, k).nc);
	return answers(rig, k, "Authorization", nonce, nc, NULL);
}

// Line 0 registered at P with digest, just now.
static struct rig *registered_now(const char *keys, struct sent *last)
{
	struct rig *rig = rig_new(keys, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\", opaque=\"o\"\r\n");
	rig_answer(rig, 1, 200, "Expires: 60\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	*last = sent(rig, 1);
	rig_clear(rig);
	return rig;
}

// And 10 s ago.
static struct rig *registered(const char *keys, struct sent *last)
{
	struct rig *rig = registered_now(keys, last);

	rig_pass(rig, 10 * SEC);
	rig_clear(rig);
	return rig;
}

static struct saved_bytes *saved_and_free(struct rig *rig)
{
	struct saved_bytes *file = saved_of(rig, 1);

	rig_free(rig);
	return file;
}

static uint64_t taken(enum hl_taken outcome)
{
	return rig_taken.by[outcome];
}

static void check_goes_on(const struct sent *before, const struct sent *after)
{
	cr_expect_str_eq(after->call_id, before->call_id);
	cr_expect_str_eq(after->tag, before->tag);
	cr_expect_str_eq(after->contact, before->contact);
	cr_expect_gt(after->cseq, before->cseq);
}

Test(restore, a_registration_goes_on_and_is_refreshed_when_it_is_due)
{
	struct sent before, after;
	struct saved_bytes *file = saved_and_free(registered(KEYS, &before));

	take_up_next(file, 5000);
	struct rig *rig = rig_new(KEYS, 1);
	cr_assert(eq(u64, taken(HL_TAKEN_UP), 1));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 14900 * MS); // granted 60 s, 15 s ago: due after 15 s more
	cr_assert(eq(u32, rig->n, 0), "nothing before it is due");
	rig_pass(rig, 200 * MS);
	cr_assert_str_eq(rig_server(rig, 0), "P");
	after = sent(rig, 0);
	check_goes_on(&before, &after);
	cr_expect(is_signed(rig, 0, "n1"), "at once");
	cr_expect_gt(after.nc, before.nc + 5);
	cr_expect(strstr(rig_header(rig, 0, "Authorization"), "opaque=\"o\"") != NULL);
	rig_answer(rig, 0, 200, "Expires: 60\r\n");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_DISABLE);
	cr_expect_str_eq(rig_header(rig, 0, "Expires"), "0");
	rig_answer(rig, 0, 200, "");
	cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->unregistered), 1));
	rig_free(rig);
	free(file);
}

// The file may be older than what was sent last: nothing that may have been used comes again, however often
// a run begins from the same file.
Test(restore, numbers_are_above_all_that_may_have_been_sent_after_the_file)
{
	struct sent before, earlier;
	struct rig *rig = registered_now(KEYS "    primary_detect_interval: 10ms\n"
					      "    options_timeout: 100ms\n",
					 &before);
	struct saved_bytes *file = saved_of(rig, 1);

	for (int k = 0; k < 300 || rig->n == 0; k++) { // 100 probes a second
		rig_clear(rig);
		rig_pass(rig, 10 * MS);
		for (uint32_t r = 0; r < rig->n; r++)
			rig_answer(rig, r, 200, "");
	}
	earlier = sent(rig, rig->n - 1);
	cr_assert_gt(earlier.cseq, before.cseq + 200);
	rig_free(rig);
	for (unsigned again = 0; again < 2; again++) {
		take_up_next(file, 3000 + again * 1000);
		rig = rig_new(KEYS "    primary_detect_interval: 1s\n", 1);
		rig_pass(rig, 1 * SEC);
		cr_assert_gt(sent(rig, 0).cseq, earlier.cseq, "%u", again);
		earlier = sent(rig, 0);
		rig_free(rig);
	}
	free(file);
}

Test(restore, neither_password_nor_ha1_is_in_the_file)
{
	struct sent before;
	struct rig *rig = registered(KEYS, &before);
	struct saved_bytes *file = saved_of(rig, 1);

	cr_expect_null(memmem(file->bytes, file->len, "secret", 6));
	cr_expect_null(memmem(file->bytes, file->len, rig->worker->auth[0].ha1, 8));
	cr_expect_not_null(memmem(file->bytes, file->len, "n1", 2));
	rig_free(rig);
	free(file);
}

Test(restore, another_password_signs_what_follows)
{
	struct sent before;
	struct saved_bytes *file = saved_and_free(registered(KEYS, &before));

	take_up_next(file, 1000);
	struct rig *rig = rig_new_profile("    outbound_server: 10.99.0.1\n"
					  "    backup_outbound_server: 10.99.0.2\n"
					  "    password: other\n    use_random_sip_port: on\n"
					  "    refresh_jitter: off\n" KEYS,
					  1);
	cr_assert(eq(u64, taken(HL_TAKEN_UP), 1));
	rig_pass(rig, 20 * SEC);
	cr_expect_not(is_signed(rig, 0, "n1"), "that is of \"secret\"");
	cr_expect_gt(sent(rig, 0).nc, 0);
	rig_free(rig);
	free(file);
}

Test(restore, a_registration_that_has_run_out_begins_anew_under_its_call_id)
{
	struct sent before, after;
	struct saved_bytes *file = saved_and_free(registered(KEYS, &before));

	take_up_next(file, 51000); // by a clock that went on, or was set forward
	struct rig *rig = rig_new(KEYS, 1);
	cr_assert(eq(u64, taken(HL_TAKEN_EXPIRED), 1));
	rig_pass(rig, 1 * SEC);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_OFF), "it waits for its place in the ramp");
	cr_assert(eq(u32, rig->n, 0));
	rig_command(rig, HL_COMMAND_ENABLE);
	after = sent(rig, 0);
	check_goes_on(&before, &after);
	rig_free(rig);
	free(file);
}

Test(restore, what_was_not_granted_is_not_trusted)
{
	struct sent before;
	struct rig *rig = registered(KEYS, &before);

	rig->worker->cold[0].bound_until[0] += 1000000; // damage that no checksum sees
	rig->worker->cold[0].refresh_at += 1u << 29;
	struct saved_bytes *file = saved_and_free(rig);
	take_up_next(file, 0);
	rig = rig_new(KEYS, 1);
	rig_pass(rig, 61 * SEC);
	cr_expect(rig->n > 0, "it asks before 60 s are over");
	rig_free(rig);
	free(file);
}

Test(restore, without_the_time_nothing_is_taken_up_and_the_call_id_is_new)
{
	struct sent before, after;
	struct saved_bytes *file = saved_and_free(registered(KEYS, &before));
	const struct hl_moment now = { .wall_ms = SAVED_AT_MS - 1, .boot_id = { 2 } };
	struct hl_saved_head head;
	struct hl_error err;

	rig_saved = hl_saved_new();
	cr_assert(eq(int, hl_saved_read(rig_saved, file->bytes, file->len, &now, &head, &err), 0));
	rig_boot_key[0]++;
	struct rig *rig = rig_new(KEYS, 1);
	cr_assert(eq(u64, taken(HL_TAKEN_CLOCK), 1));
	rig_command(rig, HL_COMMAND_ENABLE);
	after = sent(rig, 0);
	cr_expect_str_neq(after.call_id, before.call_id);
	cr_expect_str_eq(after.contact, before.contact, "its place it has");
	cr_expect(eq(ulong, after.nc, 0));
	rig_free(rig);
	free(file);
}

// Line 0 is registered at B, P is dead.
static struct rig *on_b(const char *keys)
{
	struct rig *rig = rig_new(keys, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 2100 * MS);
	for (uint32_t k = 0; k < rig->n; k++)
		if (strcmp(rig_server(rig, k), "B") == 0)
			rig_answer(rig, k, 200, "Expires: 60\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	rig_clear(rig);
	return rig;
}

Test(restore, a_line_on_the_backup_stays_there)
{
	struct saved_bytes *file = saved_and_free(on_b(KEYS "    return_mode: never\n"));

	take_up_next(file, 2000);
	struct rig *rig = rig_new(KEYS "    return_mode: never\n", 1);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 27 * SEC);
	cr_assert(eq(u32, rig->n, 0));
	rig_pass(rig, 2 * SEC);
	cr_expect_str_eq(rig_server(rig, 0), "B");
	rig_free(rig);
	free(file);
}

Test(restore, without_that_backup_in_its_profile_it_begins_at_the_primary)
{
	struct saved_bytes *file = saved_and_free(on_b(KEYS));

	take_up_next(file, 2000);
	struct rig *rig = rig_new_profile("    outbound_server: 10.99.0.1\n    password: secret\n"
					  "    use_random_sip_port: on\n" KEYS,
					  1);
	cr_assert(eq(u64, taken(HL_TAKEN_SERVER), 1));
	rig_command(rig, HL_COMMAND_ENABLE);
	cr_expect_str_eq(rig_server(rig, 0), "P");
	rig_free(rig);
	free(file);
}

Test(restore, nor_where_a_server_has_another_address)
{
	static const char keys[] = KEYS "    proxy_server: lab.example\n";
	struct sent before;
	struct saved_bytes *file = saved_and_free(registered(keys, &before));

	take_up_next(file, 2000);
	struct rig *rig = rig_new_profile("    outbound_server: 10.99.0.2\n    password: secret\n"
					  "    use_random_sip_port: on\n"
					  "    proxy_server: lab.example\n" KEYS,
					  1);
	cr_assert(eq(u64, taken(HL_TAKEN_SERVER), 1));
	rig_command(rig, HL_COMMAND_ENABLE);
	cr_expect(eq(u32, rig->n, 1));
	cr_expect(eq(ulong, sent(rig, 0).nc, 0), "a nonce belongs to who gave it");
	rig_free(rig);
	free(file);
}

Test(restore, a_return_delay_goes_on)
{
	static const char keys[] = KEYS
		"    primary_detect_interval: 1s\n    options_timeout: 500ms\n"
		"    prefer_primary: off\n    back_to_primary_delay: 100s\n";
	struct rig *rig = on_b(keys);

	while (rig_state(rig, 0).state != HL_HOLD_B) {
		rig_pass(rig, 100 * MS);
		for (uint32_t k = 0; k < rig->n; k++)
			rig_answer(rig, k, 200, "");
		rig_clear(rig);
	}
	struct saved_bytes *file = saved_and_free(rig);
	take_up_next(file, 20000);
	rig = rig_new(KEYS "    prefer_primary: off\n    back_to_primary_delay: 100s\n"
			   "    primary_detect_interval: 1h\n",
		      1);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_HOLD_B));
	rig_pass(rig, 10 * SEC);
	for (uint32_t k = 0; k < rig->n; k++)
		rig_answer(rig, k, 200, "Expires: 3600\r\n");
	rig_clear(rig);
	rig_pass(rig, 68 * SEC);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_HOLD_B));
	rig_pass(rig, 3 * SEC);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_P));
	rig_free(rig);
	free(file);
}

Test(restore, a_lock_of_an_operator_holds)
{
	struct sent before;
	struct rig *rig = registered(KEYS, &before);

	rig_command(rig, HL_COMMAND_LOCK);
	struct saved_bytes *file = saved_and_free(rig);
	take_up_next(file, 1000);
	rig = rig_new(KEYS, 1);
	cr_expect(rig_state(rig, 0).locked);
	rig_pass(rig, 60 * SEC); // its refresh fails
	cr_expect(eq(int, rig_state(rig, 0).state, HL_DOWN), "it does not leave its server");
	rig_free(rig);
	free(file);
}

// Refreshes that became due while nobody ran, and the rest: never all at once.
Test(restore, what_is_overdue_is_spread)
{
	enum { LINES = 100 };
	struct rig *rig = rig_new(KEYS, LINES);
	const _Atomic uint64_t *requests;
	uint64_t first;

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 100 * MS);
	for (uint32_t k = 0; k < rig->n; k++)
		rig_answer(rig, k, 200, "Expires: 60\r\n");
	struct saved_bytes *file = saved_and_free(rig);
	take_up_next(file, 40000);
	rig_taken.spread_ns = 5 * SEC;
	rig = rig_new(KEYS, LINES);
	cr_assert(eq(u64, taken(HL_TAKEN_UP), LINES));
	requests = &rig_counters(rig)->requests[HL_REGISTER];
	rig_pass(rig, 990 * MS);
	first = rig_count(requests);
	rig_pass(rig, 4100 * MS);
	cr_expect_geq(rig_count(requests), LINES, "all while their bindings last");
	cr_expect(first >= 8 && first <= 40, "%lu in the first second of five", first);
	rig_taken.spread_ns = 0;
	rig_free(rig);
	free(file);
}

// What runs beside a registration begins in the ramp.
Test(restore, subscriptions_begin_with_the_ramp)
{
	static const char keys[] = KEYS "    register_subscribe: on\n";
	struct rig *rig = rig_new(keys, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 60\r\n");
	struct saved_bytes *file = saved_and_free(rig);
	take_up_next(file, 1000);
	rig = rig_new(keys, 1);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_pass(rig, 1 * SEC);
	cr_assert(eq(u32, rig->n, 0));
	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, rig->n, 1));
	cr_expect(strstr(rig->sent[0].text, "SUBSCRIBE ") == rig->sent[0].text);
	rig_free(rig);
	free(file);
}

Test(restore, a_nonce_that_no_server_keeps_is_dropped)
{
	static const char keys[] = "    register_refresh_interval: 3600s\n";
	struct sent before;
	struct rig *rig = rig_new(keys, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 401, WWW "\"n1\", qop=\"auth\"\r\n");
	rig_answer(rig, 1, 200, "Expires: 3600\r\n");
	before = sent(rig, 1);
	struct saved_bytes *file = saved_and_free(rig);
	take_up_next(file, 601000);
	rig = rig_new(keys, 1);
	cr_assert(eq(u64, taken(HL_TAKEN_UP), 1));
	rig_pass(rig, 1200 * SEC);
	cr_expect(eq(ulong, sent(rig, 0).nc, 0));
	cr_expect_str_eq(sent(rig, 0).call_id, before.call_id);
	rig_free(rig);
	free(file);
}

// By who they are: another order, some gone, some new.
Test(restore, lines_are_found_wherever_they_stand)
{
	char number[3][16], contact[3][128], call_id[3][64];

	rig_rows = "phone_number\n6000\n6001\n6002\n";
	struct rig *rig = rig_new(KEYS, 0);
	rig_command(rig, HL_COMMAND_ENABLE);
	for (uint32_t k = 0; k < 3; k++) {
		rig_answer(rig, k, 200, "Expires: 60\r\n");
		snprintf(number[k], sizeof(number[k]), "sip:%u@", 6000 + k);
		snprintf(contact[k], sizeof(contact[k]), "%s", rig_header(rig, k, "Contact"));
		snprintf(call_id[k], sizeof(call_id[k]), "%s", rig_header(rig, k, "Call-ID"));
	}
	struct saved_bytes *file = saved_and_free(rig);
	take_up_next(file, 1000);
	rig_rows = "phone_number\n5000\n6002\n5001\n6000\n5002\n";
	rig = rig_new(KEYS, 0);
	cr_assert(eq(u64, taken(HL_TAKEN_UP), 2));
	cr_assert(eq(u64, taken(HL_TAKEN_UNKNOWN), 3));
	cr_expect(eq(u64, hl_saved_left(rig_saved), 1), "6001 is gone");
	rig_pass(rig, 29300 * MS);
	cr_assert(eq(u32, rig->n, 2));
	for (uint32_t k = 0; k < 2; k++) {
		uint32_t was = strstr(rig_header(rig, k, "From"), number[0]) ? 0 : 2;
		cr_expect(strstr(rig_header(rig, k, "From"), number[was]) != NULL);
		cr_expect_str_eq(rig_header(rig, k, "Contact"), contact[was]);
		cr_expect_str_eq(rig_header(rig, k, "Call-ID"), call_id[was]);
	}
	rig_rows = NULL;
	rig_free(rig);
	free(file);
}

Test(restore, another_window_of_ports_is_another_contact)
{
	struct sent before, after;
	struct saved_bytes *file = saved_and_free(registered(KEYS, &before));
	static const char keys[] = KEYS
		"    min_random_sip_port: 20000\n    max_random_sip_port: 20010\n";

	take_up_next(file, 1000);
	struct rig *rig = rig_new(keys, 1);
	cr_assert(eq(u64, taken(HL_TAKEN_PLACE), 1));
	rig_command(rig, HL_COMMAND_ENABLE);
	after = sent(rig, 0);
	cr_expect_str_eq(after.call_id, before.call_id);
	cr_expect_gt(after.cseq, before.cseq);
	rig_free(rig);
	free(file);
}

// A later run was ended before it had written all of its files: both may have a line.
Test(restore, of_two_runs_the_later_one_counts)
{
	struct sent before;
	struct rig *rig = registered(KEYS, &before);
	struct saved_bytes *early = saved_of(rig, 3);

	rig->worker->lines[0].cseq = 500000;
	struct saved_bytes *late = saved_of(rig, 4);
	rig_free(rig);
	for (unsigned turned = 0; turned < 2; turned++) {
		hl_saved_free(rig_saved);
		rig_saved = hl_saved_new();
		cr_assert(eq(int, saved_add(rig_saved, turned ? late : early, 1000), 0));
		cr_assert(eq(int, saved_add(rig_saved, turned ? early : late, 1000), 0));
		cr_expect(eq(u64, hl_saved_lines(rig_saved), 1));
		rig_boot_key[0]++;
		rig = rig_new(KEYS, 1);
		cr_expect_gt(rig->worker->lines[0].cseq, 500000);
		rig_free(rig);
	}
	free(early);
	free(late);
}

// Between two bursts, a part at a time.
Test(restore, a_worker_that_runs_is_asked)
{
	enum { LINES = 300 };
	static struct hl_save save;
	struct rig *rig = rig_new(KEYS, LINES);
	uint32_t lines = 0, parts = 0;

	for (save.base_ns = rig->now_ns; save.next < LINES; parts++) {
		cr_assert(eq(int, hl_worker_save(rig->worker, &save), 0));
		cr_assert_not(hl_worker_saved(rig->worker), "it has not been there yet");
		rig_pass(rig, 1 * MS);
		cr_assert(hl_worker_saved(rig->worker));
		lines += save.n_lines;
	}
	cr_expect(eq(u32, lines, LINES));
	cr_expect_gt(parts, 1);
	rig_free(rig);
}
