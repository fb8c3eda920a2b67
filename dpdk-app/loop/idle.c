// SPDX-License-Identifier: BSD-3-Clause
// An adaptive sleep: none under load, otherwise a quarter of the time that passed without work, 2
// ms at most.
//
// So a round-trip time that is measured while the loop sleeps is at most a quarter too long, no
// timer is late because of a sleep, and a monitor whose lines send every 90 s uses almost no
// processor time.

#include "loop/idle.h"

#define GAP_SHARE 8   // the weight of a new gap in the average: an eighth
#define SLEEP_SHARE 4 // the share of the time without work

void idle_start(struct idle *idle, uint64_t now_ns)
{
	*idle = (struct idle){ .worked_ns = now_ns, .sent_ns = now_ns };
}

void idle_worked(struct idle *idle, bool sent, uint64_t now_ns)
{
	uint64_t gap_ns = now_ns - idle->worked_ns;

	idle->gap_ns += gap_ns / GAP_SHARE - idle->gap_ns / GAP_SHARE;
	idle->worked_ns = now_ns;
	if (sent)
		idle->sent_ns = now_ns;
}

uint64_t idle_sleep_ns(const struct idle *idle, uint64_t next_ns, uint64_t now_ns)
{
	uint64_t quiet_ns = now_ns - idle->worked_ns;
	uint64_t sleep_ns = quiet_ns / SLEEP_SHARE;

	// When the load stops, one long gap must be enough to notice.
	if (now_ns - idle->sent_ns < IDLE_REPLY_NS ||
	    (idle->gap_ns < IDLE_GAP_NS && quiet_ns < IDLE_GAP_NS))
		return 0;
	if (sleep_ns < IDLE_SLEEP_MIN_NS)
		sleep_ns = IDLE_SLEEP_MIN_NS;
	if (sleep_ns > IDLE_SLEEP_MAX_NS)
		sleep_ns = IDLE_SLEEP_MAX_NS;
	if (next_ns < now_ns + IDLE_EARLY_NS + IDLE_SLEEP_MIN_NS)
		return 0;
	if (sleep_ns > next_ns - now_ns - IDLE_EARLY_NS)
		sleep_ns = next_ns - now_ns - IDLE_EARLY_NS;
	return sleep_ns;
}
