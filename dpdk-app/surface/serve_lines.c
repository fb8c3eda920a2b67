// SPDX-License-Identifier: BSD-3-Clause
// Lines by page, one line, the servers. All of them walk the lines in slices, a slice a turn.

#include "surface/serve_lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/recent_changes.h"
#include "session/run.h"
#include "surface/json_lines.h"

#define LIMIT_USUAL 50

// In the order of the choices of the table: the states of enum hl_line_state come first.
static const uint32_t state_groups[] = {
	STATES_REGISTERED,
	1u << HL_REG_P | 1u << HL_SW_B | 1u << HL_DOWN | 1u << HL_PARK,
};

int profile_read(const struct view *view, const char *name, int *profile, struct hl_error *err)
{
	const struct hl_config *config = view->run->config;
	char names[512] = "";
	size_t len = 0;

	for (uint32_t i = 0; i < config->n_profiles; i++) {
		if (!strcmp(config->profiles[i].name, name)) {
			*profile = (int)i;
			return 0;
		}
		if (len < sizeof(names))
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
						i ? ", " : "", config->profiles[i].name);
	}
	return hl_fail(err, EINVAL, "profile: \"%.60s\": there is none of this name; allowed %s",
		       name, names);
}

int filter_read(const struct view *view, const struct request *request, struct line_filter *filter,
		struct hl_error *err)
{
	const char *number = request_text(request, "number"),
		   *profile = request_text(request, "profile");
	int state = request_choice(request, "state"), rc = 0;

	*filter = (struct line_filter)LINE_FILTER_ALL;
	filter->domain = request_text(request, "domain");
	filter->server = request_choice(request, "server");
	if (state >= 0)
		filter->states = state < HL_LINE_STATES ? 1u << state
							: state_groups[state - HL_LINE_STATES];
	if (number)
		rc = line_filter_number(filter, number, err);
	if (rc == 0 && profile)
		rc = profile_read(view, profile, &filter->profile, err);
	return rc;
}

static int rows_new(struct serving *s, uint32_t limit, struct hl_error *err)
{
	s->query.limit = limit;
	s->query.rows = s->memory = calloc(limit, sizeof(*s->query.rows));
	return s->memory ? 0 : hl_fail(err, ENOMEM, "no memory for %u rows", limit);
}

static int lines_begin(const struct view *view, struct serving *s, struct hl_error *err)
{
	const char *after = request_text(&s->request, "after");
	int sort = request_choice(&s->request, "sort");
	int rc = filter_read(view, &s->request, &s->query.filter, err);

	s->query.sort = sort < 0 ? QUERY_BY_LINE : (enum query_sort)sort;
	if (rc == 0 && after)
		rc = line_query_resume(&s->query, after, err);
	if (rc == 0)
		rc = rows_new(s, (uint32_t)request_count(&s->request, "limit", LIMIT_USUAL), err);
	return rc;
}

json_t *lines_serve(struct view *view, struct serving *s)
{
	struct hl_error err;

	if (!s->memory && lines_begin(view, s, &err) < 0)
		return serve_refuse(s, &err);
	return line_query_step(&s->query, view->run->dp) ? json_lines(view, &s->query) : NULL;
}

static int no_single_line(const struct serving *s, uint64_t matched, struct hl_error *err)
{
	const char *number = request_text(&s->request, "number");

	if (matched == 0)
		return hl_fail(err, ENOENT,
			       "number: no line has %.130s; heartline ctl lines lists them",
			       number);
	return hl_fail(err, EINVAL, "number: %.130s: %llu lines have it; choose one by domain",
		       number, (unsigned long long)matched);
}

int line_single(const struct view *view, struct serving *s, uint32_t *line, struct hl_error *err)
{
	if (!s->memory &&
	    (filter_read(view, &s->request, &s->query.filter, err) < 0 || rows_new(s, 1, err) < 0))
		return -err->code;
	if (!line_query_step(&s->query, view->run->dp))
		return 0;
	if (s->query.matched != 1)
		return no_single_line(s, s->query.matched, err);
	*line = s->query.rows[0].line;
	return 1;
}

json_t *line_show_serve(struct view *view, struct serving *s)
{
	struct hl_error err;
	uint32_t line;
	int rc = line_single(view, s, &line, &err);

	if (rc == 0)
		return NULL;
	s->waits = rc > 0;
	if (rc > 0 && !line_ask_step(&s->ask, view->run->dp, line))
		return NULL;
	if (rc > 0 && !s->ask.failed && !s->ask.detail.is_line) // it has left since
		rc = no_single_line(s, 0, &err);
	return rc < 0 ? serve_refuse(s, &err)
		      : json_line(view, &s->query.rows[0], s->ask.failed ? NULL : &s->ask.detail);
}

int servers_count(struct view *view, struct serving *s, struct hl_error *err)
{
	uint32_t n = view->run->config->n_profiles * HL_SERVERS;

	if (!s->memory)
		s->count.lines = s->memory = calloc(n, sizeof(*s->count.lines));
	if (!s->memory)
		return hl_fail(err, ENOMEM, "no memory for %u servers; try again later", n);
	return server_count_step(&s->count, view->run->dp);
}

// `write` makes the answer once all are counted.
static json_t *count_serve(struct view *view, struct serving *s,
			   json_t *(*write)(const struct view *, const struct server_count *))
{
	struct hl_error err;
	int rc = servers_count(view, s, &err);

	if (rc < 0)
		return serve_refuse(s, &err);
	return rc > 0 ? write(view, &s->count) : NULL;
}

json_t *server_list_serve(struct view *view, struct serving *s)
{
	return count_serve(view, s, json_servers);
}

json_t *profile_list_serve(struct view *view, struct serving *s)
{
	return count_serve(view, s, json_profiles);
}

json_t *events_serve(struct view *view, struct serving *s)
{
	uint64_t changes = recent_changes_count(view->run->dp->recent);
	uint64_t limit = request_count(&s->request, "limit", LIMIT_USUAL);
	uint64_t after = request_count(&s->request, "after", changes > limit ? changes - limit : 0);

	if (after > changes) // of another run: what this one has is all new
		after = 0;
	return json_events(view, after, (uint32_t)limit);
}
