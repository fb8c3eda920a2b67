// SPDX-License-Identifier: BSD-3-Clause
// What commands share that list a table: the formats, the words that select rows.
#pragma once

#include <stdbool.h>

#include <heartline/error.h>

#include "commands/options.h"

enum listing_format {
	LISTING_TEXT, // for the terminal
	LISTING_SCD,  // for scdoc, of which the man pages are made
	LISTING_MD,   // Markdown
	LISTING_FORMATS,
};

struct listing {
	const char *usage; // first lines of --help
	// Prints the rows that `args` ask for. -EINVAL: there are none.
	int (*print)(enum listing_format format, const struct arguments *args,
		     struct hl_error *err);
};

// All of such a command: [WORD...] [--format text|scd|md]. Returns its exit code.
int listing_command(const struct listing *listing, int argc, char **argv);

// Has the name one of the words in it? Without words every name is wanted.
bool listing_wants(const struct arguments *args, const char *name);

// Print a text on stdout so that scdoc takes none of its characters for markup.
void scd_text(const char *text);
