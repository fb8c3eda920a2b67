// SPDX-License-Identifier: BSD-3-Clause
// By posix_spawn(), which needs neither a copy of this process's memory nor care about its threads.

#include "base/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sys/wait.h>

#define ENVIRONMENT_MAX 512

extern char **environ;

static void environment_make(char *kept[ENVIRONMENT_MAX], const char *variable)
{
	size_t n = 0;

	for (char **at = environ; *at && n < ENVIRONMENT_MAX - 2; at++)
		if (strncmp(*at, "HEARTLINE_PASSWORD=", 19) != 0)
			kept[n++] = *at;
	if (variable)
		kept[n++] = (char *)(uintptr_t)variable;
	kept[n] = NULL;
}

int program_start(char *const command[], int input, const char *variable, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	char *environment[ENVIRONMENT_MAX];

	environment_make(environment, variable);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	if (input >= 0)
		posix_spawn_file_actions_adddup2(&files, input, 0);
	else
		posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
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

bool program_ended(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) != 0;
}

void program_kill(pid_t pid)
{
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

bool program_succeeded(int status, char *problem, size_t room)
{
	if (WIFSIGNALED(status))
		snprintf(problem, room, "it was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		snprintf(problem, room, "it ended with exit code %d", WEXITSTATUS(status));
	else
		return true;
	return false;
}
