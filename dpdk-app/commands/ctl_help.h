// SPDX-License-Identifier: BSD-3-Clause
// The table of commands of the control socket, for those who are to read it.
#pragma once

#include <heartline/error.h>

#include "commands/options.h"

// Print the help ("text"), its part of the man page ("scd") or the completion ("bash") on stdout.
// Returns the exit code.
int ctl_help_print(const char *format, const struct option_spec specs[], struct hl_error *err);
