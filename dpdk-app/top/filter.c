// SPDX-License-Identifier: BSD-3-Clause
// Reads a filter by the table of commands, whose choices are the words that it knows.

#include "top/filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "surface/command_table.h"

static int word_add(json_t *members, const char *name, const char *text, struct hl_error *err)
{
	const struct ctl_argument *a = ctl_argument_find(&ctl_commands[CTL_LINES], name);
	json_t *value;
	int rc = ctl_value_check(a, text, err);

	if (rc < 0)
		return rc;
	if (json_object_get(members, name))
		return hl_fail(err, EINVAL, "filter: %s is there twice; give one", name);
	value = json_string(text);
	if (!value)
		return hl_fail(err, EINVAL, "filter: %s: no UTF-8", name);
	json_object_set_new(members, name, value);
	return 0;
}

static int word_read(json_t *members, const char *word, struct hl_error *err)
{
	const struct ctl_command *lines = &ctl_commands[CTL_LINES];
	const struct ctl_argument *state = ctl_argument_find(lines, "state");

	if (!strncmp(word, "profile=", 8))
		return word_add(members, "profile", word + 8, err);
	if (!strncmp(word, "domain=", 7))
		return word_add(members, "domain", word + 7, err);
	if (ctl_choice(state, word) >= 0)
		return word_add(members, "state", word, err);
	if (ctl_choice(ctl_argument_find(lines, "server"), word) >= 0)
		return word_add(members, "server", word, err);
	if (strpbrk(word, "0123456789"))
		return word_add(members, "number", word, err);
	return hl_fail(err, EINVAL,
		       "filter: \"%.40s\": allowed P, B, a number or 6000-6099, profile=NAME, "
		       "domain=HOST, %s",
		       word, state->choices);
}

int top_filter_read(const char *text, json_t **members, struct hl_error *err)
{
	char copy[512], *rest = copy, *word;
	int rc = 0;

	*members = json_object();
	snprintf(copy, sizeof(copy), "%s", text);
	while (rc == 0 && (word = strsep(&rest, " ")))
		if (*word)
			rc = word_read(*members, word, err);
	if (rc < 0) {
		json_decref(*members);
		*members = NULL;
	}
	return rc;
}
