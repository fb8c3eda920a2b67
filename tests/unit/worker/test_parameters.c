// SPDX-License-Identifier: BSD-3-Clause
// Keys of a profile (FAILOVER.md section 1) on the wire, each test named after its keys; those of
// whole parts have them in files of their own.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define SERVERS "    outbound_server: 10.99.0.1\n    backup_outbound_server: 10.99.0.2\n"
#define RANDOM SERVERS "    use_random_sip_port: on\n"
#define CHALLENGE "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"\r\n"

static bool contains(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static bool is(const struct rig *rig, uint32_t k, const char *method, const char *server)
{
	return strncmp(rig->sent[k].text, method, strlen(method)) == 0 &&
	       strcmp(rig_server(rig, k), server) == 0;
}

static uint32_t count_sent(const struct rig *rig, const char *method, const char *server)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < rig->n; k++)
		n += is(rig, k, method, server);
	return n;
}

static int state(const struct rig *rig)
{
	return rig_state(rig, 0).state;
}

// Registered at P, or at B where an operator has put it. What was sent is forgotten.
static struct rig *registered(const char *extra, const char *server)
{
	struct rig *rig = rig_new(extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 1000\r\n");
	if (*server == 'B') {
		rig_command(rig, HL_COMMAND_FORCE_B);
		rig_answer(rig, 1, 200, "Expires: 1000\r\n");
	}
	cr_assert(eq(int, state(rig), *server == 'B' ? HL_ON_B : HL_ON_P));
	rig_clear(rig);
	return rig;
}

// Let the next OPTIONS to a server come and answer it; status 0: let it be lost.
static void next_probe(struct rig *rig, const char *server, unsigned status)
{
	uint64_t lost = rig_count(&rig_counters(rig)->timeouts[HL_OPTIONS]);

	rig_clear(rig);
	for (int k = 0; k < 2000 && !count_sent(rig, "OPTIONS", server); k++)
		rig_pass(rig, 10 * MS);
	cr_assert(eq(u32, count_sent(rig, "OPTIONS", server), 1));
	for (uint32_t k = 0; status && k < rig->n; k++)
		if (is(rig, k, "OPTIONS", server))
			rig_answer(rig, k, status, "");
	for (int k = 0; !status && k < 4000; k++) {
		if (rig_count(&rig_counters(rig)->timeouts[HL_OPTIONS]) > lost)
			return;
		rig_pass(rig, 10 * MS);
	}
}

// So long after the one before; *before 0: there is none.
static void expect_apart(uint64_t *before, uint64_t at, uint64_t span_ns)
{
	if (*before) {
		cr_expect(ge(u64, at - *before, span_ns - 2 * MS));
		cr_expect(le(u64, at - *before, span_ns + 2 * MS));
	}
	*before = at;
}

Test(parameter, display_name_phone_number_account_and_password_are_who_it_is)
{
	struct rig *rig = rig_new_profile(RANDOM "    display_name: Lab Phone\n    account: acc\n"
						 "    password: first\n",
					  1);
	struct rig *other = rig_new_profile(RANDOM "    display_name: Lab Phone\n    account: acc\n"
						   "    password: second\n",
					    1);
	char response[HL_FRAME_MAX];

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_command(other, HL_COMMAND_ENABLE);
	cr_expect(contains(rig_header(rig, 0, "From"), "\"Lab Phone\" <sip:6000@10.99.0.1>"));
	cr_expect(contains(rig_header(rig, 0, "To"), "<sip:6000@10.99.0.1>"));
	cr_expect(contains(rig_header(rig, 0, "Contact"), "<sip:6000@"));
	rig_answer(rig, 0, 401, CHALLENGE);
	rig_answer(other, 0, 401, CHALLENGE);
	cr_expect(contains(rig_header(rig, 1, "Authorization"), "username=\"acc\""));
	snprintf(response, sizeof(response), "%s", rig_header(rig, 1, "Authorization"));
	cr_expect_str_neq(response, rig_header(other, 1, "Authorization"), "another password");
	rig_free(other);
	rig_free(rig);
}

Test(parameter, proxy_server_and_proxy_port_never_follow_the_active_server)
{
	static const struct {
		const char *profile, *line, *aor;
	} cases[] = {
		{ RANDOM "    proxy_server: sip.example.com\n    proxy_port: 5080\n",
		  "REGISTER sip:sip.example.com:5080 SIP/2.0\r\n",
		  "<sip:6000@sip.example.com:5080>" },
		{ RANDOM, "REGISTER sip:10.99.0.1 SIP/2.0\r\n", "<sip:6000@10.99.0.1>" },
	};

	for (unsigned c = 0; c < 2; c++) {
		struct rig *rig = rig_new_profile(cases[c].profile, 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, 200, "");
		rig_command(rig, HL_COMMAND_FORCE_B);
		cr_assert(eq(u32, rig->n, 2));
		for (uint32_t k = 0; k < 2; k++) {
			cr_expect_str_eq(rig_server(rig, k), k ? "B" : "P");
			cr_expect(
				eq(int,
				   strncmp(rig->sent[k].text, cases[c].line, strlen(cases[c].line)),
				   0));
			cr_expect(contains(rig_header(rig, k, "To"), cases[c].aor));
			cr_expect(contains(rig_header(rig, k, "From"), cases[c].aor));
		}
		rig_free(rig);
	}
}

Test(parameter, outbound_server_outbound_port_backup_outbound_server_and_backup_outbound_port)
{
	struct rig *rig = rig_new_profile(
		RANDOM "    outbound_port: 5070\n    backup_outbound_port: 5071\n", 1);
	char server[HL_ADDR_TEXT];

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 2100 * MS);
	cr_assert(eq(u32, rig->n, 4));
	hl_addr_format(&rig->sent[0].frame.dst.addr, server);
	cr_assert_str_eq(server, "10.99.0.1");
	cr_assert(eq(u16, rig->sent[0].frame.dst.port, 5070));
	hl_addr_format(&rig->sent[3].frame.dst.addr, server);
	cr_assert_str_eq(server, "10.99.0.2");
	cr_assert(eq(u16, rig->sent[3].frame.dst.port, 5071));
	rig_free(rig);
}

Test(parameter, transport_udp_is_what_the_via_says)
{
	struct rig *rig = rig_new("    transport: udp\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(int, strncmp(rig_header(rig, 0, "Via"), "SIP/2.0/UDP ", 12), 0));
	rig_free(rig);
}

Test(parameter, local_sip_port_is_the_port_of_contact_via_and_datagram)
{
	struct rig *rig = rig_new_profile(SERVERS "    local_sip_port: 5099\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u16, rig->sent[0].frame.src.port, 5099));
	cr_assert(contains(rig_header(rig, 0, "Contact"), ":5099"));
	cr_assert(contains(rig_header(rig, 0, "Via"), ":5099;"));
	rig_free(rig);
}

Test(parameter, use_random_sip_port_min_random_sip_port_and_max_random_sip_port)
{
	struct rig *rig = rig_new_profile(RANDOM "    local_sip_port: 5099\n"
						 "    min_random_sip_port: 51000\n"
						 "    max_random_sip_port: 51002\n",
					  6); // two addresses: each port of each
	bool seen[2][3] = { 0 };

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, rig->n, 6));
	for (uint32_t k = 0; k < 6; k++) {
		uint16_t port = rig->sent[k].frame.src.port;

		cr_assert(ge(u16, port, 51000));
		cr_assert(le(u16, port, 51002));
		bool *one = &seen[rig->sent[k].frame.src.addr.bytes[3] & 1][port - 51000];
		cr_assert(eq(int, *one, false), "two lines with one port");
		*one = true;
	}
	for (uint32_t k = 0; k < 6; k++)
		rig_answer(rig, k, 200, "");
	rig_command(rig, HL_COMMAND_FORCE_B);
	cr_assert(eq(u32, rig->n, 12));
	for (uint32_t k = 0; k < 6; k++) // a line keeps its port for its life
		cr_assert(eq(u16, rig->sent[6 + k].frame.src.port, rig->sent[k].frame.src.port));
	rig_free(rig);
}

Test(parameter, register_refresh_interval_is_what_is_asked_for)
{
	struct rig *rig = rig_new("    register_refresh_interval: 90s\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert_str_eq(rig_header(rig, 0, "Expires"), "90");
	rig_answer(rig, 0, 200, "");
	rig_clear(rig);
	rig_pass(rig, 44900 * MS);
	cr_assert(eq(u32, rig->n, 0), "granted as asked: half of that");
	rig_pass(rig, 200 * MS);
	cr_assert(eq(u32, rig->n, 1));
	cr_assert_str_eq(rig_header(rig, 0, "Expires"), "90");
	rig_free(rig);
}

Test(parameter, register_timeout_0_is_64_t1)
{
	struct rig *rig = rig_new("    register_timeout: 0\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 31900 * MS);
	cr_assert(eq(int, state(rig), HL_REG_P));
	cr_assert(eq(u32, rig->n, 11), "0, 0.5, 1.5, 3.5, then each 4 s"); // RFC 3261 17.1.2.2
	rig_pass(rig, 200 * MS);
	cr_assert(eq(int, state(rig), HL_SW_B));
	rig_free(rig);
}

Test(parameter, options_timeout_gives_a_probe_up)
{
	struct rig *rig = registered(
		"    primary_detect_interval: 10s\n    options_timeout: 700ms\n"
		"    max_detect_fail_count: 1\n",
		"P");

	for (int k = 0; k < 1100 && rig->n == 0; k++)
		rig_pass(rig, 10 * MS);
	cr_assert(eq(u32, count_sent(rig, "OPTIONS", "P"), 1));
	uint64_t sent = rig->sent[0].at_ns;
	while (state(rig) == HL_ON_P && rig->now_ns < sent + 10 * SEC)
		rig_pass(rig, 1 * MS);
	cr_assert(ge(u64, rig->now_ns - sent, 700 * MS));
	cr_assert(le(u64, rig->now_ns - sent, 702 * MS));
	cr_assert(eq(int, rig_state(rig, 0).code, HL_CODE_TIMEOUT));
	rig_free(rig);
}

Test(parameter, remove_last_registration_unregisters_at_the_server_that_was_left)
{
	for (int on = 0; on < 2; on++) {
		struct rig *rig = registered(on ? "    remove_last_registration: on\n"
						: "    remove_last_registration: off\n",
					     "P");

		rig_command(rig, HL_COMMAND_FORCE_B);
		cr_assert(eq(u32, rig->n, 1), "not before the line is at B");
		rig_answer(rig, 0, 200, "");
		cr_expect(eq(u32, count_sent(rig, "REGISTER", "P"), on));
		if (on)
			cr_expect_str_eq(rig_header(rig, 1, "Expires"), "0");
		rig_pass(rig, 5 * SEC); // nobody waits for it, and it is no failure
		cr_expect(eq(int, state(rig), HL_ON_B));
		rig_free(rig);
	}
}

Test(parameter, primary_detect_interval_is_of_p_whichever_server_is_active)
{
	static const char *const servers[] = { "P", "B" };

	for (int s = 0; s < 2; s++) {
		struct rig *rig = registered("    primary_detect_interval: 5s\n"
					     "    return_mode: never\n",
					     servers[s]);
		uint64_t before = 0;

		for (int k = 0; k < 6; k++) {
			next_probe(rig, "P", 200);
			cr_expect(eq(u32, count_sent(rig, "OPTIONS", "B"), 0));
			expect_apart(&before, rig->sent[0].at_ns, 5 * SEC);
		}
		rig_free(rig);
	}
}

Test(parameter, primary_detect_interval_0_sends_no_probe)
{
	struct rig *rig = registered("    primary_detect_interval: 0\n", "P");

	rig_pass(rig, 400 * SEC);
	cr_assert(eq(u32, rig->n, 0));
	rig_free(rig);
}

Test(parameter, max_detect_fail_count_is_reached_or_exceeded_as_fail_compare_says)
{
	static const struct {
		const char *keys;
		int lost; // probes, when the line moves
	} cases[] = {
		{ "    max_detect_fail_count: 1\n    fail_compare: reach\n", 1 },
		{ "    max_detect_fail_count: 3\n    fail_compare: reach\n", 3 },
		{ "    max_detect_fail_count: 1\n    fail_compare: exceed\n", 2 },
		{ "    max_detect_fail_count: 3\n    fail_compare: exceed\n", 4 },
	};

	for (unsigned c = 0; c < 4; c++) {
		char keys[256];

		snprintf(keys, sizeof(keys), "    primary_detect_interval: 5s\n%s", cases[c].keys);
		struct rig *rig = registered(keys, "P");
		for (int k = 1; k < cases[c].lost; k++)
			next_probe(rig, "P", 0);
		if (cases[c].lost > 1) {
			next_probe(rig, "P", 404); // alive: the count starts again
			for (int k = 1; k < cases[c].lost; k++)
				next_probe(rig, "P", 0);
		}
		cr_expect(eq(int, state(rig), HL_ON_P), "case %u", c);
		next_probe(rig, "P", 0);
		cr_expect(eq(int, state(rig), HL_SW_B), "case %u", c);
		rig_free(rig);
	}
}

Test(parameter, recover_count_answers_in_a_row_and_prefer_primary_lead_back)
{
	struct rig *rig = registered("    primary_detect_interval: 5s\n    recover_count: 3\n"
				     "    prefer_primary: on\n",
				     "B");

	next_probe(rig, "P", 200);
	next_probe(rig, "P", 200);
	next_probe(rig, "P", 0); // not in a row
	next_probe(rig, "P", 200);
	next_probe(rig, "P", 200);
	cr_assert(eq(int, state(rig), HL_ON_B));
	next_probe(rig, "P", 200);
	cr_assert(eq(int, state(rig), HL_SW_P));
	rig_free(rig);
}

// Without prefer_primary.
Test(parameter, back_to_primary_delay_begins_at_the_recovery_and_ends_when_p_fails_again)
{
	struct rig *rig = registered(
		"    primary_detect_interval: 5s\n    prefer_primary: off\n"
		"    back_to_primary_delay: 60s\n    max_detect_fail_count: 1\n",
		"B");

	next_probe(rig, "P", 200);
	cr_assert(eq(int, state(rig), HL_HOLD_B));
	for (uint64_t end = rig->now_ns + 50 * SEC; rig->now_ns < end;)
		next_probe(rig, "P", 200);
	cr_assert(eq(int, state(rig), HL_HOLD_B));
	next_probe(rig, "P", 0);
	cr_assert(eq(int, state(rig), HL_ON_B));
	next_probe(rig, "P", 200);
	uint64_t recovered = rig->now_ns;
	while (rig->now_ns < recovered + 54 * SEC)
		next_probe(rig, "P", 200);
	cr_assert(eq(int, state(rig), HL_HOLD_B), "all of it anew");
	while (state(rig) == HL_HOLD_B && rig->now_ns < recovered + 70 * SEC)
		rig_pass(rig, 10 * MS);
	cr_assert(eq(int, state(rig), HL_SW_P));
	cr_assert(ge(u64, rig->now_ns - recovered, 60 * SEC));
	cr_assert(le(u64, rig->now_ns - recovered, 60 * SEC + 20 * MS));
	rig_free(rig);
}

Test(parameter, return_mode_never_stays_on_b)
{
	struct rig *rig = registered("    primary_detect_interval: 5s\n    prefer_primary: on\n"
				     "    return_mode: never\n",
				     "B");

	for (int k = 0; k < 10; k++)
		next_probe(rig, "P", 200);
	cr_assert(eq(int, state(rig), HL_ON_B));
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_FORCE_P); // an operator may
	cr_assert(eq(int, state(rig), HL_SW_P));
	rig_free(rig);
}

Test(parameter, sip_options_interval_is_the_time_from_one_to_the_next)
{
	static const char *const servers[] = { "P", "B" };

	for (int s = 0; s < 2; s++) {
		struct rig *rig = registered("    sip_options: on\n    sip_options_interval: 3s\n",
					     servers[s]);
		uint64_t before = 0;

		for (int k = 0; k < 5; k++) {
			next_probe(rig, servers[s], 200);
			expect_apart(&before, rig->sent[0].at_ns, 3 * SEC);
		}
		rig_free(rig);
	}
}

Test(parameter, nat_keepalive_interval_is_the_time_from_one_to_the_next)
{
	struct rig *rig = registered("    nat_keepalive_interval: 10s\n", "B");
	uint64_t before = 0;

	rig_pass(rig, 51 * SEC);
	cr_assert(ge(u32, rig->n, 5));
	for (uint32_t k = 0; k < rig->n; k++) {
		expect_apart(&before, rig->sent[k].at_ns, 10 * SEC);
		cr_assert_str_eq(rig->sent[k].text, "\r\n\r\n");
		cr_assert_str_eq(rig_server(rig, k), "B");
	}
	rig_free(rig);
}

Test(parameter, register_subscribe_asks_for_register_subscribe_interval)
{
	struct rig *rig = rig_new("    register_subscribe: on\n"
				  "    register_subscribe_interval: 600s\n",
				  1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(u32, count_sent(rig, "SUBSCRIBE", "P"), 1));
	cr_assert_str_eq(rig_header(rig, 1, "Event"), "reg");
	cr_assert_str_eq(rig_header(rig, 1, "Expires"), "600");
	rig_free(rig);
}
