// SPDX-License-Identifier: BSD-3-Clause
// One POST to a webhook, one run of a command; each ends within a bounded time.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

#define TELL_ROOM 200
#define TELL_WEBHOOK_MS 10000
#define TELL_COMMAND_MS 30000

// Set by another thread: the run ends, and so does what is under way, at a deadline.
struct tell_limit {
	_Atomic uint64_t deadline_ns; // CLOCK_MONOTONIC; counts once `stop` is set
	atomic_bool stop;
};

int tell_init(struct hl_error *err);
void tell_limit_set(struct tell_limit *limit, uint64_t ms);
bool tell_limit_over(struct tell_limit *limit);

// POST the text. An answer 2xx is success, a redirect is not followed. False with a problem; *again: it may
// go better another time.
bool tell_webhook(struct tell_limit *limit, const char *url, const char *json, bool *again,
		  char problem[TELL_ROOM]);

// Run the program with the text as its input. Exit code 0 is success. It and what it has started are killed
// when its time is over.
bool tell_command(struct tell_limit *limit, char *const command[], const char *json,
		  char problem[TELL_ROOM]);
