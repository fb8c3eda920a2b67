// SPDX-License-Identifier: BSD-3-Clause
// Alerts of a configuration.
#pragma once

#include <heartline/config.h>
#include "control/fault.h"
#include "control/keys.h"

extern const struct key alert_keys[]; // of struct hl_alert; ends with a NULL name
#define ALERT_KEYS_MAX 8

// Complete an alert whose keys were read, and look over it. texts: of alert_keys, NULL: it is not there.
// 0; -EINVAL with the fault.
int alert_check(struct hl_config *config, uint32_t index, char *const texts[], struct fault *fault);

void alerts_free(struct hl_config *config);
