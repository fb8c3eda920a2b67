// SPDX-License-Identifier: BSD-3-Clause
// Reads requests. The bytes may be anybody's: the parser is jansson's, whose depth is bounded here, and
// nothing is used before the table has allowed it.

#include "surface/request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <heartline/config.h>

#define DEPTH_MAX 4 // a request has one level; a little more, for a message of its own

// Of brackets outside of strings. No bracket closes what another one has opened: then the parser says so.
static bool is_too_deep(const char *line, size_t len)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (quoted && line[i] == '\\')
			i++;
		else if (line[i] == '"')
			quoted = !quoted;
		else if (!quoted && (line[i] == '{' || line[i] == '['))
			depth++;
		else if (!quoted && (line[i] == '}' || line[i] == ']'))
			depth--;
		if (depth > DEPTH_MAX)
			return true;
	}
	return false;
}

int request_object(json_t **object, const char *line, size_t len, struct hl_error *err)
{
	json_error_t error;

	*object = NULL;
	if (len > REQUEST_BYTES_MAX)
		return hl_fail(err, E2BIG, "the request is longer than %d bytes",
			       REQUEST_BYTES_MAX);
	if (is_too_deep(line, len))
		return hl_fail(err, EINVAL,
			       "the request is nested deeper than %d levels; write one "
			       "object of plain values",
			       DEPTH_MAX);
	*object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	if (!*object)
		return hl_fail(err, EINVAL,
			       "no JSON, at byte %d: %.120s; write one object a line, as "
			       "in {\"command\": \"status\"}",
			       error.position, error.text);
	if (!json_is_object(*object)) {
		json_decref(*object);
		*object = NULL;
		return hl_fail(
			err, EINVAL,
			"no object; write one object a line, as in {\"command\": \"status\"}");
	}
	return 0;
}

static int value_check(const struct ctl_argument *a, const json_t *value, struct hl_error *err)
{
	switch (a->kind) {
	case CTL_COUNT:
		if (!json_is_integer(value) || json_integer_value(value) < 0)
			return hl_fail(err, EINVAL, "%s: write a whole number, not in quotes",
				       a->name);
		return ctl_count_check(a, (uint64_t)json_integer_value(value), err);
	case CTL_FLAG:
		return json_is_boolean(value)
			       ? 0
			       : hl_fail(err, EINVAL, "%s: allowed true, false", a->name);
	case CTL_TEXT:
	case CTL_REST:
	case CTL_PATH:
	case CTL_SOURCE:
	case CTL_TIME:
	case CTL_CHOICE:
		if (!json_is_string(value))
			return hl_fail(err, EINVAL, "%s: write a text, in quotes", a->name);
		return ctl_value_check(a, json_string_value(value), err);
	}
	return 0;
}

static int argument_unknown(const struct ctl_command *command, const char *key,
			    struct hl_error *err)
{
	char names[256] = "";
	size_t len = 0;

	for (const struct ctl_argument *a = command->arguments; a->name && len < sizeof(names); a++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", len ? ", " : "",
					a->name);
	return hl_fail(err, EINVAL, "%s: no argument \"%.60s\"; allowed %s", command->name, key,
		       len ? names : "none");
}

static int arguments_check(const struct ctl_command *command, json_t *object, struct hl_error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		const struct ctl_argument *a = ctl_argument_find(command, key);
		if (!strcmp(key, "command"))
			continue;
		if (!a)
			return argument_unknown(command, key, err);
		int rc = value_check(a, value, err);
		if (rc < 0)
			return rc;
	}
	for (const struct ctl_argument *a = command->arguments; a->name; a++)
		if (a->is_required && !json_object_get(object, a->name))
			return hl_fail(err, EINVAL, "%s: %s is missing: %s", command->name, a->name,
				       a->help);
	return 0;
}

int request_take(struct request *request, json_t *object, struct hl_error *err)
{
	char names[CTL_NAMES_ROOM];
	int rc;

	*request = (struct request){ 0 };
	const char *name = json_string_value(json_object_get(object, "command"));
	const struct ctl_command *command = name ? ctl_command_find(name) : NULL;
	if (!name)
		rc = hl_fail(err, EINVAL, "command is missing, or no text; allowed: %s",
			     ctl_command_names(names));
	else if (!command)
		rc = hl_fail(err, EINVAL, "no command \"%.60s\"; allowed: %s", name,
			     ctl_command_names(names));
	else
		rc = arguments_check(command, object, err);
	if (rc < 0) {
		json_decref(object);
		return rc;
	}
	*request = (struct request){ .command = command, .object = object };
	return 0;
}

int request_read(struct request *request, const char *line, size_t len, struct hl_error *err)
{
	json_t *object;

	*request = (struct request){ 0 };
	int rc = request_object(&object, line, len, err);
	return rc < 0 ? rc : request_take(request, object, err);
}

void request_free(struct request *request)
{
	json_decref(request->object);
	*request = (struct request){ 0 };
}

const char *request_text(const struct request *request, const char *name)
{
	return json_string_value(json_object_get(request->object, name));
}

bool request_flag(const struct request *request, const char *name)
{
	return json_is_true(json_object_get(request->object, name));
}

uint64_t request_count(const struct request *request, const char *name, uint64_t fallback)
{
	const json_t *value = json_object_get(request->object, name);

	return value ? (uint64_t)json_integer_value(value) : fallback;
}

uint64_t request_time(const struct request *request, const char *name, uint64_t fallback_ms)
{
	const char *text = request_text(request, name);
	uint64_t ms;

	return text && hl_time_parse(text, 1000, &ms) == 0 ? ms : fallback_ms;
}

int request_choice(const struct request *request, const char *name)
{
	const char *text = request_text(request, name);

	return text ? ctl_choice(ctl_argument_find(request->command, name), text) : -1;
}
