// SPDX-License-Identifier: BSD-3-Clause
// Which rung a port gets, by what it offers: its RSS and rules are made up here.

#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>

#include <rte_ethdev.h>

#include "steer/steer.h"

#define ENTRIES 128
#define RULES_MAX 64

// The port.
static struct {
	uint64_t hash; // functions in use; 0: no RSS
	bool our_key, no_table;
	uint8_t key_len;
	bool by_address, by_port; // rules that it takes
	uint32_t takes;           // so many
	struct {
		uint32_t addr;
		uint16_t port, mask, queue;
		bool alive;
	} rules[RULES_MAX];
	uint32_t n_rules;
} nic = { .key_len = 40, .takes = RULES_MAX };

int __wrap_rte_eth_dev_info_get(uint16_t port, struct rte_eth_dev_info *info);
int __wrap_rte_eth_dev_rss_hash_conf_get(uint16_t port, struct rte_eth_rss_conf *conf);
int __wrap_rte_eth_dev_rss_reta_query(uint16_t port, struct rte_eth_rss_reta_entry64 *entries,
				      uint16_t size);
int __wrap_rte_flow_validate(uint16_t port, const struct rte_flow_attr *attr,
			     const struct rte_flow_item pattern[],
			     const struct rte_flow_action actions[], struct rte_flow_error *error);
struct rte_flow *__wrap_rte_flow_create(uint16_t port, const struct rte_flow_attr *attr,
					const struct rte_flow_item pattern[],
					const struct rte_flow_action actions[],
					struct rte_flow_error *error);
int __wrap_rte_flow_destroy(uint16_t port, struct rte_flow *flow, struct rte_flow_error *error);

int __wrap_rte_eth_dev_info_get(uint16_t port, struct rte_eth_dev_info *info)
{
	(void)port;
	*info = (struct rte_eth_dev_info){
		.flow_type_rss_offloads = nic.hash,
		.hash_key_size = nic.key_len,
		.reta_size = ENTRIES,
	};
	return 0;
}

int __wrap_rte_eth_dev_rss_hash_conf_get(uint16_t port, struct rte_eth_rss_conf *conf)
{
	(void)port;
	hl_steering_key(conf->rss_key, nic.key_len, HL_FAMILY_IPV4);
	for (unsigned i = 0; !nic.our_key && i < nic.key_len; i++)
		conf->rss_key[i] = (uint8_t)(i * i + 3 * i + 0x5d);
	conf->rss_key_len = nic.key_len;
	conf->rss_hf = nic.hash;
	return 0;
}

int __wrap_rte_eth_dev_rss_reta_query(uint16_t port, struct rte_eth_rss_reta_entry64 *entries,
				      uint16_t size)
{
	(void)port;
	for (unsigned i = 0; i < size; i++)
		entries[i / 64].reta[i % 64] = i % 2;
	return nic.no_table ? -ENOTSUP : 0;
}

// Read a rule as a driver does. False: it is not taken.
static bool rule_read(const struct rte_flow_item pattern[], const struct rte_flow_action actions[])
{
	const struct rte_flow_item_ipv4 *ip = pattern[1].spec, *ip_mask = pattern[1].mask;
	bool udp = pattern[2].type == RTE_FLOW_ITEM_TYPE_UDP;
	const struct rte_flow_item_udp *to = pattern[2].spec, *to_mask = pattern[2].mask;
	const struct rte_flow_action_queue *queue = actions[0].conf;

	cr_assert_eq(pattern[0].type, RTE_FLOW_ITEM_TYPE_ETH);
	cr_assert_eq(pattern[1].type, RTE_FLOW_ITEM_TYPE_IPV4);
	cr_assert_eq(pattern[udp ? 3 : 2].type, RTE_FLOW_ITEM_TYPE_END);
	cr_assert_eq(actions[0].type, RTE_FLOW_ACTION_TYPE_QUEUE);
	cr_assert_eq(actions[1].type, RTE_FLOW_ACTION_TYPE_END);
	cr_assert(udp || (ip && ip_mask->hdr.dst_addr == UINT32_MAX));
	cr_assert_lt(nic.n_rules, RULES_MAX);
	nic.rules[nic.n_rules].addr = ip ? rte_be_to_cpu_32(ip->hdr.dst_addr) : 0;
	nic.rules[nic.n_rules].port = udp ? rte_be_to_cpu_16(to->hdr.dst_port) : 0;
	nic.rules[nic.n_rules].mask = udp ? rte_be_to_cpu_16(to_mask->hdr.dst_port) : 0;
	nic.rules[nic.n_rules].queue = queue->index;
	return udp ? nic.by_port : nic.by_address;
}

int __wrap_rte_flow_validate(uint16_t port, const struct rte_flow_attr *attr,
			     const struct rte_flow_item pattern[],
			     const struct rte_flow_action actions[], struct rte_flow_error *error)
{
	(void)port, (void)attr, (void)error;
	return rule_read(pattern, actions) ? 0 : -ENOTSUP;
}

struct rte_flow *__wrap_rte_flow_create(uint16_t port, const struct rte_flow_attr *attr,
					const struct rte_flow_item pattern[],
					const struct rte_flow_action actions[],
					struct rte_flow_error *error)
{
	(void)port, (void)attr, (void)error;
	if (!rule_read(pattern, actions) || nic.n_rules == nic.takes)
		return NULL;
	nic.rules[nic.n_rules].alive = true;
	return (struct rte_flow *)&nic.rules[nic.n_rules++];
}

int __wrap_rte_flow_destroy(uint16_t port, struct rte_flow *flow, struct rte_flow_error *error)
{
	(void)port, (void)error;
	for (uint32_t i = 0; i < nic.n_rules; i++)
		if (flow == (struct rte_flow *)&nic.rules[i])
			nic.rules[i].alive = false;
	return 0;
}

static uint32_t rules_alive(void)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < nic.n_rules; i++)
		n += nic.rules[i].alive;
	return n;
}

static struct steering s;
static struct hl_plan *plan;

static void choose_for(const char *addresses, const char *port, uint32_t n_workers)
{
	const struct port started = { .id = 0 };
	struct hl_plan_options options = { .n_workers = n_workers, .boot_key = { 1, 2 } };
	struct hl_config config;
	struct hl_error err = { 0 };
	char text[512];

	snprintf(text, sizeof(text),
		 "ports: [{device: nic, addresses: %s/16}]\n"
		 "profiles: {lab: {outbound_server: 10.99.0.1, backup_outbound_server: 10.99.0.2, "
		 "%s}}\nlines: [{profile: lab, range: 1-4}]\n",
		 addresses, port);
	cr_assert_eq(hl_config_parse(&config, "text", text, &err), 0, "%s", err.text);
	cr_assert_eq(steering_choose(&s, &started, &config, &options, &plan, &err), 0, "%s",
		     err.text);
	hl_config_free(&config);
}

static void choose(uint32_t n_workers)
{
	choose_for("10.99.1.1-10.99.1.4", "use_random_sip_port: on", n_workers);
}

static void rung_expect(const char *name, uint32_t steered)
{
	cr_expect_str_eq(steering_rung_name(s.rung), name);
	cr_expect_eq(s.steered, steered, "%u steered", s.steered);
}

Test(steering, one_worker_needs_none)
{
	nic.hash = RTE_ETH_RSS_NONFRAG_IPV4_UDP;
	choose(1);
	rung_expect("none", 0);
	hl_plan_free(plan);
}

Test(steering, rss_with_the_key_that_was_asked_for)
{
	nic.hash = RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_IPV4;
	nic.our_key = nic.by_address = true;
	choose(2);
	rung_expect("rss", 4);
	cr_expect(s.key_asked_for && s.how.hash_ports);
	cr_expect_eq(nic.n_rules, 0);
	hl_plan_free(plan);
}

Test(steering, a_hash_of_addresses_alone)
{
	nic.hash = RTE_ETH_RSS_IPV4;
	nic.our_key = true;
	choose_for("10.99.1.1-10.99.1.64", "use_random_sip_port: on", 2);
	rung_expect("rss", 4);
	cr_expect_not(s.how.hash_ports);
	hl_plan_free(plan);
}

Test(steering, rss_that_cannot_be_read_leaves_it_to_rules_by_address)
{
	nic.hash = RTE_ETH_RSS_NONFRAG_IPV4_UDP;
	nic.our_key = nic.no_table = nic.by_address = nic.by_port = true;
	choose(2);
	rung_expect("rules_address", 4);
	cr_expect_str_eq(s.why_not_rss, "the device does not tell its RSS table");
	cr_assert_eq(rules_alive(), 4);
	for (uint32_t i = 0; i < 4; i++) {
		cr_expect_eq(nic.rules[i].addr, 0x0a630101 + i);
		cr_expect_eq(nic.rules[i].queue, nic.rules[i].addr % 2);
	}
	steering_undo(&s);
	cr_expect_eq(rules_alive(), 0);
	hl_plan_free(plan);
}

Test(steering, fewer_addresses_than_workers_leave_it_to_rules_by_port)
{
	nic.by_address = nic.by_port = true;
	choose_for("10.99.1.1", "use_random_sip_port: on", 3);
	rung_expect("rules_port", 4);
	cr_expect_str_eq(s.why_not_rss, "the device offers no RSS");
	cr_assert_eq(rules_alive(), 32, "three queues share four times eight values evenly");
	for (uint32_t i = 0; i < 32; i++) {
		cr_expect_eq(nic.rules[i].port, i);
		cr_expect_eq(nic.rules[i].mask, 31);
		cr_expect_eq(nic.rules[i].queue, i % 3);
	}
	steering_undo(&s);
	hl_plan_free(plan);
}

Test(steering, rules_win_when_rss_brings_few_lines_home)
{
	nic.hash = RTE_ETH_RSS_IPV4; // a line an address: by luck
	nic.our_key = nic.by_address = true;
	choose_for("10.99.1.1-10.99.1.4", "local_sip_port: 5060", 2);
	rung_expect("rules_address", 4);
	steering_undo(&s);
	hl_plan_free(plan);
}

Test(steering, a_rule_refused_in_the_end_leaves_none_and_the_rings)
{
	nic.by_address = true;
	nic.takes = 2;
	choose(2);
	rung_expect("ring", 0);
	cr_expect_str_eq(s.why_not_rules, "it refused a rule by address or port");
	cr_expect_eq(nic.n_rules, 2);
	cr_expect_eq(rules_alive(), 0);
	hl_plan_free(plan);
}

Test(steering, a_key_too_short_is_of_no_use)
{
	nic.hash = RTE_ETH_RSS_NONFRAG_IPV4_UDP;
	nic.our_key = true;
	nic.key_len = 12;
	choose(2);
	rung_expect("ring", 0);
	cr_expect_str_eq(s.why_not_rss, "the device does not tell its RSS key");
	cr_expect_str_eq(s.why_not_rules, "it accepts no rules by address or port");
	hl_plan_free(plan);
}

Test(steering, replies_prove_a_rung_or_refute_it)
{
	static const struct {
		uint64_t arrived_home, arrived_elsewhere;
		enum steering_proof proof;
	} rows[] = {
		{ 0, 0, STEERING_UNSEEN },        { 1, 0, STEERING_CONFIRMED },
		{ 0, 1, STEERING_REFUTED },       { 75, 25, STEERING_CONFIRMED },
		{ 74, 26, STEERING_REFUTED },     { 50, 50, STEERING_REFUTED },
		{ 1000, 10, STEERING_CONFIRMED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct handoff_counts counts = {
			.arrived_home = rows[i].arrived_home,
			.arrived_elsewhere = rows[i].arrived_elsewhere
		};

		cr_expect_eq(steering_proof(&counts), rows[i].proof, "row %zu", i);
	}
}
