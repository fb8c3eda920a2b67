// SPDX-License-Identifier: BSD-3-Clause
// Plans: slots, identities, shapes, servers, shares of the workers.
#include "plan_make.h"

static void plan_refused(const char *text, const struct hl_plan_options *options, const char *want)
{
	struct hl_error err = { 0 };
	struct hl_config config;
	struct hl_plan *plan;

	config_read(&config, text);
	cr_expect_lt(hl_plan_new(&plan, &config, options, &err), 0);
	cr_expect_null(plan);
	cr_expect_str_eq(err.text, want);
	hl_config_free(&config);
}

// Every line has a slot of its own, and is found by it.
static void slots_expect(const struct hl_plan *plan)
{
	uint8_t *seen = calloc((size_t)plan->table.n_addresses << 16, 1);

	for (uint32_t i = 0; i < plan->table.n_lines; i++) {
		const struct plan_line *l = &plan->table.lines[i];
		size_t slot = (size_t)l->addr << 16 | l->port;

		cr_assert_lt(l->addr, plan->table.n_addresses);
		cr_assert_eq(seen[slot], 0, "line %u shares its address and port", i);
		seen[slot] = 1;
		cr_assert_eq(line_table_find(&plan->table, l->addr, l->port), i);
	}
	free(seen);
}

Test(plan, random_ports_are_unique_and_inside_of_the_range)
{
	struct hl_plan *plan = plan_of(RANDOM_LAB "lines: [{profile: lab, range: 6000-15999}]\n");
	uint32_t per_address[4] = { 0 }, rising = 0;

	cr_assert_eq(hl_plan_lines(plan), 10000);
	cr_assert_eq(plan->table.n_windows, 1);
	cr_expect_eq(plan->table.slots_per_address, 10001);
	slots_expect(plan);
	for (uint32_t i = 0; i < plan->table.n_lines; i++) {
		cr_assert(plan->table.lines[i].port >= 50000 && plan->table.lines[i].port <= 60000);
		per_address[plan->table.lines[i].addr]++;
		rising += i >= 4 && plan->table.lines[i].port > plan->table.lines[i - 4].port;
	}
	for (int a = 0; a < 4; a++)
		cr_expect_eq(per_address[a], 2500, "addresses are taken in turn");
	cr_expect(rising > 4500 && rising < 5500, "ports look random: %u rise", rising);
	hl_plan_free(plan);
}

Test(plan, a_full_range_has_a_port_for_every_line)
{
	struct hl_plan *plan = plan_of(RANDOM_LAB "    min_random_sip_port: 50001\n"
						  "    max_random_sip_port: 50100\n"
						  "lines: [{profile: lab, range: 1-400}]\n");

	slots_expect(plan);
	hl_plan_free(plan);
}

Test(plan, the_boot_key_decides_on_the_ports)
{
	const char *text = RANDOM_LAB "lines: [{profile: lab, range: 1-1000}]\n";
	const uint64_t other_key[2] = { 11, 23 };
	struct hl_plan *a = plan_of(text), *b = plan_of(text), *c = plan_with(text, 1, other_key);
	uint32_t same = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		cr_assert_eq(a->table.lines[i].port, b->table.lines[i].port);
		same += a->table.lines[i].port == c->table.lines[i].port;
	}
	cr_expect_lt(same, 20);
	hl_plan_free(a);
	hl_plan_free(b);
	hl_plan_free(c);
}

Test(plan, one_port_serves_a_line_an_address)
{
	struct hl_plan *plan = plan_of(PORTS PROFILES LINES);

	for (uint32_t i = 0; i < 4; i++) {
		cr_expect_eq(plan->table.lines[i].addr, i);
		cr_expect_eq(plan->table.lines[i].port, 5060);
	}
	slots_expect(plan);
	hl_plan_free(plan);
}

Test(plan, windows_that_are_equal_or_inside_become_one)
{
	struct hl_plan *plan = plan_of(
		PORTS "profiles:\n"
		      "  wide: {outbound_server: 10.99.0.1, use_random_sip_port: on,\n"
		      "         min_random_sip_port: 5001, max_random_sip_port: 5100}\n"
		      "  same: {outbound_server: 10.99.0.2, use_random_sip_port: on,\n"
		      "         min_random_sip_port: 5001, max_random_sip_port: 5100}\n"
		      "  inner: {outbound_server: 10.99.0.1, use_random_sip_port: on,\n"
		      "         min_random_sip_port: 5050, max_random_sip_port: 5069}\n"
		      "  fixed: {outbound_server: 10.99.0.1}\n"
		      "  apart: {outbound_server: 10.99.0.1, local_sip_port: 7000}\n"
		      "  unused: {outbound_server: 10.99.0.1, local_sip_port: 8000}\n"
		      "lines:\n"
		      "  - {profile: wide, range: 1-200}\n"
		      "  - {profile: same, range: 1-120}\n"
		      "  - {profile: inner, range: 1-76}\n"
		      "  - {profile: fixed, range: 1-4}\n"
		      "  - {profile: apart, range: 1-4}\n");

	cr_assert_eq(plan->table.n_windows, 2);
	cr_expect_eq(plan->table.slots_per_address, 101);
	slots_expect(plan); // 400 lines in 400 slots, so that every port is used
	for (uint32_t i = 320; i < 396; i++)
		cr_expect(plan->table.lines[i].port >= 5050 && plan->table.lines[i].port <= 5069);
	for (uint32_t i = 396; i < 400; i++)
		cr_expect_eq(plan->table.lines[i].port, 5060);
	for (uint32_t i = 400; i < 404; i++)
		cr_expect_eq(plan->table.lines[i].port, 7000);
	hl_plan_free(plan);
}

Test(plan, what_is_no_line_is_not_found)
{
	struct hl_plan *plan = plan_of(RANDOM_LAB "lines: [{profile: lab, range: 1-2}]\n");
	struct hl_endpoint other = { plan->table.addresses[0].addr, plan->table.lines[0].port };
	uint32_t found = 0;

	for (uint32_t port = 0; port <= UINT16_MAX; port++)
		found += line_table_find(&plan->table, 0, (uint16_t)port) >= 0;
	cr_expect_eq(found, 1);
	cr_expect_eq(plan_line_find(plan, 0, &other), 0);
	other.addr.bytes[3] = 99;
	cr_expect_eq(plan_line_find(plan, 0, &other), -1);
	hl_plan_free(plan);
}

static void text_expect(const struct hl_plan *plan, uint32_t line, const char *user,
			const char *display, const char *account, const char *password)
{
	const struct plan_identity *id = &plan->table.identities[line];
	const char *want[4] = { user, display, account, password };
	const uint8_t len[4] = { id->user_len, id->display_len, id->account_len, id->password_len };
	const char *at = id->text;

	for (int i = 0; i < 4; i++) {
		cr_expect_eq(len[i], strlen(want[i]), "line %u, text %d", line, i);
		cr_expect_eq(memcmp(at, want[i], strlen(want[i])), 0, "line %u, text %d: %.*s",
			     line, i, len[i], at);
		at += len[i];
	}
}

Test(plan, identities_fall_back_to_the_profile_and_to_the_number)
{
	struct hl_plan *plan;
	const char *number;
	uint32_t len;

	file_write("a.csv", "SEQUENTIAL\n7001;acc;pw;Ann\n7002;acc2;pw2\n");
	file_write("b.csv", "phone_number\n+1.2\n");
	plan = plan_of(PORTS "profiles:\n"
			     "  lab: {outbound_server: 10.99.0.1, use_random_sip_port: on,\n"
			     "        password: secret, display_name: Lab}\n"
			     "  acc: {outbound_server: 10.99.0.1, use_random_sip_port: on,\n"
			     "        account: shared}\n"
			     "lines:\n"
			     "  - {profile: lab, range: 0098-0101}\n"
			     "  - {profile: acc, range: 9-10}\n"
			     "  - {profile: lab, csv: a.csv}\n"
			     "  - {profile: acc, csv: b.csv}\n");
	cr_assert_eq(plan->table.n_lines, 9);
	text_expect(plan, 0, "0098", "Lab", "0098", "secret");
	text_expect(plan, 3, "0101", "Lab", "0101", "secret");
	text_expect(plan, 4, "9", "9", "shared", "");
	text_expect(plan, 5, "10", "10", "shared", "");
	text_expect(plan, 6, "7001", "Ann", "acc", "pw");
	text_expect(plan, 7, "7002", "Lab", "acc2", "pw2");
	text_expect(plan, 8, "+1.2", "+1.2", "shared", "");
	number = hl_plan_phone_number(plan, 2, &len);
	cr_expect_eq(len, 4);
	cr_expect_eq(memcmp(number, "0100", 4), 0);
	hl_plan_free(plan);
}

Test(plan, lines_of_equal_widths_share_a_shape)
{
	struct hl_plan *plan = plan_of(RANDOM_LAB "lines: [{profile: lab, range: 6000-15999}]\n");

	cr_expect_eq(plan_constants(plan)->n_shapes, 2, "numbers of four and of five digits");
	for (uint32_t i = 0; i < plan->table.n_lines; i++) {
		const struct plan_shape *shape =
			plan_constants(plan)->shapes[plan->table.lines[i].shape];

		cr_assert_eq(shape->widths[FIELD_USER], plan->table.identities[i].user_len);
		cr_assert_eq(shape->widths[FIELD_DISPLAY], plan->table.identities[i].display_len);
		cr_assert_eq(shape->widths[FIELD_IP],
			     plan->table.addresses[plan->table.lines[i].addr].text_len);
		cr_assert_eq(shape->widths[FIELD_PORT], 5);
		cr_assert_eq(shape->profile, 0);
	}
	hl_plan_free(plan);
}

Test(plan, widths_of_address_and_port_count_too)
{
	struct hl_plan *plan = plan_of(
		"ports: [{device: a, addresses: 10.99.1.9-10.99.1.10/16}]\n" PROFILES
		"    use_random_sip_port: on\n"
		"    min_random_sip_port: 9990\n"
		"    max_random_sip_port: 10009\n"
		"lines: [{profile: lab, range: 10-49}]\n");

	cr_expect_eq(plan_constants(plan)->n_shapes, 4);
	slots_expect(plan);
	hl_plan_free(plan);
}

Test(plan, times_and_policy_are_converted_once)
{
	struct hl_plan *plan = plan_of(PORTS PROFILES
				       "    backup_outbound_server: 10.99.0.2\n"
				       "    register_refresh_interval: 2min\n"
				       "    register_timeout: 0\n"
				       "    options_timeout: 1500\n"
				       "    primary_detect_interval: 90\n"
				       "    sip_options: on\n"
				       "    sip_options_interval: 50ms\n"
				       "    max_detect_fail_count: 62\n"
				       "    fail_compare: exceed\n"
				       "    recover_count: 2\n"
				       "    prefer_primary: on\n"
				       "    return_mode: never\n"
				       "    remove_last_registration: on\n"
				       "    back_to_primary_delay: 1h\n"
				       "    backoff_base: 1\n"
				       "    backoff_max: 2\n"
				       "    park_time: 3\n"
				       "  plain: {outbound_server: 10.99.0.1}\n" LINES);
	const struct plan_profile *p = &plan_constants(plan)->profiles[0],
				  *plain = &plan_constants(plan)->profiles[1];

	cr_expect_eq(p->expires_s, 120);
	cr_expect_eq(p->register_timeout_ns, 32000000000ull, "64 * T1");
	cr_expect_eq(p->options_timeout_ns, 1500000000ull);
	cr_expect_eq(p->detect_interval_ns, 90000000000ull);
	cr_expect_eq(p->keepalive_interval_ns, 50000000ull);
	cr_expect_eq(p->return_delay_ns, 3600000000000ull);
	cr_expect_eq(p->backoff_base_ns, 1000000000ull);
	cr_expect_eq(p->backoff_max_ns, 2000000000ull);
	cr_expect_eq(p->park_ns, 3000000000ull);
	cr_expect_eq(p->policy.fail_max, 63, "more than 62 failures are 63");
	cr_expect_eq(p->policy.recover_count, 2);
	cr_expect(p->policy.has_backup && p->policy.probes && p->policy.prefer_primary &&
		  !p->policy.auto_return && p->policy.remove_last);
	cr_expect_eq(plain->policy.fail_max, 3);
	cr_expect_eq(plain->register_timeout_ns, 2000000000ull);
	cr_expect(!plain->policy.has_backup && !plain->policy.probes &&
		  !plain->policy.prefer_primary && plain->policy.auto_return &&
		  !plain->policy.remove_last);
	hl_plan_free(plan);
}

Test(plan, the_next_hop_is_the_server_or_the_gateway)
{
	struct hl_plan *plan = plan_of(PORTS
				       "    gateway: 10.99.0.254\n"
				       "profiles:\n"
				       "  a: {outbound_server: 10.99.0.1, outbound_port: 5070,\n"
				       "      backup_outbound_server: 192.0.2.1}\n"
				       "  b: {outbound_server: 192.0.2.2}\n"
				       "lines: [{profile: a, range: 1-4}]\n");
	const struct neigh *hops = plan->directory.ports[0].neighbours.entries;

	cr_assert_eq(plan->directory.ports[0].neighbours.n, 2);
	const struct plan_endpoint *p = plan->directory.servers[0][HL_SERVER_P].endpoints;
	const struct plan_endpoint *b = plan->directory.servers[0][HL_SERVER_B].endpoints;

	cr_expect_eq(p->at.port, 5070);
	cr_expect_eq(hl_addr_ipv4(&hops[p->paths[0].next_hop].addr), 0x0a630001);
	cr_expect_eq(hl_addr_ipv4(&hops[b->paths[0].next_hop].addr), 0x0a6300fe);
	cr_expect_eq(plan->directory.servers[1][HL_SERVER_P].endpoints[0].paths[0].next_hop,
		     b->paths[0].next_hop);
	cr_expect_eq(hl_addr_ipv4(&hops[0].sender), 0x0a630101);
	cr_expect_eq(plan->directory.servers[1][HL_SERVER_B].n_endpoints, 0);
	hl_plan_free(plan);
}

Test(plan, hashes_of_the_request_are_ready)
{
	struct hl_plan *plan = plan_of(PORTS PROFILES LINES);
	const struct plan_domain *d = &plan_constants(plan)->domains[0];

	// printf 'REGISTER:sip:10.99.0.1' | md5sum, and sha256sum
	cr_expect_eq(memcmp(d->ha2[HL_MD5][0], "5fd311f14432c169cf1fc9d70a9cf1e2", 32), 0, "%.32s",
		     d->ha2[HL_MD5][0]);
	cr_expect_eq(memcmp(d->ha2[HL_SHA256][0],
			    "db12b456d00ea809af76e89c6e26d1510e55b87b684c026d026e718f112274e4", 64),
		     0, "%.64s", d->ha2[HL_SHA256][0]);
	cr_expect_neq(memcmp(d->ha2[HL_MD5][0], d->ha2[HL_MD5][1], 32), 0, "auth-int differs");
	hl_plan_free(plan);
}

Test(plan, workers_share_the_lines_evenly)
{
	struct hl_plan *plan = plan_with(RANDOM_LAB "lines: [{profile: lab, range: 1-1000}]\n", 7,
					 boot_key);

	cr_assert_eq(hl_plan_workers(plan), 7);
	cr_expect_eq(plan->table.first[0], 0);
	cr_expect_eq(plan->table.first[7], 1000);
	for (int w = 0; w < 7; w++) {
		uint32_t share = plan->table.first[w + 1] - plan->table.first[w];

		cr_expect(share == 142 || share == 143, "worker %d has %u", w, share);
	}
	hl_plan_free(plan);
}

Test(plan, more_workers_than_lines_are_possible)
{
	struct hl_plan *plan = plan_with(PORTS PROFILES LINES, 64, boot_key);

	cr_expect_eq(plan->table.first[64], 4);
	hl_plan_free(plan);
}

Test(plan, a_number_of_workers_out_of_range_is_refused)
{
	struct hl_plan_options options = { .n_workers = 0 };

	plan_refused(PORTS PROFILES LINES, &options, "0 workers: allowed 1..64");
	options.n_workers = 65;
	plan_refused(PORTS PROFILES LINES, &options, "65 workers: allowed 1..64");
}

Test(plan, a_message_that_fits_no_frame_is_refused)
{
	struct hl_plan_options options = { .n_workers = 1 };
	char text[2048], domain[128], long_text[128];
	struct hl_error err = { 0 };
	struct hl_config config;
	struct hl_plan *plan;

	memset(domain, 'd', sizeof(domain));
	memset(long_text, 'n', sizeof(long_text));
	snprintf(text, sizeof(text),
		 RANDOM_LAB
		 "    proxy_server: %.127s\n    display_name: %.127s\n    account: %.127s\n"
		 "lines: [{profile: lab, range: 6000-6001}]\n",
		 domain, long_text, long_text);
	config_read(&config, text);
	cr_expect_eq(hl_plan_new(&plan, &config, &options, &err), -EINVAL);
	cr_expect_eq(strncmp(err.text, "profile lab: a message of line 6000 may have ", 45), 0,
		     "%s", err.text);
	cr_expect_not_null(strstr(err.text, " bytes, and a frame holds 1472; shorten "));
	hl_config_free(&config);
}

Test(plan, each_of_many_servers_has_its_next_hop)
{
	enum { SERVERS = 1000 };
	char text[64 * SERVERS];
	size_t n = (size_t)snprintf(text, sizeof(text), PORTS "profiles:\n");
	struct hl_next_hop hop;

	for (int i = 0; i < SERVERS; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "  p%d: {outbound_server: 10.99.%d.%d}\n", i, 100 + i / 250,
				      1 + i % 250);
	snprintf(text + n, sizeof(text) - n, "lines: [{profile: p1, range: 1-4}]\n");
	struct hl_plan *plan = plan_with(text, 1, boot_key);
	cr_assert_eq(hl_plan_next_hops(plan), SERVERS);
	for (uint32_t i = 0; i < SERVERS; i++) {
		cr_assert(hl_plan_next_hop(plan, i, &hop));
		cr_assert_eq(hl_addr_ipv4(&hop.addr),
			     0x0a630000 + ((100 + i / 250) << 8) + 1 + i % 250);
	}
	hl_plan_free(plan);
}

Test(plan, a_million_lines_have_a_slot_each)
{
	struct hl_plan *plan = plan_with(
		"ports: [{device: a, addresses: 10.99.1.1-10.99.1.100/16}]\n" PROFILES
		"    use_random_sip_port: on\n"
		"    password: secret\n"
		"lines: [{profile: lab, range: 1-1000000}]\n",
		2, boot_key);

	cr_assert_eq(hl_plan_lines(plan), 1000000);
	slots_expect(plan);
	// 1 and 2 digits meet one width of address, 3 to 6 digits all three, the only 7 digits one
	cr_expect_eq(plan_constants(plan)->n_shapes, 1 + 1 + 4 * 3 + 1);
	hl_plan_free(plan);
}

static uint64_t noted[64];
static uint32_t n_noted;

static void progress_take(uint64_t done)
{
	cr_assert_lt(n_noted, 64);
	noted[n_noted++] = done;
}

Test(plan, progress_is_told_by_the_line_up_to_the_last_one)
{
	struct hl_plan_options options = { .n_workers = 1, .progress = progress_take };
	struct hl_error err = { 0 };
	struct hl_config config;
	struct hl_plan *plan;

	config_read(&config,
		    "ports: [{device: net_tap0, addresses: 10.99.1.1-10.99.1.30/16}]\n" PROFILES
		    "    use_random_sip_port: on\n"
		    "lines: [{profile: lab, range: 100000-299999}]\n");
	cr_assert_eq(hl_plan_new(&plan, &config, &options, &err), 0, "%s", err.text);
	cr_assert_eq(n_noted, 4 * 200000 / 32768);
	for (uint32_t i = 1; i < n_noted; i++)
		cr_expect_gt(noted[i], noted[i - 1]);
	cr_expect_leq(noted[n_noted - 1], 200000);
	cr_expect_gt(noted[n_noted - 1], 200000 - 32768);
	hl_plan_free(plan);
	hl_config_free(&config);
}
