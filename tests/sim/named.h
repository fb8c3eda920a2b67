// SPDX-License-Identifier: BSD-3-Clause
// Scenarios by name: cases of FAILOVER.md section 6 as they stand there.
#pragma once

#include "scenario.h"

// The kth one; false: no more.
bool scenario_named(uint32_t k, struct scenario *s);
