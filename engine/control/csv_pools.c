// SPDX-License-Identifier: BSD-3-Clause
// The pools that the rows of a CSV name.
#include "control/csv_pools.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "control/pools.h"

static uint32_t pools_count(const struct csv_pools *pools)
{
	return pools->config != NULL ? pools->config->n_pools : 0;
}

static uint32_t place_of(const struct csv_pools *pools, const char *name, size_t len)
{
	static const uint64_t key[2] = { 0x637376, 0x706f6f6c };

	return (uint32_t)siphash(key, name, (uint32_t)len) & pools->mask;
}

int csv_pools_alloc(struct csv_pools *pools, size_t rows)
{
	const uint32_t n = pools_count(pools);
	uint32_t places = 2;

	while (places < 2 * n)
		places <<= 1;
	pools->mask = places - 1;
	pools->table = calloc(places, sizeof(*pools->table));
	pools->rows = malloc(rows * sizeof(*pools->rows));
	pools->counts = calloc(n + 1, sizeof(*pools->counts));
	if (pools->table == NULL || pools->rows == NULL || pools->counts == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		const char *name = pools->config->pools[i].name;
		uint32_t at = place_of(pools, name, strlen(name));

		while (pools->table[at] != 0)
			at = (at + 1) & pools->mask;
		pools->table[at] = (uint16_t)(i + 1);
	}
	pools->current = pools->own;
	return 0;
}

void csv_pools_free(struct csv_pools *pools)
{
	free(pools->table);
	free(pools->rows);
	free(pools->counts);
}

void csv_pools_give(struct csv_pools *pools, struct hl_lines *lines)
{
	if (pools_count(pools) > 0) { // otherwise all fields were empty
		lines->row_pools = pools->rows;
		lines->pool_rows = pools->counts;
		pools->rows = pools->counts = NULL;
	}
	csv_pools_free(pools);
}

int csv_pool_read(struct csv_pools *pools, const struct csv_field *field, struct fault *fault)
{
	uint32_t at = place_of(pools, field->at, field->len);

	pools->current = pools->own;
	if (field->len == 0)
		return 0;
	for (; pools->table[at] != 0; at = (at + 1) & pools->mask) {
		const char *name = pools->config->pools[pools->table[at] - 1].name;

		if (strlen(name) == field->len && memcmp(name, field->at, field->len) == 0) {
			pools->current = pools->table[at];
			return 0;
		}
	}
	return pool_name_fail(pools->config, field->at, field->len, fault);
}
