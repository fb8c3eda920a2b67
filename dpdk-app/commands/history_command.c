// SPDX-License-Identifier: BSD-3-Clause
// heartline history: asks the file that a run with `history` has written, or writes.

#include "commands/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exit_code.h"
#include "base/wall_time.h"
#include "commands/history_print.h"
#include "commands/history_rows.h"
#include "commands/options.h"
#include "commands/time_point.h"
#include "history/file.h"
#include "history/query.h"

#define LIMIT_MAX 1000000000000ull
#define LIMIT_DEFAULT 1000

struct history_options_given {
	const char *file, *line, *profile, *server, *since, *until, *format;
	uint64_t limit, least, top;
	bool outages, runs, help;
	char number[300]; // of --line, without its domain
	struct option_spec specs[14];
};

static void options_table(struct history_options_given *o)
{
	// clang-format off
	const struct option_spec specs[] = {
		{ "file", 'f', OPTION_TEXT, &o->file, 0, 0, "FILE", "the file of the history; the same as FILE alone", 0 },
		{ "line", 'l', OPTION_TEXT, &o->line, 0, 0, "NUMBER[@DOMAIN]", "of one line", 0 },
		{ "profile", 0, OPTION_TEXT, &o->profile, 0, 0, "NAME", "of lines of a profile", 0 },
		{ "server", 0, OPTION_TEXT, &o->server, 0, 0, "P|B", "that have to do with the primary, or the backup", 0 },
		{ "since", 0, OPTION_TEXT, &o->since, 0, 0, "TIME", "from then on: 30min, 12h or 7d ago, or 2026-11-30T09:15Z", 0 },
		{ "until", 0, OPTION_TEXT, &o->until, 0, 0, "TIME", "before then", 0 },
		{ "outages", 0, OPTION_FLAG, &o->outages, 0, 0, NULL, "times when lines had lost a server, or were registered nowhere", 0 },
		{ "min-lines", 0, OPTION_NUMBER, &o->least, 1, HL_LINES_MAX, "N", "outages of so many lines at once (1)", 0 },
		{ "top-flapping", 0, OPTION_NUMBER, &o->top, 1, LIMIT_MAX, "N", "the lines that lost their server most often", 0 },
		{ "runs", 0, OPTION_FLAG, &o->runs, 0, 0, NULL, "the runs that wrote the file", 0 },
		{ "limit", 'n', OPTION_NUMBER, &o->limit, 0, LIMIT_MAX, "N", "the latest N; 0: all (1000)", 0 },
		{ "format", 0, OPTION_TEXT, &o->format, 0, 0, "text|csv|json", "for the terminal, or for programs (text)", 0 },
		{ "help", 'h', OPTION_FLAG, &o->help, 0, 0, NULL, "this text", 0 },
		{ 0 },
	};
	// clang-format on

	*o = (struct history_options_given){ .format = "text", .limit = LIMIT_DEFAULT, .least = 1 };
	memcpy(o->specs, specs, sizeof(specs));
}

static void help_print(const struct history_options_given *o)
{
	printf("usage: heartline history FILE [OPTION...]\n\n"
	       "Shows changes of state that runs with --history FILE wrote, also while one writes.\n\n");
	options_help(o->specs);
	printf("\nTimes are UTC.\n");
}

static int format_read(const char *name, enum rows_format *format, struct hl_error *err)
{
	static const char *const names[] = { "text", "csv", "json" };

	for (unsigned i = 0; i < 3; i++)
		if (!strcmp(name, names[i])) {
			*format = (enum rows_format)i;
			return 0;
		}
	return hl_fail(err, EINVAL, "--format: \"%.60s\": allowed text, csv, json", name);
}

static int server_read(const char *name, enum hl_server *server, struct hl_error *err)
{
	*server = HL_SERVER_NONE;
	if (!name)
		return 0;
	if (strcmp(name, "P") && strcmp(name, "B"))
		return hl_fail(err, EINVAL,
			       "--server: \"%.60s\": allowed P (the primary), B (the backup)",
			       name);
	*server = *name == 'P' ? HL_SERVER_P : HL_SERVER_B;
	return 0;
}

static int line_read(struct history_options_given *o, struct history_query *q, struct hl_error *err)
{
	if (!o->line)
		return 0;
	const char *at = strchr(o->line, '@');
	size_t len = at ? (size_t)(at - o->line) : strlen(o->line);
	if (len == 0 || len >= sizeof(o->number) || (at && !at[1]))
		return hl_fail(err, EINVAL,
			       "--line: \"%.60s\": write a phone number, or NUMBER@DOMAIN",
			       o->line);
	memcpy(o->number, o->line, len);
	o->number[len] = 0;
	q->number = o->number;
	q->domain = at ? at + 1 : NULL;
	return 0;
}

static int times_read(const struct history_options_given *o, struct history_query *q,
		      struct hl_error *err)
{
	int64_t now_ms = wall_now_ms();
	int rc = 0;

	q->since_ms = 0;
	q->until_ms = INT64_MAX;
	if (o->since)
		rc = time_point_read("since", o->since, now_ms, &q->since_ms, err);
	if (rc == 0 && o->until)
		rc = time_point_read("until", o->until, now_ms, &q->until_ms, err);
	if (rc == 0 && q->since_ms >= q->until_ms)
		rc = hl_fail(err, EINVAL, "--since %.60s is not before --until %.60s",
			     o->since ? o->since : "0", o->until);
	return rc;
}

// One question at a time.
static int question_check(const struct history_options_given *o, struct hl_error *err)
{
	bool least = option_find(o->specs, "min-lines")->given;

	if (o->outages + o->runs + (o->top > 0) > 1)
		return hl_fail(
			err, EINVAL,
			"--outages, --top-flapping and --runs exclude each other: ask one after "
			"the other");
	if (least && !o->outages)
		return hl_fail(err, EINVAL, "--min-lines is about outages: add --outages");
	if (o->runs && (o->line || o->profile || o->server))
		return hl_fail(err, EINVAL, "--runs goes with --since, --until and --limit only");
	return 0;
}

static int file_find(struct history_options_given *o, const struct arguments *args,
		     struct hl_error *err)
{
	int n = args->n_names + (o->file != NULL);

	if (n == 0)
		return hl_fail(err, EINVAL, "which file? write heartline history FILE");
	if (n > 1)
		return hl_fail(err, EINVAL, "%.60s: one file at a time",
			       args->names[args->n_names - 1]);
	if (!o->file)
		o->file = args->names[0];
	return 0;
}

static int ask(const struct history_options_given *o, const struct history_query *q,
	       enum rows_format format, bool *more, struct hl_error *err)
{
	sqlite3 *db;
	int rc = history_file_read(&db, o->file, err);

	*more = false;
	if (rc < 0)
		return rc;
	if (o->runs)
		rc = history_print_runs(db, q, format, more, err);
	else if (o->outages)
		rc = history_print_outages(db, q, o->least, format, more, err);
	else if (o->top)
		rc = history_print_flappings(db, q, o->top, format, err);
	else
		rc = history_print_changes(db, q, format, more, err);
	sqlite3_close(db);
	return rc;
}

int history_command(int argc, char **argv)
{
	static struct history_options_given o;
	struct arguments args;
	struct history_query q = { 0 };
	enum rows_format format = ROWS_TEXT;
	struct hl_error err = { 0 };
	bool more = false;

	options_table(&o);
	arguments_split(&args, argc, argv);
	int rc = options_read(o.specs, &args, &err);
	if (rc == 0 && o.help) {
		help_print(&o);
		return EXIT_ALL_WELL;
	}
	if (rc == 0)
		rc = file_find(&o, &args, &err);
	if (rc == 0)
		rc = question_check(&o, &err);
	if (rc == 0)
		rc = format_read(o.format, &format, &err);
	if (rc == 0)
		rc = server_read(o.server, &q.server, &err);
	if (rc == 0)
		rc = line_read(&o, &q, &err);
	if (rc == 0)
		rc = times_read(&o, &q, &err);
	q.profile = o.profile;
	q.limit = o.limit;
	if (rc == 0)
		rc = ask(&o, &q, format, &more, &err);
	if (rc == 0 && (fflush(stdout) == EOF || ferror(stdout)))
		rc = hl_fail(&err, EIO, "the output cannot be written: %s", strerror(errno));
	if (rc < 0) {
		error_print(&err);
		return EXIT_USAGE;
	}
	if (more)
		fprintf(stderr,
			"heartline: these are the latest %llu; --limit 0 shows all, --since and --until "
			"choose\n",
			(unsigned long long)o.limit);
	return EXIT_ALL_WELL;
}
