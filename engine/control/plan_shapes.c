// SPDX-License-Identifier: BSD-3-Clause
// Shapes: lines of a domain whose texts are equally wide share their templates.
#include "control/planner.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/constants.h"
#include "control/entries.h"
#include "control/shapes.h"

// A shape of lines so far, and the most that credentials of its lines take.
struct shape_entry {
	struct shape_key key;
	uint32_t line; // with these credentials
	uint32_t credentials;
};

struct shapes {
	struct shape_entry *entries;
	uint32_t n, room;
	uint32_t *table; // index of its entry + 1, by hash
	uint32_t mask;
};

static uint32_t *table_at(const struct shapes *s, const struct shape_key *key)
{
	uint64_t word;
	uint32_t at;

	memcpy(&word, key, sizeof(word));
	// nobody chooses widths to make them collide, so a multiplication (by 2^64 / phi) will do
	for (at = (uint32_t)(word * 0x9e3779b97f4a7c15 >> 32) & s->mask; s->table[at] != 0;
	     at = (at + 1) & s->mask)
		if (memcmp(&s->entries[s->table[at] - 1].key, key, sizeof(*key)) == 0)
			break;
	return &s->table[at];
}

static int shapes_grow(struct shapes *s)
{
	uint32_t room = s->room * 2;
	struct shape_entry *entries = realloc(s->entries, room * sizeof(*entries));
	uint32_t *table = calloc((size_t)room * 2, sizeof(*table));

	if (entries != NULL)
		s->entries = entries;
	if (entries == NULL || table == NULL) {
		free(table);
		return -ENOMEM;
	}
	free(s->table);
	s->table = table;
	s->room = room;
	s->mask = room * 2 - 1;
	for (uint32_t i = 0; i < s->n; i++)
		*table_at(s, &s->entries[i].key) = i + 1;
	return 0;
}

// Index of the shape, made when there is none; -errno.
static int64_t shape_intern(struct shapes *s, const struct shape_key *key)
{
	uint32_t *at = table_at(s, key);

	if (*at != 0)
		return *at - 1;
	if (s->n == PLAN_SHAPES_MAX)
		return -E2BIG;
	if (s->n == s->room) {
		if (shapes_grow(s) != 0)
			return -ENOMEM;
		at = table_at(s, key);
	}
	s->entries[s->n] = (struct shape_entry){ .key = *key };
	*at = ++s->n;
	return s->n - 1;
}

static int line_assign_shape(struct planner *p, struct shapes *s, uint16_t domain, uint32_t line)
{
	struct plan_line *l = &p->plan->table.lines[line];
	const struct plan_identity *id = &p->plan->table.identities[line];
	const struct shape_key key = {
		.domain = domain,
		.user = id->user_len,
		.display = id->display_len,
		.ip = p->plan->table.addresses[l->addr].text_len,
		.port = shape_digits(l->port),
	};
	int64_t index = shape_intern(s, &key);
	uint32_t credentials;

	if (index == -E2BIG)
		return hl_fail(p->err, E2BIG,
			       "the lines' texts have more than %u combinations of lengths and "
			       "domains",
			       PLAN_SHAPES_MAX);
	if (index < 0)
		return plan_no_memory(p);
	credentials = shape_credentials(id, &p->constants->domains[domain]);
	if (credentials > s->entries[index].credentials) {
		s->entries[index].credentials = credentials;
		s->entries[index].line = line;
	}
	l->shape = (uint16_t)index;
	return 0;
}

static int lines_assign_shapes(struct planner *p, struct shapes *s)
{
	for (uint32_t g = 0; g < p->configured->n_lines; g++)
		for (uint32_t k = 0; k < lines_count(&p->config->lines[g]); k++) {
			plan_looked(p);
			int rc = line_assign_shape(p, s, plan_domain_of(p, g, k),
						   plan_slot(p, g, k));

			if (rc != 0)
				return rc;
		}
	return 0;
}

static int shape_fail(struct planner *p, const struct shape_entry *entry, int rc, uint32_t bytes)
{
	uint32_t number_len;
	const char *number = hl_plan_phone_number(p->plan, entry->line, &number_len);
	const char *profile = p->config->profiles[p->domains.list[entry->key.domain].profile].name;

	if (rc == -ENOMEM)
		return plan_no_memory(p);
	if (rc != -EMSGSIZE)
		return hl_fail(p->err, -rc, "profile %s: a message cannot be made a template",
			       profile);
	return hl_fail(
		p->err, EINVAL,
		"profile %s: a message of line %.*s may have %u bytes, and a frame holds %u; "
		"shorten phone_number, account, display_name, %s, user_agent or headers",
		profile, (int)number_len, number, bytes, p->constants->message_room,
		entry->key.domain < p->constants->n_profiles ? "proxy_server" : "domain");
}

static int shape_make(struct planner *p, uint32_t index, const struct shape_entry *entry)
{
	struct plan_shape **shape = &p->constants->shapes[index];
	uint32_t bytes;
	int rc = shape_new(shape, &entry->key, entry->credentials);

	if (rc != 0)
		return plan_no_memory(p);
	(*shape)->profile = (uint16_t)p->domains.list[entry->key.domain].profile;
	p->plan->directory.shape_profiles[index] = (*shape)->profile;
	rc = shape_compile(*shape, &p->messages[entry->key.domain], p->constants->message_room,
			   &bytes);
	return rc == 0 ? 0 : shape_fail(p, entry, rc, bytes);
}

int plan_shapes(struct planner *p)
{
	struct shapes s = { .room = 64, .mask = 127 };
	int rc;

	s.entries = calloc(s.room, sizeof(*s.entries));
	s.table = calloc((size_t)s.mask + 1, sizeof(*s.table));
	rc = s.entries != NULL && s.table != NULL ? lines_assign_shapes(p, &s) : plan_no_memory(p);
	if (rc == 0) {
		struct plan_constants *with = constants_copy(p->constants, s.n);

		if (with != NULL) {
			memory_free(p->constants);
			p->constants = with;
		}
		rc = with != NULL ? 0 : plan_no_memory(p);
	}
	for (uint32_t i = 0; rc == 0 && i < s.n; i++)
		rc = shape_make(p, i, &s.entries[i]);
	free(s.entries);
	free(s.table);
	return rc;
}
