// SPDX-License-Identifier: BSD-3-Clause
// The file's shape: what libcyaml loads, every value still a text.
#pragma once

#include <stdint.h>

#include <heartline/expect.h>

#include "control/alerts.h"
#include "control/keys.h"
#include "control/phases.h"
#include "control/yaml_position.h"

// What a file may have; a text is NULL when its key is absent.
struct port_text {
	char *device, *gateway; // addresses: a text or a list of them, read from the document
};

struct pool_text {
	char *values
		[POOL_KEYS_MAX]; // by index in pool_keys; addresses, routes: read from the document
};

struct profile_text {
	char *values[PROFILE_KEYS_MAX]; // by index in profile_keys
};

struct lines_text {
	char *profile, *range, *csv, *pool;
};

struct alert_text {
	char *values[ALERT_KEYS_MAX]; // by index in alert_keys; command: read from the document
};

struct expect_text {
	char *values[HL_MEASURES]; // by measure
};

struct phase_text {
	char *values[PHASE_KEYS_MAX]; // by index in phase_keys; do: read from the document
	struct expect_text until, expect;
};

struct file_text {
	char *values[RUN_KEYS_MAX]; // by index in run_keys
	struct port_text *ports;
	struct pool_text *pools;
	struct profile_text *profiles; // in the order of the file
	struct lines_text *lines;
	struct alert_text *alerts;
	struct expect_text expect;
	struct phase_text *phases;
	uint32_t n_ports, n_pools, n_lines, n_alerts, n_phases;
};

struct schema;

// Load a text whose document is open in `positions`. 0; -errno with a message that points into it.
int schema_load(struct schema **schema, struct yaml_positions *positions, struct hl_error *err);
const struct file_text *schema_text(const struct schema *schema);
void schema_free(struct schema *schema);
