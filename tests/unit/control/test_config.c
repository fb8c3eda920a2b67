// SPDX-License-Identifier: BSD-3-Clause
// Configurations: what is accepted and becomes of it; what is refused, where, and with which words.
#include "config_text.h"

struct refused {
	const char *text, *message;
};

static void expect_all(const struct refused *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		message_expect(cases[i].text, cases[i].message);
}

#define EXPECT_ALL(cases) expect_all(cases, sizeof(cases) / sizeof((cases)[0]))

// The set holds exactly these.
static void expect_codes(const struct hl_codes *codes, const unsigned *want, size_t n)
{
	for (unsigned status = 0; status < 1100; status++) {
		bool wanted = false;

		for (size_t k = 0; k < n; k++)
			wanted |= want[k] == status;
		cr_expect_eq(hl_codes_hold(codes, status), wanted, "%u", status);
	}
}

Test(config, a_whole_file_is_read)
{
	struct hl_config config;

	config_read(&config,
		    "ports:\n"
		    "  - device: net_tap0,iface=hl0\n"
		    "    addresses: [10.99.1.1-10.99.1.4/16, 10.99.2.1]\n"
		    "    gateway: 10.99.0.254\n"
		    "profiles:\n"
		    "  lab: {outbound_server: 10.99.0.1, outbound_port: 5070,\n"
		    "        backup_outbound_server: 192.0.2.1, password: 'a \"b\\c',\n"
		    "        use_random_sip_port: on, options_timeout: 1s,\n"
		    "        register_refresh_interval: 2min, back_to_primary_delay: 12h}\n"
		    "  bare: {outbound_server: 10.99.0.3, display_name: \"J\xc3\xb6rg\"}\n"
		    "lines:\n"
		    "  - {profile: lab, range: 6000-15999}\n"
		    "  - profile: bare\n"
		    "    range: 0098-0100\n"
		    "ramp: 250ms\n"
		    "rate: 5000\n"
		    "duration: 1h\n"
		    "drain: 3\n"
		    "seed: 18446744073709551615\n"
		    "spare_lines: 250\n"
		    "idle_sleep: off\n");
	cr_assert_eq(config.n_ports, 1);
	cr_expect_str_eq(config.ports[0].device, "net_tap0,iface=hl0");
	cr_assert_eq(config.ports[0].n_ranges, 2);
	cr_expect_eq(hl_addr_ipv4(&config.ports[0].ranges[0].last), 0x0a630104);
	cr_expect_eq(hl_addr_ipv4(&config.ports[0].ranges[1].first), 0x0a630201);
	cr_expect_eq(hl_addr_ipv4(&config.ports[0].ranges[1].last), 0x0a630201);
	cr_expect_eq(config.ports[0].prefix, 16);
	cr_expect_eq(hl_addr_ipv4(&config.ports[0].gateway), 0x0a6300fe);

	cr_assert_eq(config.n_profiles, 2);
	cr_expect_str_eq(config.profiles[0].name, "lab");
	cr_expect_eq(hl_addr_ipv4(&config.profiles[0].primary.addr), 0x0a630001);
	cr_expect_eq(config.profiles[0].primary.port, 5070);
	cr_expect_eq(hl_addr_ipv4(&config.profiles[0].backup.addr), 0xc0000201);
	cr_expect_eq(config.profiles[0].backup.port, 5060);
	cr_expect_str_eq(config.profiles[0].password, "a \"b\\c");
	cr_expect(config.profiles[0].use_random_sip_port);
	cr_expect_eq(config.profiles[0].options_timeout_ms, 1000);
	cr_expect_eq(config.profiles[0].register_refresh_interval_s, 120);
	cr_expect_eq(config.profiles[0].back_to_primary_delay_s, 43200);
	cr_expect_str_eq(config.profiles[1].display_name, "J\xc3\xb6rg");
	cr_expect_eq(config.profiles[1].backup.addr.family, HL_FAMILY_NONE);

	cr_assert_eq(config.n_lines, 2);
	cr_expect_eq(config.lines[0].profile, 0);
	cr_expect_eq(config.lines[0].first, 6000);
	cr_expect_eq(config.lines[0].last, 15999);
	cr_expect_eq(config.lines[1].profile, 1);
	cr_expect_eq(config.lines[1].first, 98);
	cr_expect_eq(config.lines[1].digits, 4);
	cr_expect_eq(config.total, 10003);
	cr_expect_eq(config.ramp_ms, 250);
	cr_expect_eq(config.rate, 5000);
	cr_expect_eq(config.duration_ms, 3600000);
	cr_expect_eq(config.drain_ms, 3000);
	cr_expect_eq(config.seed, UINT64_MAX);
	cr_expect_eq(config.spare_lines, 250);
	cr_expect_not(config.idle_sleep);
	hl_config_free(&config);
	cr_expect_eq(config.n_profiles, 0);
}

Test(config, what_is_not_said_has_its_default)
{
	struct hl_profile p;
	struct hl_config config;

	config_read(&config, PORTS PROFILES LINES);
	p = config.profiles[0];
	cr_expect_null(p.display_name);
	cr_expect_null(p.account);
	cr_expect_null(p.password);
	cr_expect_null(p.proxy_server);
	cr_expect_eq(p.proxy_port, 5060);
	cr_expect_eq(p.primary.port, 5060);
	cr_expect_eq(p.local_sip_port, 5060);
	cr_expect_not(p.use_random_sip_port);
	cr_expect_eq(p.min_random_sip_port, 50000);
	cr_expect_eq(p.max_random_sip_port, 60000);
	cr_expect_eq(p.register_refresh_interval_s, 1800);
	cr_expect_not(p.remove_last_registration);
	cr_expect_eq(p.primary_detect_interval_ms, 0);
	cr_expect_eq(p.max_detect_fail_count, 3);
	cr_expect_eq(p.fail_compare, HL_COMPARE_REACH);
	cr_expect_eq(p.recover_count, 1);
	cr_expect_not(p.prefer_primary);
	cr_expect_eq(p.back_to_primary_delay_s, 43200);
	cr_expect_eq(p.return_mode, HL_RETURN_AUTO);
	cr_expect_eq(p.reply_source, HL_REPLY_BRANCH);
	cr_expect_eq(p.register_timeout_ms, 2000);
	cr_expect_eq(p.options_timeout_ms, 2000);
	cr_expect(p.rport);
	cr_expect_eq(p.backoff_base_s, 30);
	cr_expect_eq(p.backoff_max_s, 1800);
	cr_expect_eq(p.park_s, 1200);
	cr_expect_not(p.sip_options);
	cr_expect_eq(p.sip_options_interval_ms, 14000);
	cr_expect_eq(p.nat_keepalive_interval_s, 0);
	cr_expect_not(p.initial_register_with_auth);
	cr_expect_not(p.full_registration);
	cr_expect_not(p.register_subscribe);
	cr_expect_eq(p.register_subscribe_interval_s, 0);
	cr_expect_eq(p.switch_spread_s, 0);
	cr_expect_eq(p.server_rate, 0);
	expect_codes(&p.failover_codes, NULL, 0);
	expect_codes(&p.down_codes, (const unsigned[]){ 503 }, 1);
	cr_expect(p.check_request_user);
	cr_expect_not(p.accept_only_from_server);
	cr_expect_eq(p.server_address.family, HL_FAMILY_NONE);
	cr_expect_eq(p.reject, HL_REJECT_ANSWER);
	cr_expect_eq(config.rate, 0);
	cr_expect_eq(config.duration_ms, 0);
	cr_expect_eq(config.seed, 0);
	cr_expect_eq(config.spare_lines, 0);
	cr_expect(config.idle_sleep);
	cr_expect_eq(config.ports[0].gateway.family, HL_FAMILY_NONE);
	hl_config_free(&config);
}

Test(config, words_for_on_and_off)
{
	static const char *const words[][2] = { { "on", "off" },
						{ "yes", "no" },
						{ "true", "false" } };

	for (size_t i = 0; i < 3; i++)
		for (int off = 0; off < 2; off++) {
			struct hl_config config;
			char text[512];

			snprintf(text, sizeof(text), PORTS PROFILES "    rport: %s\n" LINES,
				 words[i][off]);
			config_read(&config, text);
			cr_expect_eq(config.profiles[0].rport, !off, "%s", words[i][off]);
			hl_config_free(&config);
		}
}

Test(config, keys_to_come_may_stand_at_their_defaults)
{
	struct hl_config config;

	config_read(&config, PORTS PROFILES "    transport: udp\n"
					    "    proxy_dns_type: a\n" LINES);
	hl_config_free(&config);
}

Test(config, every_key_of_failover_md_is_taken)
{
	struct hl_config config;

	config_read(&config, PORTS PROFILES "    sip_options: on\n"
					    "    sip_options_interval: 30s\n"
					    "    nat_keepalive_interval: 15\n"
					    "    initial_register_with_auth: on\n"
					    "    full_registration: on\n"
					    "    register_subscribe: on\n"
					    "    register_subscribe_interval: 10min\n"
					    "    switch_spread: 20s\n"
					    "    server_rate: 500\n"
					    "    failover_codes: 403,404, 603\n"
					    "    down_codes: '500 503'\n"
					    "    check_request_user: off\n"
					    "    accept_only_from_server: on\n"
					    "    server_address: 10.99.0.7\n"
					    "    reject: drop\n" LINES);
	const struct hl_profile *p = &config.profiles[0];

	cr_expect(p->sip_options && p->initial_register_with_auth && p->full_registration &&
		  p->register_subscribe && p->accept_only_from_server && !p->check_request_user);
	cr_expect_eq(p->sip_options_interval_ms, 30000);
	cr_expect_eq(p->nat_keepalive_interval_s, 15);
	cr_expect_eq(p->register_subscribe_interval_s, 600);
	cr_expect_eq(p->switch_spread_s, 20);
	cr_expect_eq(p->server_rate, 500);
	expect_codes(&p->failover_codes, (const unsigned[]){ 403, 404, 603 }, 3);
	expect_codes(&p->down_codes, (const unsigned[]){ 500, 503 }, 2);
	cr_expect_eq(hl_addr_ipv4(&p->server_address), 0x0a630007);
	cr_expect_eq(p->reject, HL_REJECT_DROP);
	hl_config_free(&config);
}

Test(config, codes_are_single_ones_ranges_and_whole_classes)
{
	static const struct {
		const char *text;
		unsigned first[3], last[3];
	} cases[] = {
		{ "503", { 503 }, { 503 } },
		{ "5xx", { 500 }, { 599 } },
		{ "6XX,403", { 600, 403 }, { 699, 403 } },
		{ "500-599", { 500 }, { 599 } },
		{ "300-699", { 300 }, { 699 } },
		{ "404-404", { 404 }, { 404 } },
		{ "403, 481-483 5xx", { 403, 481, 500 }, { 403, 483, 599 } },
		{ "500-504,502-510", { 500 }, { 510 } },
		{ "399-400,", { 399 }, { 400 } },
		{ "403 404 405 406 407 408 409 410 411 412 413 414 415 416 417 418 419 420",
		  { 403 },
		  { 420 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hl_error err = { 0 };
		struct hl_profile p;
		unsigned want[400];
		size_t n = 0;

		for (unsigned k = 0; k < 3; k++)
			for (unsigned c = cases[i].first[k]; c && c <= cases[i].last[k]; c++)
				want[n++] = c;
		hl_profile_default(&p);
		cr_expect_eq(hl_profile_set(&p, "failover_codes", cases[i].text, &err), 0, "%s",
			     err.text);
		expect_codes(&p.failover_codes, want, n);
		cr_expect_eq(hl_profile_set(&p, "down_codes", cases[i].text, &err), 0, "%s",
			     err.text);
		expect_codes(&p.down_codes, want, n);
	}
}

Test(config, codes_may_be_none)
{
	struct hl_config config;

	config_read(&config, PORTS PROFILES "    down_codes: ''\n" LINES);
	expect_codes(&config.profiles[0].down_codes, NULL, 0);
	hl_config_free(&config);
}

Test(config, an_anchor_gives_one_text_to_two_keys)
{
	struct hl_config config;

	config_read(&config, PORTS "profiles:\n"
				   "  lab: &lab {outbound_server: 10.99.0.1, password: x}\n"
				   "  copy: *lab\n"
				   "lines: [{profile: copy, range: 1-2}]\n");
	cr_expect_str_eq(config.profiles[1].password, "x");
	hl_config_free(&config);
}

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
		  "      | ^~ allowed: ports, profiles, lines, rate, ramp, duration, drain, seed, "
		  "spare_lines, idle_sleep, dns_servers, control_socket" },
		{ PORTS "    gatewy: 10.99.0.9\n" PROFILES LINES,
		  "lab.yaml:4:5: error: gatewy: unknown key in ports[0]; did you mean gateway?\n"
		  "    4 |     gatewy: 10.99.0.9\n"
		  "      |     ^~ allowed: device, addresses, gateway" },
		{ PORTS PROFILES "lines:\n  - {profile: lab, color: red}\n",
		  "lab.yaml:8:20: error: color: unknown key in lines[0]\n"
		  "    8 |   - {profile: lab, color: red}\n"
		  "      |                    ^~ allowed: profile, range, csv" },
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

#define VALUE(line) PORTS PROFILES "    " line "\n" LINES
#define AT_VALUE(column, message, line, blanks, hint) \
	"lab.yaml:7:" column ": error: " message "\n    7 |     " line "\n      |     " blanks \
	"^~ " hint

Test(config, a_bad_value_is_refused_with_what_is_allowed)
{
	static const struct refused cases[] = {
		{ VALUE("options_timeout: 50"),
		  AT_VALUE("22", "options_timeout: 50 is outside 100..600000 ms",
			   "options_timeout: 50", "                 ",
			   "shortest accepted: 100 (default 2000)") },
		{ VALUE("options_timeout: 11min"),
		  AT_VALUE("22", "options_timeout: 11min is outside 100..600000 ms",
			   "options_timeout: 11min", "                 ",
			   "longest accepted: 600000 (default 2000)") },
		{ VALUE("register_timeout: 99"),
		  AT_VALUE("23", "register_timeout: 99 is outside 100..600000 ms (or 0)",
			   "register_timeout: 99", "                  ",
			   "shortest accepted: 100 (default 2000)") },
		{ VALUE("register_timeout: 2sec"),
		  AT_VALUE("23", "register_timeout: \"2sec\" has an unknown unit \"sec\"",
			   "register_timeout: 2sec", "                  ",
			   "allowed units: ms, s, min, h; a bare number is ms (default 2000)") },
		{ VALUE("primary_detect_interval: often"),
		  AT_VALUE("30", "primary_detect_interval: \"often\" is not a time",
			   "primary_detect_interval: often", "                         ",
			   "allowed units: ms, s, min, h; a bare number is s (default 0)") },
		{ VALUE("primary_detect_interval: 9ms"),
		  AT_VALUE("30", "primary_detect_interval: 9ms is outside 10 ms..86400 s (or 0)",
			   "primary_detect_interval: 9ms", "                         ",
			   "shortest accepted: 10 ms (default 0)") },
		{ VALUE("primary_detect_interval: 86400001ms"),
		  AT_VALUE("30",
			   "primary_detect_interval: 86400001ms is outside 10 ms..86400 s (or 0)",
			   "primary_detect_interval: 86400001ms", "                         ",
			   "longest accepted: 86400 (default 0)") },
		{ VALUE("sip_options_interval: 0"),
		  AT_VALUE("27", "sip_options_interval: 0 is outside 10 ms..86400 s",
			   "sip_options_interval: 0", "                      ",
			   "shortest accepted: 10 ms (default 14)") },
		{ VALUE("park_time: 1500ms"),
		  AT_VALUE("16", "park_time: 1500ms is not a whole number of seconds",
			   "park_time: 1500ms", "           ",
			   "allowed: 1..86400 s (default 1200)") },
		{ VALUE("register_refresh_interval: 99999999999999999999h"),
		  AT_VALUE("32",
			   "register_refresh_interval: 99999999999999999999h is outside 2..86400 s",
			   "register_refresh_interval: 99999999999999999999h",
			   "                           ",
			   "longest accepted: 86400 (default 1800)") },
		{ VALUE("max_detect_fail_count: 0"),
		  AT_VALUE("28", "max_detect_fail_count: 0 is outside 1..62",
			   "max_detect_fail_count: 0", "                       ",
			   "smallest accepted: 1 (default 3)") },
		{ VALUE("max_detect_fail_count: 63"),
		  AT_VALUE("28", "max_detect_fail_count: 63 is outside 1..62",
			   "max_detect_fail_count: 63", "                       ",
			   "largest accepted: 62 (default 3)") },
		{ VALUE("recover_count: 2s"),
		  AT_VALUE("20",
			   "recover_count: \"2s\" is not a whole number, and a unit has no meaning "
			   "here",
			   "recover_count: 2s", "               ", "allowed: 1..63 (default 1)") },
		{ VALUE("recover_count: -1"),
		  AT_VALUE("20", "recover_count: \"-1\" is not a whole number", "recover_count: -1",
			   "               ", "allowed: 1..63 (default 1)") },
		{ VALUE("outbound_port: 65536"),
		  AT_VALUE("20", "outbound_port: 65536 is outside 1..65535", "outbound_port: 65536",
			   "               ", "largest accepted: 65535 (default 5060)") },
		{ VALUE("rport: maybe"),
		  AT_VALUE("12", "rport: \"maybe\" is neither on nor off", "rport: maybe",
			   "       ", "allowed: on, off (default on)") },
		{ VALUE("fail_compare: above"),
		  AT_VALUE("19", "fail_compare: \"above\" is not known", "fail_compare: above",
			   "              ", "allowed: reach, exceed (default reach)") },
		{ VALUE("backup_outbound_server: pbx_a.example.com"),
		  AT_VALUE("29", "backup_outbound_server: \"pbx_a.example.com\" is not a host name",
			   "backup_outbound_server: pbx_a.example.com", "                        ",
			   "allowed: letters, digits, dots and dashes") },
		{ VALUE("backup_outbound_server: 10.99.0.300"),
		  AT_VALUE("29", "backup_outbound_server: \"10.99.0.300\" is not an IPv4 address",
			   "backup_outbound_server: 10.99.0.300", "                        ",
			   "four numbers 0..255, as in 10.0.0.1") },
		{ VALUE("backup_outbound_server: 10.99.0.3:5070"),
		  AT_VALUE("29",
			   "backup_outbound_server: \"10.99.0.3:5070\" is not an IPv4 address",
			   "backup_outbound_server: 10.99.0.3:5070", "                        ",
			   "the port has a key of its own") },
		{ VALUE("backup_outbound_server: 224.0.0.1"),
		  AT_VALUE("29", "backup_outbound_server: 224.0.0.1 is not the address of a host",
			   "backup_outbound_server: 224.0.0.1", "                        ",
			   "allowed: 1.0.0.0..223.255.255.255") },
		{ VALUE("proxy_server: sip:example.com"),
		  AT_VALUE("19", "proxy_server: \"sip:example.com\" is not a host name",
			   "proxy_server: sip:example.com", "              ",
			   "allowed: letters, digits, dots and dashes; the port has a key of its "
			   "own") },
		{ VALUE("display_name: 'a \"b\"'"),
		  AT_VALUE("20", "display_name: \" is not allowed in it", "display_name: 'a \"b\"'",
			   "               ",
			   "allowed: all but quotes, backslashes and control characters") },
		{ VALUE("password: \"a\\tb\""),
		  AT_VALUE("16", "password: a control character (9) is not allowed",
			   "password: \"a\\tb\"", "           ",
			   "allowed: all but control characters") },
		{ VALUE("phone_number: 6000"),
		  AT_VALUE("19", "phone_number: phone numbers do not belong to a profile",
			   "phone_number: 6000", "              ",
			   "they belong to lines, as a range or in a CSV file") },
	};
	EXPECT_ALL(cases);
}

Test(config, what_later_versions_do_is_refused)
{
	static const struct refused cases[] = {
		{ VALUE("transport: tcp"),
		  AT_VALUE("16", "transport: tcp is not supported in this version",
			   "transport: tcp", "           ", "allowed for now: udp (the default)") },
		{ VALUE("transport: sctp"),
		  AT_VALUE("16", "transport: \"sctp\" is not known", "transport: sctp",
			   "           ", "allowed: udp, tcp, tls (default udp)") },
		{ VALUE("proxy_dns_type: mx"),
		  AT_VALUE("21", "proxy_dns_type: \"mx\" is not known", "proxy_dns_type: mx",
			   "                ", "allowed: a, srv, naptr (default a)") },
		{ VALUE("srtp: on"),
		  AT_VALUE("5", "srtp: this is about calls, and the engine makes no calls",
			   "srtp: on", "", "leave it out") },
		{ VALUE("session_refresh_interval: 0"),
		  AT_VALUE("5",
			   "session_refresh_interval: this is about calls, and the engine makes no "
			   "calls",
			   "session_refresh_interval: 0", "", "leave it out") },
		{ VALUE("dtmf_mode: rfc2833"),
		  AT_VALUE("5", "dtmf_mode: this is about calls, and the engine makes no calls",
			   "dtmf_mode: rfc2833", "", "leave it out") },
	};
	EXPECT_ALL(cases);
}

Test(config, codes_that_are_no_code_no_range_and_no_class_are_refused)
{
	static const struct refused cases[] = {
		{ VALUE("down_codes: 200"),
		  AT_VALUE("17",
			   "down_codes: \"200\" is neither a failure code nor a range of them",
			   "down_codes: 200", "            ",
			   "allowed: 300..699, as in 403,500-504,6xx") },
		{ VALUE("failover_codes: 403,700"),
		  AT_VALUE("21",
			   "failover_codes: \"700\" is neither a failure code nor a range of them",
			   "failover_codes: 403,700", "                ",
			   "allowed: 300..699, as in 403,500-504,6xx") },
		{ VALUE("failover_codes: 403;404"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"403;404\" is neither a failure code nor a range of them",
			  "failover_codes: 403;404", "                ",
			  "allowed: 300..699, as in 403,500-504,6xx") },
		{ VALUE("failover_codes: 4x"),
		  AT_VALUE("21",
			   "failover_codes: \"4x\" is neither a failure code nor a range of them",
			   "failover_codes: 4x", "                ",
			   "allowed: 300..699, as in 403,500-504,6xx") },
		{ VALUE("failover_codes: 2xx"),
		  AT_VALUE("21",
			   "failover_codes: \"2xx\" is neither a failure code nor a range of them",
			   "failover_codes: 2xx", "                ",
			   "allowed: 300..699, as in 403,500-504,6xx") },
		{ VALUE("failover_codes: 299-404"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"299-404\" is neither a failure code nor a range of them",
			  "failover_codes: 299-404", "                ",
			  "allowed: 300..699, as in 403,500-504,6xx") },
		{ VALUE("failover_codes: 403-"),
		  AT_VALUE("21",
			   "failover_codes: \"403-\" is neither a failure code nor a range of them",
			   "failover_codes: 403-", "                ",
			   "allowed: 300..699, as in 403,500-504,6xx") },
		{ VALUE("failover_codes: 403-4040"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"403-4040\" is neither a failure code nor a range of them",
			  "failover_codes: 403-4040", "                ",
			  "allowed: 300..699, as in 403,500-504,6xx") },
		{ VALUE("failover_codes: 403,,404-700"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"404-700\" is neither a failure code nor a range of them",
			  "failover_codes: 403,,404-700", "                ",
			  "allowed: 300..699, as in 403,500-504,6xx") },
		{ VALUE("down_codes: 503 5xxx"),
		  AT_VALUE("17",
			   "down_codes: \"5xxx\" is neither a failure code nor a range of them",
			   "down_codes: 503 5xxx", "            ",
			   "allowed: 300..699, as in 403,500-504,6xx") },
		{ VALUE("down_codes: 599-500"),
		  AT_VALUE("17", "down_codes: the range 599-500 is backwards",
			   "down_codes: 599-500", "            ", "did you mean 500-599?") },
	};
	EXPECT_ALL(cases);
}

#define ADDRESSES(text) "ports:\n  - device: net_tap0\n    addresses: " text "\n" PROFILES LINES
#define AT_ADDRESSES(message, text, hint) \
	"lab.yaml:3:16: error: addresses: " message "\n    3 |     addresses: " text \
	"\n      |                ^~" hint

Test(config, bad_addresses_are_refused)
{
	static const struct refused cases[] = {
		{ ADDRESSES("10.99.1.1"),
		  AT_ADDRESSES("the prefix length of the subnet is missing", "10.99.1.1",
			       " as in 10.99.1.1-10.99.1.4/16") },
		{ ADDRESSES("10.99.1.9-10.99.1.1/16"),
		  AT_ADDRESSES("the range 10.99.1.9-10.99.1.1 is backwards",
			       "10.99.1.9-10.99.1.1/16", " did you mean 10.99.1.1-10.99.1.9?") },
		{ ADDRESSES("10.99.1.1-4/16"),
		  AT_ADDRESSES("\"4\" is not an IPv4 address", "10.99.1.1-4/16",
			       " allowed: FIRST-LAST/PREFIX, as in 10.99.1.1-10.99.1.4/16") },
		{ ADDRESSES("10.99.1.1/33"), AT_ADDRESSES("\"/33\" is no prefix length",
							  "10.99.1.1/33", " allowed: /0../32") },
		{ ADDRESSES("10.99.1.1-10.100.1.1/16"),
		  AT_ADDRESSES("10.99.1.1-10.100.1.1 is not inside of 10.99.0.0/16",
			       "10.99.1.1-10.100.1.1/16",
			       " the lines of a port are in one subnet") },
		{ ADDRESSES("10.99.255.1-10.99.255.255/16"),
		  AT_ADDRESSES(
			  "10.99.255.1-10.99.255.255 holds the network or the broadcast address of "
			  "10.99.0.0/16",
			  "10.99.255.1-10.99.255.255/16",
			  " leave out the first and the last address of 10.99.0.0/16") },
		{ ADDRESSES("230.0.0.1-230.0.0.2/16"),
		  AT_ADDRESSES("230.0.0.1-230.0.0.2 holds addresses that are not of hosts",
			       "230.0.0.1-230.0.0.2/16", " allowed: 1.0.0.0-223.255.255.255") },
		{ ADDRESSES("2001:db8::1/64"),
		  AT_ADDRESSES("\"2001:db8::1/64\" is no range of IPv4 addresses", "2001:db8::1/64",
			       " allowed in this version: IPv4, as in 10.99.1.1-10.99.1.4/16") },
		{ ADDRESSES("[10.99.1.1-10.99.1.9/16, 10.99.1.9]"),
		  AT_ADDRESSES("ranges 1 and 2 overlap", "[10.99.1.1-10.99.1.9/16, 10.99.1.9]",
			       "") },
		{ ADDRESSES("{a: b}"), AT_ADDRESSES("a range or a list of ranges is needed here",
						    "{a: b}", " as in 10.99.1.1-10.99.1.4/16") },
		{ ADDRESSES("[10.99.1.1/16, 10.99.1.2/24]"),
		  "lab.yaml:3:31: error: addresses: /24 differs from the /16 before\n"
		  "    3 |     addresses: [10.99.1.1/16, 10.99.1.2/24]\n"
		  "      |                               ^~ the lines of a port are in one subnet" },
		{ PORTS "    gateway: 10.98.0.1\n" PROFILES LINES,
		  "lab.yaml:4:14: error: gateway: 10.98.0.1 is not inside of 10.99.0.0/16\n"
		  "    4 |     gateway: 10.98.0.1\n"
		  "      |              ^~ the gateway is an address of 10.99.0.0/16" },
		{ PORTS "    gateway: 10.99.1.2\n" PROFILES LINES,
		  "lab.yaml:4:14: error: gateway: 10.99.1.2 is one of the lines' own addresses\n"
		  "    4 |     gateway: 10.99.1.2\n"
		  "      |              ^~ allowed: an address of the subnet that no line has" },
		{ "ports:\n"
		  "  - {device: a, addresses: 10.99.1.1-10.99.1.9/16}\n"
		  "  - {device: b, addresses: 10.98.1.1/16}\n" PROFILES LINES,
		  "lab.yaml:3:5: error: one port in this version\n"
		  "    3 |   - {device: b, addresses: 10.98.1.1/16}\n"
		  "      |     ^~ leave the other ports out" },
	};
	EXPECT_ALL(cases);
}

#define GROUPS(text) PORTS PROFILES "    use_random_sip_port: on\nlines:\n" text

Test(config, bad_groups_are_refused)
{
	static const struct refused cases[] = {
		{ GROUPS("  - {profile: lba, range: 1-2}\n"),
		  "lab.yaml:9:15: error: profile: there is no profile \"lba\"\n"
		  "    9 |   - {profile: lba, range: 1-2}\n"
		  "      |               ^~ allowed: lab" },
		{ GROUPS("  - {profile: lab, range: 15999-6000}\n"),
		  "lab.yaml:9:27: error: range: the range 15999-6000 is backwards\n"
		  "    9 |   - {profile: lab, range: 15999-6000}\n"
		  "      |                           ^~ did you mean 6000-15999?" },
		{ GROUPS("  - {profile: lab, range: 60x0-6100}\n"),
		  "lab.yaml:9:27: error: range: \"60x0-6100\" is no range of phone numbers\n"
		  "    9 |   - {profile: lab, range: 60x0-6100}\n"
		  "      |                           ^~ allowed: FIRST-LAST in digits, as in 6000-15999" },
		{ GROUPS("  - {profile: lab, range: 1-1000000000000000000}\n"),
		  "lab.yaml:9:27: error: range: \"1-1000000000000000000\" has too many digits\n"
		  "    9 |   - {profile: lab, range: 1-1000000000000000000}\n"
		  "      |                           ^~ allowed: up to 18 digits; longer numbers can stand "
		  "in a CSV" },
		{ GROUPS("  - {profile: lab, range: 1-999999999999}\n"),
		  "lab.yaml:9:27: error: range: too many lines\n"
		  "    9 |   - {profile: lab, range: 1-999999999999}\n"
		  "      |                           ^~ allowed: up to 16777216" },
		{ GROUPS("  - {profile: lab}\n"),
		  "lab.yaml:9:5: error: neither range nor csv is given\n"
		  "    9 |   - {profile: lab}\n"
		  "      |     ^~ needed: one of range and csv" },
		{ GROUPS("  - {profile: lab, range: 1-2, csv: a.csv}\n"),
		  "lab.yaml:9:37: error: csv: range is given, too\n"
		  "    9 |   - {profile: lab, range: 1-2, csv: a.csv}\n"
		  "      |                                     ^~ needed: one of range and csv" },
		{ GROUPS("  - {profile: lab, range: 6000-6999}\n  - {profile: lab, range: 6500-7000}\n"),
		  "lab.yaml:10:27: error: range: phone_number 6999 is in two groups of the "
		  "profile\n"
		  "   10 |   - {profile: lab, range: 6500-7000}\n"
		  "      |                           ^~ the other one is the range 6000-6999" },
		{ GROUPS("  - {profile: lab, range: 1-40005}\n"),
		  "lab.yaml:9:27: error: range: 40005 lines are more than 4 addresses times 10001 ports "
		  "(50000-60000)\n"
		  "    9 |   - {profile: lab, range: 1-40005}\n"
		  "      |                           ^~ allowed: 40004; give more addresses or more "
		  "ports" },
		{ PORTS PROFILES "lines: [{profile: lab, range: 1-5}]\n",
		  "lab.yaml:7:31: error: range: 5 lines are more than 4 addresses times 1 port "
		  "(5060-5060)\n"
		  "    7 | lines: [{profile: lab, range: 1-5}]\n"
		  "      |                               ^~ allowed: 4; give more addresses or set "
		  "use_random_sip_port: on" },
	};
	EXPECT_ALL(cases);
}

Test(config, groups_that_only_look_alike_are_accepted)
{
	struct hl_config config;

	// zeros in front make another number, and profiles do not share numbers
	config_read(&config, PORTS "profiles:\n"
				   "  lab: {outbound_server: 10.99.0.1, use_random_sip_port: on}\n"
				   "  two: {outbound_server: 10.99.0.2, use_random_sip_port: on}\n"
				   "lines:\n"
				   "  - {profile: lab, range: 100-199}\n"
				   "  - {profile: lab, range: 0100-0199}\n"
				   "  - {profile: two, range: 100-199}\n");
	cr_expect_eq(config.total, 300);
	hl_config_free(&config);
}

Test(config, profiles_that_cannot_work_are_refused)
{
	static const struct refused cases[] = {
		{ PORTS "profiles:\n  lab: {password: x}\n" LINES,
		  "lab.yaml:5:8: error: outbound_server is missing in profile lab\n"
		  "    5 |   lab: {password: x}\n"
		  "      |        ^~ needed: outbound_server: ADDRESS, or dhcp_option_120: on" },
		{ VALUE("backup_outbound_server: 2001:db8::1"),
		  "lab.yaml:7:29: error: backup_outbound_server: \"2001:db8::1\" is an IPv6 address\n"
		  "    7 |     backup_outbound_server: 2001:db8::1\n"
		  "      |                             ^~ allowed in this version: an IPv4 address, "
		  "or a name" },
		{ PORTS "profiles:\n  lab: {outbound_server: 192.0.2.1}\n" LINES,
		  "lab.yaml:5:26: error: outbound_server: 192.0.2.1 is outside of 10.99.0.0/16, and the "
		  "port has no gateway\n"
		  "    5 |   lab: {outbound_server: 192.0.2.1}\n"
		  "      |                          ^~ give the port a gateway inside of 10.99.0.0/16" },
		{ PORTS "profiles:\n  lab: {outbound_server: 10.99.1.4}\n" LINES,
		  "lab.yaml:5:26: error: outbound_server: 10.99.1.4 is one of the lines' own addresses\n"
		  "    5 |   lab: {outbound_server: 10.99.1.4}\n"
		  "      |                          ^~ a server has an address that is not in "
		  "addresses" },
		{ VALUE("backup_outbound_server: 10.99.0.1"),
		  "lab.yaml:7:29: error: backup_outbound_server: the backup is the primary itself\n"
		  "    7 |     backup_outbound_server: 10.99.0.1\n"
		  "      |                             ^~ name another server, or leave it out" },
		{ PORTS PROFILES "    use_random_sip_port: on\n"
				 "    min_random_sip_port: 60001\n" LINES,
		  "lab.yaml:8:26: error: min_random_sip_port: the ports 60001-60000 are backwards\n"
		  "    8 |     min_random_sip_port: 60001\n"
		  "      |                          ^~ largest accepted: max_random_sip_port" },
		{ VALUE("backoff_base: 31min"),
		  "lab.yaml:7:19: error: backoff_base: 1860 s is above backoff_max, 1800 s\n"
		  "    7 |     backoff_base: 31min\n"
		  "      |                   ^~ longest accepted: backoff_max" },
		{ PORTS "profiles:\n"
			"  a: {outbound_server: 10.99.0.1, use_random_sip_port: on}\n"
			"  b: {outbound_server: 10.99.0.1, use_random_sip_port: on,\n"
			"      min_random_sip_port: 55000, max_random_sip_port: 65000}\n"
			"lines:\n"
			"  - {profile: a, range: 1-2}\n"
			"  - {profile: b, range: 1-2}\n",
		  "lab.yaml:7:28: error: min_random_sip_port: ports 55000-65000 overlap those of profile "
		  "a, 50000-60000, in part\n"
		  "    7 |       min_random_sip_port: 55000, max_random_sip_port: 65000}\n"
		  "      |                            ^~ allowed: the same ports, other ports, or ports "
		  "inside" },
	};
	EXPECT_ALL(cases);
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

Test(config, an_alias_to_itself_ends)
{
	struct hl_error err = { 0 };
	struct hl_config config;

	cr_expect_eq(
		hl_config_parse(&config, "lab.yaml", PORTS "profiles: &p {lab: *p}\n" LINES, &err),
		-EINVAL);
	hl_config_free(&config);
	cr_expect_eq(hl_config_parse(&config, "lab.yaml", PORTS PROFILES "lines: &l [*l]\n", &err),
		     -EINVAL);
	hl_config_free(&config);
}

Test(config, a_file_that_is_not_there_is_named)
{
	struct hl_error err = { 0 };
	struct hl_config config;

	file_write("here.yaml", "x");
	cr_expect_eq(hl_config_load(&config, "absent.yaml", &err), -ENOENT);
	cr_expect_str_eq(err.text, "absent.yaml: error: cannot be read: No such file or directory");
	hl_config_free(&config);
	cr_expect_lt(hl_config_load(&config, ".", &err), 0, "a folder is no file");
	hl_config_free(&config);
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

Test(config, the_program_can_point_into_the_file)
{
	struct hl_error err = { 0 };

	file_write("lab.yaml", PORTS PROFILES LINES);
	cr_expect_eq(hl_config_fault("lab.yaml", "ports/0/device", "there is no device net_tap0",
				     "allowed: 0000:03:00.0", &err),
		     -EINVAL);
	cr_expect_str_eq(err.text, "lab.yaml:2:13: error: device: there is no device net_tap0\n"
				   "    2 |   - device: net_tap0,iface=hl0\n"
				   "      |             ^~ allowed: 0000:03:00.0");
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
