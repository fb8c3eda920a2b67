// SPDX-License-Identifier: BSD-3-Clause
// Phases of a configuration: what is looked over beside their keys.
#pragma once

#include <heartline/config.h>
#include "control/fault.h"
#include "control/keys.h"

extern const struct key phase_keys[]; // of struct hl_phase; ends with a NULL name
#define PHASE_KEYS_MAX 5

// Look over a phase whose keys were read. texts: of phase_keys, NULL: it is not there.
// 0; -EINVAL with the fault.
int phase_check(const struct hl_phase *phase, char *const texts[], struct fault *fault);

// Read its rate, or two of them, where there is one. -EINVAL with the fault.
int phase_rate_read(struct hl_phase *phase, struct fault *fault);

// May a phase wait for it, or expect it? -EINVAL with the fault; fault->key is the measure.
int phase_until_check(enum hl_measure measure, struct fault *fault);
int phase_expect_check(enum hl_measure measure, struct fault *fault);

void phases_free(struct hl_config *config);
