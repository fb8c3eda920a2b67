// SPDX-License-Identifier: BSD-3-Clause
// A question to the worker of a line, turn by turn: nobody waits in one.
#pragma once

#include "dataplane/dataplane.h"

struct line_ask {
	bool is_open; // asked, and not answered yet
	uint32_t line;
	int place;
	uint64_t begun_ns; // 0: not yet
	bool failed;       // the worker did not answer in time
	struct hl_line_detail detail;
};

// One turn. @return true: it is over, with the detail or without
bool line_ask_step(struct line_ask *ask, const struct dataplane *dp, uint32_t line);
// Nobody waits any more. One that is not open is no error.
void line_ask_cancel(struct line_ask *ask, const struct dataplane *dp);
