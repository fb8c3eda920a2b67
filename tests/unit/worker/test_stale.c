// SPDX-License-Identifier: BSD-3-Clause
// remove_last_registration at start: contacts that an earlier run of a line left at its server.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define CHALLENGE "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"\r\n"
#define REMOVE "    remove_last_registration: on\n"

struct own {
	char ip[HL_ADDR_TEXT];
	uint16_t port;
};

static struct own own_of(const struct rig *rig)
{
	struct own own;

	hl_addr_format(&rig->sent[0].frame.src.addr, own.ip);
	own.port = rig->sent[0].frame.src.port;
	return own;
}

// Line 0's REGISTER is answered with its own contact and this one.
static struct rig *registered(const char *extra, uint32_t lines, const char *user, uint16_t port,
			      const char *params)
{
	struct rig *rig = rig_new(extra, lines);
	char headers[512];

	rig_command(rig, HL_COMMAND_ENABLE);
	struct own own = own_of(rig);
	snprintf(headers, sizeof(headers),
		 "Contact: <sip:6000@%s:%u;hl=p>;expires=600, <sip:%s@%s:%u%s>;expires=333\r\n",
		 own.ip, own.port, user, own.ip, port, params);
	rig_clear(rig);
	rig_free(rig);

	rig = rig_new(extra, lines);
	rig_command(rig, HL_COMMAND_ENABLE);
	uint32_t k = 0;
	while (k < rig->n && strstr(rig_header(rig, k, "From"), ":6000@") == NULL)
		k++;
	rig_answer(rig, k, 401, CHALLENGE);
	k = rig->n - 1;
	rig->sent[0] = rig->sent[k];
	rig->n = 1;
	rig_answer(rig, 0, 200, headers);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	return rig;
}

Test(stale, a_contact_of_an_earlier_run_is_removed)
{
	struct rig *rig = registered(REMOVE, 1, "6000", 51234, ";hl=p");
	struct own own = own_of(rig);
	char contact[128];

	cr_assert(eq(u32, rig->n, 2));
	snprintf(contact, sizeof(contact), "sip:6000@%s:51234;hl=p", own.ip);
	cr_assert_not_null(strstr(rig_header(rig, 1, "Contact"), contact), "%s",
			   rig_header(rig, 1, "Contact"));
	cr_assert_str_eq(rig_header(rig, 1, "Expires"), "0");
	cr_assert_not_null(strstr(rig_header(rig, 1, "Authorization"), "nc=00000002"));
	snprintf(contact, sizeof(contact), "%s:%u", own.ip, own.port);
	cr_assert_not_null(strstr(rig_header(rig, 1, "Via"), contact), "the answer comes to us");
	rig_answer(rig, 1, 200, "");
	rig_pass(rig, 10 * SEC);
	cr_assert(eq(u32, rig->n, 2), "once");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	cr_assert(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 1),
		  "the line's own binding is still there");
	cr_assert(eq(u32, hl_worker_unsettled(rig->worker), 0));
	rig_free(rig);
}

// Servers may share their location store: what another server was told must survive.
Test(stale, the_lines_own_port_is_left_alone_whatever_its_tag)
{
	struct rig *probe = rig_new(REMOVE, 1);
	rig_command(probe, HL_COMMAND_ENABLE);
	struct own own = own_of(probe);
	rig_free(probe);

	struct rig *rig = registered(REMOVE, 1, "6000", own.port, ";hl=b");

	cr_assert(eq(u32, rig->n, 1));
	rig_free(rig);
}

Test(stale, the_tag_is_that_of_the_contact)
{
	struct rig *rig = registered(REMOVE, 1, "6000", 51234, ";hl=b");

	cr_assert(eq(u32, rig->n, 2));
	cr_assert_str_eq(rig_server(rig, 1), "P");
	cr_assert_not_null(strstr(rig_header(rig, 1, "Contact"), ":51234;hl=b"));
	rig_free(rig);
}

Test(stale, contacts_that_are_not_surely_ours_are_left_alone)
{
	static const struct {
		const char *user, *params;
		uint16_t port;
	} cases[] = {
		{ "6001", ";hl=p", 51234 }, // another user
		{ "6000", "", 51234 },      // not made by this program
		{ "6000", ";hl=x", 51234 },
		{ "6000", ";hl=p", 5060 }, // as wide as ours it must be
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = registered(REMOVE, 1, cases[k].user, cases[k].port,
					     cases[k].params);

		cr_expect(eq(u32, rig->n, 1), "case %u", k);
		rig_free(rig);
	}
	struct rig *rig = registered("", 1, "6000", 51234, ";hl=p");
	cr_expect(eq(u32, rig->n, 1), "only with remove_last_registration");
	rig_free(rig);
}

Test(stale, the_contact_of_another_line_is_left_alone)
{
	struct rig *probe = rig_new(REMOVE, 3);
	uint16_t other = 0;

	rig_command(probe, HL_COMMAND_ENABLE);
	struct own own = own_of(probe);
	for (uint32_t k = 1; k < probe->n; k++)
		if (hl_addr_equal(&probe->sent[k].frame.src.addr, &probe->sent[0].frame.src.addr))
			other = probe->sent[k].frame.src.port;
	rig_free(probe);
	cr_assert(ne(int, other, 0));
	cr_assert(ne(int, other, own.port));

	struct rig *rig = registered(REMOVE, 3, "6000", other, ";hl=p");
	cr_assert(eq(u32, rig->n, 1));
	rig_free(rig);
}

Test(stale, several_are_removed_one_after_the_other_but_not_for_ever)
{
	struct rig *rig = registered(REMOVE, 1, "6000", 51234, ";hl=p");
	struct own own = own_of(rig);
	char headers[256];

	for (unsigned k = 1; k < 20 && rig->n == k + 1; k++) {
		snprintf(headers, sizeof(headers), "Contact: <sip:6000@%s:%u;hl=b>;expires=9\r\n",
			 own.ip, 51300 + k);
		rig_answer(rig, k, 200, headers);
	}
	cr_assert(eq(u32, rig->n, 9));
	cr_assert_not_null(strstr(rig_header(rig, 8, "Contact"), ":51307;hl=b"));
	rig_free(rig);
}

Test(stale, an_unregister_does_not_get_lost_behind_it)
{
	struct rig *rig = registered(REMOVE, 1, "6000", 51234, ";hl=p");

	rig_command(rig, HL_COMMAND_DISABLE);
	rig_pass(rig, 100 * MS);
	rig_answer(rig, 1, 200, "");
	uint32_t k = rig->n - 1;
	cr_assert_null(strstr(rig_header(rig, k, "Contact"), "51234"));
	cr_assert_str_eq(rig_header(rig, k, "Expires"), "0");
	rig_answer(rig, k, 200, "");
	cr_assert(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->unregistered), 1));
	rig_free(rig);
}
