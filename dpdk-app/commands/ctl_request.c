// SPDX-License-Identifier: BSD-3-Clause
// Words in their places, options by their names; each value is checked by the table of commands.

#include "commands/ctl_request.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool spec_is_known(const struct ctl_line *line, const char *name)
{
	for (const struct option_spec *s = line->specs; s->name; s++)
		if (!strcmp(s->name, name))
			return true;
	return false;
}

// Commands share options of a name; each is in the table once.
void ctl_line_prepare(struct ctl_line *o)
{
	const struct option_spec own[CTL_OWN_OPTIONS] = {
		{ "socket", 0, OPTION_TEXT, &o->socket, 0, 0, "PATH",
		  "the run's control socket (that of the only run)", 0 },
		{ "instance", 0, OPTION_TEXT, &o->instance, 0, 0, "PROCESS",
		  "which run, when there are several: the number of its process", 0 },
		{ "json", 0, OPTION_FLAG, &o->json, 0, 0, NULL, "print the answer as JSON", 0 },
		{ "list", 0, OPTION_TEXT, &o->list, 0, 0, "text|scd|bash",
		  "print the commands: for the terminal, for scdoc, as bash completion", 0 },
		{ "help", 'h', OPTION_FLAG, &o->help, 0, 0, NULL, "this text", 0 },
	};
	unsigned n = CTL_OWN_OPTIONS;

	memcpy(o->specs, own, sizeof(own));
	for (unsigned i = 0; i < CTL_COMMANDS; i++)
		for (const struct ctl_argument *a = ctl_commands[i].arguments; a->name; a++) {
			if (a->is_word || spec_is_known(o, a->name) ||
			    n == CTL_OWN_OPTIONS + CTL_OPTIONS_ROOM)
				continue;
			bool flag = a->kind == CTL_FLAG;
			o->specs[n] = (struct option_spec){
				.name = a->name,
				.kind = flag ? OPTION_FLAG : OPTION_TEXT,
				.to = flag ? (void *)&o->flags[n - CTL_OWN_OPTIONS]
					   : (void *)&o->texts[n - CTL_OWN_OPTIONS],
				.value = a->value,
			};
			n++;
		}
}

// The command of the first two words, or of the first one; *used: how many they are.
static const struct ctl_command *command_find(const struct arguments *args, int *used,
					      struct hl_error *err)
{
	char names[CTL_NAMES_ROOM], two[64];
	const struct ctl_command *command = NULL;

	if (args->n_names == 0) {
		hl_fail(err, EINVAL, "which command? allowed: %s; heartline ctl --help tells more",
			ctl_command_names(names));
		return NULL;
	}
	if (args->n_names > 1) {
		snprintf(two, sizeof(two), "%s %s", args->names[0], args->names[1]);
		command = ctl_command_find(two);
	}
	*used = command ? 2 : 1;
	command = command ? command : ctl_command_find(args->names[0]);
	if (!command)
		hl_fail(err, EINVAL, "no command \"%s%s%s\"; allowed: %s", args->names[0],
			args->n_names > 1 ? " " : "", args->n_names > 1 ? args->names[1] : "",
			ctl_command_names(names));
	return command;
}

// The run may be in another folder.
static int path_complete(const struct ctl_argument *a, const char **text, char path[PATH_MAX],
			 struct hl_error *err)
{
	if (a->kind != CTL_PATH && (a->kind != CTL_SOURCE || ctl_source_is_range(*text)))
		return 0;
	if (!realpath(*text, path))
		return hl_fail(err, errno, "%s: %s%s", *text, strerror(errno),
			       a->kind == CTL_SOURCE
				       ? "; give a CSV file, or numbers as in 6000-6099"
				       : "");
	*text = path;
	return 0;
}

static int value_add(json_t *request, const struct ctl_argument *a, const char *text,
		     struct hl_error *err)
{
	char path[PATH_MAX];
	json_t *value;
	int rc = path_complete(a, &text, path, err);

	if (rc == 0)
		rc = ctl_value_check(a, text, err);
	if (rc < 0)
		return rc;
	value = a->kind == CTL_COUNT ? json_integer(strtoll(text, NULL, 10)) : json_string(text);
	if (!value)
		return hl_fail(err, EINVAL, "%s: no UTF-8", a->name);
	json_object_set_new(request, a->name, value);
	return 0;
}

// All words that are left, as one text.
static int rest_add(json_t *request, const struct ctl_argument *a, char **words, int n, int *k,
		    struct hl_error *err)
{
	char text[CTL_REST_MAX + 1] = "";
	size_t len = 0;

	for (; *k < n && len < sizeof(text); ++*k)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len ? " " : "",
					words[*k]);
	if (len >= sizeof(text))
		return hl_fail(err, EINVAL, "%s: longer than %d characters", a->name, CTL_REST_MAX);
	return value_add(request, a, text, err);
}

static int arguments_add(json_t *request, const struct ctl_command *command, char **words, int n,
			 struct hl_error *err)
{
	int k = 0, rc = 0;

	for (const struct ctl_argument *a = command->arguments; rc == 0 && a->name; a++) {
		if (!a->is_word)
			continue;
		if (k < n && a->kind == CTL_REST)
			rc = rest_add(request, a, words, n, &k, err);
		else if (k < n)
			rc = value_add(request, a, words[k++], err);
		else if (a->is_required)
			rc = hl_fail(err, EINVAL, "%s: %s is missing: %s", command->name, a->value,
				     a->help);
	}
	if (rc == 0 && k < n)
		rc = hl_fail(err, EINVAL, "%s: \"%s\" is one word too many", command->name,
			     words[k]);
	return rc;
}

static int options_add(json_t *request, const struct ctl_command *command, const struct ctl_line *o,
		       struct hl_error *err)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && o->specs[CTL_OWN_OPTIONS + i].name; i++) {
		const struct option_spec *spec = &o->specs[CTL_OWN_OPTIONS + i];
		const struct ctl_argument *a = ctl_argument_find(command, spec->name);
		if (!spec->given)
			continue;
		if (!a || a->is_word)
			return hl_fail(err, EINVAL,
				       "%s has no option --%s; heartline ctl --help lists "
				       "those it has",
				       command->name, spec->name);
		if (a->kind == CTL_FLAG)
			json_object_set_new(request, a->name, json_true());
		else
			rc = value_add(request, a, o->texts[i], err);
	}
	return rc;
}

int ctl_request_make(const struct ctl_line *o, const struct arguments *args,
		     const struct ctl_command **command, json_t **request, struct hl_error *err)
{
	int used = 0;

	*command = command_find(args, &used, err);
	if (!*command)
		return -EINVAL;
	*request = json_pack("{ss}", "command", (*command)->name);
	int rc = arguments_add(*request, *command, args->names + used, args->n_names - used, err);
	return rc < 0 ? rc : options_add(*request, *command, o, err);
}

int ctl_words_request(char *const words[], const struct ctl_command **command, json_t **request,
		      struct hl_error *err)
{
	static struct ctl_line line;
	char *argv[64] = { (char *)(uintptr_t) "ctl" };
	struct arguments args = { .argc = 1, .argv = argv };

	while (words[args.argc - 1] && args.argc < 63) {
		argv[args.argc] = words[args.argc - 1];
		args.argc++;
	}
	line = (struct ctl_line){ 0 };
	ctl_line_prepare(&line);
	*request = NULL;
	int rc = options_read(line.specs, &args, err);
	for (unsigned i = 0; rc == 0 && i < CTL_OWN_OPTIONS; i++)
		if (line.specs[i].given)
			rc = hl_fail(err, EINVAL, "--%s is an option of heartline ctl itself",
				     line.specs[i].name);
	return rc < 0 ? rc : ctl_request_make(&line, &args, command, request, err);
}
