// SPDX-License-Identifier: BSD-3-Clause
// Text written piece by piece into a bounded buffer.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

// Once a piece did not fit, nothing more is written: `full` needs to be checked only once, at the end.
struct text_writer {
	char *at, *end;
	bool full;
};

static inline void writer_bytes(struct text_writer *w, const char *bytes, uint32_t len)
{
	if (w->full || len > (size_t)(w->end - w->at)) {
		w->full = true;
		return;
	}
	memcpy(w->at, bytes, len);
	w->at += len;
}

static inline void writer_text(struct text_writer *w, const char *text)
{
	writer_bytes(w, text, (uint32_t)strlen(text));
}

static inline void writer_slice(struct text_writer *w, struct slice s)
{
	writer_bytes(w, s.at, s.len);
}

static inline void writer_number(struct text_writer *w, uint32_t v)
{
	char digits[10];

	writer_bytes(w, digits, text_put_number(digits, v));
}
