// SPDX-License-Identifier: BSD-3-Clause
// The command that follows a line.
#pragma once

#include "surface/serve.h"

json_t *line_trace_serve(struct view *view, struct serving *serving);
