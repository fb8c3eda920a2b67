// SPDX-License-Identifier: BSD-3-Clause
// Reads a CSV text in one pass. Each row is checked, and its fields are terminated by a NUL in place.
#include "control/csv.h"

#include <stdlib.h>
#include <string.h>

#include "control/csv_reader.h"
#include "control/file.h"

static int row_shape_fail(struct csv *c, uint32_t has, const char *at)
{
	char form[80];
	size_t n = 0;

	for (uint8_t i = 0; i < c->columns; i++) {
		const char *name = column_name(c->holds[i]);

		if (i > 0)
			form[n++] = c->text.separator;
		memcpy(form + n, name, strlen(name));
		n += strlen(name);
	}
	form[n] = '\0';
	if (has < c->least) {
		fault_say(&c->fault, "%s is missing: the row has %u of %u fields",
			  column_name(c->holds[has]), has, c->columns);
	} else {
		fault_say(&c->fault, "too many fields: a row has %s%u",
			  c->least < c->columns ? "at most " : "", c->columns);
	}
	fault_hint(&c->fault, "allowed: %s%s", form,
		   c->has_header || has < c->least ? "" : "; other columns need a header");
	return csv_fail(c, at);
}

// The place of byte k of a field in the file.
static const char *byte_at(const struct csv_field *field, uint32_t k)
{
	const char *at = field->at;

	for (; field->doubled && k > 0; k--)
		at += *at == '"' ? 2 : 1;
	return at + k;
}

static int domain_field_check(struct csv *c, const struct csv_field *field)
{
	uint32_t at;

	if (domain_check(field->at, field->len, &at, &c->fault) == 0)
		return 0;
	c->fault.key = "domain";
	if (field->at[at] == ':')
		fault_hint(&c->fault, "allowed: letters, digits, dots and dashes; the port is the "
				      "profile's proxy_port");
	return csv_fail(c, field->at + at);
}

static int field_check(struct csv *c, uint8_t holds, const struct csv_field *field)
{
	enum identity_part part = (enum identity_part)holds;
	char copy[2 * IDENTITY_TEXT_MAX + 2]; // a doubled quote counts as one
	const char *text = field->at;
	uint32_t at, len = field->len;

	if (holds ==
	    COLUMN_DOMAIN) // a domain must not contain quotes, so there are no doubled ones
		return domain_field_check(c, field);
	if (holds == COLUMN_POOL)
		return csv_pool_read(&c->pools, field, &c->fault) == 0 ? 0 : csv_fail(c, field->at);
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

// The byte after a field (a separator, a quote or a line end) is overwritten by its NUL. After the last line
// there is the NUL that file_read() adds.
static void row_keep(struct csv *c, const struct csv_field fields[], uint32_t n)
{
	struct hl_csv_row *row = &c->rows[c->n_rows];
	char *domain = NULL, *pool;
	char **texts[COLUMNS] = { &row->phone_number, &row->account, &row->password,
				  &row->display_name, &domain,       &pool };

	*row = (struct hl_csv_row){ 0 };
	for (uint32_t i = 0; i < n; i++) {
		char *at = (char *)(uintptr_t)fields[i].at; // the text belongs to csv_read()

		if (fields[i].len == 0)
			continue;
		at[fields[i].doubled ? csv_field_copy(&fields[i], at) : fields[i].len] = '\0';
		*texts[c->holds[i]] = at;
	}
	if (c->has_domain)
		c->domains[c->n_rows] = domain;
	if (c->has_pool)
		csv_pool_keep(&c->pools, c->n_rows);
	c->n_rows++;
}

static int row_read(struct csv *c)
{
	struct csv_field fields[COLUMNS], field;
	const char *at = c->text.at;
	uint32_t n = 0;
	int rc;

	for (; (rc = csv_field_read(c, &at, &field)) > 0; n++) {
		if (n == c->columns) {
			if (field.len == 0 && at > c->text.stop)
				break; // a separator that ends the line
			return row_shape_fail(c, n, field.at);
		}
		rc = field_check(c, c->holds[n], &field);
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

static int csv_open(struct csv *c, const char *name, const char *text, size_t len,
		    struct hl_error *err)
{
	*c = (struct csv){
		.err = err,
		.fault = { .code = EINVAL },
		.columns = IDENTITY_PARTS,
		.least = IDENTITY_PARTS - 1, // the display name may be left out
		.holds = { IDENTITY_NUMBER, IDENTITY_ACCOUNT, IDENTITY_PASSWORD, IDENTITY_DISPLAY },
	};
	csv_text_start(&c->text, name, text, len);
	if (len < 2 || (memcmp(text, "\xff\xfe", 2) != 0 && memcmp(text, "\xfe\xff", 2) != 0))
		return 0;
	fault_say(&c->fault, "the file is written in UTF-16");
	fault_hint(&c->fault, "allowed: ASCII and UTF-8; spreadsheets call it \"CSV UTF-8\"");
	return csv_fail(c, text);
}

// Allocate memory for all rows from the current record on.
static int rows_alloc(struct csv *c)
{
	size_t rows = 1;

	for (const char *p = c->text.at; (p = memchr(p, '\n', (size_t)(c->text.end - p))) != NULL;
	     p++)
		rows++;
	if (rows > HL_LINES_MAX)
		return -E2BIG;
	if (c->has_pool && csv_pools_alloc(&c->pools, rows) != 0)
		return -ENOMEM;
	c->rows = malloc(rows * sizeof(c->rows[0]));
	if (c->has_domain)
		c->domains = malloc(rows * sizeof(c->domains[0]));
	return c->rows != NULL && (c->domains != NULL || !c->has_domain) ? 0 : -ENOMEM;
}

static int rows_read(struct csv *c, bool more)
{
	int rc = 0;

	for (; rc == 0 && more; more = csv_record_next(&c->text))
		rc = row_read(c);
	if (rc == 0 && c->n_rows == 0) {
		fault_say(&c->fault, "there are no rows");
		fault_hint(&c->fault, "needed: phone_number;account;password;display_name");
		rc = csv_fail(c, c->text.at);
	}
	return rc;
}

static int text_read(struct csv *c, const struct csv_source *source, const char *text, size_t len,
		     struct fault *fault, struct hl_error *err)
{
	const struct hl_lines *lines = source->lines;
	bool more;
	int rc = csv_open(c, lines->csv, text, len, err);

	c->pools.config = source->config;
	c->pools.own = lines->pool;
	if (rc == 0)
		rc = csv_head_read(c, &more);
	if (rc != 0)
		return rc;
	rc = rows_alloc(c);
	if (rc == 0)
		return rows_read(c, more);
	fault_say(fault, "cannot hold %.200s: %s", lines->csv, strerror(-rc));
	fault->code = -rc;
	return rc;
}

int csv_read(const struct csv_source *source, struct fault *fault, struct hl_error *err)
{
	struct hl_lines *lines = source->lines;
	struct csv c;
	size_t len;
	char *text;
	int rc = file_read(lines->csv, &text, &len);

	if (rc != 0) {
		fault_say(fault, "cannot read %.200s: %s", lines->csv, strerror(-rc));
		fault->code = -rc;
		return rc;
	}
	rc = text_read(&c, source, text, len, fault, err);
	if (rc != 0) {
		free(c.rows);
		free(c.domains);
		csv_pools_free(&c.pools);
		free(text);
		return rc;
	}
	lines->rows = c.rows;
	lines->domains = c.domains;
	csv_pools_give(&c.pools, lines);
	lines->texts = text;
	lines->n_rows = c.n_rows;
	return 0;
}

// Start of the field in the column `name` of the current record; start of the record if there is none.
static const char *column_find(struct csv *c, const char *name)
{
	const char *at = c->text.at;
	struct csv_field field;

	for (uint8_t i = 0; i < c->columns && csv_field_next(&c->text, &at, &field, &c->fault) > 0;
	     i++)
		if (name != NULL && strcmp(column_name(c->holds[i]), name) == 0)
			return field.at;
	return c->text.at;
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
	if (csv_open(&c, lines->csv, text, len, err) == 0 && csv_head_read(&c, &more) == 0)
		while (more && row-- > 0) {
			const char *at = c.text.at;
			struct csv_field field;

			while (csv_field_next(&c.text, &at, &field, &c.fault) > 0)
				; // a record may have several lines
			more = csv_record_next(&c.text);
		}
	const char *at = column_find(&c, fault->key);

	c.fault = *fault;
	rc = csv_fail(&c, at);
	free(text);
	return rc;
}
