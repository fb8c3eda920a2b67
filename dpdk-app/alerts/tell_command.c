// SPDX-License-Identifier: BSD-3-Clause
// A program with the alert as its input. It gets no descriptor but the three that it expects, and no signal
// is blocked or ignored for it.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

#include "alerts/tell.h"
#include "base/timebase.h"

#define LOOK_MS 20
#define ENVIRONMENT_MAX 512

extern char **environ;

// All but the password that a run may have been given that way.
static void environment_make(char *kept[ENVIRONMENT_MAX])
{
	size_t n = 0;

	for (char **at = environ; *at && n < ENVIRONMENT_MAX - 1; at++)
		if (strncmp(*at, "HEARTLINE_PASSWORD=", 19) != 0)
			kept[n++] = *at;
	kept[n] = NULL;
}

static int program_start(char *const command[], int input, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	char *environment[ENVIRONMENT_MAX];

	environment_make(environment);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, input, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
	int rc = posix_spawn(pid, command[0], &files, &how, command, environment);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

// Until it ends. False: its time was over.
static bool program_wait(struct tell_limit *limit, pid_t pid, uint64_t deadline_ns, int *status)
{
	while (waitpid(pid, status, WNOHANG) == 0) {
		if (monotonic_ns() > deadline_ns || tell_limit_over(limit)) {
			kill(-pid, SIGKILL);
			waitpid(pid, status, 0);
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
		rc = program_start(command, input, &pid);
		close(input);
	}
	if (rc != 0) {
		snprintf(problem, TELL_ROOM, "it cannot be started: %s", strerror(rc));
		return false;
	}
	if (!program_wait(limit, pid, deadline_ns, &status))
		snprintf(problem, TELL_ROOM, "it was killed: it took longer than %s",
			 atomic_load(&limit->stop) ? "the run" : "30 s");
	else if (WIFSIGNALED(status))
		snprintf(problem, TELL_ROOM, "it was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		snprintf(problem, TELL_ROOM, "it ended with exit code %d", WEXITSTATUS(status));
	else
		return true;
	return false;
}
