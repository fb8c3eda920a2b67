// SPDX-License-Identifier: BSD-3-Clause
// Help and a part of the man page, of the table of commands.

#include "commands/ctl_help.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/exit_code.h"
#include "commands/ctl_completion.h"
#include "commands/listing.h"
#include "surface/command_table.h"

static void text_argument(const struct ctl_argument *a)
{
	char left[64];

	if (a->is_word)
		snprintf(left, sizeof(left), "%s", a->value);
	else
		snprintf(left, sizeof(left), "--%s%s%s", a->name, a->value ? " " : "",
			 a->value ? a->value : "");
	printf("      %-28s %s%s%s\n", left, a->help, a->choices ? ": " : "",
	       a->choices ? a->choices : "");
}

static void text_print(const struct option_spec specs[])
{
	printf("usage: heartline ctl [OPTION...] COMMAND [ARGUMENT...]\n\n"
	       "Asks a run on this machine, or steers it, by its control socket.\n\n");
	options_help(specs);
	printf("\nCommands:\n");
	for (unsigned i = 0; i < CTL_COMMANDS; i++) {
		printf("  %-16s %s\n", ctl_commands[i].name, ctl_commands[i].help);
		for (const struct ctl_argument *a = ctl_commands[i].arguments; a->name; a++)
			text_argument(a);
	}
	printf("\nExit: 0 done, 2 refused, wrong usage or no run, 97 the run does not answer.\n");
}

static void scd_argument(const struct ctl_argument *a)
{
	printf("++\n");
	if (!a->is_word)
		printf("*--%s*%s", a->name, a->value ? " " : "");
	if (a->value) {
		printf("_");
		scd_text(a->value);
		printf("_");
	}
	printf(": ");
	scd_text(a->help);
	if (a->choices) {
		printf(": ");
		scd_text(a->choices);
	}
}

static void scd_print(const struct option_spec specs[])
{
	(void)specs;
	for (unsigned i = 0; i < CTL_COMMANDS; i++) {
		printf("%s*%s*\n\t", i ? "\n" : "", ctl_commands[i].name);
		scd_text(ctl_commands[i].help);
		for (const struct ctl_argument *a = ctl_commands[i].arguments; a->name; a++)
			scd_argument(a);
		printf("\n");
	}
}

int ctl_help_print(const char *format, const struct option_spec specs[], struct hl_error *err)
{
	static const struct {
		const char *name;
		void (*print)(const struct option_spec specs[]);
	} formats[] = {
		{ "text", text_print },
		{ "scd", scd_print },
		{ "bash", ctl_completion_print },
	};

	for (unsigned i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (!strcmp(format, formats[i].name)) {
			formats[i].print(specs);
			return EXIT_ALL_WELL;
		}
	hl_fail(err, EINVAL, "--list: \"%s\": allowed text, scd, bash", format);
	return EXIT_USAGE;
}
