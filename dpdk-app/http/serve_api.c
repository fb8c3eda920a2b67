// SPDX-License-Identifier: BSD-3-Clause
// Makes the request that the control socket would have read: of a query, or of a body of JSON. What comes
// behind it, the checks by the table and the answer, is the same.

#include "http/serve_api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

// A query as it is being turned into an object.
struct query {
	const struct ctl_command *command;
	json_t *object;
	struct hl_error err; // of the first argument that is refused
};

static unsigned status_of(int refused)
{
	switch (refused) {
	case ENOENT:
		return 404;
	case E2BIG:
		return 413;
	case EBUSY:
	case ENOMEM:
		return 503;
	default:
		return 400;
	}
}

static void answer(struct http_exchange *x, json_t *reply)
{
	if (!reply) // it wants another turn
		return;
	if (!json_is_false(json_object_get(reply, "ok"))) {
		json_object_del(reply, "ok"); // the status says it
		http_reply_json(x, 200, reply);
		return;
	}
	const char *text = json_string_value(json_object_get(reply, "error"));
	http_refuse_text(x, status_of(x->serving.refused), text ? text : "no memory");
	json_decref(reply);
}

// As the table has it: a number, a switch, or a text. What the table does not know it refuses later.
static json_t *query_value(struct query *q, const char *key, const char *value, size_t len)
{
	const struct ctl_argument *a = ctl_argument_find(q->command, key);

	if (a && a->kind == CTL_COUNT) {
		if (ctl_value_check(a, value, &q->err) < 0)
			return NULL;
		return json_integer((json_int_t)strtoull(value, NULL, 10));
	}
	if (a && a->kind == CTL_FLAG && !strcmp(value, "true"))
		return json_true();
	json_t *text = json_stringn(value, len);
	if (!text)
		hl_fail(&q->err, EINVAL, "%.60s: no UTF-8", key);
	return text;
}

static enum MHD_Result query_take(void *context, enum MHD_ValueKind kind, const char *key,
				  size_t key_len, const char *value, size_t len)
{
	struct query *q = context;

	(void)kind;
	if (strlen(key) != key_len || (value && strlen(value) != len))
		hl_fail(&q->err, EINVAL, "the query has a zero in it");
	else if (!value)
		hl_fail(&q->err, EINVAL, "%.60s: has no value; write %.60s=VALUE", key, key);
	else if (!strcmp(key, "command") || json_object_get(q->object, key))
		hl_fail(&q->err, EINVAL, "%.60s: may not stand there; give each argument once",
			key);
	else if (json_object_set_new(q->object, key, query_value(q, key, value, len)) < 0 &&
		 !q->err.code)
		hl_fail(&q->err, EINVAL, "the query has a name that is no UTF-8");
	return q->err.code ? MHD_NO : MHD_YES;
}

static json_t *query_object(struct http_exchange *x, struct hl_error *err)
{
	struct query q = { .command = &ctl_commands[x->route->command], .object = json_object() };

	MHD_get_connection_values_n(x->connection, MHD_GET_ARGUMENT_KIND, query_take, &q);
	if (!q.err.code)
		return q.object;
	*err = q.err;
	json_decref(q.object);
	return NULL;
}

static json_t *body_object(struct http_exchange *x, struct hl_error *err)
{
	json_t *object;

	if (MHD_get_connection_values_n(x->connection, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0) {
		hl_fail(err, EINVAL, "a change has a query; write its arguments in the body");
		return NULL;
	}
	if (x->n_body == 0)
		return json_object();
	if (request_object(&object, x->body, x->n_body, err) < 0)
		return NULL;
	if (!json_object_get(object, "command"))
		return object;
	hl_fail(err, EINVAL, "command: may not stand there; the path says it");
	json_decref(object);
	return NULL;
}

// What the path names is an argument like others, which only the path may give.
static json_t *name_add(struct http_exchange *x, json_t *object, struct hl_error *err)
{
	const struct ctl_argument *a = ctl_commands[x->route->command].arguments;

	if (object && json_object_get(object, a->name)) {
		hl_fail(err, EINVAL, "%s: stands in the path already; leave it out", a->name);
	} else if (object &&
		   json_object_set_new(object, a->name, json_stringn(x->name, x->name_len)) < 0) {
		hl_fail(err, EINVAL, "%s: the path is no UTF-8", a->name);
	} else {
		return object;
	}
	json_decref(object);
	return NULL;
}

// Files of this machine are for those who have an account on it: by HTTP none is named.
static json_t *paths_refuse(const struct ctl_command *command, json_t *object, struct hl_error *err)
{
	for (const struct ctl_argument *a = command->arguments; object && a->name; a++) {
		const char *text = json_string_value(json_object_get(object, a->name));
		if (!text || (a->kind != CTL_PATH && a->kind != CTL_SOURCE) ||
		    (a->kind == CTL_SOURCE && ctl_source_is_range(text)))
			continue;
		hl_fail(err, EINVAL, "%s: a file cannot be named by HTTP; %s", a->name,
			a->kind == CTL_PATH
				? "leave it out, or use heartline ctl"
				: "write numbers as in 6000-6099, or use heartline ctl");
		json_decref(object);
		object = NULL;
	}
	return object;
}

static void begin(struct http_exchange *x)
{
	bool reads = !strcmp(x->route->method, "GET");
	struct hl_error err = { 0 };
	json_t *object = reads ? query_object(x, &err) : body_object(x, &err);

	if (object && x->route->has_name)
		object = name_add(x, object, &err);
	object = paths_refuse(&ctl_commands[x->route->command], object, &err);
	if (!object) {
		http_refuse_text(x, status_of(err.code), err.code ? err.text : "no memory");
		return;
	}
	json_object_set_new(object, "command", json_string(ctl_commands[x->route->command].name));
	answer(x, serve_object(x->view, &x->serving, object));
}

void http_serve_command(struct http_exchange *x)
{
	if (x->serving.is_open)
		answer(x, serve_continue(x->view, &x->serving));
	else
		begin(x);
}
