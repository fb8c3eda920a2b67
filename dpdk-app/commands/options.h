// SPDX-License-Identifier: BSD-3-Clause
// Command lines: a table of options, each with its bounds, and one message for what is wrong.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <heartline/error.h>

#include "device/eal.h"

enum option_kind {
	OPTION_FLAG,   // bool, no value
	OPTION_SWITCH, // bool, on or off
	OPTION_NUMBER, // uint64_t, min..max; k and M multiply
	OPTION_TIME,   // uint64_t [ms], min..max; a bare number is in seconds
	OPTION_TEXT,   // const char *, points into argv
	OPTION_SECRET, // the same, but a copy: argv, which others can see, keeps nothing of it
};

struct option_spec {
	const char *name; // without dashes
	char letter;      // 0: none
	enum option_kind kind;
	void *to;
	uint64_t min, max;
	const char *value; // how the value is called in the help; NULL: FLAG
	const char *help;  // NULL: an alias of the entry before it, not shown
	bool given;        // set when it was seen
};

struct arguments {
	int argc; // of the command, its name first; what lies behind "--" is cut off
	char **argv;
	struct eal_arguments eal; // what lies behind "--"
	int n_names;              // arguments that are no options: argv[argc - n_names .. argc)
	char **names;
};

// Part argv at "--".
void arguments_split(struct arguments *args, int argc, char **argv);

// Read all options of the table (terminated by a NULL name) and set their targets.
int options_read(struct option_spec specs[], struct arguments *args, struct hl_error *err);

// Refuse arguments that are no options; `hint` is added to the message, "" for none.
int options_alone(const struct arguments *args, const char *hint, struct hl_error *err);

// The entry of a name; it must exist.
const struct option_spec *option_find(const struct option_spec specs[], const char *name);

// Write the table as help on stdout.
void options_help(const struct option_spec specs[]);
