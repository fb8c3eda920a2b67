// SPDX-License-Identifier: BSD-3-Clause
// Replies that come from another address than the one that was asked.
#pragma once

#include "line/branch.h"
#include "worker/worker.h"

// A reply from another place than was asked had its effect.
void elsewhere_note(struct hl_worker *w, uint32_t i, const struct branch *branch,
		    const struct hl_endpoint *src);
