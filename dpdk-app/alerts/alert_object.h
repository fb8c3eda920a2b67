// SPDX-License-Identifier: BSD-3-Clause
// A rule as JSON, for whoever is told of it and for whoever asks.
#pragma once

#include <jansson.h>

#include "alerts/rule.h"

// Name, state (clear, pending, firing), what it looks at, its value or null, limits, and since when: null
// while it is clear. NULL without memory.
json_t *alert_object(const struct rule *rule);
