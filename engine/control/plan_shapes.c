// SPDX-License-Identifier: BSD-3-Clause
// Shapes: lines of a domain whose texts are equally wide share their templates.
#include "control/planner.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/constants.h"
#include "line/branch.h"
#include "line/streams.h"

#define SHAPES_MAX UINT16_MAX

// Widths that do not depend on the line (worker/act.c fills them).
enum { CALL_ID_WIDTH = 16, TAG_WIDTH = 8, CSEQ_WIDTH = 10, EXPIRES_WIDTH = 7 };

// Credentials without account and uri: names, realm 32, nonce 64, response 64, cnonce 16, opaque
// 32.
#define CREDENTIALS_BYTES 360

struct shape_key {
	uint16_t domain; // and with it the profile
	uint8_t user, display, ip, port;
	uint16_t zero;
};

// A shape that was met, and the most that credentials of its lines take.
struct shape_met {
	struct shape_key key;
	uint32_t line; // with these credentials
	uint32_t credentials;
};

struct shapes {
	struct shape_met *met;
	uint32_t n, room;
	uint32_t *table; // index in met + 1, by hash
	uint32_t mask;
};

static uint8_t digits(uint16_t port)
{
	return port < 10 ? 1 : port < 100 ? 2 : port < 1000 ? 3 : port < 10000 ? 4 : 5;
}

static uint32_t *table_at(const struct shapes *s, const struct shape_key *key)
{
	uint64_t word;
	uint32_t at;

	memcpy(&word, key, sizeof(word));
	// nobody chooses widths to make them collide, so a multiplication (by 2^64 / phi) will do
	for (at = (uint32_t)(word * 0x9e3779b97f4a7c15 >> 32) & s->mask; s->table[at] != 0;
	     at = (at + 1) & s->mask)
		if (memcmp(&s->met[s->table[at] - 1].key, key, sizeof(*key)) == 0)
			break;
	return &s->table[at];
}

static int shapes_grow(struct shapes *s)
{
	uint32_t room = s->room * 2;
	struct shape_met *met = realloc(s->met, room * sizeof(*met));
	uint32_t *table = calloc((size_t)room * 2, sizeof(*table));

	if (met != NULL)
		s->met = met;
	if (met == NULL || table == NULL) {
		free(table);
		return -ENOMEM;
	}
	free(s->table);
	s->table = table;
	s->room = room;
	s->mask = room * 2 - 1;
	for (uint32_t i = 0; i < s->n; i++)
		*table_at(s, &s->met[i].key) = i + 1;
	return 0;
}

// Index of the shape, made when there is none; -errno.
static int64_t shape_meet(struct shapes *s, const struct shape_key *key)
{
	uint32_t *at = table_at(s, key);

	if (*at != 0)
		return *at - 1;
	if (s->n == SHAPES_MAX)
		return -E2BIG;
	if (s->n == s->room) {
		if (shapes_grow(s) != 0)
			return -ENOMEM;
		at = table_at(s, key);
	}
	s->met[s->n] = (struct shape_met){ .key = *key };
	*at = ++s->n;
	return s->n - 1;
}

static int line_meet(struct planner *p, struct shapes *s, uint16_t domain, uint32_t line)
{
	struct plan_line *l = &p->plan->lines[line];
	const struct plan_identity *id = &p->plan->identities[line];
	const struct shape_key key = {
		.domain = domain,
		.user = id->user_len,
		.display = id->display_len,
		.ip = p->plan->addresses[l->addr].text_len,
		.port = digits(l->port),
	};
	int64_t index = shape_meet(s, &key);
	uint32_t credentials;

	if (index == -E2BIG)
		return hl_fail(p->err, E2BIG,
			       "the lines' texts have more than %u combinations of lengths and "
			       "domains",
			       SHAPES_MAX);
	if (index < 0)
		return plan_no_memory(p);
	credentials = id->password_len == 0 ? 0
					    : CREDENTIALS_BYTES + id->account_len +
						      p->constants->domains[domain].uri_len;
	if (credentials > s->met[index].credentials) {
		s->met[index].credentials = credentials;
		s->met[index].line = line;
	}
	l->shape = (uint16_t)index;
	return 0;
}

static int lines_meet(struct planner *p, struct shapes *s)
{
	for (uint32_t g = 0; g < p->config->n_lines; g++)
		for (uint32_t line = p->group_first[g]; line < p->group_first[g + 1]; line++) {
			uint16_t domain = plan_domain_of(p, g, line - p->group_first[g]);
			int rc = line_meet(p, s, domain, line);

			if (rc != 0)
				return rc;
		}
	return 0;
}

static int template_make(struct planner *p, struct plan_shape *shape, const struct shape_met *met,
			 int server, int text)
{
	const struct message *message = &p->messages[shape->domain].of[server][text];
	struct template *t = &shape->text[server][text];
	uint32_t bytes, number_len, room = p->constants->message_room;
	const char *number = hl_plan_phone_number(p->plan, met->line, &number_len);
	int rc = template_compile(t, message->text, message->len, shape->widths);

	if (rc != 0)
		return hl_fail(p->err, -rc, "profile %s: a message cannot be made a template",
			       p->config->profiles[shape->profile].name);
	bytes = t->len + (text != PLAN_OPTIONS ? met->credentials : 0);
	if (text == PLAN_SUBSCRIBE) // refreshed in its dialog
		bytes += (uint32_t)sizeof(";tag=") + DIALOG_TEXT_MAX;
	if (bytes <= room)
		return 0;
	return hl_fail(
		p->err, EINVAL,
		"profile %s: a message of line %.*s may have %u bytes, and a frame holds %u; "
		"shorten phone_number, account, display_name, %s, user_agent or headers",
		p->config->profiles[shape->profile].name, (int)number_len, number, bytes, room,
		shape->domain < p->constants->n_profiles ? "proxy_server" : "domain");
}

static int shape_make(struct planner *p, struct plan_shape *shape, const struct shape_met *met)
{
	shape->domain = met->key.domain;
	shape->profile = (uint16_t)p->domains.list[shape->domain].profile;
	shape->widths[FIELD_USER] = met->key.user;
	shape->widths[FIELD_DISPLAY] = met->key.display;
	shape->widths[FIELD_IP] = met->key.ip;
	shape->widths[FIELD_PORT] = met->key.port;
	shape->widths[FIELD_BRANCH] = BRANCH_TEXT_LEN;
	shape->widths[FIELD_CALL_ID] = CALL_ID_WIDTH;
	shape->widths[FIELD_TAG] = TAG_WIDTH;
	shape->widths[FIELD_CSEQ] = CSEQ_WIDTH;
	shape->widths[FIELD_EXPIRES] = EXPIRES_WIDTH;
	shape->widths[FIELD_INSTANCE] = PLAN_INSTANCE_LEN;
	for (int server = 0; server < HL_SERVERS; server++)
		for (int text = 0; text < PLAN_TEXTS; text++) {
			int rc;

			if (p->messages[shape->domain].of[server][text].len == 0)
				continue; // no backup, or no subscription
			rc = template_make(p, shape, met, server, text);
			if (rc != 0)
				return rc;
		}
	return 0;
}

int plan_shapes(struct planner *p)
{
	struct shapes s = { .room = 64, .mask = 127 };
	int rc;

	s.met = calloc(s.room, sizeof(*s.met));
	s.table = calloc((size_t)s.mask + 1, sizeof(*s.table));
	rc = s.met != NULL && s.table != NULL ? lines_meet(p, &s) : plan_no_memory(p);
	if (rc == 0) {
		rc = constants_grow(&p->constants, s.n) == 0 ? 0 : plan_no_memory(p);
	}
	for (uint32_t i = 0; rc == 0 && i < s.n; i++) {
		struct plan_shape *shape = memory_zalloc(1, sizeof(*shape), 64);

		p->constants->shapes[i] = shape;
		rc = shape != NULL ? shape_make(p, shape, &s.met[i]) : plan_no_memory(p);
	}
	free(s.met);
	free(s.table);
	return rc;
}
