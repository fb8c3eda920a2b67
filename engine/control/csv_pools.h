// SPDX-License-Identifier: BSD-3-Clause
// The column of a CSV that names a row's pool. Names are found by a hash: there may be millions of rows and
// thousands of pools.
#pragma once

#include <heartline/config.h>
#include "control/csv_text.h"

struct csv_pools {
	const struct hl_config *config; // NULL: none has been read, so there are no pools
	uint32_t own;                   // pool of rows that name none, as in struct hl_lines
	uint32_t current;               // of the current row
	uint32_t mask;
	uint16_t *table; // by a hash of the name: index of a pool + 1; 0: free
	// Of the rows so far, as in struct hl_lines
	uint32_t *rows, *counts;
};

// Make room for so many rows. 0; -ENOMEM. Free with csv_pools_free() in either case.
int csv_pools_alloc(struct csv_pools *pools, size_t rows);
void csv_pools_free(struct csv_pools *pools);

// The pool that a field names. Returns 0, or -EINVAL with a description in `fault`.
int csv_pool_read(struct csv_pools *pools, const struct csv_field *field, struct fault *fault);

// The group has what was read, and `pools` nothing any more.
void csv_pools_give(struct csv_pools *pools, struct hl_lines *lines);

// The current row is kept as row number `row`.
static inline void csv_pool_keep(struct csv_pools *pools, uint32_t row)
{
	pools->rows[row] = pools->current;
	pools->counts[pools->current]++;
	pools->current = pools->own;
}
