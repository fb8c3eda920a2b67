// SPDX-License-Identifier: BSD-3-Clause
// Command lines are parsed by a table of options, each with its bounds.
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
	OPTION_EACH,   // struct option_texts: may be given several times
	OPTION_SECRET, // a copy, since the value is erased from argv, which other users can see
};

#define OPTION_TEXTS_MAX 64

struct option_texts {
	unsigned n;
	const char *of[OPTION_TEXTS_MAX]; // point into argv
};

struct option_spec {
	const char *name; // without dashes
	char letter;      // 0: none
	enum option_kind kind;
	void *to;
	uint64_t min, max;
	const char *value; // the name of the value in the help; NULL for a flag
	const char *help;  // NULL: an alias of the entry before, which is not listed
	bool given;        // set when the option was given
};

struct arguments {
	int argc; // of the command, starting with its name, up to "--"
	char **argv;
	struct eal_arguments eal; // what follows "--"
	int n_names;              // arguments that are not options: argv[argc - n_names .. argc)
	char **names;
};

// Split argv at "--".
void arguments_split(struct arguments *args, int argc, char **argv);

// Parse all options by the table, which ends with a NULL name, and set their targets.
int options_read(struct option_spec specs[], struct arguments *args, struct hl_error *err);

// Refuse arguments that are not options. `hint` is added to the message; it may be "".
int options_alone(const struct arguments *args, const char *hint, struct hl_error *err);

// The entry with this name, which must exist.
const struct option_spec *option_find(const struct option_spec specs[], const char *name);

// Print the table as help on stdout.
void options_help(const struct option_spec specs[]);
