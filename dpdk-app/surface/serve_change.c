// SPDX-License-Identifier: BSD-3-Clause
// Adds lines to a run, or has it take its configuration again.

#include "surface/serve_change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/summary_metrics.h"
#include "session/line_add.h"
#include "session/reload.h"
#include "session/run.h"
#include "surface/json_view.h"
#include "surface/serve_lines.h"

static int profile_choose(const struct view *view, const struct request *request, uint32_t *profile,
			  struct hl_error *err)
{
	const char *name = request_text(request, "profile");
	int index = 0, rc = 0;

	if (name)
		rc = profile_read(view, name, &index, err);
	else if (view->run->config->n_profiles > 1)
		rc = hl_fail(
			err, EINVAL,
			"lines add: of which profile? give it by profile; heartline ctl server "
			"list lists them");
	*profile = (uint32_t)index;
	return rc;
}

// "6000-6099", "6000", or a CSV file.
static int group_read(const struct view *view, struct hl_lines *group, const char *source,
		      struct hl_error *err)
{
	char range[2 * 64];

	if (!ctl_source_is_range(source))
		return hl_lines_set_csv(group, source, view->run->config, err);
	if (strchr(source, '-') || strlen(source) >= 60)
		return hl_lines_set_range(group, source, err);
	snprintf(range, sizeof(range), "%s-%s", source, source);
	return hl_lines_set_range(group, range, err);
}

static json_t *group_add(struct view *view, struct serving *s, const struct hl_lines *group)
{
	uint64_t n = lines_of_group(group);
	uint64_t usual_ms = n > 1 ? view->run->config->ramp_ms : 0;
	uint64_t spread_ms = request_time(&s->request, "spread", usual_ms);
	struct hl_error err;
	json_t *reply;

	if (lines_add(view, group, spread_ms * 1000000, &err) < 0)
		return serve_refuse(s, &err);
	reply = json_ok();
	json_object_set_new(reply, "lines", whole(n));
	json_object_set_new(reply, "spread_ms", whole(spread_ms));
	json_object_set_new(reply, "free", whole(dataplane_free_slots(view->run->dp)));
	return reply;
}

json_t *lines_add_serve(struct view *view, struct serving *s)
{
	struct hl_config around = { .lines = calloc(1, sizeof(*around.lines)), .n_lines = 1 };
	struct hl_error err;
	json_t *reply;
	int rc = view_check_steerable(view, &err);

	if (!around.lines)
		return json_refusal("no memory");
	if (rc == 0)
		rc = profile_choose(view, &s->request, &around.lines->profile, &err);
	if (rc == 0)
		rc = group_read(view, around.lines, request_text(&s->request, "source"), &err);
	reply = rc < 0 ? serve_refuse(s, &err) : group_add(view, s, around.lines);
	hl_config_free(&around);
	return reply;
}

json_t *reload_serve(struct view *view, struct serving *s)
{
	struct hl_error err;
	struct reload done;
	json_t *reply;

	if (reload(view, request_text(&s->request, "file"), &done, &err) < 0) {
		reload_say(&done, &err);
		return serve_refuse(s, &err);
	}
	reload_say(&done, NULL);
	reply = json_ok();
	json_object_set_new(reply, "file", json_string(done.path));
	json_object_set_new(reply, "profiles_changed", whole(done.profiles));
	json_object_set_new(reply, "added", whole(done.added));
	json_object_set_new(reply, "removed", whole(done.removed));
	return reply;
}
