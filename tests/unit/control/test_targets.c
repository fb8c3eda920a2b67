// SPDX-License-Identifier: BSD-3-Clause
// Servers by name: what the configuration keeps of them; answers of DNS put in order (RFC 2782).
#include <arpa/inet.h>
#include <errno.h>

#include "config_text.h"
#include "worker/plan.h"

#define NAMED \
	"profiles:\n" \
	"  lab:\n" \
	"    outbound_server: sip.example.com\n" \
	"    backup_outbound_server: 10.99.0.2\n"

static struct hl_plan *plan_of(const char *text)
{
	const struct hl_plan_options options = { .n_workers = 1, .mac = { 2, 0, 0, 0, 0, 1 } };
	struct hl_error err = { 0 };
	struct hl_config config;
	struct hl_plan *plan;

	config_read(&config, text);
	cr_assert_eq(hl_plan_new(&plan, &config, &options, &err), 0, "%s", err.text);
	hl_config_free(&config);
	return plan;
}

static struct hl_target target(const char *addr, uint16_t port, uint32_t priority, uint32_t weight)
{
	struct hl_target t = { .at.port = port, .priority = priority, .weight = weight };

	cr_assert_eq(hl_addr_parse(addr, strlen(addr), &t.at.addr), 0);
	return t;
}

static const struct plan_server *primary(const struct hl_plan *plan)
{
	return &plan->directory.servers[0][HL_SERVER_P];
}

static int publish(struct hl_plan *plan, const struct hl_target targets[], uint32_t n)
{
	return hl_plan_set_targets(plan, 0, HL_SERVER_P, targets, n, NULL);
}

// Last byte of the address at a place of an order; 0: the order has ended.
static unsigned at_place(const struct plan_server *server, unsigned order, unsigned place)
{
	unsigned index = server->order[order] >> 8 * place & 0xff;

	return index == 0xff ? 0 : server->endpoints[index].at.addr.bytes[3];
}

Test(targets, a_server_by_name_is_kept_as_written)
{
	struct hl_config config;

	config_read(&config, PORTS NAMED "    proxy_dns_type: naptr\n" LINES
					 "dns_servers: 10.0.0.1,10.0.0.2:5353\n");
	cr_expect_str_eq(config.profiles[0].primary_name, "sip.example.com");
	cr_expect_eq(config.profiles[0].primary.addr.family, HL_FAMILY_NONE);
	cr_expect_null(config.profiles[0].backup_name);
	cr_expect_eq(config.profiles[0].backup.addr.family, HL_FAMILY_IPV4);
	cr_expect_eq(config.profiles[0].dns_type, HL_DNS_NAPTR);
	cr_expect_str_eq(config.dns_servers, "10.0.0.1,10.0.0.2:5353");
	hl_config_free(&config);
}

// What each of them asks DNS is tested against dnsmasq, in tests/net/dns.sh.
Test(targets, proxy_dns_type_is_a_unless_it_is_srv_or_naptr)
{
	static const struct {
		const char *key;
		enum hl_dns_type type;
	} cases[] = {
		{ "", HL_DNS_A },
		{ "    proxy_dns_type: a\n", HL_DNS_A },
		{ "    proxy_dns_type: srv\n", HL_DNS_SRV },
		{ "    proxy_dns_type: naptr\n", HL_DNS_NAPTR },
	};

	for (unsigned k = 0; k < 4; k++) {
		struct hl_config config;
		char text[512];

		snprintf(text, sizeof(text), PORTS NAMED "%s" LINES, cases[k].key);
		config_read(&config, text);
		cr_expect_eq(config.profiles[0].dns_type, cases[k].type);
		hl_config_free(&config);
	}
}

Test(targets, an_address_in_place_of_a_name_removes_the_name)
{
	struct hl_profile profile;

	hl_profile_default(&profile);
	cr_assert_eq(hl_profile_set(&profile, "outbound_server", "sip.example.com", NULL), 0);
	cr_assert_eq(hl_profile_set(&profile, "outbound_server", "10.99.0.1", NULL), 0);
	cr_expect_null(profile.primary_name);
	cr_expect_eq(profile.primary.addr.family, HL_FAMILY_IPV4);
}

Test(targets, the_same_name_twice_is_no_backup)
{
	struct hl_error err = { 0 };
	struct hl_config config;

	cr_expect_lt(hl_config_parse(&config, "lab.yaml",
				     PORTS
				     "profiles:\n  lab:\n    outbound_server: sip.example.com\n"
				     "    backup_outbound_server: SIP.example.com\n" LINES,
				     &err),
		     0);
	cr_expect_neq(strstr(err.text, "the backup is the primary itself"), NULL, "%s", err.text);
	hl_config_free(&config);
}

Test(targets, bad_dns_servers_are_refused_with_what_is_allowed)
{
	struct hl_config config;
	struct hl_error err = { 0 };

	hl_config_default(&config);
	cr_expect_lt(hl_config_set(&config, "dns_servers", "10.0.0.1;10.0.0.2", &err), 0);
	cr_expect_neq(strstr(err.text, "addresses separated by commas"), NULL, "%s", err.text);
	hl_config_free(&config);
}

Test(targets, a_control_socket_has_a_path_that_fits_or_is_off)
{
	struct hl_config config;
	struct hl_error err = { 0 };
	char path[HL_SOCKET_PATH_MAX + 2];

	hl_config_default(&config);
	cr_expect_eq(config.control_socket, NULL);
	cr_expect_eq(hl_config_set(&config, "control_socket", "off", &err), 0);
	cr_expect_str_eq(config.control_socket, "off");
	memset(path, 'x', sizeof(path));
	path[HL_SOCKET_PATH_MAX + 1] = 0;
	cr_expect_lt(hl_config_set(&config, "control_socket", path, &err), 0);
	cr_expect_neq(strstr(err.text, "a path of at most 107 characters"), NULL, "%s", err.text);
	path[HL_SOCKET_PATH_MAX] = 0;
	cr_expect_eq(hl_config_set(&config, "control_socket", path, &err), 0);
	hl_config_free(&config);
}

Test(targets, http_listens_on_an_address_with_a_port_or_is_off)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "127.0.0.1:9060", true },
		{ "[::1]:9060", true },
		{ "0.0.0.0:0", true },
		{ "off", true },
		{ "", true },
		{ "127.0.0.1", false },
		{ "::1:9060", false },
		{ "[127.0.0.1]:1", false },
		{ "[::1]", false },
		{ "9060", false },
		{ ":9060", false },
		{ "127.0.0.1:65536", false },
		{ "localhost:80", false },
		{ "127.0.0.1:", false },
		{ "127.0.0.1:+80", false },
		{ "[]:80", false },
		{ "[:80", false },
		{ "]:80", false },
	};
	struct hl_config config;
	struct hl_error err = { 0 };

	hl_config_default(&config);
	cr_expect_eq(config.http, NULL);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(hl_config_set(&config, "http", cases[i].text, &err) == 0,
			     cases[i].good, "%s", cases[i].text);
	cr_expect_neq(strstr(err.text, "off, or ADDRESS:PORT"), NULL, "%s", err.text);
	hl_config_free(&config);
}

Test(targets, http_files_have_paths_that_fit)
{
	static const char *const keys[] = { "http_token_file", "http_certificate_file",
					    "http_key_file" };
	static char path[HL_FILE_PATH_MAX + 2];
	struct hl_config config;
	struct hl_error err = { 0 };

	hl_config_default(&config);
	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		memset(path, 'x', sizeof(path) - 1);
		cr_expect_lt(hl_config_set(&config, keys[i], path, &err), 0);
		path[HL_FILE_PATH_MAX] = 0;
		cr_expect_eq(hl_config_set(&config, keys[i], path, &err), 0, "%s", err.text);
	}
	cr_expect_str_eq(config.http_token_file, path);
	cr_expect_str_eq(config.http_certificate_file, path);
	cr_expect_str_eq(config.http_key_file, path);
	hl_config_free(&config);
}

Test(targets, a_name_is_the_domain_and_has_no_target_before_dns_answers)
{
	struct hl_plan *plan = plan_of(PORTS NAMED LINES);

	cr_expect_str_eq(plan_constants(plan)->domains[0].uri, "sip:sip.example.com");
	cr_expect(plan_constants(plan)->profiles[0].policy.has_backup);
	for (unsigned order = 0; order < PLAN_ORDERS; order++) {
		cr_expect_eq(at_place(primary(plan), order, 0), 0);
		cr_expect_eq(at_place(&plan->directory.servers[0][HL_SERVER_B], order, 0), 2);
	}
	cr_expect_eq(hl_plan_next_hops(plan), 1);
	hl_plan_free(plan);
}

Test(targets, lower_priority_numbers_come_first)
{
	struct hl_plan *plan = plan_of(PORTS NAMED LINES);
	const struct hl_target answer[] = {
		target("10.99.0.30", 5060, 30, 1000),
		target("10.99.0.10", 5060, 10, 0),
		target("10.99.0.20", 5061, 20, 1),
	};

	cr_assert_eq(publish(plan, answer, 3), 0);
	for (unsigned order = 0; order < PLAN_ORDERS; order++) {
		cr_expect_eq(at_place(primary(plan), order, 0), 10);
		cr_expect_eq(at_place(primary(plan), order, 1), 20);
		cr_expect_eq(at_place(primary(plan), order, 2), 30);
		cr_expect_eq(at_place(primary(plan), order, 3), 0);
	}
	cr_expect_eq(hl_plan_next_hops(plan), 4);
	hl_plan_free(plan);
}

Test(targets, weights_share_the_lines)
{
	struct hl_plan *plan = plan_of(PORTS NAMED LINES);
	const struct hl_target answer[] = {
		target("10.99.0.11", 5060, 1, 75),
		target("10.99.0.12", 5060, 1, 25),
		target("10.99.0.13", 5060, 1, 0),
	};
	unsigned first[256] = { 0 };

	cr_assert_eq(publish(plan, answer, 3), 0);
	for (unsigned order = 0; order < PLAN_ORDERS; order++) {
		first[at_place(primary(plan), order, 0)]++;
		cr_expect_eq(at_place(primary(plan), order, 2), 13, "weight 0 comes last");
	}
	cr_expect_eq(first[11], 12);
	cr_expect_eq(first[12], 4);
	hl_plan_free(plan);
}

Test(targets, without_weights_all_have_the_same_share)
{
	struct hl_plan *plan = plan_of(PORTS NAMED LINES);
	const struct hl_target answer[] = {
		target("10.99.0.11", 5060, 0, 0),
		target("10.99.0.12", 5060, 0, 0),
		target("10.99.0.13", 5060, 0, 0),
		target("10.99.0.14", 5060, 0, 0),
	};
	unsigned first[256] = { 0 };

	cr_assert_eq(publish(plan, answer, 4), 0);
	for (unsigned order = 0; order < PLAN_ORDERS; order++) {
		unsigned seen = 0;

		first[at_place(primary(plan), order, 0)]++;
		for (unsigned place = 0; place < 4; place++)
			seen |= 1u << (at_place(primary(plan), order, place) - 11);
		cr_expect_eq(seen, 15, "each stands in each order once");
	}
	for (unsigned k = 11; k <= 14; k++)
		cr_expect_eq(first[k], 4);
	hl_plan_free(plan);
}

Test(targets, the_same_records_in_another_sequence_move_nobody)
{
	struct hl_plan *plan = plan_of(PORTS NAMED LINES);
	struct hl_target answer[] = {
		target("10.99.0.11", 5060, 0, 3),
		target("10.99.0.12", 5060, 0, 2),
		target("10.99.0.13", 5060, 0, 9),
		target("10.99.0.14", 5060, 1, 1),
	};
	uint64_t before[PLAN_ORDERS];

	cr_assert_eq(publish(plan, answer, 4), 0);
	for (unsigned order = 0; order < PLAN_ORDERS; order++)
		before[order] = primary(plan)->order[order];
	for (int turn = 0; turn < 4; turn++) {
		struct hl_target head = answer[0];

		memmove(answer, answer + 1, 3 * sizeof(head));
		answer[3] = head;
		cr_assert_eq(publish(plan, answer, 4), 0);
		for (unsigned order = 0; order < PLAN_ORDERS; order++)
			cr_expect_eq(primary(plan)->order[order], before[order]);
	}
	cr_expect_eq(primary(plan)->n_endpoints, 4);
	hl_plan_free(plan);
}

Test(targets, endpoints_are_only_ever_added)
{
	struct hl_plan *plan = plan_of(PORTS NAMED LINES);
	const struct hl_target a = target("10.99.0.11", 5060, 0, 0);
	const struct hl_target b = target("10.99.0.12", 5060, 0, 0);
	const struct plan_endpoint *first = &primary(plan)->endpoints[0];

	cr_assert_eq(publish(plan, &a, 1), 0);
	cr_assert_eq(publish(plan, &b, 1), 0);
	cr_expect_eq(at_place(primary(plan), 0, 0), 12);
	cr_expect_eq(first->at.addr.bytes[3], 11, "whoever remembers its index finds it");
	cr_expect(plan_server_has(primary(plan), &a.at.addr, 5060));
	cr_expect(plan_server_has(primary(plan), &a.at.addr, 0));
	cr_expect_not(plan_server_has(primary(plan), &a.at.addr, 5061));
	cr_assert_eq(publish(plan, &a, 1), 0);
	cr_expect_eq(primary(plan)->n_endpoints, 2);
	hl_plan_free(plan);
}

Test(targets, a_refused_answer_leaves_the_last_one)
{
	struct hl_plan *plan = plan_of(PORTS NAMED LINES);
	const struct hl_target good = target("10.99.0.11", 5060, 0, 0);
	const struct hl_target own = target("10.99.1.2", 5060, 0, 0);
	const struct hl_target far = target("192.0.2.1", 5060, 0, 0);
	const struct hl_target group = target("224.0.0.1", 5060, 0, 0);
	const struct hl_target no_port = target("10.99.0.12", 0, 0, 0);

	cr_assert_eq(publish(plan, &good, 1), 0);
	cr_expect_eq(publish(plan, &own, 1), -EINVAL);
	cr_expect_eq(publish(plan, &far, 1), -EHOSTUNREACH);
	cr_expect_eq(publish(plan, &group, 1), -EINVAL);
	cr_expect_eq(publish(plan, &no_port, 1), -EINVAL);
	cr_expect_eq(publish(plan, &good, 0), -EINVAL);
	cr_expect_eq(at_place(primary(plan), 0, 0), 11);
	cr_expect_eq(primary(plan)->n_endpoints, 1);
	hl_plan_free(plan);
}

Test(targets, more_than_eight_are_cut_and_too_many_in_a_run_refused)
{
	struct hl_plan *plan = plan_of(PORTS "    gateway: 10.99.0.254\n" NAMED LINES);
	struct hl_target answer[HL_TARGETS_MAX];
	struct hl_error err = { 0 };
	uint32_t ip = 0xc0000200;
	int rc = 0;

	for (unsigned k = 0; k < HL_TARGETS_MAX; k++) {
		answer[k] = target("192.0.2.0", 5060, k, 0);
		answer[k].at.addr = hl_addr_from_ipv4(ip++);
	}
	cr_assert_eq(publish(plan, answer, HL_TARGETS_MAX), 0);
	cr_expect_eq(primary(plan)->order[0], 0x0706050403020100ull);
	for (unsigned k = 0; k < 200 && rc == 0; k++) {
		answer[0].at.addr = hl_addr_from_ipv4(ip++);
		rc = hl_plan_set_targets(plan, 0, HL_SERVER_P, answer, 1, &err);
	}
	cr_expect_eq(rc, -ENOSPC);
	cr_expect_eq(primary(plan)->n_endpoints, PLAN_ENDPOINTS_MAX);
	cr_expect_eq(hl_plan_next_hops(plan), 2, "all are behind the gateway");
	hl_plan_free(plan);
}
