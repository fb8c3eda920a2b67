// SPDX-License-Identifier: BSD-3-Clause
// Lines that are added to a plan while its workers run, and the slots of those that were removed.
//
// A slot that is free is not looked at by its worker until HL_COMMAND_ADD tells it to, by its ring, so what
// is written here before is there by then. What other lcores may read of it at any time is its shape.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/entries.h"
#include "control/free_slots.h"
#include "control/numbers_in_use.h"
#include "control/planner.h"
#include "control/shapes.h"

struct adding {
	struct hl_plan *plan;
	const struct hl_config *config;
	const struct hl_lines *group;
	struct hl_error *err;
	uint32_t n;
	uint32_t *slots;
	uint16_t *domains; // by line
	struct plan_block *block;
};

static int no_memory(const struct adding *a)
{
	return hl_fail(a->err, ENOMEM, "no memory for %u more lines", a->n);
}

static int group_check(const struct adding *a)
{
	const struct hl_lines *group = a->group;

	if (a->config->n_profiles != plan_constants(a->plan)->n_profiles)
		return hl_fail(a->err, EINVAL,
			       "the plan has %u profiles, not %u; add profiles by a restart",
			       plan_constants(a->plan)->n_profiles, a->config->n_profiles);
	if (a->plan->directory.n_networks > 1)
		return hl_fail(
			a->err, EINVAL,
			"lines cannot be added while there are several pools, ports or VLANs; "
			"add them to the configuration and start again");
	if (group->profile >= plan_constants(a->plan)->n_profiles)
		return hl_fail(a->err, EINVAL, "profile %u: the plan has %u", group->profile,
			       plan_constants(a->plan)->n_profiles);
	if (group->csv == NULL && group->first > group->last)
		return hl_fail(a->err, EINVAL, "the range is backwards");
	if (lines_count(group) == 0)
		return hl_fail(a->err, EINVAL, "the group of lines is empty");
	return 0;
}

static int room_check(const struct adding *a)
{
	const struct hl_profile *profile = &a->config->profiles[a->group->profile];
	uint64_t n = lines_count(a->group);
	uint16_t first, last;

	profile_window(profile, &first, &last);
	uint32_t room = free_slots_count(a->plan, first, last);
	if (n <= room)
		return 0;
	return hl_fail(
		a->err, ENOSPC,
		"%" PRIu64 " lines cannot be added to profile %s: free are %u places at ports "
		"%u-%u; remove lines (their places are free a little later), or start with more "
		"than %u spare_lines",
		n, profile->name, room, first, last, a->plan->options.spare_lines);
}

// A domain that no line had when the plan was made has no messages.
static int domains_find(struct adding *a)
{
	for (uint32_t k = 0; k < a->n; k++) {
		const char *text = a->group->csv != NULL && a->group->domains != NULL
					   ? a->group->domains[k]
					   : NULL;
		int32_t domain = domain_in_use(a->plan, a->group->profile, text);

		if (domain < 0)
			return hl_fail(a->err, EINVAL,
				       "row %u: domain %.127s: no line of profile %s had it at the "
				       "start; add domains by a restart",
				       k + 1, text, a->config->profiles[a->group->profile].name);
		a->domains[k] = (uint16_t)domain;
	}
	return 0;
}

static const struct plan_domain *instance_of(const struct adding *a, uint32_t k)
{
	return a->config->profiles[a->group->profile].sip_instance
		       ? &plan_constants(a->plan)->domains[a->domains[k]]
		       : NULL;
}

static int identities_measure(struct adding *a, uint64_t *bytes)
{
	struct plan_identity unused;
	struct identity id;

	*bytes = PLAN_INSTANCE_LEN; // as in the arena: something is in front of each line
	for (uint32_t k = 0; k < a->n; k++) {
		identity_make(a->config, a->group, k, &id);
		if (identity_lengths_check(&id, k, a->err) != 0)
			return -EINVAL;
		*bytes += identity_put(&unused, &id, instance_of(a, k), NULL);
	}
	return 0;
}

// Made when there is none of these widths yet.
static int64_t line_shape(const struct adding *a, uint32_t k, const struct plan_identity *id)
{
	const struct plan_line *l = &a->plan->table.lines[a->slots[k]];
	const struct shape_key key = {
		.domain = a->domains[k],
		.user = id->user_len,
		.display = id->display_len,
		.ip = a->plan->table.addresses[l->addr].text_len,
		.port = shape_digits(l->port),
	};

	return shape_get(a->plan, &key,
			 shape_credentials(id, &plan_constants(a->plan)->domains[key.domain]),
			 a->err);
}

static int line_add(struct adding *a, uint32_t k, char **at)
{
	struct hl_plan *plan = a->plan;
	struct plan_identity texts;
	struct identity id;
	uint32_t slot = a->slots[k];

	identity_make(a->config, a->group, k, &id);
	*at += identity_put(&texts, &id, instance_of(a, k), *at);
	int64_t shape = line_shape(a, k, &texts);
	if (shape < 0)
		return (int)shape;
	__atomic_store_n(&plan->table.identities[slot].text, texts.text, __ATOMIC_RELAXED);
	plan->table.identities[slot] = texts;
	plan->table.blocks[slot] = a->block;
	a->block->n_lines++;
	__atomic_store_n(&plan->table.lines[slot].shape, (uint16_t)shape, __ATOMIC_RELEASE);
	return 0;
}

static void line_clear(struct hl_plan *plan, uint32_t slot)
{
	struct plan_block *block = plan->table.blocks[slot];

	__atomic_store_n(&plan->table.lines[slot].shape, PLAN_NO_SHAPE, __ATOMIC_RELEASE);
	plan->table.identities[slot] = (struct plan_identity){ .text = "" };
	plan->table.blocks[slot] = NULL;
	if (block != NULL && --block->n_lines == 0)
		memory_free(block);
}

static int lines_add(struct adding *a)
{
	uint16_t first, last;
	uint64_t bytes;
	uint32_t k, done = 0;
	int rc = identities_measure(a, &bytes);

	if (rc != 0)
		return rc;
	a->block = memory_zalloc(1, sizeof(*a->block) + bytes, 8);
	if (a->block == NULL)
		return no_memory(a);
	a->block->n_lines = 1; // until all of them have it
	profile_window(&a->config->profiles[a->group->profile], &first, &last);
	for (k = 0; k < a->n; k++)
		a->slots[k] = free_slot_take(a->plan, first, last);
	char *at = a->block->texts + PLAN_INSTANCE_LEN;
	while (rc == 0 && done < a->n) {
		rc = line_add(a, done, &at);
		done += rc == 0;
	}
	while (rc != 0 && k-- > 0) {
		if (k < done)
			line_clear(a->plan, a->slots[k]);
		free_slot_put_back(a->plan, a->slots[k]);
	}
	if (--a->block->n_lines == 0)
		memory_free(a->block);
	return rc;
}

int hl_plan_add(struct hl_plan *plan, const struct hl_config *config, const struct hl_lines *group,
		uint32_t slots[], struct hl_error *err)
{
	struct adding a = {
		.plan = plan,
		.config = config,
		.group = group,
		.err = err,
		.slots = slots,
	};
	int rc = group_check(&a);

	if (rc == 0)
		rc = room_check(&a);
	if (rc != 0)
		return rc;
	a.n = (uint32_t)lines_count(group);
	a.domains = calloc(a.n, sizeof(*a.domains));
	rc = a.domains != NULL ? domains_find(&a) : no_memory(&a);
	if (rc == 0)
		rc = numbers_in_use_check(plan, config, group, a.domains, err);
	if (rc == 0)
		rc = lines_add(&a);
	free(a.domains);
	return rc;
}

void hl_plan_take_back(struct hl_plan *plan, const uint32_t slots[], uint32_t n)
{
	for (uint32_t k = 0; k < n; k++) {
		line_clear(plan, slots[k]);
		free_slot_give(plan, slots[k]);
	}
}
