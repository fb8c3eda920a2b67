// SPDX-License-Identifier: BSD-3-Clause
// Asks, and looks whether the answer has come. A worker that hangs in a driver is not waited for long.

#include "session/line_ask.h"

#include "base/timebase.h"

#define PATIENCE_NS 1000000000ull // a worker that sleeps hears a command within 2 ms

bool line_ask_step(struct line_ask *ask, const struct dataplane *dp, uint32_t line)
{
	if (ask->begun_ns == 0)
		ask->begun_ns = timebase_ns();
	if (!ask->is_open) {
		ask->line = line;
		ask->place = dataplane_ask(dp, line);
		ask->is_open = ask->place >= 0;
	}
	if (ask->is_open && dataplane_answer(dp, line, ask->place, &ask->detail)) {
		ask->is_open = false;
		return true;
	}
	if (timebase_ns() - ask->begun_ns < PATIENCE_NS)
		return false;
	line_ask_cancel(ask, dp);
	ask->failed = true;
	return true;
}

void line_ask_cancel(struct line_ask *ask, const struct dataplane *dp)
{
	if (ask->is_open)
		dataplane_forget_ask(dp, ask->line, ask->place);
	ask->is_open = false;
}
