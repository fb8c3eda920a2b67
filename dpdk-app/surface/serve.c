// SPDX-License-Identifier: BSD-3-Clause
// Calls the view for each command, and has the answer written as JSON.

#include "surface/serve.h"

#include <errno.h>
#include <stdlib.h>

#include "alerts/alerts.h"
#include "base/stop.h"
#include "session/run.h"
#include "surface/json_port.h"
#include "surface/json_view.h"
#include "surface/serve_lines.h"
#include "surface/serve_change.h"
#include "surface/serve_orders.h"
#include "surface/serve_trace.h"

static json_t *status_serve(struct view *view, struct serving *serving)
{
	static struct view_status status; // too large for a stack that others share

	(void)serving;
	view_status(view, &status);
	json_t *reply = json_status(&status);
	json_object_set_new(reply, "alerts", alerts_array(view->run->alerts));
	return reply;
}

static json_t *port_serve(struct view *view, struct serving *serving)
{
	(void)serving;
	return json_port(view);
}

static json_t *drain_serve(struct view *view, struct serving *serving)
{
	json_t *reply = json_ok();

	(void)view;
	(void)serving;
	json_object_set_new(reply, "already", json_boolean(stop_wanted()));
	stop_request();
	return reply;
}

static json_t *registrar_serve(struct view *view, struct serving *serving)
{
	struct hl_error err;

	(void)view;
	hl_fail(&err, EINVAL,
		"registrar: this is a run; name the socket of a registrar, which heartline "
		"registrar --control PATH makes");
	return serve_refuse(serving, &err);
}

static json_t *(*const servers[CTL_COMMANDS])(struct view *, struct serving *) = {
	[CTL_STATUS] = status_serve,
	[CTL_LINES_ADD] = lines_add_serve,
	[CTL_LINES_REMOVE] = lines_remove_serve,
	[CTL_LINES] = lines_serve,
	[CTL_LINE_SHOW] = line_show_serve,
	[CTL_LINE_TRACE] = line_trace_serve,
	[CTL_SERVER_LIST] = server_list_serve,
	[CTL_PROFILE_LIST] = profile_list_serve,
	[CTL_PORT] = port_serve,
	[CTL_EVENTS] = events_serve,
	[CTL_LINE_FORCE] = line_force_serve,
	[CTL_SERVER_DRAIN] = server_drain_serve,
	[CTL_SERVER_RESTORE] = server_restore_serve,
	[CTL_SERVER_FORCE] = server_force_serve,
	[CTL_RELOAD] = reload_serve,
	[CTL_RATE] = rate_serve,
	[CTL_PAUSE] = pause_serve,
	[CTL_RESUME] = resume_serve,
	[CTL_DRAIN] = drain_serve,
	[CTL_REGISTRAR] = registrar_serve,
};

json_t *serve_continue(struct view *view, struct serving *serving)
{
	json_t *reply = servers[serving->request.command - ctl_commands](view, serving);

	if (reply)
		serve_cancel(view, serving);
	return reply;
}

static json_t *begin(struct view *view, struct serving *serving, int rc, const struct hl_error *err)
{
	if (rc < 0)
		return serve_refuse(serving, err);
	serving->is_open = true;
	return serve_continue(view, serving);
}

json_t *serve_line(struct view *view, struct serving *serving, const char *line, size_t len)
{
	struct hl_error err;

	serving->refused = 0;
	return begin(view, serving, request_read(&serving->request, line, len, &err), &err);
}

json_t *serve_object(struct view *view, struct serving *serving, json_t *object)
{
	struct hl_error err;

	serving->refused = 0;
	return begin(view, serving, request_take(&serving->request, object, &err), &err);
}

json_t *serve_refuse(struct serving *serving, const struct hl_error *err)
{
	serving->refused = err->code;
	return json_refusal(err->text);
}

void serve_cancel(struct view *view, struct serving *serving)
{
	if (!serving->is_open)
		return;
	line_ask_cancel(&serving->ask, view->run->dp);
	request_free(&serving->request);
	free(serving->memory);
	*serving = (struct serving){ .refused = serving->refused };
}
