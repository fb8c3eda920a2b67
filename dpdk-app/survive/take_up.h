// SPDX-License-Identifier: BSD-3-Clause
// What earlier runs have left.
#pragma once

#include "survive/state.h"

// All files of the folder. What cannot be read is said and counted.
int take_up_read(struct survive *s, struct hl_error *err);
void take_up_lines(struct survive *s, uint64_t spread_ms);
void take_up_free(struct survive *s);
