// SPDX-License-Identifier: BSD-3-Clause
// A shape: the templates of lines whose texts are equally wide. And one for a line that comes while others run.
#include "control/shapes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/constants.h"
#include "line/branch.h"
#include "line/streams.h"
#include "worker/kinds.h"
#include "worker/transport.h"

// Widths that do not depend on the line (worker/act.c fills them).
enum { CALL_ID_WIDTH = 16, TAG_WIDTH = 8, CSEQ_WIDTH = 10, EXPIRES_WIDTH = 7 };

// Credentials without account and uri: names, realm 32, nonce 64, response 64, cnonce 16, opaque
// 32.
#define CREDENTIALS_BYTES 360

uint8_t shape_digits(uint16_t port)
{
	return port < 10 ? 1 : port < 100 ? 2 : port < 1000 ? 3 : port < 10000 ? 4 : 5;
}

uint16_t shape_credentials(const struct plan_identity *identity, const struct plan_domain *domain)
{
	if (identity->password_len == 0)
		return 0;
	return (uint16_t)(CREDENTIALS_BYTES + identity->account_len + domain->uri_len);
}

int shape_new(struct plan_shape **out, const struct shape_key *key, uint16_t credentials)
{
	struct plan_shape *shape = memory_zalloc(1, sizeof(*shape), 64);

	if (shape == NULL)
		return -ENOMEM;
	shape->domain = key->domain;
	shape->credentials = credentials;
	shape->widths[FIELD_USER] = key->user;
	shape->widths[FIELD_DISPLAY] = key->display;
	shape->widths[FIELD_IP] = key->ip;
	shape->widths[FIELD_PORT] = key->port;
	shape->widths[FIELD_BRANCH] = BRANCH_TEXT_LEN;
	shape->widths[FIELD_CALL_ID] = CALL_ID_WIDTH;
	shape->widths[FIELD_TAG] = TAG_WIDTH;
	shape->widths[FIELD_CSEQ] = CSEQ_WIDTH;
	shape->widths[FIELD_EXPIRES] = EXPIRES_WIDTH;
	shape->widths[FIELD_INSTANCE] = PLAN_INSTANCE_LEN;
	*out = shape;
	return 0;
}

// Bytes of the longest message.
static uint32_t longest(const struct plan_shape *shape, uint32_t credentials)
{
	uint32_t most = 0;

	for (int server = 0; server < HL_SERVERS; server++)
		for (int text = 0; text < PLAN_TEXTS; text++) {
			const struct template *t = &shape->text[server][text];
			uint32_t bytes = t->len + (request_texts[text].marks & TEXT_SIGNED
							   ? credentials
							   : 0);

			if (text == PLAN_SUBSCRIBE) // refreshed in its dialog
				bytes += (uint32_t)sizeof(";tag=") + DIALOG_TEXT_MAX;
			if (t->text != NULL && bytes > most)
				most = bytes;
		}
	return most;
}

uint32_t hl_plan_request_bytes(const struct hl_plan *plan, bool with_credentials)
{
	const struct plan_constants *c = plan_constants(plan);
	uint32_t most = 0;

	for (uint32_t i = 0; i < c->n_shapes; i++) {
		const struct plan_shape *shape = c->shapes[i];
		uint32_t bytes = longest(shape, with_credentials ? shape->credentials : 0);

		if (bytes > most)
			most = bytes;
	}
	return most;
}

int shape_compile(struct plan_shape *shape, const struct messages *messages, uint32_t room,
		  uint32_t *bytes)
{
	for (int server = 0; server < HL_SERVERS; server++)
		for (int text = 0; text < PLAN_TEXTS; text++) {
			const struct message *message = &messages->of[server][text];
			int rc;

			if (message->len == 0)
				continue;
			rc = template_compile(&shape->text[server][text], message->text,
					      message->len, shape->widths);
			if (rc != 0)
				return rc;
		}
	*bytes = longest(shape, shape->credentials);
	return *bytes > room ? -EMSGSIZE : 0;
}

static bool is_of(const struct plan_shape *shape, const struct shape_key *key)
{
	return shape->domain == key->domain && shape->widths[FIELD_USER] == key->user &&
	       shape->widths[FIELD_DISPLAY] == key->display && shape->widths[FIELD_IP] == key->ip &&
	       shape->widths[FIELD_PORT] == key->port;
}

static int shape_fail(int rc, const struct hl_profile *profile, uint32_t bytes, uint32_t room,
		      struct hl_error *err)
{
	if (rc == -EMSGSIZE)
		return hl_fail(err, EINVAL,
			       "profile %s: a message of the line may have %u bytes, and a frame "
			       "holds %u; shorten phone_number, account or display_name",
			       profile->name, bytes, room);
	return hl_fail(err, -rc, "profile %s: no memory for the messages of a line", profile->name);
}

// Templates by the settings of now.
static int shape_write(const struct hl_plan *plan, struct plan_shape *shape, struct hl_error *err)
{
	const struct plan_constants *c = plan_constants(plan);
	const struct hl_profile *profile = &plan->settings[shape->profile];
	struct messages *messages = calloc(1, sizeof(*messages));
	char domain[sizeof(c->domains->uri)];
	uint32_t bytes = 0;
	int rc = -ENOMEM;

	if (messages == NULL)
		return shape_fail(rc, profile, bytes, c->message_room, err);
	domain_text(&c->domains[shape->domain], domain);
	rc = messages_write(profile, &c->profiles[shape->profile], domain, c->transport->via,
			    messages, err);
	if (rc == 0) {
		rc = shape_compile(shape, messages, c->message_room, &bytes);
		if (rc != 0)
			rc = shape_fail(rc, profile, bytes, c->message_room, err);
	}
	free(messages);
	return rc;
}

static int64_t shape_add(struct hl_plan *plan, const struct shape_key *key, uint16_t credentials,
			 struct hl_error *err)
{
	const struct plan_constants *c = plan_constants(plan);
	struct plan_constants *next;
	struct plan_shape *shape;
	uint32_t index = c->n_shapes;
	int rc;

	if (index == PLAN_SHAPES_MAX)
		return hl_fail(err, ENOSPC,
			       "the lines' texts have had %u combinations of lengths and domains "
			       "in this run, which is all that there may be",
			       PLAN_SHAPES_MAX);
	if (shape_new(&shape, key, credentials) != 0)
		return hl_fail(err, ENOMEM, "no memory for the messages of a line");
	shape->profile = c->domains[key->domain].profile;
	rc = shape_write(plan, shape, err);
	next = rc == 0 ? constants_copy(c, index + 1) : NULL;
	if (next == NULL) {
		shape_free(shape);
		return rc != 0 ? rc : hl_fail(err, ENOMEM, "no memory for the settings of lines");
	}
	next->shapes[index] = shape;
	plan->directory.shape_profiles[index] = shape->profile;
	constants_publish(plan, next);
	return index;
}

int64_t shape_get(struct hl_plan *plan, const struct shape_key *key, uint16_t credentials,
		  struct hl_error *err)
{
	const struct plan_constants *c = plan_constants(plan);

	for (uint32_t i = 0; i < c->n_shapes; i++) {
		struct plan_shape *shape = c->shapes[i];
		uint32_t bytes;

		if (!is_of(shape, key))
			continue;
		bytes = longest(shape, credentials);
		if (bytes > c->message_room)
			return shape_fail(-EMSGSIZE, &plan->settings[shape->profile], bytes,
					  c->message_room, err);
		if (shape->credentials < credentials)
			shape->credentials = credentials;
		return i;
	}
	return shape_add(plan, key, credentials, err);
}
