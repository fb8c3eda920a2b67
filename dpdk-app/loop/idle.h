// SPDX-License-Identifier: BSD-3-Clause
// When a poll loop without work may sleep, and for how long. Free of clock and DPDK: time is an
// argument.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define IDLE_SLEEP_MIN_NS 10000u   // a shorter sleep is not worth the system call
#define IDLE_SLEEP_MAX_NS 2000000u // the longest that an unexpected packet may wait
#define IDLE_REPLY_NS \
	200000u // after a transmission, so that a reply from near by is not measured late
#define IDLE_GAP_NS 500000u   // work that comes more often than this on average is load: no sleep
#define IDLE_EARLY_NS 100000u // wake up so long before a deadline, as the kernel's timers are late

// Writer: the loop's thread.
struct idle {
	uint64_t worked_ns; // last round with work
	uint64_t sent_ns;   // last round that sent something
	uint64_t gap_ns;    // between rounds with work, a moving average
};

void idle_start(struct idle *idle, uint64_t now_ns);

// A round had work. If it `sent` something, a reply may come soon.
void idle_worked(struct idle *idle, bool sent, uint64_t now_ns);

// How long the loop may sleep when its next deadline is at next_ns. 0: it must go on polling.
uint64_t idle_sleep_ns(const struct idle *idle, uint64_t next_ns, uint64_t now_ns);
