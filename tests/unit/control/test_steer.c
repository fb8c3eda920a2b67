// SPDX-License-Identifier: BSD-3-Clause
// Steering: replies to the addresses and ports that a plan chose arrive at the worker of their line,
// as DPDK's own computation of the hash sees it.
#include "config_text.h"

#include <rte_thash.h>

#include <heartline/plan.h>
#include "rss_keys.h"
#include "worker/plan.h"

// A profile with two servers and ports to choose from.
#define LAB(backup) \
	"profiles:\n  lab: {outbound_server: 10.99.0.1, backup_outbound_server: " backup ",\n" \
	"        use_random_sip_port: on}\n"

static uint16_t queues[4096];

static struct hl_steering rss(const uint8_t *key, uint32_t key_len, uint32_t entries,
			      uint32_t n_queues)
{
	struct hl_steering how = {
		.by = HL_STEER_RSS,
		.table = queues,
		.table_size = entries,
		.hash_ports = true,
		.key_len = key_len,
	};

	memcpy(how.key, key, key_len);
	for (uint32_t i = 0; i < entries; i++)
		queues[i] = (uint16_t)(i % n_queues); // as drivers fill it
	return how;
}

static struct hl_steering rss_asked_for(uint32_t entries, uint32_t n_queues)
{
	uint8_t key[40];

	hl_steering_key(key, sizeof(key), HL_FAMILY_IPV4);
	return rss(key, sizeof(key), entries, n_queues);
}

static struct hl_plan *plan_steered(const char *text, const struct hl_steering *how,
				    uint32_t n_workers)
{
	struct hl_plan_options options = {
		.n_workers = n_workers,
		.boot_key = { 11, 22 },
		.steering = how,
	};
	struct hl_error err = { 0 };
	struct hl_config config;
	struct hl_plan *plan;

	config_read(&config, text);
	cr_assert_eq(hl_plan_new(&plan, &config, &options, &err), 0, "%s", err.text);
	hl_config_free(&config);
	return plan;
}

static uint32_t queue_of_reply(const struct hl_steering *how, const struct hl_endpoint *from,
			       const struct hl_addr *to, uint16_t port)
{
	// words as rte_thash_tuple has them; reading that union by words is what compilers may break
	const uint32_t tuple[] = { hl_addr_ipv4(&from->addr), hl_addr_ipv4(to),
				   (uint32_t)from->port << 16 | port };
	uint32_t words = how->hash_ports ? RTE_THASH_V4_L4_LEN : RTE_THASH_V4_L3_LEN;

	if (how->by == HL_STEER_ADDRESS)
		return how->table[hl_addr_ipv4(to) % how->table_size];
	if (how->by == HL_STEER_PORT)
		return how->table[port % how->table_size];
	return how->table[rte_softrss((uint32_t *)tuple, words, how->key) % how->table_size];
}

static bool line_marked(const struct hl_plan *plan, uint32_t line)
{
	return plan->table.steered[line / 64] >> line % 64 & 1;
}

// Each line has an address and port of its own; those marked as steered, `want` in all, get the
// replies of both of their servers at home.
static void steered_expect(const struct hl_plan *plan, const struct hl_steering *how, uint32_t want)
{
	uint8_t *seen = calloc((size_t)plan->table.n_addresses << 16, 1);
	uint32_t worker = 0, marked = 0;

	for (uint32_t i = 0; i < plan->table.n_lines; i++) {
		const struct plan_line *l = &plan->table.lines[i];
		const struct hl_addr *addr = &plan->table.addresses[l->addr].addr;
		const struct plan_server *servers =
			plan->directory.servers[plan_constants(plan)->shapes[l->shape]->profile];

		cr_assert_eq(seen[(size_t)l->addr << 16 | l->port], 0, "line %u shares", i);
		seen[(size_t)l->addr << 16 | l->port] = 1;
		cr_assert_eq(line_table_find(&plan->table, l->addr, l->port), i);
		while (i >= plan->table.first[worker + 1])
			worker++;
		if (!line_marked(plan, i))
			continue;
		marked++;
		for (int s = 0; s < HL_SERVERS; s++)
			for (uint32_t k = 0; k < servers[s].n_endpoints; k++)
				cr_assert_eq(queue_of_reply(how, &servers[s].endpoints[k].at, addr,
							    l->port),
					     worker, "line %u, server %d", i, s);
	}
	cr_expect_eq(marked, hl_plan_steered(plan));
	cr_expect_eq(marked, want, "%u lines are steered", marked);
	free(seen);
}

static void plan_expect(const char *text, const struct hl_steering *how, uint32_t n_workers,
			uint32_t want)
{
	struct hl_plan *plan = plan_steered(text, how, n_workers);

	steered_expect(plan, how, want);
	hl_plan_free(plan);
}

Test(steer, replies_of_both_servers_arrive_at_the_worker_of_the_line)
{
	const char *text = PORTS LAB("10.99.0.2") "lines: [{profile: lab, range: 6000-15999}]\n";

	for (uint32_t n = 2; n <= 16; n++) { // also such as do not divide the table
		struct hl_steering how = rss_asked_for(128, n);

		plan_expect(text, &how, n, 10000);
	}
}

Test(steer, tables_of_any_size)
{
	static const uint32_t sizes[] = { 4, 7, 64, 96, 512, 4096 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct hl_steering how = rss_asked_for(sizes[i], 4);

		plan_expect(PORTS LAB("10.99.0.2") "lines: [{profile: lab, range: 6000-9999}]\n",
			    &how, 4, 4000);
	}
}

Test(steer, keys_of_real_nics_when_the_servers_replies_stay_together)
{
	struct hl_steering how = rss(rss_key_i40e, 52, 512, 2);

	plan_expect(PORTS LAB("10.99.0.3") "lines: [{profile: lab, range: 6000-15999}]\n", &how, 2,
		    10000);
}

Test(steer, a_key_under_which_the_servers_replies_part_steers_nothing)
{
	struct hl_steering how = rss(rss_key_i40e, 52, 512, 2);

	plan_expect(PORTS LAB("10.99.0.2") "lines: [{profile: lab, range: 6000-15999}]\n", &how, 2,
		    0);
}

Test(steer, a_server_alone_suits_any_key)
{
	const char *text = PORTS "profiles:\n"
				 "  lab: {outbound_server: 10.99.0.1, use_random_sip_port: on}\n"
				 "lines: [{profile: lab, range: 6000-9999}]\n";
	struct hl_steering how = rss(rss_key_i40e, 52, 512, 8);

	plan_expect(text, &how, 8, 4000);
	how = rss(rss_key_mlx5, 40, 8, 8);
	plan_expect(text, &how, 8, 4000);
	how = rss(rss_key_microsoft, 40, 128, 3);
	plan_expect(text, &how, 3, 4000);
}

// Why a key is asked for: with keys of real NICs and queues that take turns, both servers' replies
// arrive together for one pair of servers in n.
Test(steer, the_key_that_is_asked_for_suits_every_pair_of_servers)
{
	uint32_t of_mlx5 = 0, asked_for = 0;
	char text[512];

	for (uint32_t i = 0; i < 64; i++) {
		struct hl_steering how = rss_asked_for(512, 4);
		struct hl_plan *plan;

		snprintf(text, sizeof(text),
			 PORTS "profiles:\n  lab: {outbound_server: 10.99.0.1, "
			       "backup_outbound_server: 10.99.%u.7, use_random_sip_port: on}\n"
			       "lines: [{profile: lab, range: 1-100}]\n",
			 i + 2);
		plan = plan_steered(text, &how, 4);
		asked_for += hl_plan_steered(plan) == 100;
		hl_plan_free(plan);
		how = rss(rss_key_mlx5, 40, 512, 4);
		plan = plan_steered(text, &how, 4);
		of_mlx5 += hl_plan_steered(plan) == 100;
		hl_plan_free(plan);
	}
	cr_expect_eq(asked_for, 64);
	cr_expect(of_mlx5 >= 8 && of_mlx5 <= 24, "%u of 64", of_mlx5);
}

Test(steer, two_profiles_share_a_window)
{
	struct hl_steering how = rss(rss_key_i40e, 52, 128, 2);
	const char *text = PORTS "profiles:\n"
				 "  a: {outbound_server: 10.99.0.1, use_random_sip_port: on}\n"
				 "  b: {outbound_server: 10.99.0.3, use_random_sip_port: on}\n"
				 "lines:\n"
				 "  - {profile: a, range: 1-7000}\n"
				 "  - {profile: b, range: 1-6000}\n"
				 "  - {profile: a, range: 7001-14000}\n";

	plan_expect(text, &how, 2, 20000);
	how = rss(rss_key_i40e, 52, 128, 5);
	plan_expect(text, &how, 5, 20000);
}

// 400 lines in 400 places: each gets one, and most get theirs; those of the last profile take what
// the first one left.
Test(steer, a_full_window_is_used_up)
{
	struct hl_steering how = rss_asked_for(128, 2);
	struct hl_plan *plan = plan_steered(
		PORTS "profiles:\n"
		      "  lab: {outbound_server: 10.99.0.1, use_random_sip_port: on,\n"
		      "        min_random_sip_port: 50001, max_random_sip_port: 50100}\n"
		      "lines: [{profile: lab, range: 1-400}]\n",
		&how, 2);

	cr_expect_gt(hl_plan_steered(plan), 350);
	steered_expect(plan, &how, hl_plan_steered(plan));
	hl_plan_free(plan);
}

Test(steer, a_window_inside_of_another_comes_first)
{
	struct hl_steering how = rss_asked_for(128, 2);

	plan_expect(PORTS "profiles:\n"
			  "  outer: {outbound_server: 10.99.0.1, use_random_sip_port: on,\n"
			  "          min_random_sip_port: 50000, max_random_sip_port: 50999}\n"
			  "  inner: {outbound_server: 10.99.0.2, use_random_sip_port: on,\n"
			  "          min_random_sip_port: 50100, max_random_sip_port: 50199}\n"
			  "lines:\n"
			  "  - {profile: outer, range: 1-1000}\n"
			  "  - {profile: inner, range: 1-150}\n",
		    &how, 2, 1150);
}

Test(steer, a_fixed_port_is_steered_by_its_addresses)
{
	struct hl_steering how = rss_asked_for(128, 2);
	struct hl_plan *plan = plan_steered(
		"ports: [{device: a, addresses: 10.99.1.1-10.99.1.200/16}]\n" PROFILES
		"lines: [{profile: lab, range: 6000-6099}]\n",
		&how, 2);

	cr_expect_gt(hl_plan_steered(plan), 80);
	steered_expect(plan, &how, hl_plan_steered(plan));
	hl_plan_free(plan);
}

Test(steer, a_hash_over_addresses_only_chooses_addresses)
{
	struct hl_steering how = rss_asked_for(128, 2);

	how.hash_ports = false;
	plan_expect("ports: [{device: a, addresses: 10.99.1.1-10.99.1.200/16}]\n" LAB(
			    "10.99.0.2") "lines: [{profile: lab, range: 6000-15999}]\n",
		    &how, 2, 10000);
}

Test(steer, rules_by_address)
{
	struct hl_steering how = { .by = HL_STEER_ADDRESS, .table = queues, .table_size = 3 };

	for (uint16_t i = 0; i < 3; i++)
		queues[i] = i;
	// 10.99.1.1 .. .4: worker 0 has one address more than the others
	plan_expect(PORTS LAB("10.99.0.2") "lines: [{profile: lab, range: 1-9000}]\n", &how, 3,
		    9000);
	plan_expect("ports: [{device: a, addresses: 10.99.1.1-10.99.1.9/16}]\n" PROFILES
		    "lines: [{profile: lab, range: 1-9}]\n",
		    &how, 3, 9);
}

Test(steer, rules_by_port)
{
	struct hl_steering how = { .by = HL_STEER_PORT, .table = queues, .table_size = 4 };

	for (uint16_t i = 0; i < 4; i++)
		queues[i] = i;
	plan_expect(PORTS LAB("10.99.0.2") "lines: [{profile: lab, range: 1-40000}]\n", &how, 4,
		    40000);
	how.table_size = 2;
	plan_expect(PORTS PROFILES LINES, &how, 2, 2); // port 5060: all belong to worker 0
}

Test(steer, servers_by_name_are_steered_when_their_addresses_do_not_matter)
{
	const char *by_a = PORTS
		"profiles:\n"
		"  lab: {outbound_server: sip.example.org,\n"
		"        backup_outbound_server: 10.99.0.2, use_random_sip_port: on}\n"
		"lines: [{profile: lab, range: 1-1000}]\n";
	const char *by_srv = PORTS
		"profiles:\n"
		"  lab: {outbound_server: sip.example.org, proxy_dns_type: srv,\n"
		"        use_random_sip_port: on}\n"
		"lines: [{profile: lab, range: 1-1000}]\n";
	struct hl_steering how = rss_asked_for(128, 2);

	plan_expect(by_a, &how, 2, 1000);
	plan_expect(by_srv, &how, 2, 0); // its port is not known
	how = rss(rss_key_mlx5, 40, 128, 2);
	plan_expect(by_a, &how, 2, 0);
}

Test(steer, a_queue_without_worker_and_a_worker_without_queue)
{
	struct hl_steering how = rss_asked_for(128, 2);

	for (int i = 0; i < 128; i++)
		queues[i] = i % 2 ? 9 : 0;
	plan_expect(PORTS LAB("10.99.0.2") "lines: [{profile: lab, range: 1-1000}]\n", &how, 2,
		    500);
}

Test(steer, the_same_plan_each_time)
{
	const char *text = PORTS LAB("10.99.0.2") "lines: [{profile: lab, range: 1-3000}]\n";
	struct hl_steering how = rss_asked_for(128, 3);
	struct hl_plan *a = plan_steered(text, &how, 3), *b = plan_steered(text, &how, 3);
	uint32_t rising = 0;

	cr_expect_eq(memcmp(a->table.lines, b->table.lines, 3000 * sizeof(*a->table.lines)), 0);
	for (uint32_t i = 4; i < 3000; i++)
		rising += a->table.lines[i].port > a->table.lines[i - 4].port;
	cr_expect(rising > 1300 && rising < 1700, "ports look random: %u rise", rising);
	hl_plan_free(a);
	hl_plan_free(b);
}

Test(steer, what_is_no_steering_is_refused)
{
	struct hl_steering how = rss_asked_for(128, 2);
	struct hl_plan_options options = { .n_workers = 2, .steering = &how };
	struct hl_error err = { 0 };
	struct hl_config config;
	struct hl_plan *plan;

	config_read(&config, PORTS PROFILES LINES);
	how.key_len = 15;
	cr_expect_eq(hl_plan_new(&plan, &config, &options, &err), -EINVAL);
	cr_expect_str_eq(err.text, "steering: an RSS key of 15 bytes: allowed 16..64");
	how = rss_asked_for(128, 2);
	how.table_size = 0;
	cr_expect_eq(hl_plan_new(&plan, &config, &options, &err), -EINVAL);
	cr_expect_str_eq(err.text, "steering: the table of queues is empty");
	hl_config_free(&config);
}

Test(steer, a_frame_says_whether_it_should_have_come_by_itself)
{
	struct hl_steering how = rss_asked_for(128, 2);
	struct hl_plan *plan = plan_steered(PORTS PROFILES LINES, &how, 2);
	bool steered, icmp, any = false, none = false;

	for (uint32_t i = 0; i < 4; i++) {
		uint8_t frame[80] = { [12] = 8, [14] = 0x45, [23] = 17 };

		memcpy(frame + 30, plan->table.addresses[plan->table.lines[i].addr].addr.bytes, 4);
		frame[36] = (uint8_t)(plan->table.lines[i].port >> 8);
		frame[37] = (uint8_t)plan->table.lines[i].port;
		cr_expect_eq(hl_plan_owner(plan, 0, frame, sizeof(frame), &steered), i / 2);
		cr_expect_eq(steered, line_marked(plan, i));
		// what does not come from a server of the line says nothing of the steering
		const struct hl_endpoint *p =
			&plan->directory
				 .servers[plan_constants(plan)
						  ->shapes[plan->table.lines[i].shape]
						  ->profile][HL_SERVER_P]
				 .endpoints[0]
				 .at;
		memcpy(frame + 26, p->addr.bytes, 4);
		frame[34] = (uint8_t)(p->port >> 8);
		frame[35] = (uint8_t)p->port;
		cr_expect(hl_plan_from_server(plan, 0, frame, sizeof(frame)));
		frame[35] ^= 1;
		cr_expect_not(hl_plan_from_server(plan, 0, frame, sizeof(frame)), "another port");
		frame[35] ^= 1;
		frame[29] ^= 64;
		cr_expect_not(hl_plan_from_server(plan, 0, frame, sizeof(frame)),
			      "another address");
		any = any || steered;
		// An ICMP error that quotes it is hashed by its own addresses.
		memcpy(frame + 54, frame + 30, 4); // quoted source
		frame[42] = 0x45;
		frame[51] = 17;
		frame[62] = frame[36];
		frame[63] = frame[37];
		frame[23] = 1;
		frame[34] = 3;
		cr_expect_eq(hl_plan_owner(plan, 0, frame, sizeof(frame), &icmp), i / 2);
		cr_expect_not(icmp);
		none = none || !steered;
	}
	cr_expect(any && none, "both kinds are among them");
	hl_plan_free(plan);
}
