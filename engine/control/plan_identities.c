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

int identity_lengths_check(const struct identity *id, uint32_t line, struct hl_error *err)
{
	struct fault fault = { .code = EINVAL };

	for (int i = 0; i < IDENTITY_PARTS; i++) {
		uint32_t at;

		if (i == IDENTITY_NUMBER && id->part[i].len == 0)
			return hl_fail(err, EINVAL, "line %u: phone_number: empty", line);
		if (identity_check(i, id->part[i].at, id->part[i].len, &at, &fault) != 0)
			return hl_fail(err, EINVAL, "line %u: %s: %s; %s", line, identity_names[i],
				       fault.what, fault.hint);
	}
	return 0;
}

uint64_t identity_put(struct plan_identity *out, const struct identity *id,
		      const struct plan_domain *instance, char *at)
{
	static const enum identity_part order[] = { IDENTITY_NUMBER, IDENTITY_DISPLAY,
						    IDENTITY_ACCOUNT, IDENTITY_PASSWORD };
	uint64_t bytes = instance != NULL ? PLAN_INSTANCE_LEN : 0;

	if (instance != NULL && at != NULL) { // of user and domain, as in the AoR
		const struct slice uri = { instance->uri, instance->uri_len };

		instance_write(id->part[IDENTITY_NUMBER], uri, at);
	}
	out->text = at != NULL ? at + bytes : NULL;
	for (int i = 0; i < IDENTITY_PARTS; i++) {
		const struct slice *part = &id->part[order[i]];

		if (at != NULL && part->len > 0)
			memcpy(at + bytes, part->at, part->len);
		bytes += part->len;
	}
	out->user_len = (uint8_t)id->part[IDENTITY_NUMBER].len;
	out->display_len = (uint8_t)id->part[IDENTITY_DISPLAY].len;
	out->account_len = (uint8_t)id->part[IDENTITY_ACCOUNT].len;
	out->password_len = (uint8_t)id->part[IDENTITY_PASSWORD].len;
	return bytes;
}

static uint64_t line_put(struct planner *p, uint32_t group, uint32_t k, const struct identity *id,
			 uint64_t at)
{
	struct hl_plan *plan = p->plan;
	bool instance = p->config->profiles[p->config->lines[group].profile].sip_instance;

	return identity_put(&plan->table.identities[plan_slot(p, group, k)], id,
			    instance ? &p->constants->domains[plan_domain_of(p, group, k)] : NULL,
			    plan->table.arena != NULL ? plan->table.arena + at : NULL);
}

// Both walks over all lines: with an arena they write, without they measure.
static int identities_walk(struct planner *p, uint64_t *bytes)
{
	struct identity id;
	uint64_t at = PLAN_INSTANCE_LEN; // so that something is in front of each line

	for (uint32_t g = 0; g < p->configured->n_lines; g++)
		for (uint32_t k = 0; k < lines_count(&p->config->lines[g]); k++) {
			plan_looked(p);
			identity_make(p->config, &p->config->lines[g], k, &id);
			// a configuration made by hand was not read by csv.c
			if (p->plan->table.arena == NULL &&
			    identity_lengths_check(&id, p->group_first[g] + k, p->err) != 0)
				return -EINVAL;
			at += line_put(p, g, k, &id, at);
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
	p->plan->table.arena = memory_zalloc(bytes, 1, 64);
	if (p->plan->table.arena == NULL)
		return plan_no_memory(p);
	return identities_walk(p, &bytes);
}
