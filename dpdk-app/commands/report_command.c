// SPDX-License-Identifier: BSD-3-Clause
// heartline report: makes one HTML file of the results of runs.

#include "commands/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exit_code.h"
#include "commands/options.h"
#include "html_report/document.h"
#include "html_report/pictures.h"

struct report_options {
	const char *output, *pictures;
	bool add, help;
	struct option_spec specs[5];
};

static void options_table(struct report_options *o)
{
	// clang-format off
	const struct option_spec specs[] = {
		{ "output", 'o', OPTION_TEXT, &o->output, 0, 0, "FILE", "the HTML file; -: standard output (report.html)", 0 },
		{ "add", 0, OPTION_FLAG, &o->add, 0, 0, NULL, "also all results as one: counts and histograms added", 0 },
		{ "pictures", 0, OPTION_TEXT, &o->pictures, 0, 0, "FOLDER", "also each plot as PNG and SVG (needs rsvg-convert)", 0 },
		{ "help", 'h', OPTION_FLAG, &o->help, 0, 0, NULL, "this text", 0 },
		{ 0 },
	};
	// clang-format on

	*o = (struct report_options){ .output = "report.html" };
	memcpy(o->specs, specs, sizeof(specs));
}

static void help_print(const struct report_options *o)
{
	printf("usage: heartline report RESULT.json... [OPTION...]\n\n"
	       "Makes one HTML file of the results that runs wrote with --summary, up to %d of them "
	       "side by\nside, say before and after a change. It needs no network, and prints.\n\n",
	       RESULTS_MAX);
	options_help(o->specs);
}

static int file_write(const struct report_options *o, const struct result results[], unsigned n,
		      const struct result *sum, struct hl_error *err)
{
	bool to_stdout = !strcmp(o->output, "-");
	FILE *file = to_stdout ? stdout : fopen(o->output, "we");

	if (!file)
		return hl_fail(err, errno, "--output: %s: %s", o->output, strerror(errno));
	document_write(file, results, n, sum);
	bool is_bad = fflush(file) == EOF || ferror(file);
	if (!to_stdout && fclose(file) == EOF)
		is_bad = true;
	if (is_bad)
		return hl_fail(err, EIO, "--output: %s: it could not be written", o->output);
	if (!to_stdout)
		printf("%s\n", o->output);
	return 0;
}

static int report_write(const struct report_options *o, const struct result results[], unsigned n,
			struct hl_error *err)
{
	struct result sum = { 0 };
	int rc = 0;

	if (o->add && result_add(&sum, results, n) < 0)
		return hl_fail(err, ENOMEM, "--add: no memory");
	rc = file_write(o, results, n, o->add ? &sum : NULL, err);
	if (rc == 0 && o->pictures)
		rc = pictures_write(o->pictures, results, n, err);
	result_free(&sum);
	return rc;
}

static int names_check(const struct arguments *args, struct hl_error *err)
{
	if (args->n_names == 0)
		return hl_fail(
			err, EINVAL,
			"no result given; needed: one to %d files that --summary wrote, as in "
			"heartline report before.json after.json",
			RESULTS_MAX);
	if (args->n_names > RESULTS_MAX)
		return hl_fail(err, EINVAL, "%d results given; allowed: up to %d side by side",
			       args->n_names, RESULTS_MAX);
	return 0;
}

int report_command(int argc, char **argv)
{
	struct report_options o;
	struct arguments args;
	struct result results[RESULTS_MAX] = { { 0 } };
	struct hl_error err;
	unsigned n = 0;

	options_table(&o);
	arguments_split(&args, argc, argv);
	int rc = options_read(o.specs, &args, &err);
	if (rc == 0 && o.help) {
		help_print(&o);
		return EXIT_ALL_WELL;
	}
	if (rc == 0)
		rc = names_check(&args, &err);
	for (; rc == 0 && n < (unsigned)args.n_names; n++)
		rc = result_load(&results[n], args.names[n], &err);
	if (rc == 0)
		rc = report_write(&o, results, n, &err);
	for (unsigned i = 0; i < n; i++)
		result_free(&results[i]);
	if (rc == 0)
		return EXIT_ALL_WELL;
	error_print(&err);
	return EXIT_USAGE;
}
