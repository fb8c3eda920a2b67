// SPDX-License-Identifier: BSD-3-Clause
// What all parts of the live screen share.

#include "top/viewer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "surface/ctl_values.h"

#define SAID_FOR_NS 10000000000ull
#define FRAME_ROWS 4 // title, tabs, what was said, keys
#define LIST_ROWS 2  // head and sum of a page of lines

void viewer_free(struct viewer *v)
{
	json_t *const answers[] = { v->status,  v->before, v->lines,
				    v->servers, v->line,   v->list.members };

	for (unsigned i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		json_decref(answers[i]);
	free(v->list.places);
	*v = (struct viewer){ 0 };
}

void viewer_say(struct viewer *v, enum ink ink, uint64_t now_ns, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(v->said, sizeof(v->said), format, args);
	va_end(args);
	v->said_ink = ink;
	v->said_until_ns = now_ns + SAID_FOR_NS;
}

int viewer_lines_shown(int rows)
{
	int n = rows - FRAME_ROWS - LIST_ROWS;

	return n < 1 ? 1 : n > 1000 ? 1000 : n;
}

double viewer_seconds(const struct viewer *v)
{
	uint64_t now_ms = ctl_whole(v->status, "uptime_ms");
	uint64_t before_ms = ctl_whole(v->before, "uptime_ms");

	return v->before && now_ms > before_ms ? (double)(now_ms - before_ms) / 1000 : 0;
}
