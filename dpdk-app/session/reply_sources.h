// SPDX-License-Identifier: BSD-3-Clause
// Reports, once for each, the addresses that answer in place of the server that was asked.
#pragma once

#include <stdint.h>

#include <heartline/worker.h>

#include "dataplane/dataplane.h"

#define REPLY_SOURCES_MAX 32

struct reply_sources {
	struct hl_endpoint said[REPLY_SOURCES_MAX];
	uint32_t n;
};

// Print what the workers have seen since the last call. Control thread only.
void reply_sources_watch(struct reply_sources *watch, const struct dataplane *dp);
