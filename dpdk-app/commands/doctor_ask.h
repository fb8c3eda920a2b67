// SPDX-License-Identifier: BSD-3-Clause
// Asks a run for the facts that the doctor judges.
#pragma once

#include "doctor/run_facts.h"

// Ask twice, wait in between, and read what it said. facts is zero. -errno with a message.
int run_facts_ask(struct run_facts *facts, const char *path, const char *instance,
		  uint64_t window_ms, struct hl_error *err);
