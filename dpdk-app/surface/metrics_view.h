// SPDX-License-Identifier: BSD-3-Clause
// What a view says, as Prometheus reads it.
#pragma once

#include <stdio.h>

#include "session/server_count.h"
#include "session/view.h"

// All metrics: those of the run, and lines by profile and server. Never by line: there may be millions.
void metrics_view(const struct view *view, const struct server_count *count, FILE *to);
