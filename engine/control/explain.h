// SPDX-License-Identifier: BSD-3-Clause
// Explains why libcyaml refused a document: the first place where it differs from the schema.
#pragma once

#include <cyaml/cyaml.h>

#include "control/yaml_position.h"

// -EINVAL with a message; 0: nothing found.
int explain_fail(const cyaml_schema_value_t *schema, struct yaml_positions *positions,
		 struct hl_error *err);
