// SPDX-License-Identifier: BSD-3-Clause
// The plan made and freed: one step after the other, each in its own file.
#include <heartline/plan.h>

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/siphash.h"
#include "control/constants.h"
#include "control/planner.h"
#include "control/settings.h"
#include "worker/transport.h"

static int lines_make(struct planner *p)
{
	struct hl_plan *plan = p->plan;

	plan->table.lines = memory_zalloc(plan->table.n_lines, sizeof(*plan->table.lines), 64);
	plan->table.identities = memory_zalloc(plan->table.n_lines, sizeof(*plan->table.identities),
					       64);
	if (plan->table.lines == NULL || plan->table.identities == NULL)
		return plan_no_memory(p);
	for (uint32_t i = 0; i < plan->table.n_lines; i++)
		plan->table.lines[i].shape = PLAN_NO_SHAPE;
	return 0;
}

// The boot key itself is forgotten: nothing else may be made of it.
static int keys_make(struct planner *p)
{
	struct hl_plan *plan = p->plan;
	uint32_t shift = plan->options.saved != NULL ? 0 : PLAN_CALL_ID_SHIFT;
	uint32_t n = (plan->table.n_lines >> shift) + 1;

	for (int purpose = 0; purpose < PLAN_KEYS; purpose++)
		siphash_derive(plan->options.boot_key, (uint64_t)purpose, plan->keys[purpose]);
	memset(plan->options.boot_key, 0, sizeof(plan->options.boot_key));
	plan->table.call_id_shift = shift;
	plan->table.call_ids = memory_zalloc(n, sizeof(*plan->table.call_ids), 64);
	if (plan->table.call_ids == NULL)
		return plan_no_memory(p);
	for (uint32_t i = 0; i < n; i++)
		plan->table.call_ids[i] = siphash_u64(plan->keys[PLAN_KEY_CALL_ID], i);
	return 0;
}

// What a change of them is held against.
static int settings_keep(struct planner *p)
{
	uint32_t n = p->config->n_profiles;

	p->plan->settings = calloc(n, sizeof(*p->plan->settings));
	for (uint32_t i = 0; p->plan->settings != NULL && i < n; i++)
		if (settings_copy(&p->plan->settings[i], &p->config->profiles[i]) != 0)
			return plan_no_memory(p);
	return p->plan->settings != NULL ? 0 : plan_no_memory(p);
}

static int plan_make(struct planner *p)
{
	static int (*const steps[])(struct planner *) = {
		settings_keep,   plan_networks, plan_slots,      keys_make,
		lines_make,      plan_profiles, plan_domains,    plan_ports,
		plan_identities, plan_shapes,   plan_free_slots,
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int rc = steps[i](p);

		if (rc != 0)
			return rc;
	}
	return 0;
}

static int constants_begin(struct planner *p, const struct transport *transport)
{
	p->constants = constants_new();
	if (p->constants == NULL)
		return plan_no_memory(p);
	p->constants->transport = transport;
	p->constants->n_profiles = p->config->n_profiles;
	return 0;
}

int hl_plan_new(struct hl_plan **plan, const struct hl_config *config,
		const struct hl_plan_options *options, struct hl_error *err)
{
	return plan_new(plan, config, options, &transport_udp, err);
}

int plan_new(struct hl_plan **plan, const struct hl_config *config,
	     const struct hl_plan_options *options, const struct transport *transport,
	     struct hl_error *err)
{
	struct planner p = { .configured = config, .config = config, .err = err };
	int rc = hl_config_check(config, err);

	*plan = NULL;
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < config->n_profiles; i++)
		if (config->profiles[i].dhcp_option_120)
			return hl_fail(err, EINVAL,
				       "profile %s: DHCP was not asked for its servers",
				       config->profiles[i].name);
	if (options->n_workers == 0 || options->n_workers > PLAN_WORKERS_MAX)
		return hl_fail(err, EINVAL, "%u workers: allowed 1..%u", options->n_workers,
			       PLAN_WORKERS_MAX);
	p.plan = memory_zalloc(1, sizeof(*p.plan), 64);
	if (p.plan == NULL)
		return hl_fail(err, ENOMEM, "no memory for a plan");
	p.plan->options = *options;
	rc = constants_begin(&p, transport);
	if (rc == 0)
		rc = plan_make(&p);
	if (p.constants != NULL)
		publisher_init(&p.plan->constants, &p.constants->published, options->n_workers,
			       PUBLISH_FIRST_VERSION);
	domains_free(&p.domains, p.config);
	free(p.all.lines);
	free(p.group_first);
	free(p.line_networks);
	free(p.line_slots);
	free(p.messages);
	p.plan->options.steering = NULL; // the caller's
	p.plan->options.progress = NULL;
	p.plan->options.ports = NULL;
	p.plan->options.saved = NULL;
	p.plan->options.leases = NULL;
	if (rc != 0) {
		hl_plan_free(p.plan);
		return rc;
	}
	*plan = p.plan;
	return 0;
}

static void servers_free(struct hl_plan *plan)
{
	struct plan_server(*servers)[HL_SERVERS] = plan->directory.servers;

	for (uint32_t i = 0; servers != NULL && i < plan_constants(plan)->n_profiles; i++)
		for (unsigned s = 0; s < HL_SERVERS; s++)
			for (uint32_t k = 0; k < servers[i][s].n_endpoints; k++)
				memory_free(servers[i][s].endpoints[k].paths);
	memory_free(servers);
}

void hl_plan_free(struct hl_plan *plan)
{
	if (plan == NULL)
		return;
	for (uint32_t i = 0; i < plan->options.n_workers; i++) // they are gone
		publish_rest(&plan->constants, i);
	hl_plan_reclaim(plan);
	for (uint32_t i = 0; plan->settings != NULL && i < plan_constants(plan)->n_profiles; i++)
		settings_free(&plan->settings[i]);
	free(plan->settings);
	servers_free(plan);
	constants_free(plan_constants(plan), NULL);
	plan_networks_end(plan);
	memory_free(plan->table.addresses);
	memory_free(plan->table.identities);
	memory_free(plan->table.lines);
	memory_free(plan->table.call_ids);
	memory_free(plan->table.arena);
	plan_free_end(plan);
	memory_free(plan->table.slots);
	memory_free(plan->table.steered);
	memory_free(plan);
}

uint32_t hl_plan_slots(const struct hl_plan *plan)
{
	return plan->table.n_lines;
}

uint32_t hl_plan_lines(const struct hl_plan *plan)
{
	return plan->table.n_lines - plan->table.n_free;
}

uint32_t hl_plan_workers(const struct hl_plan *plan)
{
	return plan->options.n_workers;
}

uint32_t hl_plan_port(const struct hl_plan *plan, uint32_t worker)
{
	return (uint32_t)(plan_port_of_worker(plan, worker) - plan->directory.ports);
}

uint32_t hl_plan_steered(const struct hl_plan *plan)
{
	return plan->table.n_steered;
}

uint32_t hl_plan_profile(const struct hl_plan *plan, uint32_t line)
{
	return plan_constants(plan)->shapes[plan->table.lines[line].shape]->profile;
}

struct hl_endpoint hl_plan_place(const struct hl_plan *plan, uint32_t line)
{
	const struct plan_line *l = &plan->table.lines[line];

	return (struct hl_endpoint){ .addr = plan->table.addresses[l->addr].addr, .port = l->port };
}

const char *hl_plan_phone_number(const struct hl_plan *plan, uint32_t line, uint32_t *len)
{
	*len = plan->table.identities[line].user_len;
	return *len > 0 ? plan->table.identities[line].text : "";
}

const char *hl_plan_domain(const struct hl_plan *plan, uint32_t line, uint32_t *len, bool *of_row)
{
	const struct plan_constants *c = plan_constants(plan);
	uint16_t shape = plan->table.lines[line].shape;

	*len = 0;
	*of_row = false;
	if (shape == PLAN_NO_SHAPE)
		return "";
	uint32_t index = c->shapes[shape]->domain;
	const char *host = c->domains[index].uri + sizeof("sip:") - 1;

	*len = host_length(host);
	*of_row = index >= c->n_profiles;
	return host;
}
