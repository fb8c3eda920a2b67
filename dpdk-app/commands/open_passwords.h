// SPDX-License-Identifier: BSD-3-Clause
// Warns of passwords in files that everybody can read.
#pragma once

#include <heartline/config.h>

// Says it on stderr of the file and of each CSV file that it names, when there are passwords in it.
void open_passwords_warn(const struct hl_config *config, const char *path);
