// SPDX-License-Identifier: BSD-3-Clause
// Starts the process of the screen, and ends it.

#include "top/own_screen.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "top/run_messages.h"
#include "top/terminal.h"

#define FD_OF_RUN 3 // in the other process
#define FD_SAID 4
#define ABOVE 10 // so that neither is written over before it is copied
#define END_WAIT_MS 2000

extern char **environ;

static int process_spawn(struct own_screen *s, int run_fd, const char *socket, uint64_t rate_scale)
{
	char scale[24], of_run[8], said[8];
	const char *const argv[] = { "heartline", "top", "--socket",     socket, "--of-run", of_run,
				     "--said",    said,  "--rate-scale", scale,  NULL };
	posix_spawn_file_actions_t actions;

	snprintf(scale, sizeof(scale), "%" PRIu64, rate_scale);
	snprintf(of_run, sizeof(of_run), "%d", FD_OF_RUN);
	snprintf(said, sizeof(said), "%d", FD_SAID);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, run_fd, FD_OF_RUN);
	posix_spawn_file_actions_adddup2(&actions, s->said_fd, FD_SAID);
	posix_spawn_file_actions_addclosefrom_np(&actions, FD_SAID + 1);
	int rc = posix_spawn(&s->process, "/proc/self/exe", &actions, NULL,
			     (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

static int fd_above(int fd)
{
	int above = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, ABOVE);

	if (fd >= 0)
		close(fd);
	return above;
}

int own_screen_start(struct own_screen *s, const char *socket, uint64_t rate_scale,
		     struct hl_error *err)
{
	int pair[2];

	if (!terminal_is_ours())
		return 0;
	if (!*socket)
		return hl_fail(err, EINVAL,
			       "--top: the screen asks by the control socket: leave out --control "
			       "off, or give it a path");
	tcgetattr(STDIN_FILENO, &s->before);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return hl_fail(err, errno, "--top: %s", strerror(errno));
	s->fd = fd_above(pair[0]);
	int run_fd = fd_above(pair[1]);
	s->said_fd = fd_above(memfd_create("said", MFD_CLOEXEC));
	int rc = s->fd < 0 || run_fd < 0 || s->said_fd < 0
			 ? -errno
			 : process_spawn(s, run_fd, socket, rate_scale);
	close(run_fd);
	if (rc < 0) {
		close(s->fd);
		close(s->said_fd);
		return hl_fail(err, -rc, "--top: %s", strerror(-rc));
	}
	fflush(stderr);
	s->stderr_fd = isatty(STDERR_FILENO) ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, ABOVE) : -1;
	if (s->stderr_fd >= 0)
		dup2(s->said_fd, STDERR_FILENO);
	s->is_shown = true;
	return 0;
}

static bool process_waited(struct own_screen *s, int wait_ms)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	for (; wait_ms >= 0; wait_ms -= 5) {
		pid_t pid = waitpid(s->process, NULL, WNOHANG);
		if (pid == s->process || (pid < 0 && errno == ECHILD))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

// One that does not end, say since its terminal is held by Ctrl-S, must not hold up the end of the run.
static void process_end(struct own_screen *s)
{
	if (process_waited(s, END_WAIT_MS))
		return;
	kill(s->process, SIGKILL);
	waitpid(s->process, NULL, 0);
	tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
}

static void stderr_restore(struct own_screen *s)
{
	const struct run_messages said = { .fd = s->said_fd };

	fflush(stderr);
	if (s->stderr_fd >= 0) {
		dup2(s->stderr_fd, STDERR_FILENO);
		close(s->stderr_fd);
		run_messages_print(&said);
	}
	close(s->said_fd);
}

void own_screen_stop(struct own_screen *s)
{
	if (!s->is_shown)
		return;
	if (s->loop)
		control_loop_remove(s->loop, s->subscription);
	(void)!send(s->fd, "", 1, MSG_NOSIGNAL); // a byte: it ends well
	close(s->fd);
	process_end(s);
	stderr_restore(s);
	*s = (struct own_screen){ 0 };
}

static void end_ready(void *context, uint32_t events)
{
	struct own_screen *s = context;
	void (*ended)(void *) = s->ended;
	void *of_ended = s->context;

	(void)events;
	own_screen_stop(s);
	fprintf(stderr,
		"heartline: the live screen has ended, the run goes on; heartline top shows "
		"it again\n");
	ended(of_ended);
}

int own_screen_watch(struct own_screen *s, struct control_loop *loop, void (*ended)(void *context),
		     void *context, struct hl_error *err)
{
	if (!s->is_shown)
		return 0;
	s->ended = ended;
	s->context = context;
	int rc = s->subscription = control_loop_add_fd(loop, s->fd, EPOLLIN, end_ready, s, err);
	if (rc < 0)
		return rc;
	s->loop = loop;
	return 0;
}
