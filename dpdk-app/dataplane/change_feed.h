// SPDX-License-Identifier: BSD-3-Clause
// Hands changes of state to the history, with the names that their numbers have now.
#pragma once

#include <stdint.h>

#include <heartline/worker.h>

struct dataplane;
struct history;

// Never waits. Control thread only.
void change_feed(struct history *history, const struct dataplane *dp, const struct hl_event *events,
		 uint32_t n);
