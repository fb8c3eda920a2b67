// SPDX-License-Identifier: BSD-3-Clause
// Pools: read, refused where they make no sense, and planned: which network each line is in.
#include "refused.h"

#include <heartline/plan.h>
#include "worker/plan.h"

#define BARE "ports:\n  - device: net_tap0,iface=hl0\n"
#define TWO_BARE BARE "  - device: net_tap1,iface=hl1\n"
#define RANDOM "    use_random_sip_port: on\n"
#define POOL(text) BARE "pools:\n  - {" text "}\n" PROFILES LINES

static struct hl_plan *plan_of(const char *text, const struct hl_plan_options *options)
{
	struct hl_config config;
	struct hl_error err = { 0 };
	struct hl_plan *plan = NULL;

	config_read(&config, text);
	cr_assert_eq(hl_plan_new(&plan, &config, options, &err), 0, "%s", err.text);
	hl_config_free(&config);
	return plan;
}

static const struct hl_plan_options one_worker = { .n_workers = 1, .mac = { 2, 0, 0, 0, 0, 1 } };

Test(pools, a_pool_is_read)
{
	struct hl_config config;

	config_read(
		&config, BARE
		"pools:\n"
		"  - {name: red, outer_vlan: 7, outer_tag: 802.1q, vlan: 100-103, priority: 5,\n"
		"     addresses: [10.99.1.1-10.99.1.2/16, 10.99.2.1], gateway: 10.99.0.254,\n"
		"     routes: [10.1.0.0/16 via 10.99.0.253], mac: 02:00:00:00:01:00, dscp: 26, mtu: 1400}\n"
		"profiles:\n  lab:\n    outbound_server: 10.99.0.1\n    pool: red\n" LINES);
	const struct hl_pool *p = &config.pools[0];
	cr_assert_eq(config.n_pools, 1);
	cr_expect_str_eq(p->name, "red");
	cr_expect(p->outer_vlan == 7 && p->outer_tag == HL_OUTER_TAG_Q && p->vlan == 100 &&
		  p->vlan_last == 103 && p->priority == 5 && hl_pool_networks(p) == 4);
	cr_expect(p->at.n_ranges == 2 && p->at.prefix == 16 &&
		  hl_addr_ipv4(&p->at.gateway) == 0x0a6300fe);
	cr_expect(p->n_routes == 1 && p->routes[0].to.len == 16 &&
		  hl_addr_ipv4(&p->routes[0].via) == 0x0a6300fd);
	cr_expect(p->has_macs && p->mac[4] == 1 && p->dscp == 26 && p->mtu == 1400);
	cr_expect_eq(config.lines[0].pool, 1, "by its profile");
	hl_config_free(&config);
}

Test(pools, what_makes_no_sense_is_refused)
{
	static const struct refused cases[] = {
		{ POOL("name: a, vlan: 4095, addresses: 10.99.1.1-10.99.1.4/16"),
		  "lab.yaml:4:21: error: vlan: \"4095\" is no VLAN, and no range of them\n"
		  "    4 |   - {name: a, vlan: 4095, addresses: 10.99.1.1-10.99.1.4/16}\n"
		  "      |                     ^~ allowed: 1..4094, or FIRST-LAST, as in 100-199" },
		{ POOL("name: a, outer_vlan: 7, addresses: 10.99.1.1-10.99.1.4/16"),
		  "lab.yaml:4:5: error: vlan: outer_vlan is given, and no vlan inside of it\n"
		  "    4 |   - {name: a, outer_vlan: 7, addresses: 10.99.1.1-10.99.1.4/16}\n"
		  "      |     ^~ needed: vlan: 1..4094, or a range" },
		{ POOL("name: a, dscp: 64, addresses: 10.99.1.1-10.99.1.4/16"),
		  "lab.yaml:4:21: error: dscp: 64 is outside 0..63\n"
		  "    4 |   - {name: a, dscp: 64, addresses: 10.99.1.1-10.99.1.4/16}\n"
		  "      |                     ^~ largest accepted: 63 (default 0)" },
		{ POOL("name: a, mac: ff:ff:ff:ff:ff:ff, addresses: 10.99.1.1-10.99.1.4/16"),
		  "lab.yaml:4:20: error: mac: \"ff:ff:ff:ff:ff:ff\" is no MAC address of one host\n"
		  "    4 |   - {name: a, mac: ff:ff:ff:ff:ff:ff, addresses: 10.99.1.1-10.99.1.4/16}\n"
		  "      |                    ^~ allowed: port, per_line, or the first address, as in "
		  "02:00:00:00:01:00" },
		{ POOL("name: a, routes: [10.1.0.0/16], addresses: 10.99.1.1-10.99.1.4/16"),
		  "lab.yaml:4:24: error: routes: \"10.1.0.0/16\" is no route\n"
		  "    4 |   - {name: a, routes: [10.1.0.0/16], addresses: 10.99.1.1-10.99.1.4/16}\n"
		  "      |                        ^~ allowed: PREFIX via ROUTER, as in 10.1.0.0/16 via "
		  "10.99.0.253" },
		{ POOL("name: a, port: 1, addresses: 10.99.1.1-10.99.1.4/16"),
		  "lab.yaml:4:21: error: port: there is no port \"1\"\n"
		  "    4 |   - {name: a, port: 1, addresses: 10.99.1.1-10.99.1.4/16}\n"
		  "      |                     ^~ allowed: 0 (net_tap0,iface=hl0)" },
		{ TWO_BARE
		  "pools:\n  - {name: a, addresses: 10.99.1.1-10.99.1.4/16}\n" PROFILES LINES,
		  "lab.yaml:5:5: error: port: which of the 2 ports is not said\n"
		  "    5 |   - {name: a, addresses: 10.99.1.1-10.99.1.4/16}\n"
		  "      |     ^~ allowed: 0 (net_tap0,iface=hl0), 1 (net_tap1,iface=hl1)" },
		{ BARE PROFILES LINES,
		  "lab.yaml:2:5: error: the port has no addresses\n"
		  "    2 |   - device: net_tap0,iface=hl0\n"
		  "      |     ^~ needed: addresses, as in 10.99.1.1-10.99.1.4/16, or pools" },
		{ PORTS "pools:\n  - {name: a, addresses: 10.99.3.1-10.99.3.4/16}\n" PROFILES LINES,
		  "lab.yaml:3:16: error: addresses: the port has addresses of its own, and there are "
		  "pools\n"
		  "    3 |     addresses: 10.99.1.1-10.99.1.4/16\n"
		  "      |                ^~ make a pool of them: {name: NAME, port: 0, addresses: ...}" },
		{ BARE "pools:\n  - {name: a, vlan: 5-9, addresses: 10.99.1.1-10.99.1.4/16}\n"
		       "  - {name: b, vlan: 9, addresses: 10.99.1.4-10.99.1.9/16}\n" PROFILES LINES,
		  "lab.yaml:5:35: error: addresses: 10.99.1.4 is also in pool a, on the same port and "
		  "VLAN\n"
		  "    5 |   - {name: b, vlan: 9, addresses: 10.99.1.4-10.99.1.9/16}\n"
		  "      |                                   ^~ allowed: other addresses, or another VLAN" },
		{ BARE "pools:\n  - {name: a, addresses: 10.98.1.1-10.98.1.4/16}\n" PROFILES LINES,
		  "lab.yaml:7:22: error: outbound_server: 10.99.0.1 is outside of 10.98.0.0/16, and pool "
		  "a has no gateway\n"
		  "    7 |     outbound_server: 10.99.0.1\n"
		  "      |                      ^~ give the pool a gateway inside of 10.98.0.0/16, or a "
		  "route" },
		{ BARE "pools:\n  - {name: a, addresses: 10.99.1.1-10.99.1.4/16}\n" PROFILES
		       "    pool: b\n" LINES,
		  "lab.yaml:8:11: error: pool: there is no pool \"b\"\n"
		  "    8 |     pool: b\n"
		  "      |           ^~ allowed: a" },
		// three lines come to red and one to blue: lines take addresses in turn
		{ BARE "pools:\n  - {name: red, addresses: 10.99.1.1-10.99.1.3/16}\n"
		       "  - {name: blue, vlan: 9, addresses: 10.99.1.1/16}\n" PROFILES
		       "lines:\n  - {profile: lab, range: 1-3}\n"
		       "  - {profile: lab, range: 6-6, pool: red}\n",
		  "lab.yaml:4:28: error: addresses: 4 lines come to this pool, which is more than 3 "
		  "addresses times 1 port (5060-5060)\n"
		  "    4 |   - {name: red, addresses: 10.99.1.1-10.99.1.3/16}\n"
		  "      |                            ^~ allowed: 3; give more addresses, more ports "
		  "(use_random_sip_port), or other lines another pool" },
	};
	EXPECT_ALL(cases);
}

Test(pools, equal_addresses_in_two_vlans_are_told_apart)
{
	struct hl_plan *plan = plan_of(
		BARE "pools:\n"
		     "  - {name: a, vlan: 100, addresses: 10.99.1.1/16}\n"
		     "  - {name: b, vlan: 200, outer_vlan: 7, addresses: 10.99.1.1/16}\n"
		     "profiles:\n  lab:\n    outbound_server: 10.99.0.1\n"
		     "lines:\n  - {profile: lab, range: 1-1, pool: b}\n"
		     "  - {profile: lab, range: 2-2, pool: a}\n",
		&one_worker);
	uint16_t a = plan_link_find(&plan->directory, 0, 100);
	uint16_t b = plan_link_find(&plan->directory, 0, 7 << 12 | 200);
	const struct hl_endpoint own = { plan->table.addresses[0].addr, 5060 };

	cr_assert(a != b && a != PLAN_NO_NETWORK && b != PLAN_NO_NETWORK);
	cr_expect_eq(plan_line_find(plan, b, &own), 0);
	cr_expect_eq(plan_line_find(plan, a, &own), 1);
	cr_expect_eq(plan_link_find(&plan->directory, 0, 200), PLAN_NO_NETWORK);
	cr_expect_eq(plan_link_find(&plan->directory, 1, 100), PLAN_NO_NETWORK);
	cr_expect_eq(plan->directory.ports[0].untagged, PLAN_NO_NETWORK);
	cr_expect_eq(hl_plan_next_hops(plan), 2, "the server is asked for in both");
	hl_plan_free(plan);
}

Test(pools, networks_without_tags_share_a_link)
{
	struct hl_plan *plan = plan_of(
		BARE "pools:\n"
		     "  - {name: a, addresses: 10.99.1.1-10.99.1.2/16}\n"
		     "  - {name: b, addresses: 10.50.1.1/24, gateway: 10.50.1.254}\n" PROFILES
		     "lines:\n  - {profile: lab, range: 1-3}\n",
		&one_worker);

	cr_assert_eq(plan->directory.n_networks, 2);
	cr_expect_eq(plan->directory.networks[1].link, 0);
	for (uint32_t i = 0; i < 3; i++) {
		const struct plan_address *at = &plan->table.addresses[plan->table.lines[i].addr];

		cr_expect_eq(plan_address_find(&plan->directory, 0, &at->addr),
			     plan->table.lines[i].addr);
		cr_expect_eq(at->network, i / 2, "in turn over all addresses");
	}
	hl_plan_free(plan);
}

Test(pools, a_route_counts_before_the_gateway)
{
	struct hl_plan *plan = plan_of(
		POOL("name: a, addresses: 10.50.1.1-10.50.1.4/24, gateway: 10.50.1.254, routes: "
		     "[10.99.0.0/16 via 10.50.1.252, 10.99.0.0/24 via 10.50.1.253]"),
		&one_worker);
	const struct plan_network *n = &plan->directory.networks[0];
	static const struct {
		uint32_t to, via;
	} cases[] = { { 0x0a630001, 0x0a3201fd },
		      { 0x0a630101, 0x0a3201fc },
		      { 0x0a000001, 0x0a3201fe },
		      { 0x0a320109, 0x0a320109 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hl_addr to = hl_addr_from_ipv4(cases[i].to);
		struct hl_addr via = plan_next_hop(n, &to);

		cr_expect_eq(hl_addr_ipv4(&via), cases[i].via);
	}
	hl_plan_free(plan);
}

// Lines over all VLANs that there are: each has as many as any other, at its own addresses.
Test(pools, lines_are_spread_over_4094_vlans)
{
	enum { VLANS = 4094, EACH = 3 };
	struct hl_plan *plan = plan_of(
		BARE
		"pools:\n"
		"  - {name: all, vlan: 1-4094, mac: per_line, addresses: 10.99.1.1-10.99.1.3/16}\n" PROFILES
		"lines:\n  - {profile: lab, range: 10000-22281}\n",
		&one_worker);
	uint32_t *lines = calloc(VLANS, sizeof(*lines));

	cr_assert_eq(plan->directory.n_networks, VLANS);
	for (uint32_t i = 0; i < plan->table.n_lines; i++) {
		const struct plan_line *l = &plan->table.lines[i];

		lines[plan->table.addresses[l->addr].network]++;
		cr_assert_eq(line_table_find(&plan->table, l->addr, l->port), i);
	}
	for (uint32_t v = 0; v < VLANS; v++) {
		uint8_t mac[6], last[6] = { 0 };

		cr_assert_eq(lines[v], EACH);
		cr_assert_eq(plan_link_find(&plan->directory, 0, v + 1), v);
		for (uint32_t k = 0; k < EACH; k++) { // no MAC twice
			plan_network_mac(&plan->directory.networks[v],
					 plan->directory.networks[v].first_address + k, mac);
			cr_assert_eq((mac[3] << 16 | mac[4] << 8 | mac[5]), (int)(v * EACH + k));
			cr_assert_neq(memcmp(mac, last, 6), 0);
		}
	}
	cr_expect_eq(hl_plan_next_hops(plan), VLANS);
	free(lines);
	hl_plan_free(plan);
}

Test(pools, lines_of_a_port_belong_to_its_workers)
{
	const struct hl_plan_port ports[] = {
		{ .n_workers = 1, .mac = { 2, 0, 0, 0, 0, 1 } },
		{ .n_workers = 2, .mac = { 2, 0, 0, 0, 0, 2 } },
	};
	const struct hl_plan_options options = { .n_workers = 3, .ports = ports };
	struct hl_plan *plan = plan_of(
		"ports:\n"
		"  - {device: a, addresses: 10.99.1.1-10.99.1.2/16}\n"
		"  - {device: b, addresses: 10.99.2.1-10.99.2.4/16}\n" PROFILES
		"lines:\n  - {profile: lab, range: 1-6}\n",
		&options);

	cr_expect(plan->table.first[0] == 0 && plan->table.first[1] == 2 &&
		  plan->table.first[2] == 4 && plan->table.first[3] == 6);
	for (uint32_t w = 0; w < 3; w++)
		for (uint32_t i = plan->table.first[w]; i < plan->table.first[w + 1]; i++) {
			const struct plan_network *n = plan_network_of(plan,
								       plan->table.lines[i].addr);

			cr_expect_eq(&plan->directory.ports[n->port], plan_port_of_worker(plan, w));
			cr_expect_eq(memcmp(n->mac, ports[n->port].mac, 6), 0);
		}
	hl_plan_free(plan);
}

Test(pools, what_comes_to_each_is_told)
{
	struct hl_config config;
	struct hl_pool_share share;

	config_read(
		&config, BARE
		"pools:\n  - {name: a, vlan: 5-6, outer_vlan: 7, addresses: 10.99.1.1-10.99.1.2/16}\n"
		"  - {name: b, addresses: 10.99.1.1-10.99.1.3/16}\n" PROFILES RANDOM
		"lines:\n  - {profile: lab, range: 1-14}\n  - {profile: lab, range: 20-24, pool: b}\n");
	cr_assert_eq(hl_pool_explain(&config, 0, &share), 0);
	cr_expect(share.lines == 8 && share.addresses == 4 && share.networks == 2 &&
		  share.room == 4 * 10001);
	cr_expect_str_eq(share.vlans, "7.5-6");
	cr_assert_eq(hl_pool_explain(&config, 1, &share), 0);
	cr_expect(share.lines == 6 + 5 && share.addresses == 3 && share.room == 3 * 10001);
	cr_expect_eq(hl_pool_explain(&config, 2, &share), -ENOENT);
	hl_config_free(&config);
}

#define THREE_POOLS \
	BARE "pools:\n  - {name: red, vlan: 5-6, addresses: 10.99.1.1-10.99.1.2/16}\n" \
	     "  - {name: green, addresses: 10.99.1.1-10.99.1.3/16}\n" \
	     "  - {name: blue, vlan: 9, addresses: 10.99.1.1/16}\n" PROFILES RANDOM
#define ROWS "lines:\n  - {profile: lab, csv: phones.csv, pool: green}\n"

// The row's pool counts before that of its group, which an empty cell or none at all means.
Test(pools, a_row_of_a_csv_names_its_pool)
{
	// of red two addresses in VLAN 5, then two in VLAN 6
	static const uint16_t networks[] = { 0, 2, 3, 0, 2, 3, 1, 2 };
	struct hl_config config;
	struct hl_pool_share share;

	file_write("phones.csv", "pool;phone_number\nred;1\n;2\n\"blue\";3\nred;4\ngreen;5\n"
				 "blue;6\nred;7\n;8\n");
	config_read(&config, THREE_POOLS ROWS);
	cr_assert_eq(hl_pool_explain(&config, 0, &share), 0);
	cr_expect(share.lines == 3 && share.room == 4 * 10001);
	cr_assert_eq(hl_pool_explain(&config, 1, &share), 0);
	cr_expect(share.lines == 3 && share.room == 3 * 10001);
	cr_assert_eq(hl_pool_explain(&config, 2, &share), 0);
	cr_expect(share.lines == 2 && share.room == 10001);
	hl_config_free(&config);

	struct hl_plan *plan = plan_of(THREE_POOLS ROWS, &one_worker);
	const struct line_table *table = &plan->table;

	cr_assert_eq(table->n_lines, 8);
	for (uint32_t i = 0; i < 8; i++)
		cr_expect_eq(table->addresses[table->lines[i].addr].network, networks[i], "line %u",
			     i);
	hl_plan_free(plan);
}

Test(pools, a_row_that_names_no_pool_of_ours_is_refused_where_it_is)
{
	file_write("phones.csv", "phone_number;pool\n1;red\n2;reds\n");
	message_expect(THREE_POOLS ROWS, "phones.csv:3:3: error: pool: there is no pool \"reds\"\n"
					 "    3 | 2;reds\n"
					 "      |   ^~ allowed: red, green, blue");
	message_expect(PORTS PROFILES "lines:\n  - {profile: lab, csv: phones.csv}\n",
		       "phones.csv:2:3: error: pool: there is no pool \"red\"\n"
		       "    2 | 1;red\n"
		       "      |   ^~ needed: pools, a list with a pool of that name");
}

// Rows that no pool has room for: one address and one port.
Test(pools, rows_are_counted_against_the_room_of_their_pool)
{
	file_write("phones.csv", "phone_number;pool\n1;blue\n2;blue\n");
	message_expect(
		BARE "pools:\n  - {name: red, vlan: 5, addresses: 10.99.1.1-10.99.1.4/16}\n"
		     "  - {name: blue, vlan: 9, addresses: 10.99.1.1/16}\n" PROFILES
		     "lines:\n  - {profile: lab, csv: phones.csv}\n",
		"lab.yaml:5:38: error: addresses: 2 lines come to this pool, which is more than 1 address "
		"times 1 port (5060-5060)\n"
		"    5 |   - {name: blue, vlan: 9, addresses: 10.99.1.1/16}\n"
		"      |                                      ^~ allowed: 1; give more addresses, more ports "
		"(use_random_sip_port), or other lines another pool");
}

// As many addresses are asked for as rows name the pool; and it names the servers of a profile whose lines are
// all in it.
Test(pools, rows_are_counted_for_leases)
{
#define LEASED \
	BARE "pools:\n  - {name: red, vlan: 5, addresses: dhcp}\n" \
	     "  - {name: blue, addresses: 10.99.1.1-10.99.1.2/16}\n" PROFILES \
	     "lines:\n  - {profile: lab, csv: phones.csv, pool: blue}\n"
	struct hl_config config;

	file_write("phones.csv", "phone_number;pool\n1;red\n2;\n3;red\n");
	config_read(&config, LEASED);
	cr_expect_eq(config.pools[0].at.n_leases, 2);
	cr_expect_null(hl_config_leased_pool(&config, 0));
	hl_config_free(&config);
	file_write("phones.csv", "phone_number;pool\n1;red\n3;red\n");
	config_read(&config, LEASED);
	cr_expect_eq(config.pools[0].at.n_leases, 2);
	cr_expect_eq(hl_config_leased_pool(&config, 0), &config.pools[0]);
	hl_config_free(&config);
}

// Without pools a column of empty cells says nothing.
Test(pools, an_empty_column_needs_no_pools)
{
	struct hl_config config;

	file_write("phones.csv", "phone_number;pool\n1;\n2;\n");
	config_read(&config, PORTS PROFILES "lines:\n  - {profile: lab, csv: phones.csv}\n");
	cr_expect_eq(config.total, 2);
	cr_expect_null(config.lines[0].row_pools);
	hl_config_free(&config);
}

Test(pools, what_several_networks_do_not_allow_yet_is_said)
{
	struct hl_config config;
	struct hl_error err = { 0 };
	struct hl_plan *plan;

	config_read(&config, BARE
		    "pools:\n  - {name: a, vlan: 1-2, addresses: 10.99.1.1-10.99.1.4/16}\n" PROFILES
			    LINES);
	const struct hl_plan_options options = { .n_workers = 1, .spare_lines = 1 };
	cr_expect_eq(hl_plan_new(&plan, &config, &options, &err), -EINVAL);
	cr_expect_str_eq(err.text,
			 "spare_lines = 1: lines cannot be added while there are several pools, "
			 "ports or VLANs; set it to 0");
	hl_config_free(&config);
}
