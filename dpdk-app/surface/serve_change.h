// SPDX-License-Identifier: BSD-3-Clause
// The commands that change what the run is made of.
#pragma once

#include "surface/serve.h"

json_t *reload_serve(struct view *view, struct serving *serving);
json_t *lines_add_serve(struct view *view, struct serving *serving);
