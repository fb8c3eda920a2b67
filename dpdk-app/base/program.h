// SPDX-License-Identifier: BSD-3-Clause
// Starts a program of the user's: a process group of its own, with no descriptor but the three that it expects
// and no signal blocked or ignored. It does not learn the password that this process may have in its
// environment.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sys/types.h>

// What it writes to stdout is dropped; stderr is ours. `input`: its stdin; -1: none. `variable`: one more of its
// environment, as "NAME=value"; NULL: none.
// 0, or an errno value.
int program_start(char *const command[], int input, const char *variable, pid_t *pid);

// Has it ended? *status as of waitpid().
bool program_ended(pid_t pid, int *status);

// Kill it and all that it has started, and wait for it.
void program_kill(pid_t pid);

// False, with a text such as "it ended with exit code 3", unless it ended with 0.
bool program_succeeded(int status, char *problem, size_t room);
