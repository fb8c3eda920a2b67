// SPDX-License-Identifier: BSD-3-Clause
// The commands that look at lines and servers.
#pragma once

#include "surface/serve.h"

json_t *lines_serve(struct view *view, struct serving *serving);
json_t *line_show_serve(struct view *view, struct serving *serving);
json_t *server_list_serve(struct view *view, struct serving *serving);
json_t *profile_list_serve(struct view *view, struct serving *serving);
json_t *events_serve(struct view *view, struct serving *serving);

// One turn of looking for the one line that the arguments number and domain name.
// @return 1: *line is it; 0: not yet; -errno with a message: there is none, or several
int line_single(const struct view *view, struct serving *serving, uint32_t *line,
		struct hl_error *err);

// One turn of counting lines by profile and server, into serving->count.
// @return 1: all are counted; 0: not yet; -ENOMEM with a message
int servers_count(struct view *view, struct serving *serving, struct hl_error *err);

// The place of a profile in the configuration. -EINVAL with a message: there is none of this name.
int profile_read(const struct view *view, const char *name, int *profile, struct hl_error *err);

// Set a filter from the arguments number, domain, state, server and profile.
int filter_read(const struct view *view, const struct request *request, struct line_filter *filter,
		struct hl_error *err);
