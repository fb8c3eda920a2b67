// SPDX-License-Identifier: BSD-3-Clause
// Each wait runs the loop until one of three subscribers stops it: the timer that looks at the
// condition, the deadline, or Ctrl-C. A fourth one says what is being waited for.

#include "base/control.h"

#include <stdio.h>
#include <unistd.h>

#include <sys/epoll.h>

#include "base/stop.h"

#define PATIENCE_NS 1000000000u // after this time the user is told what is being waited for

static void end_with(struct control *control, enum control_end end)
{
	control->end = end;
	control_loop_stop(control->loop);
}

static bool is_reached(const struct control_until *until)
{
	return until->reached && until->reached(until->context);
}

static void look_due(void *context)
{
	struct control *control = context;

	if (is_reached(control->until))
		end_with(control, CONTROL_REACHED);
}

static void deadline_due(void *context)
{
	struct control *control = context;

	end_with(control, is_reached(control->until) ? CONTROL_REACHED : CONTROL_TIMED_OUT);
}

static void patience_due(void *context)
{
	const struct control *control = context;

	fprintf(stderr, "heartline: waiting for %s %s\n", control->until->what,
		control->until->whose);
}

static void stop_ready(void *context, uint32_t events)
{
	struct control *control = context;
	uint64_t n;

	(void)events;
	if (read(stop_fd(), &n, sizeof(n)) == sizeof(n) &&
	    stop_requests() >= control->until->stop_requests)
		end_with(control, CONTROL_STOPPED);
}

int control_open(struct control *control, struct hl_error *err)
{
	int rc = stop_catch(err);

	if (rc == 0)
		rc = control_loop_new(&control->loop, err);
	if (rc == 0)
		rc = control->stop = control_loop_add_fd(control->loop, stop_fd(), EPOLLIN,
							 stop_ready, control, err);
	if (rc >= 0)
		rc = control->look = control_loop_add_timer(control->loop, look_due, control, err);
	if (rc >= 0)
		rc = control->deadline = control_loop_add_timer(control->loop, deadline_due,
								control, err);
	if (rc >= 0)
		rc = control->patience = control_loop_add_timer(control->loop, patience_due,
								control, err);
	return rc < 0 ? rc : 0;
}

void control_close(struct control *control)
{
	control_loop_free(control->loop);
	*control = (struct control){ 0 };
}

enum control_end control_wait(struct control *control, const struct control_until *until)
{
	if (is_reached(until))
		return CONTROL_REACHED;
	if (stop_requests() >= until->stop_requests)
		return CONTROL_STOPPED;
	if (until->timeout_ns == 0)
		return CONTROL_TIMED_OUT;
	control->until = until;
	control_loop_set_timer(control->loop, control->look, until->look_every_ns,
			       until->look_every_ns);
	if (until->timeout_ns != CONTROL_NO_TIMEOUT)
		control_loop_set_timer(control->loop, control->deadline, until->timeout_ns, 0);
	control_loop_set_timer(control->loop, control->patience, until->what ? PATIENCE_NS : 0, 0);
	control_loop_run(control->loop);
	control_loop_set_timer(control->loop, control->look, 0, 0);
	control_loop_set_timer(control->loop, control->deadline, 0, 0);
	control_loop_set_timer(control->loop, control->patience, 0, 0);
	control->until = NULL;
	return control->end;
}
