// SPDX-License-Identifier: BSD-3-Clause
// A program with the alert as its input.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alerts/tell.h"
#include "base/program.h"
#include "base/timebase.h"

#define LOOK_MS 20

// Until it ends. False: its time was over.
static bool program_wait(struct tell_limit *limit, pid_t pid, uint64_t deadline_ns, int *status)
{
	while (!program_ended(pid, status)) {
		if (monotonic_ns() > deadline_ns || tell_limit_over(limit)) {
			program_kill(pid);
			return false;
		}
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000 }, NULL);
	}
	return true;
}

// A pipe has room for it: a text of an alert is short. What is more is not waited for.
static int input_make(const char *json, int *input)
{
	int ends[2];
	size_t len = strlen(json);

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return errno;
	ssize_t n = write(ends[1], json, len);
	int rc = n < 0 ? errno : (size_t)n < len ? EMSGSIZE : 0;
	close(ends[1]);
	fcntl(ends[0], F_SETFL, 0); // the program is to find an input as any other
	*input = ends[0];
	if (rc)
		close(ends[0]);
	return rc;
}

bool tell_command(struct tell_limit *limit, char *const command[], const char *json,
		  char problem[TELL_ROOM])
{
	uint64_t deadline_ns = monotonic_ns() + TELL_COMMAND_MS * UINT64_C(1000000);
	int input = -1, status = 0;
	pid_t pid;
	int rc = input_make(json, &input);

	if (rc == 0) {
		rc = program_start(command, input, NULL, &pid);
		close(input);
	}
	if (rc != 0) {
		snprintf(problem, TELL_ROOM, "it cannot be started: %s", strerror(rc));
		return false;
	}
	if (!program_wait(limit, pid, deadline_ns, &status))
		snprintf(problem, TELL_ROOM, "it was killed: it took longer than %s",
			 atomic_load(&limit->stop) ? "the run" : "30 s");
	else
		return program_succeeded(status, problem, TELL_ROOM);
	return false;
}
