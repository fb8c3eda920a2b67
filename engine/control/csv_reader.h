// SPDX-License-Identifier: BSD-3-Clause
// A CSV text while it is read: its columns, and the rows so far.
#pragma once

#include <heartline/config.h>
#include "control/csv_text.h"
#include "control/identity.h"

// What a column holds: a part of the identity, or the domain.
enum { COLUMN_DOMAIN = IDENTITY_PARTS, COLUMNS };

static inline const char *column_name(uint8_t holds)
{
	return holds == COLUMN_DOMAIN ? "domain" : identity_names[holds];
}

struct csv {
	struct csv_text text;
	struct hl_error *err;
	struct fault fault;
	uint8_t columns, least; // fields of a row, at most and at least
	uint8_t holds[COLUMNS]; // by column
	bool has_header, has_domain;
	struct hl_csv_row *rows;
	char **domains; // NULL: there is no such column
	uint32_t n_rows;
};

// The lines before the first row; *more: the current record is a row.
int csv_head_read(struct csv *c, bool *more);

// Fail with c->fault at a place in the current record.
static inline int csv_fail(struct csv *c, const char *at)
{
	return csv_text_fail(&c->text, at, &c->fault, c->err);
}

// As csv_field_next(), with the message said.
static inline int csv_field_read(struct csv *c, const char **at, struct csv_field *field)
{
	int rc = csv_field_next(&c->text, at, field, &c->fault);

	return rc < 0 ? csv_fail(c, *at) : rc;
}
