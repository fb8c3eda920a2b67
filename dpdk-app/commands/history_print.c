// SPDX-License-Identifier: BSD-3-Clause
// Rows are printed to memory first: whoever reads stdout may be slow, and the file is not held for that.

#include "commands/history_print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "surface/ctl_values.h"

const char *moment_text(int64_t ms, char out[MOMENT_ROOM])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;
	char day[24];

	gmtime_r(&s, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, MOMENT_ROOM, "%s.%03dZ", day, (int)(ms % 1000));
	return out;
}

static void room_make(struct rows *r)
{
	r->to = open_memstream(&r->text, &r->len);
	if (!r->to) {
		fprintf(stderr, "heartline: error: no memory\n");
		exit(EXIT_FAILURE);
	}
}

void rows_flush(struct rows *r)
{
	fclose(r->to);
	fwrite(r->text, 1, r->len, stdout);
	free(r->text);
	room_make(r);
}

static bool is_end(const struct column *c)
{
	return !c->key && !c->title;
}

static const char *word(const struct column *c, const struct cell *cell, char room[64])
{
	char moment[MOMENT_ROOM], span[SPAN_ROOM];

	switch (c->kind) {
	case COLUMN_TEXT:
		return cell->text ? cell->text : "-";
	case COLUMN_WHOLE:
		snprintf(room, 64, "%" PRId64, cell->value);
		break;
	case COLUMN_TIME:
		snprintf(room, 64, "%s", cell->value ? moment_text(cell->value, moment) : "-");
		break;
	case COLUMN_SPAN:
		snprintf(room, 64, "%s", ctl_span((uint64_t)cell->value, span));
		break;
	}
	return room;
}

static void text_head(const struct rows *r)
{
	for (const struct column *c = r->columns; !is_end(c); c++)
		if (c->title)
			fprintf(r->to, "%-*s%s", c->width, c->title, is_end(c + 1) ? "\n" : " ");
}

// Texts come from a file, and causes from servers: neither may steer the terminal.
static void safe_write(const char *text, int width, FILE *to)
{
	for (; *text; text++, width--)
		fputc((unsigned char)*text < ' ' || *text == 0x7f ? '.' : *text, to);
	fprintf(to, "%*s", width > 0 ? width : 0, "");
}

static void text_row(const struct rows *r, const struct cell *cell)
{
	char room[64];

	for (const struct column *c = r->columns; !is_end(c); c++, cell++)
		if (c->title) {
			safe_write(word(c, cell, room), is_end(c + 1) ? 0 : c->width, r->to);
			fputc(is_end(c + 1) ? '\n' : ' ', r->to);
		}
}

static void csv_word(const char *text, FILE *to)
{
	if (!text[strcspn(text, ",;\"\r\n")]) {
		fputs(text, to);
		return;
	}
	fputc('"', to);
	for (; *text; text++)
		fprintf(to, *text == '"' ? "\"\"" : "%c", *text);
	fputc('"', to);
}

static void csv_head(const struct rows *r)
{
	const char *comma = "";

	for (const struct column *c = r->columns; !is_end(c); c++) {
		if (!c->key)
			continue;
		fprintf(r->to, "%s%s", comma, c->key);
		comma = ",";
	}
	fputs("\r\n", r->to);
}

static void csv_row(const struct rows *r, const struct cell *cell)
{
	char room[64];
	const char *comma = "";

	for (const struct column *c = r->columns; !is_end(c); c++, cell++) {
		if (!c->key)
			continue;
		bool none = c->kind == COLUMN_TEXT ? !cell->text
						   : c->kind == COLUMN_TIME && !cell->value;
		fputs(comma, r->to);
		comma = ",";
		if (c->kind == COLUMN_SPAN)
			fprintf(r->to, "%" PRId64, cell->value);
		else if (!none)
			csv_word(word(c, cell, room), r->to);
	}
	fputs("\r\n", r->to);
}

// What is not UTF-8 has a "?" for each byte that is not ASCII.
static json_t *text_value(const char *text)
{
	json_t *value = json_string(text);
	char *copy = value ? NULL : strdup(text);

	for (char *at = copy; at && *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	if (copy)
		value = json_string(copy);
	free(copy);
	return value ? value : json_null();
}

static json_t *json_value(const struct column *c, const struct cell *cell)
{
	char room[64];

	switch (c->kind) {
	case COLUMN_TEXT:
		return cell->text ? text_value(cell->text) : json_null();
	case COLUMN_TIME:
		return cell->value ? json_string(word(c, cell, room)) : json_null();
	case COLUMN_WHOLE:
	case COLUMN_SPAN:
		break;
	}
	return json_integer(cell->value);
}

static void json_row(const struct rows *r, const struct cell *cell)
{
	json_t *object = json_object();

	for (const struct column *c = r->columns; !is_end(c); c++, cell++)
		if (c->key)
			json_object_set_new(object, c->key, json_value(c, cell));
	fputs(r->n ? ",\n " : "\n ", r->to);
	json_dumpf(object, r->to, JSON_COMPACT);
	json_decref(object);
}

void rows_begin(struct rows *r, enum rows_format format, const struct column columns[])
{
	*r = (struct rows){ .format = format, .columns = columns };
	room_make(r);
	if (format == ROWS_TEXT)
		text_head(r);
	else if (format == ROWS_CSV)
		csv_head(r);
	else
		fputc('[', r->to);
}

void rows_add(struct rows *r, const struct cell cells[])
{
	if (r->format == ROWS_TEXT)
		text_row(r, cells);
	else if (r->format == ROWS_CSV)
		csv_row(r, cells);
	else
		json_row(r, cells);
	r->n++;
}

void rows_end(struct rows *r)
{
	if (r->format == ROWS_JSON)
		fputs(r->n ? "\n]\n" : "]\n", r->to);
	rows_flush(r);
	fclose(r->to);
	free(r->text);
}
