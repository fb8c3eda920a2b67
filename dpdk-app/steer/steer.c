// SPDX-License-Identifier: BSD-3-Clause
// Tries one way of steering after the other: the port's RSS, rules by address or by port, hand-off
// rings.

#include "steer/steer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_version.h>

#include "device/eal_log.h"
#include "steer/steer_rules.h"

#define KEY_BYTES 40    // assumed when a driver does not tell its key's length
#define PROOF_FRAMES 64 // needed before any conclusion about where they arrive

// Read the port's key, hash functions and table. Returns NULL, or why they cannot be used.
static const char *rss_read(struct steering *s, enum hl_family family)
{
	const bool ipv6 = family == HL_FAMILY_IPV6;
	const uint64_t ports = ipv6 ? RTE_ETH_RSS_NONFRAG_IPV6_UDP : RTE_ETH_RSS_NONFRAG_IPV4_UDP;
	const uint64_t addresses = ipv6 ? RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_OTHER
					: RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_OTHER;
	struct rte_eth_rss_reta_entry64 entries[STEERING_TABLE_MAX / RTE_ETH_RETA_GROUP_SIZE];
	struct rte_eth_dev_info info;
	struct rte_eth_rss_conf conf = { .rss_key = s->how.key };
	uint8_t asked_for[HL_RSS_KEY_MAX];

	if (rte_eth_dev_info_get(s->port_id, &info) < 0 || info.flow_type_rss_offloads == 0)
		return "the device offers no RSS";
	conf.rss_key_len = info.hash_key_size ? info.hash_key_size : KEY_BYTES;
	if (conf.rss_key_len > HL_RSS_KEY_MAX ||
	    rte_eth_dev_rss_hash_conf_get(s->port_id, &conf) < 0)
		return "the device does not tell its RSS key";
	memset(asked_for, 0, sizeof(asked_for));
	if (conf.rss_key_len < HL_RSS_KEY_MIN || conf.rss_key_len > HL_RSS_KEY_MAX ||
	    !memcmp(s->how.key, asked_for, conf.rss_key_len))
		return "the device does not tell its RSS key";
#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
	if (conf.algorithm != RTE_ETH_HASH_FUNCTION_DEFAULT &&
	    conf.algorithm != RTE_ETH_HASH_FUNCTION_TOEPLITZ)
		return "the device's RSS has another hash than Toeplitz";
#endif
	if (ipv6 && conf.rss_key_len < HL_RSS_KEY_MIN_IPV6)
		return "the device's RSS key is too short for IPv6";
	s->how.hash_ports = conf.rss_hf & ports;
	if (!s->how.hash_ports && !(conf.rss_hf & addresses))
		return ipv6 ? "the device's RSS leaves IPv6 out"
			    : "the device's RSS leaves IPv4 out";
	memset(entries, 0xff, sizeof(entries)); // the masks: ask for all entries
	if (info.reta_size == 0 || info.reta_size > STEERING_TABLE_MAX ||
	    rte_eth_dev_rss_reta_query(s->port_id, entries, info.reta_size) < 0)
		return "the device does not tell its RSS table";
	for (uint32_t i = 0; i < info.reta_size; i++)
		s->table[i] =
			entries[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
	s->how.by = HL_STEER_RSS;
	s->how.table_size = info.reta_size;
	s->how.key_len = conf.rss_key_len;
	hl_steering_key(asked_for, s->how.key_len, family);
	s->key_asked_for = !memcmp(s->how.key, asked_for, s->how.key_len);
	return NULL;
}

// Prepare a rung. False when the port does not offer it.
static bool rung_offered(struct steering *s, enum steering_rung rung,
			 const struct hl_config *config)
{
	s->rung = rung;
	switch (rung) {
	case STEERING_RSS:
		s->why_not_rss = rss_read(s, hl_config_family(config, 0));
		return s->why_not_rss == NULL;
	case STEERING_RULES_ADDRESS:
		return rules_by_address(s, config);
	case STEERING_RULES_PORT:
		return rules_by_port(s, config);
	default:
		return true;
	}
}

static bool good_enough(const struct steering *s)
{
	return s->steered >= s->lines - s->lines / 16;
}

// Make a plan for this rung, and keep it if it steers more lines to their worker than the best one
// so far.
static int rung_try(struct steering *best, const struct steering *s, const struct hl_config *config,
		    struct hl_plan_options *options, struct hl_plan **plan, struct hl_error *err)
{
	struct hl_plan *made;

	options->steering = s->rung == STEERING_RING ? NULL : &s->how;
	int rc = hl_plan_new(&made, config, options, err);
	options->steering = NULL;
	if (rc < 0)
		return rc;
	if (*plan && hl_plan_steered(made) <= best->steered) {
		hl_plan_free(made);
		return 0;
	}
	hl_plan_free(*plan);
	*plan = made;
	*best = *s;
	best->lines = hl_plan_slots(made);
	best->steered = hl_plan_steered(made);
	best->how.table = best->table;
	return 0;
}

int steering_choose(struct steering *s, const struct port *port, const struct hl_config *config,
		    struct hl_plan_options *options, struct hl_plan **plan, struct hl_error *err)
{
	static struct steering next; // too large for the stack; called once, by one thread
	int rc = 0;

	*plan = NULL;
	if (options->n_workers == 1)
		return hl_plan_new(plan, config, options, err);
	eal_log_keep(); // why a rung was refused is said below, in one line
	next = (struct steering){ .port_id = port->id, .n_queues = options->n_workers };
	next.how.table = next.table;
	for (int rung = STEERING_RSS; rc == 0 && rung <= STEERING_RING; rung++) {
		if (*plan && (good_enough(s) || rung == STEERING_RING))
			break;
		if (rung_offered(&next, (enum steering_rung)rung, config))
			rc = rung_try(s, &next, config, options, plan, err);
	}
	if (rc < 0) {
		eal_log_release();
		return rc;
	}
	s->why_not_rules = next.why_not_rules;
	if (s->steered == 0 && s->rung == STEERING_RSS)
		s->why_not_rss = "its RSS separates the replies of a line's two servers";
	if (s->steered == 0 || rules_create(s, config) < 0) {
		// The plan stays valid, it only counted on rules that were refused.
		s->rung = STEERING_RING;
		s->steered = 0;
	}
	eal_log_release();
	return 0;
}

static const struct {
	const char *name, *text;
} rungs[] = {
	[STEERING_NONE] = { "none", "none" },
	[STEERING_RSS] = { "rss", "RSS" },
	[STEERING_RULES_ADDRESS] = { "rules_address", "rules by address" },
	[STEERING_RULES_PORT] = { "rules_port", "rules by port" },
	[STEERING_RING] = { "ring", "ring hand-off" },
};

const char *steering_rung_name(enum steering_rung rung)
{
	return rungs[rung].name;
}

const char *steering_rung_text(enum steering_rung rung)
{
	return rungs[rung].text;
}

void steering_say(const struct steering *s)
{
	char how[128];

	if (s->rung == STEERING_NONE)
		return;
	if (s->rung == STEERING_RING) {
		fprintf(stderr,
			"heartline: port %u: %u queues, replies reach their worker by ring hand-off "
			"(%s%s%s)\n",
			s->port_id, s->n_queues, s->why_not_rss ? s->why_not_rss : "",
			s->why_not_rss && s->why_not_rules ? "; " : "",
			s->why_not_rules ? s->why_not_rules : "");
		return;
	}
	if (s->rung == STEERING_RSS)
		snprintf(how, sizeof(how), "RSS (%u-byte key%s, %u entries)", s->how.key_len,
			 s->key_asked_for ? " as asked for" : " of its own", s->how.table_size);
	else
		snprintf(how, sizeof(how), "%u %s", s->n_rules, rungs[s->rung].text);
	fprintf(stderr, "heartline: port %u: %u queues, replies steered by %s: %u of %u lines%s\n",
		s->port_id, s->n_queues, how, s->steered, s->lines,
		s->steered < s->lines ? "; the rest by ring hand-off" : "");
}

enum steering_proof steering_proof(const struct handoff_counts *all)
{
	uint64_t seen = all->arrived_home + all->arrived_elsewhere;

	if (seen == 0)
		return STEERING_UNSEEN;
	// A few may be requests that nothing steers. Without steering at least half of all frames
	// would be.
	return all->arrived_elsewhere > seen / 4 ? STEERING_REFUTED : STEERING_CONFIRMED;
}

void steering_report(const struct steering *s, const struct handoff *handoff,
		     struct steering_result *result)
{
	*result = (struct steering_result){
		.rung = s->rung,
		.n_queues = RTE_MAX(s->n_queues, 1u),
		.steered = s->steered,
	};
	handoff_count_all(handoff, &result->all);
	if (s->rung == STEERING_RING) // nothing to prove when the rules were refused
		result->all.arrived_home = result->all.arrived_elsewhere = 0;
	for (unsigned i = 0; handoff && i < s->n_queues; i++)
		handoff_count(handoff, i, &result->of[i]);
}

void steering_watch(struct steering *s, const struct handoff *handoff)
{
	struct handoff_counts all;

	if (s->doubt_said || s->rung == STEERING_NONE || s->rung == STEERING_RING)
		return;
	handoff_count_all(handoff, &all);
	if (all.arrived_home + all.arrived_elsewhere < PROOF_FRAMES ||
	    steering_proof(&all) != STEERING_REFUTED)
		return;
	s->doubt_said = true;
	fprintf(stderr,
		"heartline: port %u: steering by %s does not work on this device: %" PRIu64
		" of %" PRIu64 " replies arrived at another worker; ring hand-off goes on\n",
		s->port_id, rungs[s->rung].text, all.arrived_elsewhere,
		all.arrived_home + all.arrived_elsewhere);
}

void steering_undo(struct steering *s)
{
	rules_destroy(s);
	s->rung = STEERING_NONE;
}
