// SPDX-License-Identifier: BSD-3-Clause
// Configurations: what is no YAML, or of another shape, is refused.
#include "refused.h"

Test(config, bad_yaml_is_shown_where_it_is)
{
	static const struct refused cases[] = {
		{ "", "lab.yaml:1:1: error: the file is empty\n"
		      "    1 | \n"
		      "      | ^~ needed: ports, profiles, lines" },
		{ PORTS "\tlines:\n",
		  "lab.yaml:4:1: error: YAML: found a tab character that violates indentation\n"
		  "    4 | \tlines:\n"
		  "      | ^~ indent with spaces: YAML takes no tabs" },
		{ "ports: {\nlines: x\n",
		  "lab.yaml:3:1: error: YAML: did not find expected ',' or '}'\n"
		  "    3 | \n"
		  "      | ^~ while parsing a flow mapping that begins in line 1" },
		{ "a: *b\n", "lab.yaml:1:4: error: YAML: found undefined alias\n"
			     "    1 | a: *b\n"
			     "      |    ^~" },
		{ "[a, b]: c\n",
		  "lab.yaml:1:1: error: a key must be a word, not a list or a mapping\n"
		  "    1 | [a, b]: c\n"
		  "      | ^~" },
		{ "rate: 1\nramp: \xff\n",
		  "lab.yaml:2:7: error: YAML: invalid leading UTF-8 octet\n"
		  "    2 | ramp: ?\n"
		  "      |       ^~" },
		{ PORTS PROFILES LINES "---\nrate: 1\n",
		  "lab.yaml:9:1: error: a second YAML document begins here\n"
		  "    9 | ---\n"
		  "      | ^~ one document per file: leave the \"---\" out" },
	};
	EXPECT_ALL(cases);
}

Test(config, another_shape_than_the_schema_is_refused)
{
	static const struct refused cases[] = {
		{ "just words\n",
		  "lab.yaml:1:1: error: the file is a single value, where a mapping of keys to values is "
		  "needed\n"
		  "    1 | just words\n"
		  "      | ^~" },
		{ PORTS PROFILES, "lab.yaml:1:1: error: lines is missing\n"
				  "    1 | ports:\n"
				  "      | ^~" },
		{ PORTS PROFILES LINES "rap: 5s\n",
		  "lab.yaml:9:1: error: rap: unknown key; did you mean ramp?\n"
		  "    9 | rap: 5s\n"
		  "      | ^~ allowed: ports, pools, profiles, lines, alerts, expect, phases, rate, ramp, duration, drain, seed, "
		  "spare_lines, idle_sleep, sandbox, user, dns_servers, control_socket, http, "
		  "http_token_file, http_certificate_file, http_key_file, history, history_age, "
		  "history_size, pcap, pcap_size, pcap_files, hep, hep_id, trace_lines, trace_failed, trace_buffer, "
		  "state_dir, state_interval" },
		{ PORTS "    gatewy: 10.99.0.9\n" PROFILES LINES,
		  "lab.yaml:4:5: error: gatewy: unknown key in ports[0]; did you mean gateway?\n"
		  "    4 |     gatewy: 10.99.0.9\n"
		  "      |     ^~ allowed: device, addresses, gateway" },
		{ PORTS PROFILES "lines:\n  - {profile: lab, color: red}\n",
		  "lab.yaml:8:20: error: color: unknown key in lines[0]\n"
		  "    8 |   - {profile: lab, color: red}\n"
		  "      |                    ^~ allowed: profile, range, csv, pool" },
		{ "ports:\n  - addresses: 10.99.1.1/16\n" PROFILES LINES,
		  "lab.yaml:2:5: error: device is missing in ports[0]\n"
		  "    2 |   - addresses: 10.99.1.1/16\n"
		  "      |     ^~" },
		{ "ports: []\n" PROFILES LINES,
		  "lab.yaml:1:8: error: ports has no entries\n"
		  "    1 | ports: []\n"
		  "      |        ^~ needed: at least one \"- ...\"" },
		{ PORTS PROFILES "lines: []\n",
		  "lab.yaml:7:8: error: lines has no entries\n"
		  "    7 | lines: []\n"
		  "      |        ^~ needed: at least one \"- ...\"" },
		{ "ports: x\n" PROFILES LINES,
		  "lab.yaml:1:8: error: ports is a single value, where a list (\"- ...\") is needed\n"
		  "    1 | ports: x\n"
		  "      |        ^~" },
		{ PORTS "profiles: [lab]\n" LINES,
		  "lab.yaml:4:11: error: profiles is a list, where a mapping of keys to values is needed\n"
		  "    4 | profiles: [lab]\n"
		  "      |           ^~" },
		{ PORTS PROFILES "    password: [a]\n" LINES,
		  "lab.yaml:7:15: error: profiles.lab.password is a list, where a single value is needed\n"
		  "    7 |     password: [a]\n"
		  "      |               ^~" },
		{ PORTS PROFILES "  lab: {outbound_server: 10.99.0.2}\n" LINES,
		  "lab.yaml:7:3: error: lab appears twice here\n"
		  "    7 |   lab: {outbound_server: 10.99.0.2}\n"
		  "      |   ^~ the first one is in line 5" },
		{ PORTS "profiles: {}\n" LINES, "lab.yaml:4:11: error: profiles: 0 profiles\n"
						"    4 | profiles: {}\n"
						"      |           ^~ allowed: 1..1024" },
	};
	EXPECT_ALL(cases);
}

Test(config, an_unknown_key_of_a_profile_lists_what_can_be_set)
{
	struct hl_error err = { 0 };
	struct hl_config config;

	cr_assert_eq(hl_config_parse(&config, "lab.yaml",
				     PORTS PROFILES "    option_timeout: 50\n" LINES, &err),
		     -EINVAL);
	cr_expect_eq(
		strncmp(err.text,
			"lab.yaml:7:5: error: option_timeout: unknown key in profiles.lab; did you "
			"mean options_timeout?\n"
			"    7 |     option_timeout: 50\n"
			"      |     ^~ allowed: display_name, account, password, ",
			strlen("lab.yaml:7:5: error: option_timeout: unknown key in ") + 100),
		0, "%s", err.text);
	cr_expect_not_null(
		strstr(err.text, ", return_mode, switch_spread, server_rate, down_codes, "));
	cr_expect_null(strstr(err.text, "transport"), "keys to come cannot be set");
	hl_config_free(&config);
}

Test(config, a_long_line_is_shown_around_the_place)
{
	char text[1024], blank[256];

	memset(blank, ' ', sizeof(blank));
	blank[200] = '\0';
	snprintf(text, sizeof(text), "ramp:%s5 furlongs\n" PORTS PROFILES LINES, blank);
	message_expect(
		text,
		"lab.yaml:1:206: error: ramp: \"5 furlongs\" has an unknown unit \"furlongs\"\n"
		"    1 | ...                                                            5 furlongs\n"
		"      |                                                                ^~ allowed "
		"units: ms, s, min, h; a bare number is s (default 5)");
}

Test(config, columns_count_characters_not_bytes)
{
	message_expect(
		PORTS "profiles:\n  \xc3\xb6l: {outbound_server: x_}\n" LINES,
		"lab.yaml:5:25: error: outbound_server: \"x_\" is not a host name\n"
		"    5 |   \xc3\xb6l: {outbound_server: x_}\n"
		"      |                         ^~ allowed: letters, digits, dots and dashes");
}

Test(config, a_nul_byte_does_not_end_the_file_unseen)
{
	static const char text[] = "rate: 1\nramp: 5\0s\n";
	struct hl_error err = { 0 };
	struct hl_config config;
	FILE *file;

	file_write("nul.yaml", "");
	file = fopen("nul.yaml", "w");
	cr_assert_neq((void *)file, NULL);
	cr_assert_eq(fwrite(text, 1, sizeof(text) - 1, file), sizeof(text) - 1);
	cr_assert_eq(fclose(file), 0);
	cr_expect_eq(hl_config_load(&config, "nul.yaml", &err), -EINVAL);
	cr_expect_str_eq(err.text, "nul.yaml:2:8: error: this is not text: it holds a NUL byte\n"
				   "    2 | ramp: 5?s\n"
				   "      |        ^~ needed: YAML, in UTF-8");
	hl_config_free(&config);
}

Test(config, a_mapping_without_end_is_refused)
{
	enum { KEYS = 1025 };
	struct hl_error err = { 0 };
	struct hl_config config;
	char *text = malloc(KEYS * 16), *at = text;

	for (int i = 0; i < KEYS; i++)
		at += sprintf(at, "k%d: 1\n", i);
	cr_expect_eq(hl_config_parse(&config, "lab.yaml", text, &err), -EINVAL);
	cr_expect_str_eq(err.text, "lab.yaml:1:1: error: 1025 keys in one place are too many\n"
				   "    1 | k0: 1\n"
				   "      | ^~ allowed: up to 1024");
	hl_config_free(&config);
	free(text);
}
