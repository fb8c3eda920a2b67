// SPDX-License-Identifier: BSD-3-Clause
// One pass over the text of a CSV: every row checked, its fields ended by a NUL where they stand.
//
// The first line may say SEQUENTIAL, RANDOM or USER, as SIPp wants it, or name the columns, or both in
// this order. ";" parts fields when it stands in the first line with fields, else ",".
#include "control/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "control/csv_text.h"
#include "control/file.h"
#include "control/identity.h"

#define COLUMNS_ALLOWED "allowed: phone_number, account, password, display_name"

struct csv {
	struct csv_text text;
	struct hl_error *err;
	struct fault fault;
	uint8_t columns, least;        // fields of a row, at most and at least
	uint8_t parts[IDENTITY_PARTS]; // enum identity_part by column
	struct hl_csv_row *rows;
	uint32_t n_rows;
};

static int csv_fail(struct csv *c, const char *at)
{
	return csv_text_fail(&c->text, at, &c->fault, c->err);
}

// As csv_field_next(), with the message said.
static int field_next(struct csv *c, const char **at, struct csv_field *field)
{
	int rc = csv_field_next(&c->text, at, field, &c->fault);

	return rc < 0 ? csv_fail(c, *at) : rc;
}

static bool record_is(const struct csv *c, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(c->text.stop - c->text.at) == len && memcmp(c->text.at, word, len) == 0;
}

// In any case, with blanks around it.
static int part_of_name(const struct csv_field *field)
{
	const char *at = field->at, *end = at + field->len;

	while (at < end && *at == ' ')
		at++;
	while (end > at && end[-1] == ' ')
		end--;
	for (int i = 0; i < IDENTITY_PARTS; i++)
		if (text_equal_nocase(at, (uint32_t)(end - at), identity_names[i],
				      (uint32_t)strlen(identity_names[i])))
			return i;
	return -1;
}

static int header_read(struct csv *c)
{
	const char *at = c->text.at;
	struct csv_field field;
	uint8_t seen = 0;
	int rc;

	c->columns = 0;
	while ((rc = field_next(c, &at, &field)) > 0) {
		int part = part_of_name(&field);

		if (field.len == 0 && at > c->text.stop && c->columns > 0)
			break; // SIPp ends its lines with a separator
		if (part < 0 || (seen & 1 << part) != 0) {
			fault_say(&c->fault, "column \"%.*s\" %s",
				  (int)(field.len < 40 ? field.len : 40), field.at,
				  part < 0 ? "is not known" : "stands twice");
			fault_hint(&c->fault, COLUMNS_ALLOWED);
			return csv_fail(c, field.at);
		}
		seen |= (uint8_t)(1 << part);
		c->parts[c->columns++] = (uint8_t)part;
	}
	if (rc < 0)
		return rc;
	c->least = c->columns;
	if ((seen & 1 << IDENTITY_NUMBER) != 0)
		return 0;
	fault_say(&c->fault, "there is no column phone_number");
	fault_hint(&c->fault, COLUMNS_ALLOWED);
	return csv_fail(c, c->text.at);
}

static int row_shape_fail(struct csv *c, uint32_t has, const char *at)
{
	char form[80];
	size_t n = 0;

	for (uint8_t i = 0; i < c->columns; i++) {
		const char *name = identity_names[c->parts[i]];

		if (i > 0)
			form[n++] = c->text.separator;
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

// Where the k-th byte of a field's text stands.
static const char *byte_at(const struct csv_field *field, uint32_t k)
{
	const char *at = field->at;

	for (; field->doubled && k > 0; k--)
		at += *at == '"' ? 2 : 1;
	return at + k;
}

static int field_check(struct csv *c, enum identity_part part, const struct csv_field *field)
{
	char copy[2 * IDENTITY_TEXT_MAX + 2]; // quotes that are doubled count once
	const char *text = field->at;
	uint32_t at, len = field->len;

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
	if (field->doubled && field->len < sizeof(copy)) {
		len = csv_field_copy(field, copy);
		text = copy;
	}
	if (identity_check(part, text, len, &at, &c->fault) != 0)
		return csv_fail(c, byte_at(field, at));
	c->fault.key = NULL;
	return 0;
}

// What stands behind a field, a separator, a quote or the end of the line, becomes its NUL; the last
// line of a file has the NUL that file_read() adds.
static void row_keep(struct csv *c, const struct csv_field fields[], uint32_t n)
{
	struct hl_csv_row *row = &c->rows[c->n_rows++];
	char **texts[IDENTITY_PARTS] = { &row->phone_number, &row->account, &row->password,
					 &row->display_name };

	*row = (struct hl_csv_row){ 0 };
	for (uint32_t i = 0; i < n; i++) {
		char *at = (char *)(uintptr_t)fields[i].at; // of the text that csv_read() owns

		if (fields[i].len == 0)
			continue;
		at[fields[i].doubled ? csv_field_copy(&fields[i], at) : fields[i].len] = '\0';
		*texts[c->parts[i]] = at;
	}
}

static int row_read(struct csv *c)
{
	struct csv_field fields[IDENTITY_PARTS], field;
	const char *at = c->text.at;
	uint32_t n = 0;
	int rc;

	for (; (rc = field_next(c, &at, &field)) > 0; n++) {
		if (n == c->columns) {
			if (field.len == 0 && at > c->text.stop)
				break; // a separator at the end of the line
			return row_shape_fail(c, n, field.at);
		}
		rc = field_check(c, c->parts[n], &field);
		if (rc != 0)
			return rc;
		fields[n] = field;
	}
	if (rc < 0)
		return rc;
	if (n < c->least)
		return row_shape_fail(c, n, c->text.stop);
	row_keep(c, fields, n);
	return 0;
}

// ";" anywhere outside of quotes: the first line is read as if there were no other.
static void separator_find(struct csv *c)
{
	bool quoted = false;

	for (const char *p = c->text.at; p < c->text.stop; p++) {
		quoted ^= *p == '"';
		if (*p == ';' && !quoted)
			c->text.separator = ';';
	}
}

// Is the first line with fields a header? One that knows no column, and has no digit either, is more
// likely that of another program than a line.
static int header_look(struct csv *c, bool *header)
{
	struct csv_text start = c->text; // its fields are read once more
	const char *at = c->text.at;
	struct csv_field field;
	bool digits = false, known = false;
	int rc;

	*header = false;
	for (uint32_t n = 0; (rc = field_next(c, &at, &field)) > 0; n++) {
		bool is_name = part_of_name(&field) >= 0;

		known |= is_name;
		*header |= n == 0 && is_name;
		for (uint32_t i = 0; i < field.len; i++)
			digits |= (uint8_t)(field.at[i] - '0') <= 9;
	}
	c->text = start;
	if (rc < 0)
		return rc;
	*header |= known && !digits;
	if (*header || digits)
		return 0;
	fault_say(&c->fault, "the first line has no digits and names no column");
	fault_hint(&c->fault,
		   COLUMNS_ALLOWED "; if it is a phone line, put a line with the names of "
				   "its columns in front");
	return csv_fail(c, c->text.at);
}

// The lines before the first row; *more: the current record is a row.
static int head_read(struct csv *c, bool *more)
{
	bool header;
	int rc;

	*more = csv_record_next(&c->text);
	// How SIPp picks the next line of its file: here all of them live at once.
	if (*more && (record_is(c, "SEQUENTIAL") || record_is(c, "RANDOM") || record_is(c, "USER")))
		*more = csv_record_next(&c->text);
	if (!*more)
		return 0;
	separator_find(c);
	rc = header_look(c, &header);
	if (rc != 0 || !header)
		return rc;
	rc = header_read(c);
	if (rc == 0)
		*more = csv_record_next(&c->text);
	return rc;
}

static int csv_open(struct csv *c, const char *name, const char *text, size_t len,
		    struct hl_error *err)
{
	*c = (struct csv){
		.err = err,
		.fault = { .code = EINVAL },
		.columns = IDENTITY_PARTS,
		.least = IDENTITY_PARTS - 1, // the display name may be left out
		.parts = { IDENTITY_NUMBER, IDENTITY_ACCOUNT, IDENTITY_PASSWORD, IDENTITY_DISPLAY },
	};
	csv_text_start(&c->text, name, text, len);
	if (len < 2 || (memcmp(text, "\xff\xfe", 2) != 0 && memcmp(text, "\xfe\xff", 2) != 0))
		return 0;
	fault_say(&c->fault, "the file is written in UTF-16");
	fault_hint(&c->fault, "allowed: ASCII and UTF-8; spreadsheets call it \"CSV UTF-8\"");
	return csv_fail(c, text);
}

static int rows_alloc(struct csv *c)
{
	size_t rows = 1;

	for (const char *p = c->text.next; (p = memchr(p, '\n', (size_t)(c->text.end - p))) != NULL;
	     p++)
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

	for (; rc == 0 && more; more = csv_record_next(&c->text))
		rc = row_read(c);
	if (rc == 0 && c->n_rows == 0) {
		fault_say(&c->fault, "there are no rows");
		fault_hint(&c->fault, "needed: phone_number;account;password;display_name");
		rc = csv_fail(c, c->text.at);
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
	rc = csv_open(&c, lines->csv, text, len, err);
	if (rc != 0) {
		free(text);
		return rc;
	}
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
	if (csv_open(&c, lines->csv, text, len, err) == 0 && head_read(&c, &more) == 0)
		while (more && row-- > 0) {
			const char *at = c.text.at;
			struct csv_field field;

			while (csv_field_next(&c.text, &at, &field, &c.fault) > 0)
				; // it may take several lines
			more = csv_record_next(&c.text);
		}
	c.fault = *fault;
	rc = csv_fail(&c, c.text.at);
	free(text);
	return rc;
}
