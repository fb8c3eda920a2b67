// SPDX-License-Identifier: BSD-3-Clause
// heartline ctl: asks a run, or steers it, by its control socket.

#include "commands/commands.h"

#include <errno.h>
#include <stdio.h>

#include <jansson.h>

#include "base/exit_code.h"
#include "commands/ctl_ask.h"
#include "commands/ctl_help.h"
#include "commands/ctl_print.h"
#include "commands/ctl_request.h"
#include "commands/line_trace.h"

#define PATIENCE_S 30

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
	int rc = ctl_request_make(o, args, &command, &request, err);
	if (rc == 0 && command == &ctl_commands[CTL_LINE_TRACE]) {
		const struct line_trace trace = { request, o->socket, o->instance, o->json };
		code = line_trace_follow(&trace, err);
		json_decref(request);
		return code;
	}
	if (rc == 0)
		rc = ctl_ask(o->socket, o->instance, PATIENCE_S, request, &reply, err);
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

	ctl_line_prepare(&line);
	arguments_split(&args, argc, argv);
	if (options_read(line.specs, &args, &err) == 0)
		code = line_obey(&line, &args, &err);
	if (err.code)
		error_print(&err);
	return code;
}

// "line" is the first word of the command; the name of the program stands before it.
int line_command(int argc, char **argv)
{
	return ctl_command(argc + 1, argv - 1);
}
