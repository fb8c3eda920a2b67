// SPDX-License-Identifier: BSD-3-Clause
// The metrics of state that survives, and one line of text.

#include "survive/counts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define METRIC(kind, member, name_, unit_, help_) \
	{ \
		.name = "heartline_state_" name_, .help = (help_), .unit = (unit_), \
		.type = HL_METRIC_##kind, .n = 1, \
		.offset = offsetof(struct survive_counts, member) \
	}

const struct hl_metric survive_metrics[] = {
	METRIC(GAUGE, taken[HL_TAKEN_UP], "taken_up", "lines",
	       "lines that went on from the state of an earlier run"),
	METRIC(COUNTER, written, "written_total", "times", "times that the state was written"),
	METRIC(COUNTER, failed, "failed_total", "times", "times that it could not be written"),
	METRIC(GAUGE, failing, "failing", "files", "1 while the state cannot be written"),
	{ .name = NULL },
};

static void append(char text[SURVIVE_TEXT_ROOM], size_t *len, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void append(char text[SURVIVE_TEXT_ROOM], size_t *len, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(text + *len, SURVIVE_TEXT_ROOM - *len, format, args);
	va_end(args);
	*len += n > 0 ? (size_t)n : 0;
	if (*len >= SURVIVE_TEXT_ROOM)
		*len = SURVIVE_TEXT_ROOM - 1;
}

const char *survive_text(const struct survive_counts *c, char text[SURVIVE_TEXT_ROOM])
{
	uint64_t lines = 0, anew;
	const char *between = "";
	size_t len = 0;

	for (unsigned k = 0; k < HL_TAKEN_OUTCOMES; k++)
		lines += c->taken[k];
	anew = lines - c->taken[HL_TAKEN_UP];
	append(text, &len, "%" PRIu64 " of %" PRIu64 " lines taken up", c->taken[HL_TAKEN_UP],
	       lines);
	if (!c->found && c->refused == 0)
		append(text, &len, ": there was none");
	else if (c->found && c->age_known)
		append(text, &len, ", written %.1f s before", (double)c->age_ms / 1000);
	if (c->found && anew > 0)
		append(text, &len, "; %" PRIu64 " register anew: ", anew);
	for (unsigned k = HL_TAKEN_UP + 1; c->found && k < HL_TAKEN_OUTCOMES; k++) {
		if (c->taken[k] == 0)
			continue;
		append(text, &len, "%s%" PRIu64 " %s", between, c->taken[k], hl_taken_text(k));
		between = ", ";
	}
	if (c->gone > 0)
		append(text, &len, "; %" PRIu64 " in it are not configured any more", c->gone);
	if (c->refused > 0)
		append(text, &len, "; %" PRIu64 " of its files refused", c->refused);
	return text;
}
