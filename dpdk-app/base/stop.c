// SPDX-License-Identifier: BSD-3-Clause
// Signals that end a run. A handler and an eventfd instead of a signalfd, in which two signals that
// nobody has read yet are one: each request counts, and the third must end a process whose control
// thread hangs.

#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>

static volatile sig_atomic_t requests; // writer: the handler
static int wake_fd = -1;               // set before the handler is
static int hangup_fd = -1;             // likewise
static int terminal_fd = -1;

static void stop_note(int number)
{
	const uint64_t one = 1;
	int saved = errno;

	if (requests >= 2)
		_exit(128 + number); // stopping at once hangs, too
	requests = requests + 1;
	(void)!write(wake_fd, &one, sizeof(one)); // never full: there are two requests at most
	errno = saved;
}

// Was there a terminal, and has it gone? Both calls may be made in a handler.
static bool terminal_has_gone(void)
{
	struct pollfd terminal = { .fd = terminal_fd };

	return terminal_fd >= 0 && poll(&terminal, 1, 0) > 0 &&
	       (terminal.revents & (POLLHUP | POLLERR));
}

static void hangup_note(int number)
{
	const uint64_t one = 1;
	int saved = errno;

	if (terminal_has_gone())
		stop_note(number);
	else
		(void)!write(hangup_fd, &one, sizeof(one)); // full: it is readable anyway
	errno = saved;
}

int stop_hangup_fd(struct hl_error *err)
{
	struct sigaction action = { .sa_handler = hangup_note };

	if (hangup_fd < 0)
		hangup_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (hangup_fd < 0)
		return hl_fail(err, errno, "eventfd: %s", strerror(errno));
	if (terminal_fd < 0)
		terminal_fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	sigemptyset(&action.sa_mask);
	sigaction(SIGHUP, &action, NULL);
	return hangup_fd;
}

int stop_catch(struct hl_error *err)
{
	struct sigaction action = { .sa_handler = stop_note };

	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_fd < 0)
		return hl_fail(err, errno, "eventfd: %s", strerror(errno));
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN); // a closed terminal or pipe must not cost the unregistering
	return 0;
}

void stop_request(void)
{
	if (!stop_wanted())
		raise(SIGTERM); // by the handler, so that there is one way, and one writer
}

int stop_requests(void)
{
	return requests;
}

int stop_fd(void)
{
	return wake_fd;
}
