// SPDX-License-Identifier: BSD-3-Clause
// Rules of the port (rte_flow) that send a destination to its worker's queue.
#pragma once

#include <stdbool.h>

#include <heartline/config.h>

#include "steer/steer.h"

// Fill s->how for rules by the lines' addresses, or by the low bits of their ports, when the port
// would take them. Else false, and s->why_not_rules.
bool rules_by_address(struct steering *s, const struct hl_config *config);
bool rules_by_port(struct steering *s, const struct hl_config *config);

// Put them in force, when they are the rung. -errno: not all were taken, and none is left.
int rules_create(struct steering *s, const struct hl_config *config);
void rules_destroy(struct steering *s);
