// SPDX-License-Identifier: BSD-3-Clause
// Tells the workers of a new rate, of a pause, or of the link of its port. One whose ring is full is told at a later turn, and then
// of what holds by then.

#include "session/run_settings.h"

#include "base/timebase.h"
#include "dataplane/dataplane.h"

#define AT_ONCE_NS 1
#define AGAIN_NS 1000000u

static bool worker_tell(const struct run_settings *s, unsigned i)
{
	const struct hl_command rate = { .type = HL_COMMAND_RATE, .rate = s->rate };
	const struct hl_command pause = {
		.type = s->paused ? HL_COMMAND_PAUSE : HL_COMMAND_RESUME,
	};

	const struct hl_command link = {
		.type = s->links_down >> hl_plan_port(s->dp->plan, i) & 1 ? HL_COMMAND_LINK_DOWN
									  : HL_COMMAND_LINK_UP,
	};

	return hl_worker_command(s->dp->workers[i], &rate) == 0 &&
	       hl_worker_command(s->dp->workers[i], &pause) == 0 &&
	       hl_worker_command(s->dp->workers[i], &link) == 0;
}

static void tell_due(void *context)
{
	struct run_settings *s = context;
	bool all = true;

	for (unsigned i = 0; i < s->dp->n_workers; i++) {
		if (s->heard[i] == s->changes)
			continue;
		if (worker_tell(s, i))
			s->heard[i] = s->changes;
		else
			all = false;
	}
	control_loop_set_timer(s->loop, s->timer, all ? 0 : AGAIN_NS, 0);
}

int run_settings_start(struct run_settings *s, const struct dataplane *dp, uint64_t rate,
		       struct control_loop *loop, struct hl_error *err)
{
	s->dp = dp;
	s->rate = rate;
	s->loop = loop;
	int rc = s->timer = control_loop_add_timer(loop, tell_due, s, err);
	return rc < 0 ? rc : 0;
}

void run_settings_stop(struct run_settings *s)
{
	if (s->loop)
		control_loop_remove(s->loop, s->timer);
	s->loop = NULL;
}

static void changed(struct run_settings *s)
{
	s->changes++;
	control_loop_set_timer(s->loop, s->timer, AT_ONCE_NS, 0);
}

void run_settings_rate(struct run_settings *s, uint64_t rate)
{
	s->rate = rate;
	changed(s);
}

bool run_settings_pause(struct run_settings *s, bool paused)
{
	uint64_t now_ns = timebase_ns();

	if (s->paused == paused)
		return false;
	s->paused = paused;
	if (paused) {
		s->pauses++;
		s->paused_since_ns = now_ns;
	} else {
		s->paused_ns += now_ns - s->paused_since_ns;
	}
	changed(s);
	return true;
}

void run_settings_link(struct run_settings *s, unsigned port, bool is_up)
{
	uint64_t bit = UINT64_C(1) << port;

	s->links_down = is_up ? s->links_down & ~bit : s->links_down | bit;
	changed(s);
}

uint64_t run_settings_paused_ms(const struct run_settings *s)
{
	uint64_t ns = s->paused_ns + (s->paused ? timebase_ns() - s->paused_since_ns : 0);

	return ns / 1000000;
}
