// SPDX-License-Identifier: BSD-3-Clause
// The watchdog is fed by the control thread, and only while each poll loop turns: a run whose worker hangs is
// started again, as one whose control thread hangs is.

#include "session/service.h"

#include <inttypes.h>
#include <stdlib.h>

#include <systemd/sd-daemon.h>

#include "base/timebase.h"

#define SECOND_NS 1000000000u
#define HANGS_NS (3ull * SECOND_NS) // longer than any wake-up of a sleeping or stalled loop takes

static bool loops_turn(const struct dataplane *dp)
{
	uint64_t now_ns = timebase_ns();

	for (unsigned i = 0; i < dp->n_loops; i++)
		if (dp->loops[i].launched && now_ns - dp->loops[i].turned_ns > HANGS_NS)
			return false;
	return true;
}

static void tell(void *context)
{
	const struct service *s = context;
	struct hl_snapshot now;

	dataplane_snapshot(s->dp, &now);
	sd_notifyf(0,
		   "STATUS=%" PRIu64 " of %" PRIu64 " lines registered: %" PRIu64
		   " on the primary, %" PRIu64 " on the backup; %" PRIu64 " down",
		   now.registered, now.lines, now.on_primary, now.on_backup, now.by_state[HL_DOWN]);
	if (s->has_watchdog && loops_turn(s->dp))
		sd_notify(0, "WATCHDOG=1");
}

int service_start(struct service *s, struct dataplane *dp, struct control_loop *loop,
		  struct hl_error *err)
{
	uint64_t watchdog_us = 0, every_ns = SECOND_NS;

	*s = (struct service){ .loop = loop, .dp = dp };
	if (!getenv("NOTIFY_SOCKET"))
		return 0;
	s->has_watchdog = sd_watchdog_enabled(0, &watchdog_us) > 0;
	if (s->has_watchdog && watchdog_us * 1000 / 3 < every_ns)
		every_ns = watchdog_us * 1000 / 3 + 1;
	int rc = control_loop_add_timer(loop, tell, s, err);
	if (rc < 0)
		return rc;
	s->timer = rc;
	control_loop_set_timer(loop, s->timer, every_ns, every_ns);
	return 0;
}

void service_stop(struct service *s)
{
	if (s->timer > 0)
		control_loop_remove(s->loop, s->timer);
	s->timer = 0;
}

void service_ready(const struct service *s)
{
	if (s->timer > 0)
		sd_notify(0, "READY=1");
}

void service_stopping(const struct service *s, uint64_t at_most_ms)
{
	if (s->timer > 0)
		sd_notifyf(0, "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRIu64, at_most_ms * 1000);
}
