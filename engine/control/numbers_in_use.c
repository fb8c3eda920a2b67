// SPDX-License-Identifier: BSD-3-Clause
// The new lines go into a table by a hash of domain and number; then all lines of the plan are held
// against it once. So nothing is kept between two additions, and one costs a walk over the lines.
#include "control/numbers_in_use.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/siphash.h"
#include "control/entries.h"
#include "control/planner.h"

static struct slice host_of(const struct plan_domain *domain)
{
	const char *host = domain->uri + sizeof("sip:") - 1;

	return (struct slice){ host, host_length(host) };
}

int32_t domain_in_use(const struct hl_plan *plan, uint32_t profile, const char *host)
{
	const struct plan_constants *c = plan_constants(plan);

	if (host == NULL)
		return (int32_t)profile;
	for (uint32_t i = 0; i < c->n_domains; i++) {
		struct slice own = host_of(&c->domains[i]);

		if (c->domains[i].profile == profile && own.len == strlen(host) &&
		    memcmp(own.at, host, own.len) == 0)
			return (int32_t)i;
	}
	return -1;
}

uint64_t number_space(const struct hl_plan *plan, uint32_t profile, uint32_t domain)
{
	const uint64_t key[2] = { 0x68656172746c696e, profile };
	struct slice host = host_of(&plan_constants(plan)->domains[domain]);
	char lower[IDENTITY_TEXT_MAX];
	uint32_t n = 0;

	for (; n < sizeof(lower) && n < host.len; n++)
		lower[n] = (char)tolower((unsigned char)host.at[n]);
	return siphash(key, lower, n);
}

struct number {
	uint64_t space;
	uint32_t len; // 0: no entry
	char text[PHONE_NUMBER_MAX];
};

struct numbers {
	struct number *table;
	uint32_t mask;
	uint64_t *spaces; // by shape
};

// Its entry, or the one where it would stand.
static struct number *find(const struct numbers *t, uint64_t space, const char *text, uint32_t len)
{
	const uint64_t key[2] = { 0x6e756d62, space };
	uint32_t at = (uint32_t)siphash(key, text, len) & t->mask;

	while (t->table[at].len != 0 && (t->table[at].space != space || t->table[at].len != len ||
					 memcmp(t->table[at].text, text, len) != 0))
		at = (at + 1) & t->mask;
	return &t->table[at];
}

static int group_enter(const struct numbers *t, const struct hl_plan *plan,
		       const struct hl_config *config, const struct hl_lines *group,
		       const uint16_t domains[], struct hl_error *err)
{
	struct identity id;

	for (uint32_t k = 0; k < lines_count(group); k++) {
		uint64_t space = number_space(plan, group->profile, domains[k]);

		identity_make(config, group, k, &id);
		const struct slice *number = &id.part[IDENTITY_NUMBER];
		if (number->len == 0 || number->len > PHONE_NUMBER_MAX)
			continue; // refused with the other texts
		struct number *entry = find(t, space, number->at, number->len);
		if (entry->len != 0)
			return hl_fail(err, EEXIST,
				       "phone_number %.*s is twice among those to be added",
				       (int)number->len, number->at);
		entry->space = space;
		entry->len = number->len;
		memcpy(entry->text, number->at, number->len);
	}
	return 0;
}

static int plan_look(const struct numbers *t, const struct hl_plan *plan, struct hl_error *err)
{
	for (uint32_t slot = 0; slot < plan->table.n_lines; slot++) {
		const struct plan_identity *id = &plan->table.identities[slot];
		uint16_t shape = plan->table.lines[slot].shape;

		if (shape == PLAN_NO_SHAPE)
			continue;
		if (find(t, t->spaces[shape], id->text, id->user_len)->len != 0)
			return hl_fail(
				err, EEXIST,
				"phone_number %.*s is in use in its profile and domain; one that was "
				"removed is so until its place is free again",
				id->user_len, id->text);
	}
	return 0;
}

int numbers_in_use_check(const struct hl_plan *plan, const struct hl_config *config,
			 const struct hl_lines *group, const uint16_t domains[],
			 struct hl_error *err)
{
	struct numbers t = { .mask = 15 };
	int rc;

	while (t.mask < 2 * lines_count(group))
		t.mask = t.mask * 2 + 1;
	t.table = calloc((size_t)t.mask + 1, sizeof(*t.table));
	t.spaces = calloc(plan_constants(plan)->n_shapes, sizeof(*t.spaces));
	if (t.table != NULL && t.spaces != NULL) {
		for (uint32_t i = 0; i < plan_constants(plan)->n_shapes; i++)
			t.spaces[i] = number_space(plan, plan_constants(plan)->shapes[i]->profile,
						   plan_constants(plan)->shapes[i]->domain);
		rc = group_enter(&t, plan, config, group, domains, err);
		if (rc == 0)
			rc = plan_look(&t, plan, err);
	} else {
		rc = hl_fail(err, ENOMEM, "no memory to look for numbers in use");
	}
	free(t.table);
	free(t.spaces);
	return rc;
}
