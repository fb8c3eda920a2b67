// SPDX-License-Identifier: BSD-3-Clause
// What the control socket answers, for people: tables of at most 80 columns.
#pragma once

#include <jansson.h>

#include "surface/command_table.h"

// Print the answer to a command, one that is "ok", on stdout.
void ctl_print(enum ctl_id command, const json_t *reply);
