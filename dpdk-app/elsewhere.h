// SPDX-License-Identifier: BSD-3-Clause
// Says once for each address which answers in place of the server that was asked.
#pragma once

#include <stdint.h>

#include <heartline/worker.h>

#include "crew.h"

#define ELSEWHERE_SAID_MAX 32

struct elsewhere_watch {
	struct hl_endpoint said[ELSEWHERE_SAID_MAX];
	uint32_t n;
};

// Control thread; prints what the workers have seen since the last call.
void elsewhere_watch(struct elsewhere_watch *watch, const struct crew *crew);
