// SPDX-License-Identifier: BSD-3-Clause
// The commands of the control socket: one table for the run that serves them, for heartline ctl, for its
// help, its man page and the completion of shells.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

// How an argument stands in a request, and on a command line.
enum ctl_kind {
	CTL_TEXT,   // a string of at most `max` characters, none of them a control character
	CTL_COUNT,  // an integer, min..max
	CTL_TIME,   // a string, as in "5s"
	CTL_CHOICE, // one of the choices, in upper or lower case
	CTL_FLAG,   // true
	CTL_PATH,   // a string, absolute; on a command line that is not needed
	CTL_REST,   // a string as CTL_TEXT; on a command line all words that are left
	CTL_SOURCE, // a range of numbers as in 6000-6099, or a path as above
};

struct ctl_argument {
	const char *name; // NULL: no more of them
	enum ctl_kind kind;
	bool is_word; // on a command line a word in its place, not an option
	bool is_required;
	uint64_t min, max;
	const char *choices; // by space
	const char *value;   // how it is called in the help
	const char *help;
};

#define CTL_ARGUMENTS 10
#define CTL_REST_MAX 128 // characters

enum ctl_id {
	CTL_STATUS,
	CTL_LINES_ADD, // two words before one: lines is no beginning of lines add
	CTL_LINES_REMOVE,
	CTL_LINES,
	CTL_LINE_SHOW,
	CTL_LINE_TRACE,
	CTL_SERVER_LIST,
	CTL_PROFILE_LIST,
	CTL_PORT,
	CTL_EVENTS,
	CTL_LINE_FORCE,
	CTL_SERVER_DRAIN,
	CTL_SERVER_RESTORE,
	CTL_SERVER_FORCE,
	CTL_RELOAD,
	CTL_RATE,
	CTL_PAUSE,
	CTL_RESUME,
	CTL_DRAIN,
	CTL_REGISTRAR, // of a registrar, and no run
	CTL_COMMANDS,
};

struct ctl_command {
	const char *name; // one or two words
	const char *help;
	struct ctl_argument arguments[CTL_ARGUMENTS];
};

extern const struct ctl_command ctl_commands[CTL_COMMANDS];

// NULL: there is none of this name.
const struct ctl_command *ctl_command_find(const char *name);
const struct ctl_argument *ctl_argument_find(const struct ctl_command *command, const char *name);

// Does a text suit an argument? -EINVAL with a message that says what is allowed. CTL_COUNT: as digits.
int ctl_value_check(const struct ctl_argument *argument, const char *text, struct hl_error *err);
int ctl_count_check(const struct ctl_argument *argument, uint64_t count, struct hl_error *err);

// Is this CTL_SOURCE a range, not a path?
bool ctl_source_is_range(const char *text);

// Which of the choices of an argument a text is, in any case; -1: none.
int ctl_choice(const struct ctl_argument *argument, const char *text);

// The names of all commands, by comma.
#define CTL_NAMES_ROOM 512
const char *ctl_command_names(char out[CTL_NAMES_ROOM]);
