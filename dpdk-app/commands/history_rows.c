// SPDX-License-Identifier: BSD-3-Clause
// From rows of a history to cells. A table names a line NUMBER@DOMAIN, programs get both apart.

#include "commands/history_rows.h"

#include <string.h>

#include "base/wall_time.h"

#define NAME_ROOM 300

static const char *line_name(const char *number, const char *domain, char out[NAME_ROOM])
{
	snprintf(out, NAME_ROOM, "%s%s%s", number ? number : "?", domain && *domain ? "@" : "",
		 domain ? domain : "");
	return out;
}

// No text for none.
static const char *given(const char *text)
{
	return text && *text ? text : NULL;
}

static const struct column change_columns[] = {
	{ "time", "TIME (UTC)", 24, COLUMN_TIME }, { "run", NULL, 0, COLUMN_WHOLE },
	{ NULL, "LINE", 12, COLUMN_TEXT },         { "number", NULL, 0, COLUMN_TEXT },
	{ "domain", NULL, 0, COLUMN_TEXT },        { "profile", "PROFILE", 10, COLUMN_TEXT },
	{ "from", "FROM", 6, COLUMN_TEXT },        { "to", "TO", 6, COLUMN_TEXT },
	{ "server", "SERVER", 7, COLUMN_TEXT },    { "code", NULL, 0, COLUMN_TEXT },
	{ "cause", "CAUSE", 0, COLUMN_TEXT },      { 0 },
};

static void change_row(void *context, const void *found)
{
	const struct history_row *row = found;
	char name[NAME_ROOM], code[8];

	snprintf(code, sizeof(code), "%d", (int)row->code);
	const struct cell cells[] = {
		{ .value = row->at_ms },
		{ .value = row->run },
		{ .text = line_name(row->number, row->domain, name) },
		{ .text = row->number },
		{ .text = given(row->domain) },
		{ .text = row->profile },
		{ .text = row->from },
		{ .text = row->to },
		{ .text = row->server },
		{ .text = row->code ? code : NULL },
		{ .text = row->cause },
	};
	rows_add(context, cells);
}

static const struct column outage_columns[] = {
	{ "start", "START (UTC)", 24, COLUMN_TIME },
	{ "end", "END (UTC)", 24, COLUMN_TIME },
	{ "duration_ms", "DURATION", 14, COLUMN_SPAN },
	{ "lines", "LINES", 0, COLUMN_WHOLE },
	{ 0 },
};

static void outage_row(void *context, const void *found)
{
	const struct history_outage *outage = found;
	int64_t end_ms = outage->end_ms ? outage->end_ms : wall_now_ms();
	const struct cell cells[] = {
		{ .value = outage->start_ms },
		{ .value = outage->end_ms },
		{ .value = end_ms > outage->start_ms ? end_ms - outage->start_ms : 0 },
		{ .value = (int64_t)outage->lines },
	};

	rows_add(context, cells);
}

static const struct column flapping_columns[] = {
	{ NULL, "LINE", 20, COLUMN_TEXT },
	{ "number", NULL, 0, COLUMN_TEXT },
	{ "domain", NULL, 0, COLUMN_TEXT },
	{ "profile", "PROFILE", 16, COLUMN_TEXT },
	{ "losses", "LOST ITS SERVER", 15, COLUMN_WHOLE },
	{ "last", "LAST (UTC)", 0, COLUMN_TIME },
	{ 0 },
};

static void flapping_row(void *context, const void *found)
{
	const struct history_flapping *row = found;
	char name[NAME_ROOM];
	const struct cell cells[] = {
		{ .text = line_name(row->number, row->domain, name) },
		{ .text = row->number },
		{ .text = given(row->domain) },
		{ .text = row->profile },
		{ .value = (int64_t)row->losses },
		{ .value = row->last_ms },
	};

	rows_add(context, cells);
}

static const struct column run_columns[] = {
	{ "run", "RUN", 5, COLUMN_WHOLE },
	{ "start", "START (UTC)", 24, COLUMN_TIME },
	{ "end", "END (UTC)", 24, COLUMN_TIME },
	{ "version", "VERSION", 8, COLUMN_TEXT },
	{ "configuration", "CONFIGURATION", 0, COLUMN_TEXT },
	{ 0 },
};

static void run_row(void *context, const void *found)
{
	const struct history_run_row *row = found;
	const struct cell cells[] = {
		{ .value = row->run },    { .value = row->start_ms }, { .value = row->end_ms },
		{ .text = row->version }, { .text = row->config },
	};

	rows_add(context, cells);
}

static void rest(void *context)
{
	rows_flush(context);
}

int history_print_changes(sqlite3 *db, const struct history_query *q, enum rows_format format,
			  bool *more, struct hl_error *err)
{
	struct rows rows;
	const struct history_sink sink = { change_row, rest, &rows };

	rows_begin(&rows, format, change_columns);
	int rc = history_changes(db, q, &sink, more, err);
	rows_end(&rows);
	return rc;
}

int history_print_outages(sqlite3 *db, const struct history_query *q, uint64_t least,
			  enum rows_format format, bool *more, struct hl_error *err)
{
	struct rows rows;
	const struct history_sink sink = { outage_row, rest, &rows };

	rows_begin(&rows, format, outage_columns);
	int rc = history_outages(db, q, least, &sink, more, err);
	rows_end(&rows);
	return rc;
}

int history_print_flappings(sqlite3 *db, const struct history_query *q, uint64_t n,
			    enum rows_format format, struct hl_error *err)
{
	struct rows rows;
	const struct history_sink sink = { flapping_row, rest, &rows };

	rows_begin(&rows, format, flapping_columns);
	int rc = history_flappings(db, q, n, &sink, err);
	rows_end(&rows);
	return rc;
}

int history_print_runs(sqlite3 *db, const struct history_query *q, enum rows_format format,
		       bool *more, struct hl_error *err)
{
	struct rows rows;
	const struct history_sink sink = { run_row, rest, &rows };

	rows_begin(&rows, format, run_columns);
	int rc = history_runs(db, q, &sink, more, err);
	rows_end(&rows);
	return rc;
}
