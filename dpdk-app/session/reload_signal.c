// SPDX-License-Identifier: BSD-3-Clause
// SIGHUP: the file of the start is read again.

#include <stdint.h>
#include <unistd.h>

#include <sys/epoll.h>

#include "base/stop.h"
#include "session/reload.h"

static void hangup_ready(void *context, uint32_t events)
{
	struct reload_signal *signal = context;
	struct reload done;
	struct hl_error err;
	uint64_t n;

	(void)events;
	if (read(stop_hangup_fd(&err), &n, sizeof(n)) == sizeof(n))
		reload_say(&done, reload(signal->view, NULL, &done, &err) < 0 ? &err : NULL);
}

int reload_signal_start(struct reload_signal *signal, struct view *view, struct hl_error *err)
{
	if (!view->source)
		return 0;
	int fd = stop_hangup_fd(err);
	if (fd < 0)
		return fd;
	int rc = control_loop_add_fd(view->loop, fd, EPOLLIN, hangup_ready, signal, err);
	if (rc < 0)
		return rc;
	*signal = (struct reload_signal){ .view = view, .subscription = rc };
	return 0;
}

void reload_signal_stop(struct reload_signal *signal)
{
	if (signal->view)
		control_loop_remove(signal->view->loop, signal->subscription);
	*signal = (struct reload_signal){ 0 };
}
