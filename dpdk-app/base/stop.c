// SPDX-License-Identifier: BSD-3-Clause
// Signals that end a run.

#include "base/stop.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t requests; // writer: the handler

static void stop_note(int number)
{
	if (requests >= 2)
		_exit(128 + number); // even stopping at once hangs: leave
	requests = requests + 1;
}

void stop_catch(void)
{
	struct sigaction action = { .sa_handler = stop_note };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN); // a closed terminal or pipe must not cost the unregistering
}

int stop_requests(void)
{
	return requests;
}
