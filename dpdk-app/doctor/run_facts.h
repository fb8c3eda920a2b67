// SPDX-License-Identifier: BSD-3-Clause
// What a run says of itself by its control socket, asked twice: what there is, and what came in between.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <heartline/addr.h>
#include <heartline/snapshot.h>

#define RUN_CAUSES_MAX 12
#define RUN_TEXT_ROOM 96

struct run_cause {
	char text[RUN_TEXT_ROOM]; // "time-out", "403 Forbidden"
	uint64_t lines;
};

struct run_example {
	char from[RUN_TEXT_ROOM],
		bytes[RUN_TEXT_ROOM]; // of the first frame dropped for a reason; "": none
};

struct run_facts {
	char phase[16];
	uint64_t process, uptime_ms, ramp_ms, rate, paused_ms, window_ms;
	struct hl_snapshot total, window; // without histograms; window: counters alone
	uint64_t requests_a_second, put_off_a_second;
	double rtt_p50_us, rtt_p99_us; // of the last second; NAN: nothing was answered
	double busiest_percent;
	unsigned busiest_lcore;
	int link; // -1: not known
	unsigned n_hops, n_hops_lost;
	struct {
		char addr[HL_ADDR_TEXT];
		uint64_t asked, waited;
	} hop; // one that was not found
	char rung[RUN_TEXT_ROOM];
	uint64_t queues, home, handed_off, handoff_dropped;
	struct run_example examples[HL_DROPS];
	// Of the lines that are registered nowhere now, what they saw last.
	unsigned n_causes;
	struct run_cause causes[RUN_CAUSES_MAX];
	uint64_t causes_of; // lines that were looked at
	double tx_full_ms;
	double late_us; // one timer in a hundred was later than this in the window; 0: not so
};

// Answers to status and port at the begin and the end of the window, and to lines at its end. facts is zero.
struct run_answers {
	json_t *status[2], *port[2], *lines;
};
void run_facts_read(struct run_facts *facts, const struct run_answers *answers);
