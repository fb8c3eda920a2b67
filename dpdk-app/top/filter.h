// SPDX-License-Identifier: BSD-3-Clause
// The filter of the page of lines, as it is typed: words, each of which says what it is by its form.
#pragma once

#include <jansson.h>

#include <heartline/error.h>

// "down", "P", "6000-6099", "profile=lab", "domain=a.example": as members of a request. "" is all lines,
// and no member. -EINVAL with a message that says what is allowed.
int top_filter_read(const char *text, json_t **members, struct hl_error *err);
