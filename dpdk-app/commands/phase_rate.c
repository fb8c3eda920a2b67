// SPDX-License-Identifier: BSD-3-Clause
// A slope is climbed in ten steps a second. Each asks for what the middle of its time should have, so that all of
// them together ask for what the slope does; workers carry a share of a request over from step to step.

#include "commands/phase_rate.h"

#include "base/timebase.h"

#define MS UINT64_C(1000000)
#define STEP_NS (100 * MS)

uint64_t phase_rate_at(const struct hl_phase *phase, uint64_t since_ns)
{
	uint64_t for_ns = phase->for_ms * MS, middle_ns = since_ns + STEP_NS / 2;
	uint64_t from = phase->rate_from, to = phase->rate_to;
	uint64_t between = to > from ? to - from : from - to;

	if (since_ns + STEP_NS > for_ns)
		middle_ns = since_ns + (since_ns < for_ns ? (for_ns - since_ns) / 2 : 0);
	if (middle_ns >= for_ns)
		return to;
	uint64_t come = (uint64_t)(((unsigned __int128)between * middle_ns + for_ns / 2) / for_ns);
	return to > from ? from + come : from - come;
}

static void step_due(void *context)
{
	const struct phase_rate *rate = context;

	run_settings_rate(&rate->run->view.settings,
			  phase_rate_at(rate->phase, timebase_ns() - rate->begin_ns));
}

int phase_rate_begin(struct phase_rate *rate, struct run *run, const struct hl_phase *phase,
		     struct hl_error *err)
{
	struct control_loop *loop = run->control->loop;

	*rate = (struct phase_rate){ run, phase, timebase_ns(), -1 };
	if (!phase->rate)
		return 0;
	run_settings_rate(&run->view.settings, phase_rate_at(phase, 0));
	if (phase->rate_from == phase->rate_to)
		return 0;
	rate->timer = control_loop_add_timer(loop, step_due, rate, err);
	if (rate->timer < 0)
		return rate->timer;
	control_loop_set_timer(loop, rate->timer, STEP_NS, STEP_NS);
	return 0;
}

void phase_rate_end(struct phase_rate *rate)
{
	uint64_t since_ns = timebase_ns() - rate->begin_ns;

	if (rate->timer < 0)
		return;
	control_loop_remove(rate->run->control->loop, rate->timer);
	rate->timer = -1;
	if (since_ns >= rate->phase->for_ms * MS)
		run_settings_rate(&rate->run->view.settings, rate->phase->rate_to);
}
