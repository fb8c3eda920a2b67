// SPDX-License-Identifier: BSD-3-Clause
// Completion for bash, of the table of commands.
#pragma once

#include "commands/options.h"

// Print the script on stdout. specs: all options of heartline ctl.
void ctl_completion_print(const struct option_spec specs[]);
