// SPDX-License-Identifier: BSD-3-Clause
// What a profile's lines share: policy, times, servers and their neighbours.
#include "control/planner.h"

#include "base/memory.h"
#include "line/line.h"
#include "worker/saved_line.h"
#include "worker/schedule.h"

#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull
#define SUBSCRIBE_S 3761u          // RFC 3680 4.4
#define NEIGHBOURS_MAX (1u << 20)  // of a port
#define REGISTER_TIMEOUT_MS 32000u // RFC 3261 17.1.2.2: timer F, 64 * T1

void profile_fill(const struct hl_profile *c, uint32_t n_workers, struct plan_profile *out)
{
	out->policy = (struct failover_policy){
		.fail_max = (uint8_t)(c->max_detect_fail_count +
				      (c->fail_compare == HL_COMPARE_EXCEED ? 1 : 0)),
		.recover_count = (uint8_t)c->recover_count,
		.has_backup = c->backup.addr.family != HL_FAMILY_NONE || c->backup_name != NULL,
		.probes = c->primary_detect_interval_ms != 0,
		.prefer_primary = c->prefer_primary,
		.auto_return = c->return_mode == HL_RETURN_AUTO,
		.remove_last = c->remove_last_registration,
	};
#define SETTING(type, member, value) out->member = (value);
	PLAN_SETTINGS(SETTING)
#undef SETTING
	out->name_hash = saved_name_hash(c->name);
	out->register_timeout_ns = NS_PER_MS * (c->register_timeout_ms != 0 ? c->register_timeout_ms
									    : REGISTER_TIMEOUT_MS);
	out->options_timeout_ns = NS_PER_MS * (c->options_timeout_ms != 0 ? c->options_timeout_ms
									  : REGISTER_TIMEOUT_MS);
	out->switch_ms = (uint32_t)(hl_profile_switch_ms(c) < UINT32_MAX ? hl_profile_switch_ms(c)
									 : UINT32_MAX);
	out->keepalive_interval_ns = c->sip_options ? NS_PER_MS * c->sip_options_interval_ms : 0;
	out->interval_varies = c->sip_options || c->down_detect_interval_ms != 0;
	// without probes what is sent to P at their beat is its keepalive, which is OPTIONS
	if (c->probe == HL_PROBE_REGISTER0 && c->primary_detect_interval_ms != 0)
		out->probe_flags = LINE_PROBE_QUERY;
	if (c->server_rate != 0) // each worker has its share
		out->server_interval = (NS_PER_S << PACE_SHIFT) * n_workers / c->server_rate;
	if (c->register_subscribe)
		out->subscribe_s = c->register_subscribe_interval_s != 0
					   ? c->register_subscribe_interval_s
					   : SUBSCRIBE_S;
}

// A server by name is found later (hl_plan_set_targets()).
static int server_make(struct planner *p, uint32_t profile, enum hl_server server,
		       const struct hl_endpoint *at)
{
	const struct hl_target target = { .at = *at, .weight = 1 };

	plan_server_clear(&p->plan->directory.servers[profile][server]);
	if (at->addr.family == HL_FAMILY_NONE)
		return 0;
	return hl_plan_set_targets(p->plan, profile, server, &target, 1, p->err);
}

static int profile_make(struct planner *p, uint32_t index)
{
	const struct hl_profile *c = &p->config->profiles[index];
	int rc;

	profile_fill(c, p->plan->options.n_workers, &p->constants->profiles[index]);
	rc = server_make(p, index, HL_SERVER_P, &c->primary);
	return rc != 0 ? rc : server_make(p, index, HL_SERVER_B, &c->backup);
}

// Next hops that there can ever be: from each network one for each address that a server may have in a run, but
// no more than its subnet has, and its routers.
static int neighbours_make(struct planner *p)
{
	struct plan_directory *directory = &p->plan->directory;
	uint64_t most = 0, n[HL_PORTS_MAX] = { 0 };
	int rc = 0;

	for (uint32_t i = 0; i < p->config->n_profiles; i++) {
		const struct hl_profile *c = &p->config->profiles[i];

		most += c->primary_name ? PLAN_ENDPOINTS_MAX : PLAN_TARGETS_MAX;
		most += c->backup_name ? PLAN_ENDPOINTS_MAX : PLAN_TARGETS_MAX;
	}
	for (uint32_t i = 0; i < directory->n_networks; i++) {
		const struct plan_network *network = &directory->networks[i];
		uint64_t hosts = hl_prefix_count(&network->subnet);

		n[network->port] += (most < hosts ? most : hosts) + 1 + network->n_routes;
	}
	for (uint32_t i = 0; rc == 0 && i < directory->n_ports; i++)
		rc = neigh_init(&directory->ports[i].neighbours,
				(uint32_t)(n[i] < NEIGHBOURS_MAX ? n[i] : NEIGHBOURS_MAX));
	return rc == 0 ? 0 : plan_no_memory(p);
}

int plan_profiles(struct planner *p)
{
	struct plan_constants *c = p->constants;
	int rc = 0;

	c->profiles = memory_zalloc(c->n_profiles, sizeof(*c->profiles), 64);
	p->plan->directory.servers = memory_zalloc(c->n_profiles,
						   sizeof(*p->plan->directory.servers), 64);
	if (c->profiles == NULL || p->plan->directory.servers == NULL || neighbours_make(p) != 0)
		return plan_no_memory(p);
	for (uint32_t i = 0; rc == 0 && i < c->n_profiles; i++)
		rc = profile_make(p, i);
	return rc;
}
