// SPDX-License-Identifier: BSD-3-Clause
// dhcp_option_120 in a configuration: servers may be left out, no plan is made before DHCP spoke.
#include "config_text.h"

#include <heartline/plan.h>

#define PROFILE(keys) PORTS "profiles:\n  lab:\n" keys LINES

Test(dhcp_option_120, is_off_unless_it_is_set)
{
	struct hl_config config;

	config_read(&config, PROFILE("    outbound_server: 10.99.0.1\n"));
	cr_expect_not(config.profiles[0].dhcp_option_120);
	hl_config_free(&config);
	config_read(&config, PROFILE("    outbound_server: 10.99.0.1\n    dhcp_option_120: on\n"));
	cr_expect(config.profiles[0].dhcp_option_120);
	hl_config_free(&config);
}

Test(dhcp_option_120, no_server_need_be_written_with_it)
{
	struct hl_config config;

	config_read(&config, PROFILE("    dhcp_option_120: on\n"));
	cr_expect_eq(config.profiles[0].primary.addr.family, HL_FAMILY_NONE);
	cr_expect_eq(config.profiles[0].primary.port, 5060);
	hl_config_free(&config);
}

Test(dhcp_option_120, without_it_a_server_is_needed)
{
	struct hl_error err = { 0 };
	struct hl_config config;

	cr_assert_eq(
		hl_config_parse(&config, "lab.yaml", PROFILE("    dhcp_option_120: off\n"), &err),
		-EINVAL);
	cr_expect_not_null(strstr(err.text, "outbound_server is missing in profile lab"), "%s",
			   err.text);
	hl_config_free(&config);
}

// They are what is left when DHCP is silent.
Test(dhcp_option_120, servers_written_beside_it_are_checked)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ PROFILE("    dhcp_option_120: on\n    outbound_server: 192.0.2.1\n"),
		  "192.0.2.1 is outside of 10.99.0.0/16, and the port has no gateway" },
		{ PROFILE("    dhcp_option_120: on\n    backup_outbound_server: 10.99.1.2\n"),
		  "10.99.1.2 is one of the lines' own addresses" },
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct hl_error err = { 0 };
		struct hl_config config;

		cr_expect_eq(hl_config_parse(&config, "lab.yaml", bad[i].text, &err), -EINVAL);
		cr_expect_not_null(strstr(err.text, bad[i].want), "%s", err.text);
		hl_config_free(&config);
	}
}

Test(dhcp_option_120, no_plan_is_made_before_dhcp_was_asked)
{
	struct hl_plan_options options = { .n_workers = 1, .boot_key = { 1, 2 } };
	struct hl_error err = { 0 };
	struct hl_config config;
	struct hl_plan *plan;

	config_read(&config, PROFILE("    dhcp_option_120: on\n"));
	cr_expect_eq(hl_plan_new(&plan, &config, &options, &err), -EINVAL);
	cr_expect_null(plan);
	cr_expect_str_eq(err.text, "profile lab: DHCP was not asked for its servers");

	cr_assert_eq(hl_addr_parse("10.99.0.1", 9, &config.profiles[0].primary.addr), 0);
	config.profiles[0].dhcp_option_120 = false;
	cr_expect_eq(hl_plan_new(&plan, &config, &options, &err), 0, "%s", err.text);
	hl_plan_free(plan);
	hl_config_free(&config);
}
