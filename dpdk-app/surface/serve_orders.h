// SPDX-License-Identifier: BSD-3-Clause
// The commands that steer: the whole run, its lines, its servers.
#pragma once

#include "surface/serve.h"

json_t *rate_serve(struct view *view, struct serving *serving);
json_t *pause_serve(struct view *view, struct serving *serving);
json_t *resume_serve(struct view *view, struct serving *serving);
json_t *line_force_serve(struct view *view, struct serving *serving);
json_t *lines_remove_serve(struct view *view, struct serving *serving);
json_t *server_drain_serve(struct view *view, struct serving *serving);
json_t *server_restore_serve(struct view *view, struct serving *serving);
json_t *server_force_serve(struct view *view, struct serving *serving);
