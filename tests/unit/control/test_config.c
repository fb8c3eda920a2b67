// SPDX-License-Identifier: BSD-3-Clause
// Configurations: what is accepted, and what becomes of it.
#include "config_text.h"

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
