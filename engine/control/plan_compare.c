// SPDX-License-Identifier: BSD-3-Clause
// Holds the lines of a configuration against those of a plan that runs. The configuration's go into a table
// by a hash of profile, domain and number; then each line of the plan is looked up once.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "control/entries.h"
#include "control/numbers_in_use.h"
#include "control/planner.h"

struct place {
	uint32_t group, k; // of the configuration; line k of a group
	uint32_t line;     // of all, counted from 1; 0: empty
	uint64_t space;
};

struct comparison {
	const struct hl_plan *plan;
	const struct hl_config *config;
	struct place *table;
	uint64_t mask;
	uint64_t *spaces; // by shape
	uint64_t *fresh, *gone;
	struct hl_error *err;
};

static struct place *place_of(const struct comparison *c, uint64_t space, const char *number,
			      uint32_t len)
{
	const uint64_t key[2] = { 0x636f6d70617265, space };
	uint64_t at = siphash(key, number, len) & c->mask;
	struct identity id;

	for (; c->table[at].line != 0; at = (at + 1) & c->mask) {
		const struct place *p = &c->table[at];
		const struct slice *its = &id.part[IDENTITY_NUMBER];

		if (p->space != space)
			continue;
		identity_make(c->config, &c->config->lines[p->group], p->k, &id);
		if (its->len == len && memcmp(its->at, number, len) == 0)
			break;
	}
	return &c->table[at];
}

// A domain that no line of the plan has is no place where one could be found.
static void line_enter(struct comparison *c, uint32_t group, uint32_t k, uint32_t line)
{
	const struct hl_lines *g = &c->config->lines[group];
	const char *host = g->csv != NULL && g->domains != NULL ? g->domains[k] : NULL;
	int32_t domain = domain_in_use(c->plan, g->profile, host);
	struct identity id;

	c->fresh[line / 64] |= UINT64_C(1) << line % 64;
	if (domain < 0)
		return;
	identity_make(c->config, g, k, &id);
	uint64_t space = number_space(c->plan, g->profile, (uint32_t)domain);
	const struct slice *number = &id.part[IDENTITY_NUMBER];
	*place_of(c, space, number->at, number->len) = (struct place){
		.group = group,
		.k = k,
		.line = line + 1,
		.space = space,
	};
}

static int texts_compare(const struct comparison *c, const struct place *p,
			 const struct plan_identity *now)
{
	const struct hl_lines *g = &c->config->lines[p->group];
	const char *display = now->text + now->user_len, *account = display + now->display_len,
		   *password = account + now->account_len;
	const struct slice parts[IDENTITY_PARTS] = {
		[IDENTITY_NUMBER] = { now->text, now->user_len },
		[IDENTITY_DISPLAY] = { display, now->display_len },
		[IDENTITY_ACCOUNT] = { account, now->account_len },
		[IDENTITY_PASSWORD] = { password, now->password_len },
	};
	struct identity id;

	identity_make(c->config, g, p->k, &id);
	for (int part = 0; part < IDENTITY_PARTS; part++)
		if (id.part[part].len != parts[part].len ||
		    memcmp(id.part[part].at, parts[part].at, parts[part].len) != 0)
			return hl_fail(
				c->err, EINVAL,
				"phone_number %.*s of profile %s: its %s is another one "
				"than it runs with: needs a restart; or remove the line, and "
				"add it when it is gone",
				now->user_len, now->text, c->config->profiles[g->profile].name,
				identity_names[part]);
	return 0;
}

static int slot_compare(struct comparison *c, uint32_t slot)
{
	const struct plan_identity *now = &c->plan->table.identities[slot];
	uint64_t space = c->spaces[c->plan->table.lines[slot].shape];
	const struct place *p = place_of(c, space, now->text, now->user_len);

	if (p->line == 0) {
		c->gone[slot / 64] |= UINT64_C(1) << slot % 64;
		return 0;
	}
	c->fresh[(p->line - 1) / 64] &= ~(UINT64_C(1) << (p->line - 1) % 64);
	return texts_compare(c, p, now);
}

static void lines_enter(struct comparison *c)
{
	uint32_t line = 0;

	for (uint32_t g = 0; g < c->config->n_lines; g++)
		for (uint32_t k = 0; k < lines_count(&c->config->lines[g]); k++)
			line_enter(c, g, k, line++);
}

static int compare(struct comparison *c, const uint64_t leaving[])
{
	const struct plan_constants *constants = plan_constants(c->plan);
	int rc = 0;

	for (uint32_t i = 0; i < constants->n_shapes; i++)
		c->spaces[i] = number_space(c->plan, constants->shapes[i]->profile,
					    constants->shapes[i]->domain);
	lines_enter(c);
	for (uint32_t slot = 0; rc == 0 && slot < c->plan->table.n_lines; slot++)
		if (c->plan->table.lines[slot].shape != PLAN_NO_SHAPE &&
		    !(leaving[slot / 64] >> slot % 64 & 1))
			rc = slot_compare(c, slot);
	return rc;
}

int hl_plan_compare(const struct hl_plan *plan, const struct hl_config *config,
		    const uint64_t leaving[], uint64_t fresh[], uint64_t gone[],
		    struct hl_error *err)
{
	struct comparison c = {
		.plan = plan,
		.config = config,
		.mask = 15,
		.fresh = fresh,
		.gone = gone,
		.err = err,
	};
	int rc;

	while (c.mask < 2 * config->total)
		c.mask = c.mask * 2 + 1;
	c.table = calloc(c.mask + 1, sizeof(*c.table));
	c.spaces = calloc(plan_constants(plan)->n_shapes, sizeof(*c.spaces));
	rc = c.table != NULL && c.spaces != NULL
		     ? compare(&c, leaving)
		     : hl_fail(err, ENOMEM, "no memory to compare %u lines", plan->table.n_lines);
	free(c.table);
	free(c.spaces);
	return rc;
}
