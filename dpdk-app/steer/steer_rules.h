// SPDX-License-Identifier: BSD-3-Clause
// Flow rules of the port (rte_flow) that steer a destination to its worker's queue.
#pragma once

#include <stdbool.h>

#include <heartline/config.h>

#include "steer/steer.h"

// Fill s->how for rules by the lines' addresses, or by the low bits of their ports. False when the
// port does not accept such rules; then s->why_not_rules says why.
bool rules_by_address(struct steering *s, const struct hl_config *config);
bool rules_by_port(struct steering *s, const struct hl_config *config);

// Create the rules if they are the chosen rung. -errno when the port refused one; then none is
// left.
int rules_create(struct steering *s, const struct hl_config *config);
void rules_destroy(struct steering *s);
