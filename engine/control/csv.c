// SPDX-License-Identifier: BSD-3-Clause
// One pass over the text of a CSV: every row checked, its fields copied behind the table of rows.
//
// The first line may say SEQUENTIAL, as SIPp wants it, or name the columns, or both in this order.
// ";" parts fields when it stands in the first line with fields, else ",". "#" starts a comment
// line.
#include "control/csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "control/file.h"
#include "control/identity.h"

struct csv {
	const char *name, *text, *end;
	struct hl_error *err;
	struct fault fault;
	char separator;
	uint8_t columns, least;        // fields of a row, at most and at least
	uint8_t parts[IDENTITY_PARTS]; // enum identity_part by column

	uint32_t line;    // current one, from 1
	const char *at;   // its start
	const char *stop; // its end

	struct hl_csv_row *rows;
	uint32_t n_rows;
	char *out; // where the next field's copy goes
};

struct field {
	const char *at;
	uint32_t len;
};

static int csv_fail(struct csv *c, const char *at)
{
	uint32_t column = 1;

	for (const char *p = c->at; p < at; p++)
		column += ((unsigned char)*p & 0xc0) != 0x80; // characters
	return fault_fail_at(&c->fault, c->name, c->text, (size_t)(c->end - c->text), c->line,
			     column, c->err);
}

// Next line that is no comment and not empty.
static bool line_next(struct csv *c)
{
	for (;;) {
		const char *next = c->line == 0 ? c->text : c->stop;
		const char *newline;

		if (c->line > 0) {
			if (next < c->end && *next == '\r')
				next++;
			if (next < c->end)
				next++;
		}
		if (next >= c->end)
			return false;
		c->line++;
		c->at = next;
		newline = memchr(next, '\n', (size_t)(c->end - next));
		c->stop = newline != NULL ? newline : c->end;
		if (c->stop > c->at && c->stop[-1] == '\r')
			c->stop--;
		if (c->stop > c->at && *c->at != '#')
			return true;
	}
}

static bool line_is(const struct csv *c, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(c->stop - c->at) == len && memcmp(c->at, word, len) == 0;
}

static bool field_next(const struct csv *c, const char **at, struct field *field)
{
	const char *end;

	if (*at > c->stop)
		return false;
	end = memchr(*at, c->separator, (size_t)(c->stop - *at));
	if (end == NULL)
		end = c->stop;
	*field = (struct field){ .at = *at, .len = (uint32_t)(end - *at) };
	*at = end + 1;
	return true;
}

static int part_of_name(const struct field *field)
{
	for (int i = 0; i < IDENTITY_PARTS; i++)
		if (field->len == strlen(identity_names[i]) &&
		    memcmp(field->at, identity_names[i], field->len) == 0)
			return i;
	return -1;
}

static int header_read(struct csv *c)
{
	const char *at = c->at;
	struct field field;
	uint8_t seen = 0;

	c->columns = 0;
	while (field_next(c, &at, &field)) {
		int part = part_of_name(&field);

		if (field.len == 0 && at > c->stop && c->columns > 0)
			break; // SIPp ends its lines with a separator
		if (part < 0 || (seen & 1 << part) != 0) {
			fault_say(&c->fault, "column \"%.*s\" %s",
				  (int)(field.len < 40 ? field.len : 40), field.at,
				  part < 0 ? "is not known" : "stands twice");
			fault_hint(&c->fault,
				   "allowed: phone_number, account, password, display_name");
			return csv_fail(c, field.at);
		}
		seen |= (uint8_t)(1 << part);
		c->parts[c->columns++] = (uint8_t)part;
	}
	c->least = c->columns;
	if ((seen & 1 << IDENTITY_NUMBER) != 0)
		return 0;
	fault_say(&c->fault, "there is no column phone_number");
	fault_hint(&c->fault, "allowed: phone_number, account, password, display_name");
	return csv_fail(c, c->at);
}

static int row_shape_fail(struct csv *c, uint32_t has, const char *at)
{
	char form[80];
	size_t n = 0;

	for (uint8_t i = 0; i < c->columns; i++) {
		const char *name = identity_names[c->parts[i]];

		if (i > 0)
			form[n++] = c->separator;
		memcpy(form + n, name, strlen(name));
		n += strlen(name);
	}
	form[n] = '\0';
	if (has < c->least) {
		fault_say(&c->fault, "%s is missing: the row has %u of %u fields",
			  identity_names[c->parts[has]], has, c->columns);
	} else {
		fault_say(&c->fault, "too many fields: a row has %s%u",
			  c->least < c->columns ? "at most " : "", c->columns);
	}
	fault_hint(&c->fault, "allowed: %s", form);
	return csv_fail(c, at);
}

static int field_check(struct csv *c, enum identity_part part, const struct field *field)
{
	uint32_t at;

	if (field->len == 0 && part == IDENTITY_DISPLAY)
		return 0;
	c->fault.key = identity_names[part];
	if (field->len == 0) {
		fault_say(&c->fault, "the field is empty");
		if (part != IDENTITY_NUMBER)
			fault_hint(&c->fault, "to take the profile's, leave the column out; the "
					      "first line then names the columns");
		return csv_fail(c, field->at);
	}
	if (identity_check(part, field->at, field->len, &at, &c->fault) != 0)
		return csv_fail(c, field->at + at);
	c->fault.key = NULL;
	return 0;
}

static void field_keep(struct csv *c, enum identity_part part, const struct field *field)
{
	struct hl_csv_row *row = &c->rows[c->n_rows];
	char **texts[IDENTITY_PARTS] = { &row->phone_number, &row->account, &row->password,
					 &row->display_name };

	if (field->len == 0)
		return;
	memcpy(c->out, field->at, field->len);
	c->out[field->len] = '\0';
	*texts[part] = c->out;
	c->out += field->len + 1;
}

static int row_read(struct csv *c)
{
	const char *at = c->at;
	struct field field;
	uint32_t n = 0;

	memset(&c->rows[c->n_rows], 0, sizeof(c->rows[0]));
	for (; field_next(c, &at, &field); n++) {
		int rc;

		if (n == c->columns) {
			if (field.len == 0 && at > c->stop)
				break; // a separator at the end of the line
			return row_shape_fail(c, n, field.at);
		}
		rc = field_check(c, c->parts[n], &field);
		if (rc != 0)
			return rc;
		field_keep(c, c->parts[n], &field);
	}
	if (n < c->least)
		return row_shape_fail(c, n, c->stop);
	c->n_rows++;
	return 0;
}

// The lines before the first row; *more: the current line is a row.
static int head_read(struct csv *c, bool *more)
{
	struct field first;
	const char *at;
	int rc;

	*more = line_next(c);
	if (*more && (line_is(c, "RANDOM") || line_is(c, "USER"))) {
		fault_say(&c->fault,
			  "this way of SIPp is not known: lines are taken as they stand");
		fault_hint(&c->fault, "allowed: SEQUENTIAL");
		return csv_fail(c, c->at);
	}
	if (*more && line_is(c, "SEQUENTIAL"))
		*more = line_next(c);
	if (!*more)
		return 0;
	c->separator = memchr(c->at, ';', (size_t)(c->stop - c->at)) != NULL ? ';' : ',';
	at = c->at;
	if (!field_next(c, &at, &first) || part_of_name(&first) < 0)
		return 0;
	rc = header_read(c);
	if (rc == 0)
		*more = line_next(c);
	return rc;
}

static void csv_open(struct csv *c, const char *name, const char *text, size_t len,
		     struct hl_error *err)
{
	*c = (struct csv){
		.name = name,
		.text = text,
		.end = text + len,
		.err = err,
		.fault = { .code = EINVAL },
		.columns = IDENTITY_PARTS,
		.least = IDENTITY_PARTS - 1, // the display name may be left out
		.parts = { IDENTITY_NUMBER, IDENTITY_ACCOUNT, IDENTITY_PASSWORD, IDENTITY_DISPLAY },
	};
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		c->text += 3; // a byte order mark
}

// Room for every row, and behind them for every field and its NUL, which takes the place of what
// ended the field.
static int rows_alloc(struct csv *c)
{
	size_t len = (size_t)(c->end - c->text), rows = 1;

	for (const char *p = c->text; (p = memchr(p, '\n', (size_t)(c->end - p))) != NULL; p++)
		rows++;
	if (rows > HL_LINES_MAX)
		return -E2BIG;
	c->rows = malloc(rows * sizeof(c->rows[0]) + len + 1);
	if (c->rows == NULL)
		return -ENOMEM;
	c->out = (char *)(c->rows + rows);
	return 0;
}

static int rows_read(struct csv *c)
{
	bool more;
	int rc = head_read(c, &more);

	for (; rc == 0 && more; more = line_next(c))
		rc = row_read(c);
	if (rc == 0 && c->n_rows == 0) {
		c->line = c->line > 0 ? c->line : 1;
		c->at = c->stop = c->end;
		fault_say(&c->fault, "there are no rows");
		fault_hint(&c->fault, "needed: phone_number;account;password;display_name");
		rc = csv_fail(c, c->at);
	}
	return rc;
}

int csv_read(struct hl_lines *lines, struct fault *fault, struct hl_error *err)
{
	struct csv c;
	size_t len;
	char *text;
	int rc = file_read(lines->csv, &text, &len);

	if (rc != 0) {
		fault_say(fault, "cannot read %.200s: %s", lines->csv, strerror(-rc));
		fault->code = -rc;
		return rc;
	}
	csv_open(&c, lines->csv, text, len, err);
	rc = rows_alloc(&c);
	if (rc != 0) {
		fault_say(fault, "cannot hold %.200s: %s", lines->csv, strerror(-rc));
		fault->code = -rc;
	} else {
		rc = rows_read(&c);
	}
	free(text);
	if (rc != 0) {
		free(c.rows);
		return rc;
	}
	lines->rows = c.rows;
	lines->n_rows = c.n_rows;
	return 0;
}

int csv_fail_row(const struct hl_lines *lines, uint32_t row, const struct fault *fault,
		 struct hl_error *err)
{
	struct csv c;
	bool more = false;
	size_t len;
	char *text;
	int rc = file_read(lines->csv, &text, &len);

	if (rc != 0)
		return fault_fail(fault, err);
	csv_open(&c, lines->csv, text, len, err);
	if (head_read(&c, &more) == 0)
		while (more && row-- > 0)
			more = line_next(&c);
	c.fault = *fault;
	rc = csv_fail(&c, c.at);
	free(text);
	return rc;
}
