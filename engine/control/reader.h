// SPDX-License-Identifier: BSD-3-Clause
// What the files share that read a configuration out of its document.
#pragma once

#include <heartline/config.h>

#include "control/fault.h"
#include "control/keys.h"
#include "control/schema.h"
#include "control/yaml_position.h"

struct reader {
	struct hl_config *config;
	struct yaml_positions positions;
	const char *folder_of; // file that CSV paths start from; NULL: the current folder
	struct hl_error *err;
	struct fault fault;
};

// The node that r->fault is about.
int reader_entry(struct reader *r);

// Fail with r->fault at its entry and key.
int reader_fail(struct reader *r);
int reader_memory_fail(struct reader *r);

// `addresses` of a port or a pool: one text or a list of them.
int reader_addresses(struct reader *r, struct hl_port *port);

// config_pools.c; pool: one more than its index, unchanged where none is named.
int config_pools_read(struct reader *r, const struct pool_text *texts, uint32_t n);
void config_pools_leases(struct hl_config *config);
int config_pool_find(struct reader *r, const char *own, uint32_t profile, uint32_t *pool);

// config_phases.c
int config_expect_read(struct reader *r, const struct expect_text *text);
int config_phases_read(struct reader *r, const struct phase_text *texts, uint32_t n);

// Every key of a table that the file has, in the order of the table.
int reader_keys(struct reader *r, const struct key *keys, char *const texts[], void *object);
