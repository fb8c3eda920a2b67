// SPDX-License-Identifier: BSD-3-Clause
// Where things stand in a YAML text: the document tree of libyaml, which keeps lines and columns.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <yaml.h>

#include "control/fault.h"

struct where {
	const char *name; // of the file, as the user wrote it
	const char *text;
	size_t len;
	yaml_document_t document;
	bool open;
};

// 0; -EINVAL: no YAML, or a key stands twice in one place.
int where_open(struct where *w, const char *name, const char *text, struct hl_error *err);
void where_close(struct where *w);

// Nodes are numbers from 1; 0 is none, and what is looked for in none is none.
int where_root(struct where *w);
int where_key(struct where *w, int node, const char *key);             // value of a key
int where_item(struct where *w, int node, uint32_t index);             // entry of a list
int where_pair(struct where *w, int node, uint32_t index, int *value); // its key
uint32_t where_count(struct where *w, int node); // entries of a list or of a mapping
bool where_is(struct where *w, int node, yaml_node_type_t type);
const char *where_scalar(struct where *w, int node); // NULL: it is none

// Fail at a node, or `skip` characters behind its start.
int where_fail(struct where *w, int node, uint32_t skip, const struct fault *fault,
	       struct hl_error *err);
