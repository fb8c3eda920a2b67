// SPDX-License-Identifier: BSD-3-Clause
// The constants of a plan made, copied, published, reclaimed.
#pragma once

#include "worker/plan.h"

// The first ones, without shapes.
struct plan_constants *constants_new(void);
// With room for n_shapes of them, the new ones NULL; all else is shared with the old one. NULL: no memory.
struct plan_constants *constants_copy(const struct plan_constants *old, uint32_t n_shapes);
// Free what others do not share. `kept` NULL: nobody shares anything.
void constants_free(struct plan_constants *constants, const struct plan_constants *kept);

// Workers take these at their next quiescent point. What they replace is reclaimed once no worker reads it.
void constants_publish(struct hl_plan *plan, struct plan_constants *next);

void shape_free(struct plan_shape *shape);
