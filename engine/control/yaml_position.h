// SPDX-License-Identifier: BSD-3-Clause
// Positions in a YAML text: the document tree of libyaml, which keeps lines and columns.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <yaml.h>

#include "control/fault.h"

struct yaml_positions {
	struct fault_source source;
	yaml_document_t document;
	bool open;
};

// 0; -EINVAL: not YAML, or a key appears twice in one mapping.
int yaml_positions_open(struct yaml_positions *positions, const char *name, const char *text,
			struct hl_error *err);
void yaml_positions_close(struct yaml_positions *positions);

// Nodes are numbers from 1; 0 is none, in which nothing is ever found.
int yaml_position_root(struct yaml_positions *positions);
int yaml_position_key(struct yaml_positions *positions, int node,
		      const char *key); // value of a key
int yaml_position_item(struct yaml_positions *positions, int node,
		       uint32_t index); // entry of a list
int yaml_position_pair(struct yaml_positions *positions, int node, uint32_t index,
		       int *value); // its key
uint32_t yaml_position_count(struct yaml_positions *positions,
			     int node); // entries of a list or of a mapping
bool yaml_position_is(struct yaml_positions *positions, int node, yaml_node_type_t type);
const char *yaml_position_scalar(struct yaml_positions *positions, int node); // NULL: it is none

// Fail at a node, or `skip` characters behind its start.
int yaml_position_fail(struct yaml_positions *positions, int node, uint32_t skip,
		       const struct fault *fault, struct hl_error *err);
