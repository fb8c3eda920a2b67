// SPDX-License-Identifier: BSD-3-Clause
// heartline top: a live screen of a run on this machine.

#include "commands/commands.h"

#include <stdio.h>

#include "base/exit_code.h"
#include "commands/options.h"
#include "top/top.h"

static void help_print(const struct option_spec specs[])
{
	printf("usage: heartline top [OPTION...]\n\n"
	       "Shows a run on this machine as it goes on, and steers it, by its control socket.\n\n");
	options_help(specs);
	printf("\nKeys: + - * / the rate, p pause, q quit, s save, 1 2 3 or Tab the pages, f filter,\n"
	       "? all of them.\n");
}

int top_command(int argc, char **argv)
{
	struct top_options o = { .run_fd = -1, .said_fd = -1, .rate_scale = 1 };
	uint64_t of_run = 0, said = 0;
	bool help = false;
	struct arguments args;
	struct hl_error err = { 0 };
	int code = EXIT_USAGE;
	struct option_spec specs[] = {
		{ "socket", 0, OPTION_TEXT, &o.socket, 0, 0, "PATH",
		  "the run's control socket (that of the only run)", 0 },
		{ "instance", 0, OPTION_TEXT, &o.instance, 0, 0, "PROCESS",
		  "which run, when there are several: the number of its process", 0 },
		{ "rate-scale", 0, OPTION_NUMBER, &o.rate_scale, 1, 1000000, "N",
		  "what one + or - changes the rate by; * and / by ten times as much (1)", 0 },
		{ "help", 'h', OPTION_FLAG, &help, 0, 0, NULL, "this text", 0 },
		// Given by heartline run --top: descriptors.
		{ "of-run", 0, OPTION_NUMBER, &of_run, 3, 1000, "FD", NULL, 0 },
		{ "said", 0, OPTION_NUMBER, &said, 3, 1000, "FD", NULL, 0 },
		{ 0 },
	};

	arguments_split(&args, argc, argv);
	int rc = options_read(specs, &args, &err);
	if (rc == 0 && help) {
		help_print(specs);
		return EXIT_ALL_WELL;
	}
	if (rc == 0)
		rc = options_alone(&args, "", &err);
	if (rc == 0) {
		o.run_fd = of_run ? (int)of_run : -1;
		o.said_fd = said ? (int)said : -1;
		code = top_show(&o, &err);
	}
	if (err.code)
		error_print(&err);
	return code;
}
