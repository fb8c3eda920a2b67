// SPDX-License-Identifier: BSD-3-Clause
// The state of reading a CSV text: its columns, and the rows read so far.
#pragma once

#include <heartline/config.h>
#include "control/csv_pools.h"
#include "control/csv_text.h"
#include "control/identity.h"

// What a column holds: a part of the identity (enum identity_part), the domain, or the pool.
enum { COLUMN_DOMAIN = IDENTITY_PARTS, COLUMN_POOL, COLUMNS };

static inline const char *column_name(uint8_t holds)
{
	switch (holds) {
	case COLUMN_DOMAIN:
		return "domain";
	case COLUMN_POOL:
		return "pool";
	default:
		return identity_names[holds];
	}
}

struct csv {
	struct csv_text text;
	struct hl_error *err;
	struct fault fault;
	uint8_t columns, least; // largest and smallest number of fields in a row
	uint8_t holds[COLUMNS]; // what each column holds
	bool has_header, has_domain, has_pool;
	struct hl_csv_row *rows;
	char **domains; // NULL if there is no such column
	uint32_t n_rows;
	struct csv_pools pools;
};

// Read the lines before the first row. *more is set when the current record is a row.
int csv_head_read(struct csv *c, bool *more);

// Report c->fault at a place in the current record.
static inline int csv_fail(struct csv *c, const char *at)
{
	return csv_text_fail(&c->text, at, &c->fault, c->err);
}

// Like csv_field_next(), but an error is also reported.
static inline int csv_field_read(struct csv *c, const char **at, struct csv_field *field)
{
	int rc = csv_field_next(&c->text, at, field, &c->fault);

	return rc < 0 ? csv_fail(c, *at) : rc;
}
