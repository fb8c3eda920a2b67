// SPDX-License-Identifier: BSD-3-Clause
// The constants of a plan made, copied with more room, and freed.
#pragma once

#include "worker/constants.h"

// Room for n_shapes of them, the new ones NULL; of NULL the first constants. -ENOMEM: they are as they were.
int constants_grow(struct plan_constants **constants, uint32_t n_shapes);
void constants_free(struct plan_constants *constants); // with all that they hold

void shape_free(struct plan_shape *shape);
