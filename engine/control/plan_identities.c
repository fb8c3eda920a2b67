// SPDX-License-Identifier: BSD-3-Clause
// Texts of every line in one arena: user, display name, account, password.
#include "control/planner.h"

#include <string.h>

#include "base/memory.h"
#include "control/entries.h"
#include "control/instance.h"

static struct slice slice_of(const char *text)
{
	return (struct slice){ .at = text, .len = text != NULL ? (uint32_t)strlen(text) : 0 };
}

static void number_write(struct identity *out, const struct hl_lines *lines, uint64_t number)
{
	uint32_t width = range_width(lines, number);

	for (uint32_t i = width; i-- > 0; number /= 10)
		out->number[i] = (char)('0' + number % 10);
	out->part[IDENTITY_NUMBER] = (struct slice){ .at = out->number, .len = width };
}

void identity_make(const struct hl_config *config, const struct hl_lines *lines, uint32_t k,
		   struct identity *out)
{
	const struct hl_profile *profile = &config->profiles[lines->profile];
	const struct hl_csv_row none = { 0 }, *row = lines->csv != NULL ? &lines->rows[k] : &none;
	struct slice *part = out->part;

	if (lines->csv != NULL)
		part[IDENTITY_NUMBER] = slice_of(row->phone_number);
	else
		number_write(out, lines, lines->first + k);
	part[IDENTITY_ACCOUNT] = slice_of(row->account != NULL ? row->account : profile->account);
	part[IDENTITY_PASSWORD] = slice_of(row->password != NULL ? row->password
								 : profile->password);
	part[IDENTITY_DISPLAY] = slice_of(row->display_name != NULL ? row->display_name
								    : profile->display_name);
	if (part[IDENTITY_ACCOUNT].at == NULL)
		part[IDENTITY_ACCOUNT] = part[IDENTITY_NUMBER];
	if (part[IDENTITY_DISPLAY].at == NULL)
		part[IDENTITY_DISPLAY] = part[IDENTITY_NUMBER];
}

// A configuration made by hand was not read by csv.c.
static int lengths_check(struct planner *p, const struct identity *id, uint32_t line)
{
	struct fault fault = { .code = EINVAL };

	for (int i = 0; i < IDENTITY_PARTS; i++) {
		uint32_t at;

		if (i == IDENTITY_NUMBER && id->part[i].len == 0)
			return hl_fail(p->err, EINVAL, "line %u: phone_number: empty", line);
		if (identity_check(i, id->part[i].at, id->part[i].len, &at, &fault) != 0)
			return hl_fail(p->err, EINVAL, "line %u: %s: %s; %s", line,
				       identity_names[i], fault.what, fault.hint);
	}
	return 0;
}

// Of user and domain, as in the AoR.
static uint32_t instance_put(struct hl_plan *plan, const struct plan_domain *domain,
			     const struct identity *id, uint64_t at)
{
	const struct slice uri = { domain->uri, domain->uri_len };

	if (plan->arena != NULL)
		instance_write(id->part[IDENTITY_NUMBER], uri, plan->arena + at);
	return PLAN_INSTANCE_LEN;
}

// Both walks over all lines: with an arena they write, without they measure.
static int identities_walk(struct planner *p, uint64_t *bytes)
{
	static const enum identity_part order[] = { IDENTITY_NUMBER, IDENTITY_DISPLAY,
						    IDENTITY_ACCOUNT, IDENTITY_PASSWORD };
	struct hl_plan *plan = p->plan;
	struct identity id;
	uint64_t at = PLAN_INSTANCE_LEN; // so that something is in front of each line

	for (uint32_t g = 0; g < p->config->n_lines; g++)
		for (uint32_t line = p->group_first[g]; line < p->group_first[g + 1]; line++) {
			struct plan_identity *out = &plan->identities[line];
			uint32_t k = line - p->group_first[g];

			identity_make(p->config, &p->config->lines[g], k, &id);
			if (plan->arena == NULL && lengths_check(p, &id, line) != 0)
				return -EINVAL;
			if (p->config->profiles[p->config->lines[g].profile].sip_instance)
				at += instance_put(plan,
						   &p->constants->domains[plan_domain_of(p, g, k)],
						   &id, at);
			out->at = at;
			for (int i = 0; i < IDENTITY_PARTS; i++) {
				const struct slice *part = &id.part[order[i]];

				if (plan->arena != NULL && part->len > 0)
					memcpy(plan->arena + at, part->at, part->len);
				at += part->len;
			}
			out->user_len = (uint8_t)id.part[IDENTITY_NUMBER].len;
			out->display_len = (uint8_t)id.part[IDENTITY_DISPLAY].len;
			out->account_len = (uint8_t)id.part[IDENTITY_ACCOUNT].len;
			out->password_len = (uint8_t)id.part[IDENTITY_PASSWORD].len;
		}
	*bytes = at;
	return 0;
}

int plan_identities(struct planner *p)
{
	uint64_t bytes = 0;
	int rc = identities_walk(p, &bytes);

	if (rc != 0)
		return rc;
	p->plan->arena = memory_zalloc(bytes, 1, 64);
	if (p->plan->arena == NULL)
		return plan_no_memory(p);
	return identities_walk(p, &bytes);
}
