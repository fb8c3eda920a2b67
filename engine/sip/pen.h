// SPDX-License-Identifier: BSD-3-Clause
// A pen: text written piece by piece into a bounded buffer.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

// `full` sticks, so it is asked once, at the end.
struct pen {
	char *at, *end;
	bool full;
};

static inline void pen_bytes(struct pen *pen, const char *bytes, uint32_t len)
{
	if (pen->full || len > (size_t)(pen->end - pen->at)) {
		pen->full = true;
		return;
	}
	memcpy(pen->at, bytes, len);
	pen->at += len;
}

static inline void pen_text(struct pen *pen, const char *text)
{
	pen_bytes(pen, text, (uint32_t)strlen(text));
}

static inline void pen_slice(struct pen *pen, struct slice s)
{
	pen_bytes(pen, s.at, s.len);
}

static inline void pen_number(struct pen *pen, uint32_t v)
{
	char digits[10];

	pen_bytes(pen, digits, text_put_number(digits, v));
}
