// SPDX-License-Identifier: BSD-3-Clause
// What a run can no longer do once its sandbox is closed, each tried in a child that has closed it.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/sandbox.h"

static int program_start(void)
{
	char name[] = "true", *const argv[] = { name, NULL };

	return execve("/bin/true", argv, NULL);
}

static int parent_trace(void)
{
	return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int folder_mount(void)
{
	return mount("none", "/tmp", "tmpfs", 0, NULL);
}

static int namespace_leave(void)
{
	return unshare(CLONE_NEWUTS);
}

static int owner_change(void)
{
	return chown("/tmp", getuid(), getgid());
}

static int family_strange(void) // AF_VSOCK
{
	return socket(40, SOCK_STREAM, 0);
}

static int family_obsolete(void)
{
	return socket(AF_AX25, SOCK_DGRAM, 0);
}

static void *refused_by_thread(void *call)
{
	int (*const *try)(void) = call;

	return (void *)(intptr_t)((*try)() < 0 ? errno : 0);
}

// The exit status of a child that closes its sandbox and tries the call; of 100 and more: it cannot.
static int tried(int (*call)(void), bool starts_programs, bool in_thread)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct hl_error err;
		pthread_t thread;
		void *result = NULL;

		if (sandbox_close(starts_programs, &err) < 0)
			_exit(100);
		if (!in_thread)
			_exit(call() < 0 ? errno : 0);
		if (pthread_create(&thread, NULL, refused_by_thread, &call) != 0)
			_exit(101);
		pthread_join(thread, &result);
		_exit((int)(intptr_t)result);
	}
	cr_assert(child > 0);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFEXITED(status), "it ended by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static const struct {
	const char *what;
	int (*call)(void);
} refused[] = {
	{ "to start a program", program_start },
	{ "to trace another process", parent_trace },
	{ "to mount", folder_mount },
	{ "to leave its namespaces", namespace_leave },
	{ "to change an owner", owner_change },
	{ "a socket of a family of today", family_strange },
	{ "a socket of an old family", family_obsolete },
};

Test(sandbox, what_a_run_never_needs_is_refused)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		cr_expect_eq(tried(refused[i].call, false, false), EPERM, "%s", refused[i].what);
		cr_expect_eq(tried(refused[i].call, false, true), EPERM, "%s, in a later thread",
			     refused[i].what);
	}
}

Test(sandbox, a_run_that_starts_programs_may_do_that_alone)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		cr_expect_eq(tried(refused[i].call, true, false),
			     refused[i].call == program_start ? 0 : EPERM, "%s", refused[i].what);
}

static int run_works(void)
{
	char path[] = "/tmp/hl-sandbox-XXXXXX";
	int fd = mkstemp(path);
	bool good = fd >= 0 && write(fd, "x", 1) == 1 && fchmod(fd, 0600) == 0 && unlink(path) == 0;
	static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		good &= socket(families[i], SOCK_DGRAM, 0) >= 0 || errno == EAFNOSUPPORT;
	errno = EIO;
	return good ? 0 : -1;
}

Test(sandbox, files_and_sockets_of_a_run_go_on)
{
	cr_expect_eq(tried(run_works, false, false), 0);
	cr_expect_eq(tried(run_works, false, true), 0);
}
