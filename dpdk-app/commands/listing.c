// SPDX-License-Identifier: BSD-3-Clause
// Formats and words of the commands that list a table.

#include "commands/listing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exit_code.h"
#include "commands/commands.h"

static int format_read(const char *name, enum listing_format *format, struct hl_error *err)
{
	static const char *const names[LISTING_FORMATS] = { "text", "scd", "md" };

	for (unsigned i = 0; i < LISTING_FORMATS; i++)
		if (!strcmp(name, names[i])) {
			*format = (enum listing_format)i;
			return 0;
		}
	return hl_fail(err, EINVAL, "--format: \"%s\": allowed text, scd, md", name);
}

int listing_command(const struct listing *listing, int argc, char **argv)
{
	const char *name = "text";
	enum listing_format format = LISTING_TEXT;
	bool help = false;
	struct arguments args;
	struct hl_error err = { 0 };
	struct option_spec specs[] = {
		{ "format", 0, OPTION_TEXT, &name, 0, 0, "text|scd|md",
		  "for the terminal, for scdoc, for Markdown (text)", 0 },
		{ "help", 'h', OPTION_FLAG, &help, 0, 0, NULL, "this text", 0 },
		{ 0 },
	};

	arguments_split(&args, argc, argv);
	int rc = options_read(specs, &args, &err);
	if (rc == 0 && help) {
		printf("%s\n", listing->usage);
		options_help(specs);
		return EXIT_ALL_WELL;
	}
	if (rc == 0)
		rc = format_read(name, &format, &err);
	if (rc == 0)
		listing->print(format, &args, &err);
	if (err.code)
		error_print(&err);
	return err.code ? EXIT_USAGE : EXIT_ALL_WELL;
}

bool listing_wants(const struct arguments *args, const char *name)
{
	for (int i = 0; i < args->n_names; i++)
		if (strstr(name, args->names[i]))
			return true;
	return args->n_names == 0;
}

void scd_text(const char *text)
{
	for (; *text; text++)
		printf(strchr("_*\\<#`+~", *text) ? "\\%c" : "%c", *text);
}
