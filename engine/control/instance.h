// SPDX-License-Identifier: BSD-3-Clause
// The instance-id of a line (RFC 5626 4.1): a UUID that stays the same whenever the line comes back.
#pragma once

#include "base/text.h"
#include "worker/line_table.h"

// Made of the AoR alone (RFC 9562 5.8, a UUID of version 8), so no run needs to remember it.
void instance_write(struct slice user, struct slice domain, char out[PLAN_INSTANCE_LEN]);
