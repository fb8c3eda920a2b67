// SPDX-License-Identifier: BSD-3-Clause
// Settings changed under a worker: it heeds them from its next use of them on, and what is out stays as it is.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/count.h"
#include "rig.h"

#define SERVERS \
	"    outbound_server: 10.99.0.1\n    backup_outbound_server: 10.99.0.2\n" \
	"    password: secret\n    use_random_sip_port: on\n    refresh_jitter: off\n"

static void change(struct rig *rig, const char *keys)
{
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	char yaml[1024];

	snprintf(yaml, sizeof(yaml),
		 "ports:\n  - device: rig\n    addresses: 10.99.1.1-10.99.1.2/16\n"
		 "profiles:\n  rig:\n" SERVERS "%slines:\n  - {profile: rig, range: 1-2}\n",
		 keys);
	cr_assert(eq(int, hl_config_parse(&config, "rig", yaml, &err), 0), "%s", err.text);
	cr_assert(eq(int, hl_plan_change_profile(rig->plan, 0, &config.profiles[0], &err), 0), "%s",
		  err.text);
	hl_config_free(&config);
}

static struct rig *registered(const char *keys)
{
	struct rig *rig = rig_new(keys, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 1000\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	return rig;
}

Test(change, a_time_out_holds_for_the_next_request_not_for_the_one_that_is_out)
{
	struct rig *rig = rig_new("    primary_detect_interval: 0\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	change(rig, "    register_timeout: 400ms\n");
	rig_pass(rig, 1900 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P), "it has its 2 s");
	rig_pass(rig, 200 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_pass(rig, 450 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_DOWN), "and the one at B 400 ms");
	rig_free(rig);
}

Test(change, an_interval_of_probes_holds_from_the_next_probe_on)
{
	struct rig *rig = registered("    primary_detect_interval: 10s\n");

	while (rig->n == 0)
		rig_pass(rig, 50 * MS);
	cr_assert(eq(u32, rig->n, 1));
	uint64_t first_ns = rig->sent[0].at_ns;
	change(rig, "    primary_detect_interval: 3s\n");
	rig_answer(rig, 0, 200, "");
	rig_pass(rig, 3100 * MS);
	cr_assert(eq(u32, rig->n, 2));
	cr_assert(rig->sent[1].at_ns - first_ns < 3002 * MS);
	rig_free(rig);
}

Test(change, a_refresh_asks_for_the_new_time)
{
	struct rig *rig = registered("");

	change(rig, "    register_refresh_interval: 77s\n");
	rig_pass(rig, 500 * SEC + 300 * MS);
	cr_assert(eq(u32, rig->n, 1));
	cr_assert(strstr(rig_header(rig, 0, "Expires"), "77") != NULL, "%s",
		  rig_header(rig, 0, "Expires"));
	rig_free(rig);
}

Test(change, a_request_that_is_out_is_not_sent_again_with_other_bytes)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 600 * MS);
	cr_assert(eq(u32, rig->n, 2), "the REGISTER and its first copy");
	change(rig, "    user_agent: Acme 2\n");
	rig_pass(rig, 1300 * MS);
	cr_assert(eq(u32, rig->n, 2), "no copy at 1.5 s");
	rig_answer(rig, 0, 200, "Expires: 1000\r\n"); // it still counts
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	rig_pass(rig, 501 * SEC);
	cr_assert(strcmp(rig_header(rig, 0, "User-Agent"), "Acme 2") == 0);
	cr_assert(eq(u32, rig->n, 2), "what left since is sent again as ever");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->retransmissions[HL_REGISTER]), 2));
	rig_free(rig);
}

Test(change, what_is_out_is_sent_again_where_its_bytes_are_the_same)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	change(rig, "    park_time: 7s\n");
	rig_pass(rig, 600 * MS);
	cr_assert(eq(u32, rig->n, 2));
	cr_assert(rig->sent[0].len == rig->sent[1].len &&
		  memcmp(rig->sent[0].text, rig->sent[1].text, rig->sent[0].len) == 0);
	rig_free(rig);
}

Test(change, a_worker_that_rests_keeps_nothing_and_goes_on_with_what_is_current)
{
	struct rig *rig = registered("    primary_detect_interval: 10s\n");

	hl_worker_rest(rig->worker);
	for (int k = 0; k < 3; k++)
		change(rig, k % 2 ? "    primary_detect_interval: 4s\n    user_agent: Acme 2\n"
				  : "    primary_detect_interval: 4s\n");
	cr_assert(eq(ptr, rig->plan->constants.oldest, &plan_constants(rig->plan)->published),
		  "all that was replaced is gone");
	rig_pass(rig, 15 * SEC);
	cr_assert(ge(u32, rig->n, 1));
	rig_free(rig);
}
