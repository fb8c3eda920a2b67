// SPDX-License-Identifier: BSD-3-Clause
// Keys without a file: times, values set by flags, the list for documents.
#include "config_text.h"

Test(keys, times_are_read_with_their_units)
{
	static const struct {
		const char *text;
		uint64_t unit_ms, ms;
	} cases[] = {
		{ "0", 1000, 0 },         { "5", 1, 5 },           { "5", 1000, 5000 },
		{ "2000ms", 1000, 2000 }, { "30s", 1, 30000 },     { "5min", 1, 300000 },
		{ "12h", 1, 43200000 },   { "12 h", 1, 43200000 },
	};
	static const char *const bad[] = { "",     "s",      "-1",   "1.5s",
					   "5sec", "5 min ", "5S",   "1h30",
					   " 5",   "0x5",    "5  s", "18446744073709551615h" };
	uint64_t ms;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect_eq(hl_time_parse(cases[i].text, cases[i].unit_ms, &ms), 0, "%s",
			     cases[i].text);
		cr_expect_eq(ms, cases[i].ms, "%s", cases[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(hl_time_parse(bad[i], 1, &ms), -EINVAL, "%s", bad[i]);
}

Test(keys, a_flag_sets_what_a_file_would)
{
	struct hl_error err = { 0 };
	struct hl_profile p;

	hl_profile_default(&p);
	cr_expect_eq(hl_profile_set(&p, "options_timeout", "3s", &err), 0);
	cr_expect_eq(p.options_timeout_ms, 3000);
	cr_expect_eq(hl_profile_set(&p, "outbound_server", "10.0.0.1", &err), 0);
	cr_expect_eq(hl_addr_ipv4(&p.primary.addr), 0x0a000001);
	cr_expect_eq(hl_profile_set(&p, "fail_compare", "exceed", &err), 0);
	cr_expect_eq(p.fail_compare, HL_COMPARE_EXCEED);
	cr_expect_eq(hl_profile_set(&p, "password", "one", &err), 0);
	cr_expect_eq(hl_profile_set(&p, "password", "two", &err), 0);
	cr_expect_str_eq(p.password, "two");
	cr_expect_eq(hl_profile_set(&p, "password", "", &err), 0);
	cr_expect_null(p.password);

	cr_expect_eq(hl_profile_set(&p, "options_timeout", "50", &err), -EINVAL);
	cr_expect_str_eq(err.text,
			 "options_timeout: 50 is outside 100..600000 ms; shortest accepted: "
			 "100 (default 2000)");
	cr_expect_eq(p.options_timeout_ms, 3000, "a refused value changes nothing");
	cr_expect_eq(hl_profile_set(&p, "option", "1", &err), -EINVAL);
	cr_expect_str_eq(err.text, "option: unknown key");
	cr_expect_eq(hl_profile_set(&p, "srtp", "on", &err), -EINVAL);
	cr_expect_str_eq(err.text, "srtp: unknown key; the engine makes no calls");
}

// As a program makes one from its flags.
static void config_make(struct hl_config *config)
{
	struct hl_error err = { 0 };

	hl_config_default(config);
	config->ports = calloc(1, sizeof(*config->ports));
	config->n_ports = 1;
	config->ports[0].device = strdup("net_ring0");
	config->profiles = calloc(1, sizeof(*config->profiles));
	config->n_profiles = 1;
	hl_profile_default(&config->profiles[0]);
	config->profiles[0].name = strdup("flags");
	config->lines = calloc(1, sizeof(*config->lines));
	config->n_lines = 1;
	cr_assert_eq(
		hl_port_set_addresses(&config->ports[0], "10.99.1.1-10.99.1.4/16,10.99.2.1", &err),
		0);
	cr_assert_eq(hl_profile_set(&config->profiles[0], "outbound_server", "10.99.0.1", &err), 0);
	cr_assert_eq(hl_lines_set_range(&config->lines[0], "6000-6004", &err), 0);
	config->total = 5;
	cr_assert_eq(hl_config_check(config, &err), 0, "%s", err.text);
}

Test(keys, a_configuration_made_by_hand_is_checked_too)
{
	struct hl_error err = { 0 };
	struct hl_config config;

	config_make(&config);
	cr_expect_eq(config.ports[0].n_ranges, 2);
	cr_expect_eq(config.ports[0].prefix, 16);
	cr_expect_eq(hl_config_set(&config, "ramp", "1500ms", &err), 0);
	cr_expect_eq(config.ramp_ms, 1500);
	cr_expect_eq(hl_config_set(&config, "rate", "fast", &err), -EINVAL);
	cr_expect_str_eq(err.text, "rate: \"fast\" is not a whole number; allowed: 0..1000000000 "
				   "(default 0)");
	cr_expect_eq(hl_lines_set_range(&config.lines[0], "9-1", &err), -EINVAL);
	cr_expect_str_eq(err.text, "range: the range 9-1 is backwards; did you mean 1-9?");
	hl_config_free(&config);

	config_make(&config);
	config.total = 6;
	cr_expect_eq(hl_config_check(&config, &err), -EINVAL);
	cr_expect_str_eq(err.text, "lines: the groups hold 5 lines, total says 6");
	config.lines[0].last++;
	cr_expect_eq(hl_config_check(&config, &err), -EINVAL);
	cr_expect_str_eq(
		err.text,
		"lines[0].range: 6 lines are more than 5 addresses times 1 port (5060-5060); "
		"allowed: 5; give more addresses or set use_random_sip_port: on");
	config.lines[0].last--;
	config.total = 5;
	config.profiles[0].primary.addr.family = HL_FAMILY_NONE;
	cr_expect_eq(hl_config_check(&config, &err), -EINVAL);
	cr_expect_str_eq(err.text,
			 "profiles[0]: outbound_server is missing in profile flags; needed: "
			 "outbound_server: ADDRESS, or dhcp_option_120: on");
	hl_config_free(&config);

	config_make(&config);
	cr_expect_eq(hl_port_set_addresses(&config.ports[0], "10.99.1.1", &err), -EINVAL);
	cr_expect_str_eq(err.text, "addresses: the prefix length of the subnet is missing; as in "
				   "10.99.1.1-10.99.1.4/16");
	hl_config_free(&config);
}

// Looks at a whole list; returns how many keys it has.
static uint32_t list_check(bool (*list)(uint32_t index, struct hl_key *key))
{
	struct hl_key key, other;
	uint32_t n = 0;

	for (; list(n, &key); n++) {
		cr_expect(*key.meaning != '\0' && *key.allowed != '\0', "%s", key.name);
		cr_expect_lt(strlen(key.allowed), sizeof(key.allowed) - 1, "%s", key.name);
		for (uint32_t i = 0; i < n; i++)
			cr_expect(list(i, &other) && strcmp(other.name, key.name) != 0);
	}
	return n;
}

static bool key_named(const char *name, struct hl_key *key)
{
	for (uint32_t i = 0; hl_profile_key(i, key); i++)
		if (strcmp(key->name, name) == 0)
			return true;
	for (uint32_t i = 0; hl_run_key(i, key); i++)
		if (strcmp(key->name, name) == 0)
			return true;
	return false;
}

Test(keys, every_key_is_listed_once_with_its_meaning)
{
	struct hl_key key;

	cr_expect_geq(list_check(hl_profile_key), 44, "FAILOVER.md section 1 has so many");
	cr_expect_geq(list_check(hl_run_key), 5);

	cr_assert(key_named("options_timeout", &key));
	cr_expect_str_eq(key.allowed, "100..600000 ms");
	cr_expect_str_eq(key.unit, "ms");
	cr_expect_str_eq(key.fallback, "2000");
	cr_expect_eq(key.stage, HL_KEY_USED);
	cr_assert(key_named("ramp", &key));
	cr_expect_str_eq(key.unit, "s");
	cr_expect_str_eq(key.fallback, "5");
}

Test(keys, what_a_profile_cannot_set_is_listed_with_its_reason)
{
	struct hl_error err = { 0 };
	struct hl_profile p;
	struct hl_key key;

	cr_assert(key_named("phone_number", &key));
	cr_expect_eq(key.stage, HL_KEY_OF_LINE);
	cr_assert(key_named("transport", &key));
	cr_expect_eq(key.stage, HL_KEY_LATER);
	hl_profile_default(&p);
	cr_expect_eq(hl_profile_set(&p, "transport", "tls", &err), -EINVAL);
	cr_expect(strstr(err.text, "is not supported in this version") != NULL, "%s", err.text);
}

Test(keys, every_default_is_accepted_as_a_value)
{
	struct hl_error err = { 0 };
	struct hl_profile p;
	struct hl_key key;

	hl_profile_default(&p);
	for (uint32_t i = 0; hl_profile_key(i, &key); i++)
		if (key.stage != HL_KEY_OF_LINE)
			cr_expect_eq(hl_profile_set(&p, key.name, key.fallback, &err), 0, "%s",
				     err.text);
}
