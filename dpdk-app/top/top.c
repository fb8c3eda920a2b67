// SPDX-License-Identifier: BSD-3-Clause
// The loop of the screen: keys, answers, signals and time; after each of them it is drawn anew.

#include "top/top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/signalfd.h>
#include <sys/socket.h>

#include "base/exit_code.h"
#include "top/asks.h"
#include "top/client.h"
#include "top/keys.h"
#include "top/screens.h"
#include "top/run_messages.h"
#include "top/save.h"
#include "top/terminal.h"

#define MS 1000000ull
#define RETRY_NS (500 * MS)
#define PATIENCE_NS (30000 * MS)

enum { KEYS_FD, SIGNALS_FD, CLIENT_FD, RUN_FD, FDS };

struct screen {
	struct viewer viewer;
	struct sheet sheet;
	struct top_client client;
	struct run_messages messages;
	int signals_fd;
	pid_t run; // the parent; 0: none
	int run_fd;
	uint64_t retry_ns;
};

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

static void connect_again(struct screen *s, uint64_t now_ns)
{
	struct hl_error err;

	if (s->client.fd >= 0 || now_ns < s->retry_ns)
		return;
	s->retry_ns = now_ns + RETRY_NS;
	if (top_client_open(&s->client, &err) < 0)
		top_away(&s->viewer);
	else
		top_back(&s->viewer, now_ns);
}

static void run_gone(struct screen *s, const struct hl_error *err, uint64_t now_ns)
{
	if (!s->viewer.away && !s->viewer.of_run)
		viewer_say(&s->viewer, INK_BAD, now_ns, "%s", err->text);
	top_away(&s->viewer);
	s->retry_ns = now_ns + RETRY_NS;
	// Who let it drain and waited for that is done.
	s->viewer.leaves |= s->viewer.drained && !s->viewer.of_run;
}

static void ask(struct screen *s, uint64_t now_ns)
{
	struct hl_error err;

	if (s->client.fd >= 0 && s->client.waits && now_ns - s->viewer.asked_ns > PATIENCE_NS) {
		top_client_close(&s->client);
		hl_fail(&err, ETIMEDOUT, "the run does not answer");
		run_gone(s, &err, now_ns);
	}
	if (s->client.fd < 0 || s->client.waits)
		return;
	json_t *request = top_ask_next(&s->viewer, s->sheet.rows, now_ns);
	if (request && top_client_ask(&s->client, request, &err) < 0)
		run_gone(s, &err, now_ns);
	json_decref(request);
}

static void answers_read(struct screen *s, uint64_t now_ns)
{
	struct hl_error err;
	json_t *reply;
	int rc = top_client_read(&s->client, &reply, &err);

	if (rc > 0)
		top_answer(&s->viewer, reply, now_ns);
	else if (rc < 0)
		run_gone(s, &err, now_ns);
}

// In the run's own screen a request to stop is a signal, which it hears at any time, also while it starts.
static void run_stop(struct screen *s)
{
	struct viewer *v = &s->viewer;

	if (!v->of_run || !(v->drain_wanted || v->quit_again))
		return;
	v->drain_wanted = v->quit_again = false;
	v->drained = true;
	if (getppid() == s->run)
		kill(s->run, SIGINT);
}

static void save(struct screen *s, uint64_t now_ns)
{
	char name[TOP_FILE_ROOM];
	struct hl_error err;

	s->viewer.saves = false;
	if (top_save(&s->viewer, time(NULL), name, &err) < 0)
		viewer_say(&s->viewer, INK_BAD, now_ns, "%s", err.text);
	else
		viewer_say(&s->viewer, INK_GOOD, now_ns, "saved as %s", name);
}

static void keys_read(struct screen *s, uint64_t now_ns)
{
	int key;

	while ((key = terminal_key(&s->sheet)) >= 0) {
		if (key > 0)
			top_key(&s->viewer, key, now_ns);
		run_stop(s);
		if (s->viewer.saves)
			save(s, now_ns);
	}
}

static void signals_read(struct screen *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals_fd, &info, sizeof(info)) == sizeof(info))
		// Ctrl-C reaches the run as well, which ends the screen when it is done.
		if (!(s->viewer.of_run && info.ssi_signo == SIGINT))
			s->viewer.leaves = true;
}

static int wait_ms(const struct screen *s, uint64_t now_ns)
{
	uint64_t due_ns = s->client.fd < 0 ? s->retry_ns : top_ask_due_ns(&s->viewer);

	if (s->client.fd >= 0 && s->client.waits)
		due_ns = now_ns + 1000 * MS;
	return due_ns <= now_ns ? 0 : (int)((due_ns - now_ns) / MS + 1);
}

// A key that was read while the screen was drawn is in no descriptor any more, so keys are read each time.
static void turn(struct screen *s)
{
	struct pollfd fds[FDS] = {
		[KEYS_FD] = { .fd = STDIN_FILENO, .events = POLLIN },
		[SIGNALS_FD] = { .fd = s->signals_fd, .events = POLLIN },
		[CLIENT_FD] = { .fd = s->client.fd, .events = POLLIN },
		[RUN_FD] = { .fd = s->run_fd, .events = POLLIN },
	};
	uint64_t now_ns = clock_ns();

	connect_again(s, now_ns);
	ask(s, now_ns);
	run_messages_show(&s->messages, &s->viewer, now_ns);
	top_draw(&s->viewer, &s->sheet, now_ns);
	terminal_show(&s->sheet);
	fds[CLIENT_FD].fd = s->client.fd;
	poll(fds, FDS, wait_ms(s, now_ns));
	now_ns = clock_ns();
	if (fds[KEYS_FD].revents & (POLLHUP | POLLERR | POLLNVAL)) // the terminal has gone
		s->viewer.leaves = true;
	if (fds[RUN_FD].revents) // so has the run
		s->viewer.leaves = true;
	keys_read(s, now_ns);
	signals_read(s);
	if (fds[CLIENT_FD].revents && s->client.fd >= 0)
		answers_read(s, now_ns);
}

// Before ncurses, which takes those that nobody has taken.
static int signals_catch(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// A run that ends well says so before it goes; what it said meanwhile is then its own to print.
static bool run_ended_well(const struct screen *s)
{
	char bye;

	return s->run_fd < 0 || recv(s->run_fd, &bye, 1, MSG_DONTWAIT) != 0;
}

int top_show(const struct top_options *o, struct hl_error *err)
{
	static struct screen s;

	s.client = (struct top_client){ .path = o->socket, .instance = o->instance, .fd = -1 };
	s.viewer.of_run = o->run_fd >= 0;
	s.viewer.rate_scale = o->rate_scale;
	s.run_fd = o->run_fd;
	s.run = s.viewer.of_run ? getppid() : 0;
	s.messages.fd = o->said_fd;
	// A mistake in a path is better said before the screen is cleared.
	if (!terminal_is_there() || s.viewer.of_run || top_client_open(&s.client, err) == 0) {
		if (s.client.fd >= 0)
			top_back(&s.viewer, clock_ns());
		s.signals_fd = signals_catch();
		if (terminal_open(&s.sheet, err) < 0)
			return EXIT_USAGE;
	} else {
		return EXIT_USAGE;
	}
	if (s.viewer.of_run) // Ctrl-Z would stop the run along with its screen, and its lines would lapse
		terminal_keep();
	while (!s.viewer.leaves)
		turn(&s);
	terminal_close();
	if (!run_ended_well(&s))
		run_messages_print(&s.messages);
	top_client_close(&s.client);
	viewer_free(&s.viewer);
	sheet_free(&s.sheet);
	return EXIT_ALL_WELL;
}
