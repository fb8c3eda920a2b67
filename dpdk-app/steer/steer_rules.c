// SPDX-License-Identifier: BSD-3-Clause
// Rules by exact destination address, or by the low bits of the destination port.

#include "steer/steer_rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_flow.h>

#define ADDRESS_RULES_MAX 1024

// When the number of queues is not a power of two, some queues get more ports than others, but at
// most an eighth more.
#define UNEVEN_SHARE 8

struct rule {
	struct hl_addr addr; // its bytes are heeded when by_address
	bool by_address;
	uint16_t port, mask; // of the port; mask 0: any
	uint16_t queue;
};

// Validate a rule, or create it when `out` is not NULL.
static int rule_apply(uint16_t port_id, const struct rule *rule, struct rte_flow **out)
{
	const struct rte_flow_attr attr = { .ingress = 1 };
	const bool is_ipv6 = rule->addr.family == HL_FAMILY_IPV6;
	const struct rte_flow_item_ipv4 ipv4_mask = { .hdr.dst_addr = UINT32_MAX };
	struct rte_flow_item_ipv4 ipv4 = { 0 };
	struct rte_flow_item_ipv6 ipv6 = { 0 }, ipv6_mask = { 0 };
	const struct rte_flow_item ip = {
		.type = is_ipv6 ? RTE_FLOW_ITEM_TYPE_IPV6 : RTE_FLOW_ITEM_TYPE_IPV4,
		.spec = !rule->by_address ? NULL
			: is_ipv6         ? (const void *)&ipv6
					  : (const void *)&ipv4,
		.mask = !rule->by_address ? NULL
			: is_ipv6         ? (const void *)&ipv6_mask
					  : (const void *)&ipv4_mask,
	};
	const struct rte_flow_item_udp udp = { .hdr.dst_port = rte_cpu_to_be_16(rule->port) };
	const struct rte_flow_item_udp udp_mask = { .hdr.dst_port = rte_cpu_to_be_16(rule->mask) };
	const struct rte_flow_action_queue queue = { .index = rule->queue };
	const struct rte_flow_item pattern[] = {
		{ .type = RTE_FLOW_ITEM_TYPE_ETH },
		ip,
		// With a rule by address everything to it, ICMP included, goes to the owner.
		{ .type = rule->mask ? RTE_FLOW_ITEM_TYPE_UDP : RTE_FLOW_ITEM_TYPE_END,
		  .spec = &udp,
		  .mask = &udp_mask },
		{ .type = RTE_FLOW_ITEM_TYPE_END },
	};
	const struct rte_flow_action actions[] = {
		{ .type = RTE_FLOW_ACTION_TYPE_QUEUE, .conf = &queue },
		{ .type = RTE_FLOW_ACTION_TYPE_END },
	};
	struct rte_flow_error error = { 0 };

	memcpy(&ipv4.hdr.dst_addr, rule->addr.bytes, sizeof(ipv4.hdr.dst_addr));
	memcpy(ipv6.hdr.dst_addr, rule->addr.bytes, sizeof(ipv6.hdr.dst_addr));
	memset(ipv6_mask.hdr.dst_addr, 0xff, sizeof(ipv6_mask.hdr.dst_addr));
	if (!out)
		return rte_flow_validate(port_id, &attr, pattern, actions, &error);
	*out = rte_flow_create(port_id, &attr, pattern, actions, &error);
	return *out ? 0 : -EIO;
}

static uint64_t addresses_count(const struct hl_port *port)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < port->n_ranges; i++)
		n += hl_addr_range_count(&port->ranges[i]);
	return n;
}

static bool rule_offered(struct steering *s, const struct rule *rule)
{
	s->why_not_rules = rule_apply(s->port_id, rule, NULL) < 0
				   ? "it accepts no rules by address or port"
				   : NULL;
	return s->why_not_rules == NULL;
}

bool rules_by_address(struct steering *s, const struct hl_config *config)
{
	const struct hl_port *port = &config->ports[0];
	const struct rule first = { .addr = port->ranges[0].first, .by_address = true, .queue = 1 };
	uint64_t n = addresses_count(port);

	if (n < s->n_queues || n > ADDRESS_RULES_MAX)
		return false;
	s->how.by = HL_STEER_ADDRESS;
	s->how.table_size = s->n_queues;
	for (uint16_t i = 0; i < s->n_queues; i++)
		s->table[i] = i;
	return rule_offered(s, &first);
}

bool rules_by_port(struct steering *s, const struct hl_config *config)
{
	uint32_t size = rte_align32pow2(s->n_queues);

	if (size != s->n_queues)
		size *= UNEVEN_SHARE;
	s->how.by = HL_STEER_PORT;
	s->how.table_size = size;
	for (uint32_t i = 0; i < size; i++)
		s->table[i] = (uint16_t)(i % s->n_queues);
	s->family = hl_config_family(config, 0);
	return rule_offered(s, &(struct rule){ .addr.family = (uint8_t)s->family,
					       .mask = (uint16_t)(size - 1),
					       .queue = 1 });
}

static int rule_add(struct steering *s, const struct rule *rule)
{
	int rc = rule_apply(s->port_id, rule, &s->rules[s->n_rules]);

	s->n_rules += rc == 0;
	return rc;
}

static int rules_add_addresses(struct steering *s, const struct hl_port *port)
{
	int rc = 0;

	for (uint32_t i = 0; i < port->n_ranges; i++) {
		uint64_t n = hl_addr_range_count(&port->ranges[i]);

		for (uint64_t k = 0; rc == 0 && k < n; k++) {
			struct hl_addr addr = hl_addr_behind(&port->ranges[i].first, (uint32_t)k);

			rc = rule_add(s, &(struct rule){
						 .addr = addr,
						 .by_address = true,
						 .queue = s->table[hl_addr_number(&addr) %
								   s->how.table_size],
					 });
		}
	}
	return rc;
}

static int rules_add_ports(struct steering *s)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < s->how.table_size; i++)
		rc = rule_add(s, &(struct rule){
					 .addr.family = (uint8_t)s->family,
					 .port = (uint16_t)i,
					 .mask = (uint16_t)(s->how.table_size - 1),
					 .queue = s->table[i],
				 });
	return rc;
}

int rules_create(struct steering *s, const struct hl_config *config)
{
	bool by_address = s->rung == STEERING_RULES_ADDRESS;

	if (!by_address && s->rung != STEERING_RULES_PORT)
		return 0;
	s->rules = calloc(by_address ? addresses_count(&config->ports[0]) : s->how.table_size,
			  sizeof(*s->rules));
	if (!s->rules)
		return -ENOMEM;
	int rc = by_address ? rules_add_addresses(s, &config->ports[0]) : rules_add_ports(s);
	if (rc < 0) {
		s->why_not_rules = "it refused a rule by address or port";
		rules_destroy(s);
	}
	return rc;
}

void rules_destroy(struct steering *s)
{
	struct rte_flow_error error;

	while (s->n_rules > 0)
		rte_flow_destroy(s->port_id, s->rules[--s->n_rules], &error);
	free(s->rules);
	s->rules = NULL;
}
