// SPDX-License-Identifier: BSD-3-Clause
// One pass over the text of a CSV: every row checked, its fields ended by a NUL where they stand.
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
	const char *name;
	char *text;
	const char *end;
	struct hl_error *err;
	struct fault fault;
	char separator;
	uint8_t columns, least;        // fields of a row, at most and at least
	uint8_t parts[IDENTITY_PARTS]; // enum identity_part by column

	uint32_t line;    // current one, from 1
	const char *at;   // its start
	const char *stop; // its end
	const char *next; // start of the one after it

	struct hl_csv_row *rows;
	uint32_t n_rows;
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
	return fault_fail_line(&c->fault, c->name, c->at, (size_t)(c->end - c->at), c->line, column,
			       c->err);
}

// Next line that is no comment and not empty.
static bool line_next(struct csv *c)
{
	while (c->next < c->end) {
		const char *newline = memchr(c->next, '\n', (size_t)(c->end - c->next));

		c->line++;
		c->at = c->next;
		c->stop = newline != NULL ? newline : c->end;
		c->next = newline != NULL ? newline + 1 : c->end;
		if (c->stop > c->at && c->stop[-1] == '\r')
			c->stop--;
		if (c->stop > c->at && *c->at != '#')
			return true;
	}
	return false;
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

// The separator or the end of the line behind a field becomes its NUL; the last line of a file has
// the NUL that file_read() adds.
static void row_keep(struct csv *c, const struct field fields[], uint32_t n)
{
	struct hl_csv_row *row = &c->rows[c->n_rows++];
	char **texts[IDENTITY_PARTS] = { &row->phone_number, &row->account, &row->password,
					 &row->display_name };

	*row = (struct hl_csv_row){ 0 };
	for (uint32_t i = 0; i < n; i++) {
		char *at = c->text + (fields[i].at - c->text);

		if (fields[i].len == 0)
			continue;
		at[fields[i].len] = '\0';
		*texts[c->parts[i]] = at;
	}
}

static int row_read(struct csv *c)
{
	struct field fields[IDENTITY_PARTS], field;
	const char *at = c->at;
	uint32_t n = 0;

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
		fields[n] = field;
	}
	if (n < c->least)
		return row_shape_fail(c, n, c->stop);
	row_keep(c, fields, n);
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

static void csv_open(struct csv *c, const char *name, char *text, size_t len, struct hl_error *err)
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
	c->next = c->text;
}

static int rows_alloc(struct csv *c)
{
	size_t rows = 1;

	for (const char *p = c->text; (p = memchr(p, '\n', (size_t)(c->end - p))) != NULL; p++)
		rows++;
	if (rows > HL_LINES_MAX)
		return -E2BIG;
	c->rows = malloc(rows * sizeof(c->rows[0]));
	return c->rows != NULL ? 0 : -ENOMEM;
}

static int rows_read(struct csv *c)
{
	bool more;
	int rc = head_read(c, &more);

	for (; rc == 0 && more; more = line_next(c))
		rc = row_read(c);
	if (rc == 0 && c->n_rows == 0) {
		if (c->line == 0) {
			c->line = 1;
			c->at = c->text;
		}
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
	if (rc != 0) {
		free(c.rows);
		free(text);
		return rc;
	}
	lines->rows = c.rows;
	lines->texts = text;
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
