// SPDX-License-Identifier: BSD-3-Clause
// Members of an answer, as texts for people.
#pragma once

#include <stdint.h>

#include <jansson.h>

#include "base/grouped.h"

#define SPAN_ROOM 32

// 0: it is not there.
uint64_t ctl_whole(const json_t *object, const char *key);
// NULL: it is not there, or null.
const char *ctl_text(const json_t *object, const char *key);
const char *ctl_text_or(const json_t *object, const char *key, const char *fallback);

// "1,234,567".
const char *ctl_grouped(const json_t *object, const char *key, char out[GROUPED_ROOM]);
// A figure that may not have been measured: "217", or "-".
const char *ctl_figure(const json_t *object, const char *key, char out[GROUPED_ROOM]);
// "450 ms", "12 s", "3 min 20 s", "2 h 05 min", "3 d 4 h".
const char *ctl_span(uint64_t ms, char out[SPAN_ROOM]);
