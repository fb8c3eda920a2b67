// SPDX-License-Identifier: BSD-3-Clause
// The history of a run, as its configuration wants it.
#pragma once

#include <heartline/config.h>

#include "history/history.h"

// Open its file before anything starts. source: the configuration's file; NULL: flags. *history is NULL
// where there is to be none.
int run_history_open(struct history **history, const struct hl_config *config, const char *source,
		     struct hl_error *err);
