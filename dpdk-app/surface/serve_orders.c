// SPDX-License-Identifier: BSD-3-Clause
// Steers a run. Lines are chosen in slices, a slice a turn; then their order begins, and goes on by itself
// whether or not the one who asked is still there.

#include "surface/serve_orders.h"

#include <errno.h>
#include <stdlib.h>

#include "report/summary_metrics.h"
#include "session/run.h"
#include "surface/json_view.h"
#include "surface/serve_lines.h"

#define NOT_OFF (~(1u << HL_OFF) & ((1u << HL_LINE_STATES) - 1))

// In the order of the choices of the table.
static const enum hl_command_type line_actions[] = {
	HL_COMMAND_FORCE_P, HL_COMMAND_FORCE_B, HL_COMMAND_LOCK,
	HL_COMMAND_UNLOCK,  HL_COMMAND_DISABLE, HL_COMMAND_ENABLE,
};

json_t *rate_serve(struct view *view, struct serving *s)
{
	json_t *reply;
	struct hl_error err;

	if (view_check_steerable(view, &err) < 0)
		return serve_refuse(s, &err);
	reply = json_ok();
	json_object_set_new(reply, "before", whole(view->settings.rate));
	run_settings_rate(&view->settings, request_count(&s->request, "rate", 0));
	json_object_set_new(reply, "rate", whole(view->settings.rate));
	return reply;
}

static json_t *pause_set(struct view *view, struct serving *s, bool paused)
{
	struct hl_error err;

	if (view_check_steerable(view, &err) < 0)
		return serve_refuse(s, &err);
	bool changed = run_settings_pause(&view->settings, paused);
	json_t *reply = json_ok();
	json_object_set_new(reply, "paused", json_boolean(paused));
	json_object_set_new(reply, "already", json_boolean(!changed));
	json_object_set_new(reply, "paused_ms", whole(run_settings_paused_ms(&view->settings)));
	return reply;
}

json_t *pause_serve(struct view *view, struct serving *s)
{
	return pause_set(view, s, true);
}

json_t *resume_serve(struct view *view, struct serving *s)
{
	return pause_set(view, s, false);
}

static json_t *order_begin(struct view *view, struct serving *s, const struct order_commands *c,
			   uint64_t usual_ms)
{
	struct selection *chosen = &s->selection;
	uint64_t spread_ms = request_time(&s->request, "spread", chosen->n > 1 ? usual_ms : 0);
	struct hl_error err;

	if (view_check_steerable(view, &err) < 0)
		return serve_refuse(s, &err);
	if (chosen->n > 0) {
		if (orders_begin(&view->orders, chosen->chosen, chosen->n, c, spread_ms * 1000000,
				 &err) < 0)
			return serve_refuse(s, &err);
		s->memory = NULL; // the order's now
	}
	json_t *reply = json_ok();
	json_object_set_new(reply, "lines", whole(chosen->n));
	json_object_set_new(reply, "spread_ms", whole(spread_ms));
	return reply;
}

// A turn of the choice, and behind its last one the order.
static json_t *order_step(struct view *view, struct serving *s, const struct order_commands *c)
{
	uint64_t usual_ms = view->run->config->ramp_ms;

	return selection_step(&s->selection, view) ? order_begin(view, s, c, usual_ms) : NULL;
}

static int selection_begin(struct view *view, struct serving *s, struct hl_error *err)
{
	int rc = view_check_steerable(view, err);

	if (rc == 0)
		rc = filter_read(view, &s->request, &s->selection.filter, err);
	if (rc < 0)
		return rc;
	s->selection.chosen = s->memory = orders_choice_new(view->run->dp);
	return s->memory ? 0 : hl_fail(err, ENOMEM, "no memory for a choice of lines");
}

static bool names_lines(const struct request *r)
{
	static const char *const names[] = { "number", "state", "server", "profile", "domain" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (request_text(r, names[i]))
			return true;
	return request_flag(r, "all");
}

static int no_lines_named(const char *command, struct hl_error *err)
{
	return hl_fail(err, EINVAL,
		       "%s: which lines? give a number or a range, state, server, profile or "
		       "domain, or all",
		       command);
}

static int line_force_begin(struct view *view, struct serving *s, enum hl_command_type type,
			    struct hl_error *err)
{
	if (!names_lines(&s->request))
		return no_lines_named("line force", err);
	int rc = selection_begin(view, s, err);
	s->selection.needs_backup = type == HL_COMMAND_FORCE_B;
	if (!s->selection.filter.states)
		s->selection.filter.states = type == HL_COMMAND_ENABLE ? 1u << HL_OFF : NOT_OFF;
	return rc;
}

json_t *line_force_serve(struct view *view, struct serving *s)
{
	enum hl_command_type type = line_actions[request_choice(&s->request, "action")];
	const struct order_commands c = { .n = 1, .types = { type } };
	struct hl_error err;

	if (!s->memory && line_force_begin(view, s, type, &err) < 0)
		return serve_refuse(s, &err);
	return order_step(view, s, &c);
}

static int lines_remove_begin(struct view *view, struct serving *s, struct hl_error *err)
{
	return names_lines(&s->request) ? selection_begin(view, s, err)
					: no_lines_named("lines remove", err);
}

// Each unregisters as if it were stopped, and then is no line any more (FAILOVER.md section 4).
json_t *lines_remove_serve(struct view *view, struct serving *s)
{
	const struct order_commands c = { .n = 1, .types = { HL_COMMAND_REMOVE } };
	struct hl_error err;

	if (!s->memory && lines_remove_begin(view, s, &err) < 0)
		return serve_refuse(s, &err);
	if (!selection_step(&s->selection, view))
		return NULL;
	json_t *reply = order_begin(view, s, &c, view->run->config->drain_ms);
	json_object_set_new(reply, "gone", whole(view->run->dp->gone));
	return reply;
}

// All lines of the profile that have a choice, wherever they are now: who is on the other server stays.
static json_t *server_order(struct view *view, struct serving *s, const struct order_commands *c)
{
	struct hl_error err;

	if (!s->memory) {
		if (selection_begin(view, s, &err) < 0)
			return serve_refuse(s, &err);
		s->selection.needs_backup = true;
		s->selection.filter.states = NOT_OFF;
	}
	return order_step(view, s, c);
}

static enum hl_command_type force_to(enum hl_server server)
{
	return server == HL_SERVER_P ? HL_COMMAND_FORCE_P : HL_COMMAND_FORCE_B;
}

// Locked first, where they are: the lock goes along with the force. The other way round it would end the
// move that has just begun (FAILOVER.md section 3).
json_t *server_drain_serve(struct view *view, struct serving *s)
{
	enum hl_server server = (enum hl_server)request_choice(&s->request, "which");
	const struct order_commands c = {
		.n = 2,
		.types = { HL_COMMAND_LOCK, force_to(server ^ 1) },
	};

	return server_order(view, s, &c);
}

// Lines go back to a primary; from a primary nothing goes to a backup by itself.
json_t *server_restore_serve(struct view *view, struct serving *s)
{
	enum hl_server server = (enum hl_server)request_choice(&s->request, "which");
	const struct order_commands c = {
		.n = server == HL_SERVER_P ? 2 : 1,
		.types = { HL_COMMAND_UNLOCK, HL_COMMAND_FORCE_P },
	};

	return server_order(view, s, &c);
}

json_t *server_force_serve(struct view *view, struct serving *s)
{
	enum hl_server server = (enum hl_server)request_choice(&s->request, "which");
	const struct order_commands c = { .n = 1, .types = { force_to(server) } };

	return server_order(view, s, &c);
}
