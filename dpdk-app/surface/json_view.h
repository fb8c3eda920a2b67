// SPDX-License-Identifier: BSD-3-Clause
// What a view says, as JSON: the same for every surface.
#pragma once

#include <jansson.h>

#include "session/view.h"

json_t *json_status(const struct view_status *status);

// {"ok": true} and what else a command adds.
json_t *json_ok(void);

// {"ok": false, "error": "..."}; bytes that are no UTF-8 are shown as question marks.
json_t *json_refusal(const char *text);
