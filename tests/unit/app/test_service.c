// SPDX-License-Identifier: BSD-3-Clause
// The watchdog of a service manager hears of a run only while all of its poll loops turn.

#include "session/service.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/timebase.h"
#include "fake_dataplane.h"

static int manager; // what the service manager hears
static struct sockaddr_un at = { .sun_family = AF_UNIX };
static struct control_loop *loop;
static struct service service;
static struct dataplane dp;

static void begin(void)
{
	struct hl_error err;

	snprintf(at.sun_path, sizeof(at.sun_path), "/tmp/hl-notify-%d", getpid());
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	cr_assert(bind(manager, (const void *)&at, sizeof(at)) == 0);
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	setenv("WATCHDOG_USEC", "3000", 1);
	timebase_start();
	cr_assert_eq(control_loop_new(&loop, &err), 0);
	dp.n_loops = 1;
	dp.loops[0].launched = true;
	cr_assert_eq(service_start(&service, &dp, loop, &err), 0);
}

static void end(void)
{
	service_stop(&service);
	control_loop_free(loop);
	close(manager);
	unlink(at.sun_path);
}

static char text[512]; // the latest message
static unsigned statuses, watchdogs;

static void message_take(void *context, uint32_t events)
{
	ssize_t len = recv(manager, text, sizeof(text) - 1, 0);

	(void)context;
	(void)events;
	cr_assert(len > 0);
	text[len] = 0;
	statuses += !strncmp(text, "STATUS=", 7);
	watchdogs += !strcmp(text, "WATCHDOG=1");
	if (statuses == 3)
		control_loop_stop(loop);
}

// Until the third status has come.
static void hear(void)
{
	struct hl_error err;

	cr_assert_gt(control_loop_add_fd(loop, manager, EPOLLIN, message_take, NULL, &err), 0);
	control_loop_run(loop);
}

Test(service, its_watchdog_hears_of_a_run_whose_loops_turn)
{
	begin();
	dp.loops[0].turned_ns = timebase_ns();
	hear();
	cr_expect_geq(watchdogs, 2, "after each status but the last one");
	end();
}

Test(service, its_watchdog_hears_nothing_while_a_loop_hangs)
{
	begin();
	dp.loops[0].turned_ns = timebase_ns() - 4000000000;
	hear();
	cr_expect_eq(watchdogs, 0);
	end();
}

Test(service, without_a_service_manager_nothing_happens)
{
	struct service none;
	struct hl_error err;

	unsetenv("NOTIFY_SOCKET");
	cr_assert_eq(service_start(&none, &dp, NULL, &err), 0);
	service_ready(&none);
	service_stopping(&none, 1);
	service_stop(&none);
	cr_expect_eq(none.timer, 0);
}
