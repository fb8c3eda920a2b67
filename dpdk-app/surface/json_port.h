// SPDX-License-Identifier: BSD-3-Clause
// What stands between the workers and the network, as JSON: for those who look for what is wrong.
#pragma once

#include <jansson.h>

#include "session/view.h"

// Link, next hops, steering, the first frame dropped for each reason, lateness of timers.
json_t *json_port(const struct view *view);
