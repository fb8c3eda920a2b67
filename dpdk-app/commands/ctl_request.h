// SPDX-License-Identifier: BSD-3-Clause
// From the words of a command line to a request of the control socket.
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "commands/options.h"
#include "surface/command_table.h"

#define CTL_OWN_OPTIONS 5
#define CTL_OPTIONS_ROOM 32

// One command line: the options of all commands, by name, and what was given.
struct ctl_line {
	const char *socket, *instance, *list;
	bool json, help;
	const char *texts
		[CTL_OPTIONS_ROOM]; // of the options in `specs`, but those of heartline ctl itself
	bool flags[CTL_OPTIONS_ROOM];
	struct option_spec specs[CTL_OWN_OPTIONS + CTL_OPTIONS_ROOM + 1];
};

// The table of options that options_read() sets the rest by. *line is zero.
void ctl_line_prepare(struct ctl_line *line);

// The request that a line says, and its command. 0, -EINVAL; *request is the caller's in any case.
int ctl_request_make(const struct ctl_line *line, const struct arguments *args,
		     const struct ctl_command **command, json_t **request, struct hl_error *err);

// The same of words alone, as in { "server", "drain", "P", NULL }, without the options of heartline ctl itself.
int ctl_words_request(char *const words[], const struct ctl_command **command, json_t **request,
		      struct hl_error *err);
