// SPDX-License-Identifier: BSD-3-Clause
// The steps from a configuration to a plan, in this order.
#pragma once

#include "control/domains.h"
#include "control/identity.h"
#include "control/messages.h"
#include "control/windows.h"
#include "worker/plan.h"

struct planner {
	struct hl_plan *plan;
	struct plan_constants *constants; // those of the plan, while they are made
	const struct hl_config *configured;
	const struct hl_config *config; // the same, and behind its groups those of spare slots
	struct hl_config all;           // its arrays are those of `configured`, but for the lines
	struct hl_error *err;
	uint32_t *
		group_first; // of a group: its first line among those configured, its first spare slot
	struct domains domains;
	struct messages *messages; // by domain, with marks
	// Of several networks: that of each configured line; of several ports: its slot. Else NULL.
	uint16_t *line_networks;
	uint32_t *line_slots;
	uint64_t looked; // at lines, over all walks
};

#define PLAN_WALKS 4 // over all lines: ports, identities twice, shapes
#define PLAN_LOOKED_EVERY 32768

// A walk over the lines came by one.
static inline void plan_looked(struct planner *p)
{
	if (++p->looked % PLAN_LOOKED_EVERY == 0 && p->plan->options.progress != NULL)
		p->plan->options.progress(p->looked / PLAN_WALKS);
}

// As hl_plan_new(), for lines that speak over this transport.
int plan_new(struct hl_plan **plan, const struct hl_config *config,
	     const struct hl_plan_options *options, const struct transport *transport,
	     struct hl_error *err);

int plan_slots(struct planner *p);      // which are whose
int plan_networks(struct planner *p);   // ports, networks, own addresses and their texts
int plan_profiles(struct planner *p);   // policies, servers, neighbours
int plan_domains(struct planner *p);    // Request-URIs, messages
int plan_ports(struct planner *p);      // an address and a port for each slot
int plan_identities(struct planner *p); // texts of each line
int plan_shapes(struct planner *p);     // templates
int plan_free_slots(struct planner *p); // those without a line

// The network that a configured line has its address in.
static inline uint16_t plan_line_network(const struct planner *p, uint32_t group, uint32_t k)
{
	return p->line_networks == NULL ? 0 : p->line_networks[p->group_first[group] + k];
}

void plan_networks_end(struct hl_plan *plan);
void plan_free_end(struct hl_plan *plan);

// Line k of a group has this slot.
uint32_t plan_slot(const struct planner *p, uint32_t group, uint32_t k);

// What lines heed of their profile as it is configured.
void profile_fill(const struct hl_profile *c, uint32_t n_workers, struct plan_profile *out);

// Of line k of a group.
static inline uint16_t plan_domain_of(const struct planner *p, uint32_t group, uint32_t k)
{
	return domain_of(&p->domains, p->config, group, k);
}

static inline int plan_no_memory(struct planner *p)
{
	return hl_fail(p->err, ENOMEM, "no memory for a plan of %u lines", p->plan->table.n_lines);
}

// Texts of line k of a group; slices point into the configuration or into `number`.
struct identity {
	struct slice part[IDENTITY_PARTS];
	char number[PHONE_NUMBER_MAX];
};
void identity_make(const struct hl_config *config, const struct hl_lines *lines, uint32_t k,
		   struct identity *out);
// line: for messages.
int identity_lengths_check(const struct identity *id, uint32_t line, struct hl_error *err);
// Write the texts, and in front of them, unless `instance` is NULL, the UUID of user and domain.
// at: NULL to measure. Returns how many bytes they take.
uint64_t identity_put(struct plan_identity *out, const struct identity *id,
		      const struct plan_domain *instance, char *at);
