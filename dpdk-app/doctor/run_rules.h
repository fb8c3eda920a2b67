// SPDX-License-Identifier: BSD-3-Clause
// From what a run says of itself to reasons why nothing is received, or why it is slower than asked.
#pragma once

#include "doctor/finding.h"
#include "doctor/run_facts.h"

enum run_look {
	RUN_FOUND, // findings were added
	RUN_FINE,
	RUN_UNSEEN,
};

struct run_rule {
	const char *check;
	enum run_look (*judge)(const struct run_facts *facts, const char *check,
			       struct findings *findings);
	const char *fine, *unseen; // what is said when nothing was found, or could be
};

#define RUN_RULES 14
// What comes first may be the cause of what comes later, such as a link of all that is silent.
extern const struct run_rule run_rules[RUN_RULES];

// All of them, ranked.
void run_rules_apply(const struct run_facts *facts, struct findings *findings);

// Lines that are to be registered, and are not.
uint64_t run_lines_down(const struct run_facts *facts);

// Something that is counted: in the window or, when that saw nothing at all, since the start.
struct run_seen {
	uint64_t n;
	bool now;
	const char *when; // "in the last 2.0 s", "since the start"
};
struct run_seen run_see(const struct run_facts *facts, uint64_t total, uint64_t window,
			char when[RUN_TEXT_ROOM]);
// How bad that is: an error when lines are down and it is as frequent as what failed.
enum severity run_weigh(const struct run_facts *facts, const struct run_seen *seen);

enum run_look run_judge_link(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_next_hop(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_checksums(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_elsewhere(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_late_answers(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_hand_off(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_buffers(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_answers(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_drops(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_phase(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_rate(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_transmit(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_generator(const struct run_facts *, const char *, struct findings *);
enum run_look run_judge_round_trip(const struct run_facts *, const char *, struct findings *);
