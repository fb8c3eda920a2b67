// SPDX-License-Identifier: BSD-3-Clause
// One line in detail: the worker tells what it knows, and never waits for who asked.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include <heartline/detail.h>
#include "rig.h"

#define KEYS "    primary_detect_interval: 90s\n    nat_keepalive_interval: 15s\n"
#define CHALLENGE "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"\r\n"

static struct hl_line_detail ask(struct rig *rig, uint32_t line)
{
	struct hl_line_detail detail;
	int place = hl_worker_ask(rig->worker, line);

	cr_assert(ge(int, place, 0));
	cr_assert_not(hl_worker_answer(rig->worker, place, &detail), "not before its turn");
	rig_pass(rig, 1 * MS);
	cr_assert(hl_worker_answer(rig->worker, place, &detail));
	return detail;
}

// NULL: nothing of that is due.
static const struct hl_due *due_find(const struct hl_line_detail *d, enum hl_due_what what,
				     const char *of)
{
	for (uint32_t k = 0; k < d->n_dues; k++)
		if (d->dues[k].what == what && strcmp(d->dues[k].of, of) == 0)
			return &d->dues[k];
	return NULL;
}

static void is_due(const struct hl_line_detail *d, enum hl_due_what what, const char *of,
		   uint64_t from_ms, uint64_t to_ms)
{
	const struct hl_due *due = due_find(d, what, of);

	cr_assert(due != NULL, "%s of %s", hl_due_name(what), of);
	cr_assert(due->in_ms >= from_ms && due->in_ms <= to_ms, "%s of %s in %lu ms",
		  hl_due_name(what), of, (unsigned long)due->in_ms);
}

static struct rig *registered(void)
{
	struct rig *rig = rig_new(KEYS, 2);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 401, CHALLENGE);
	rig_answer(rig, rig->n - 1, 200, "Expires: 60\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	return rig;
}

Test(detail, binding_tells_server_grant_and_time_left)
{
	struct rig *rig = registered();
	char addr[HL_ADDR_TEXT];

	rig_pass(rig, 10 * SEC);
	const struct hl_line_detail d = ask(rig, 0);
	const struct hl_binding *p = &d.bindings[HL_SERVER_P], *b = &d.bindings[HL_SERVER_B];
	cr_assert(d.is_line && p->bound && !p->maybe);
	hl_addr_format(&p->server.addr, addr);
	cr_assert_str_eq(addr, "10.99.0.1");
	cr_assert(eq(u16, p->server.port, 5060));
	cr_assert(eq(u32, p->granted_s, 60));
	cr_assert(eq(u32, p->asked_s, 1800));
	cr_assert(p->left_ms >= 49500 && p->left_ms <= 50200, "%lu", (unsigned long)p->left_ms);
	cr_assert_not(b->bound || b->maybe || b->granted_s || b->has_nonce);
	rig_free(rig);
}

Test(detail, nonce_has_its_age_and_uses)
{
	struct rig *rig = registered();

	rig_pass(rig, 10 * SEC);
	struct hl_line_detail d = ask(rig, 0);
	cr_assert(d.bindings[HL_SERVER_P].has_nonce);
	cr_assert(eq(u32, d.bindings[HL_SERVER_P].nonce_uses, 1));
	uint64_t age_ms = d.bindings[HL_SERVER_P].nonce_age_ms;
	cr_assert(age_ms >= 9800 && age_ms <= 10200, "%lu", (unsigned long)age_ms);
	d = ask(rig, 1); // it has heard of none
	cr_assert_not(d.bindings[HL_SERVER_P].has_nonce);
	rig_free(rig);
}

Test(detail, timers_are_told_the_earliest_first)
{
	struct rig *rig = registered();
	const struct hl_line_detail d = ask(rig, 0);

	is_due(&d, HL_DUE_REFRESH, "REGISTER", 29900, 30001);
	is_due(&d, HL_DUE_NEXT, "PROBE", 0, 90000);
	is_due(&d, HL_DUE_NEXT, "NAT_KEEPALIVE", 0, 15000);
	cr_assert(eq(u32, d.n_dues, 3));
	for (uint32_t k = 1; k < d.n_dues; k++)
		cr_assert(ge(u64, d.dues[k].in_ms, d.dues[k - 1].in_ms));
	rig_free(rig);
}

Test(detail, request_that_is_out_has_its_retransmission_and_its_end)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 600 * MS); // sent twice
	const struct hl_line_detail d = ask(rig, 0);
	is_due(&d, HL_DUE_RETRANSMISSION, "REGISTER", 850, 905);
	is_due(&d, HL_DUE_GIVE_UP, "REGISTER", 1350, 1405);
	rig_free(rig);
}

Test(detail, a_slot_that_was_left_is_no_line)
{
	struct rig *rig = registered();

	rig_command(rig, HL_COMMAND_REMOVE);
	cr_assert_not(ask(rig, 0).is_line);
	rig_free(rig);
}

Test(detail, places_are_bounded_and_come_back)
{
	struct rig *rig = registered();
	struct hl_line_detail detail;

	for (int k = 0; k < HL_ASKS; k++)
		cr_assert(eq(int, hl_worker_ask(rig->worker, 0), k));
	cr_assert(eq(int, hl_worker_ask(rig->worker, 0), -EAGAIN));
	hl_worker_forget_ask(rig->worker, 3);
	cr_assert(eq(int, hl_worker_ask(rig->worker, 0), -EAGAIN), "the worker may be writing it");
	rig_pass(rig, 1 * MS);
	cr_assert(eq(int, hl_worker_ask(rig->worker, 0), 3));
	cr_assert(hl_worker_answer(rig->worker, 5, &detail));
	cr_assert(eq(int, hl_worker_ask(rig->worker, 0), 5));
	cr_assert(eq(int, hl_worker_ask(rig->worker, 2), -EINVAL), "no line of this worker");
	rig_free(rig);
}
