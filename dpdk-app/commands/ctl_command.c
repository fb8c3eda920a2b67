// SPDX-License-Identifier: BSD-3-Clause
// heartline ctl: asks a run, or steers it, by its control socket.

#include "commands/commands.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include <sys/socket.h>

#include "base/exit_code.h"
#include "commands/ctl_help.h"
#include "commands/ctl_print.h"
#include "commands/options.h"
#include "surface/command_table.h"
#include "surface/control_server.h"

#define OWN_OPTIONS 5
#define OPTIONS_ROOM 32

// One command line: the options of all commands, by name, and what was given.
struct ctl_line {
	const char *socket, *instance, *list;
	bool json, help;
	const char *texts[OPTIONS_ROOM]; // of the options in `specs`, but OWN_OPTIONS
	bool flags[OPTIONS_ROOM];
	struct option_spec specs[OWN_OPTIONS + OPTIONS_ROOM + 1];
};

static bool spec_is_known(const struct ctl_line *line, const char *name)
{
	for (const struct option_spec *s = line->specs; s->name; s++)
		if (!strcmp(s->name, name))
			return true;
	return false;
}

// Commands share options of a name; each is in the table once.
static void options_table(struct ctl_line *o)
{
	const struct option_spec own[OWN_OPTIONS] = {
		{ "socket", 0, OPTION_TEXT, &o->socket, 0, 0, "PATH",
		  "the run's control socket (that of the only run)", 0 },
		{ "instance", 0, OPTION_TEXT, &o->instance, 0, 0, "PROCESS",
		  "which run, when there are several: the number of its process", 0 },
		{ "json", 0, OPTION_FLAG, &o->json, 0, 0, NULL, "print the answer as JSON", 0 },
		{ "list", 0, OPTION_TEXT, &o->list, 0, 0, "text|scd|bash",
		  "print the commands: for the terminal, for scdoc, as bash completion", 0 },
		{ "help", 'h', OPTION_FLAG, &o->help, 0, 0, NULL, "this text", 0 },
	};
	unsigned n = OWN_OPTIONS;

	memcpy(o->specs, own, sizeof(own));
	for (unsigned i = 0; i < CTL_COMMANDS; i++)
		for (const struct ctl_argument *a = ctl_commands[i].arguments; a->name; a++) {
			if (a->is_word || spec_is_known(o, a->name) ||
			    n == OWN_OPTIONS + OPTIONS_ROOM)
				continue;
			bool flag = a->kind == CTL_FLAG;
			o->specs[n] = (struct option_spec){
				.name = a->name,
				.kind = flag ? OPTION_FLAG : OPTION_TEXT,
				.to = flag ? (void *)&o->flags[n - OWN_OPTIONS]
					   : (void *)&o->texts[n - OWN_OPTIONS],
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

static int words_add(json_t *request, const struct ctl_command *command, char **words, int n,
		     struct hl_error *err)
{
	int k = 0, rc = 0;

	for (const struct ctl_argument *a = command->arguments; rc == 0 && a->name; a++) {
		if (!a->is_word)
			continue;
		if (k < n)
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

	for (unsigned i = 0; rc == 0 && o->specs[OWN_OPTIONS + i].name; i++) {
		const struct option_spec *spec = &o->specs[OWN_OPTIONS + i];
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

static int request_make(const struct ctl_line *o, const struct arguments *args,
			const struct ctl_command **command, json_t **request, struct hl_error *err)
{
	int used = 0;

	*command = command_find(args, &used, err);
	if (!*command)
		return -EINVAL;
	*request = json_pack("{ss}", "command", (*command)->name);
	int rc = words_add(*request, *command, args->names + used, args->n_names - used, err);
	return rc < 0 ? rc : options_add(*request, *command, o, err);
}

static int request_send(int fd, const json_t *request, struct hl_error *err)
{
	char *text = json_dumps(request, JSON_COMPACT);
	size_t len = text ? strlen(text) : 0, sent = 0;
	int rc = text ? 0 : hl_fail(err, ENOMEM, "no memory");

	if (text)
		text[len++] = '\n'; // in place of the zero
	while (rc == 0 && sent < len) {
		ssize_t n = send(fd, text + sent, len - sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			rc = hl_fail(err, errno, "the run does not take the request: %s",
				     strerror(errno));
		sent += n > 0 ? (size_t)n : 0;
	}
	free(text);
	return rc;
}

// The reply, up to its newline.
static int reply_receive(int fd, json_t **reply, struct hl_error *err)
{
	size_t room = CONTROL_REPLY_MAX + 1, len = 0;
	char *text = malloc(room);
	json_error_t error;

	if (!text)
		return hl_fail(err, ENOMEM, "no memory");
	*reply = NULL;
	while (len < room && !(len && text[len - 1] == '\n')) {
		ssize_t n = recv(fd, text + len, room - len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (len && text[len - 1] == '\n')
		*reply = json_loadb(text, len, 0, &error);
	int late = errno == EAGAIN;
	free(text);
	if (*reply)
		return 0;
	return late ? hl_fail(err, ETIMEDOUT,
			      "the run does not answer; it may still be starting, or "
			      "hang: its own messages tell more")
		    : hl_fail(err, EPROTO, "the run has gone without an answer");
}

static int run_ask(const struct ctl_line *o, const json_t *request, json_t **reply,
		   struct hl_error *err)
{
	const struct timeval patience = { .tv_sec = 30 };
	int fd = control_socket_connect(o->socket, o->instance, err);
	int rc = 0;

	if (fd < 0)
		return fd;
	if (!control_socket_peer_allowed(fd))
		rc = hl_fail(err, EPERM, "another user listens on that socket: nothing was sent");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (rc == 0)
		rc = request_send(fd, request, err);
	if (rc == 0)
		rc = reply_receive(fd, reply, err);
	close(fd);
	return rc;
}

static int reply_show(const struct ctl_line *o, const struct ctl_command *command, json_t *reply)
{
	bool ok = json_is_true(json_object_get(reply, "ok"));
	const char *why = json_string_value(json_object_get(reply, "error"));

	if (o->json) {
		json_dumpf(reply, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
		putchar('\n');
	} else if (ok) {
		ctl_print((enum ctl_id)(command - ctl_commands), reply);
	} else {
		struct hl_error err;
		hl_fail(&err, EINVAL, "%s", why ? why : "refused, without a reason");
		error_print(&err);
	}
	return ok ? EXIT_ALL_WELL : EXIT_USAGE;
}

// Also with --list and --help, which need no run.
static int line_obey(const struct ctl_line *o, const struct arguments *args, struct hl_error *err)
{
	const struct ctl_command *command;
	json_t *request = NULL, *reply = NULL;
	int code = EXIT_USAGE;

	if (o->help || o->list)
		return ctl_help_print(o->help ? "text" : o->list, o->specs, err);
	int rc = request_make(o, args, &command, &request, err);
	if (rc == 0)
		rc = run_ask(o, request, &reply, err);
	if (rc == 0)
		code = reply_show(o, command, reply);
	else if (rc == -ETIMEDOUT)
		code = EXIT_TIMED_OUT;
	json_decref(request);
	json_decref(reply);
	return code;
}

int ctl_command(int argc, char **argv)
{
	static struct ctl_line line;
	struct arguments args;
	struct hl_error err = { 0 };
	int code = EXIT_USAGE;

	options_table(&line);
	arguments_split(&args, argc, argv);
	if (options_read(line.specs, &args, &err) == 0)
		code = line_obey(&line, &args, &err);
	if (err.code)
		error_print(&err);
	return code;
}
