// SPDX-License-Identifier: BSD-3-Clause
// Reads members of an answer, and words figures and times.

#include "surface/ctl_values.h"

#include <inttypes.h>
#include <stdio.h>

uint64_t ctl_whole(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

const char *ctl_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const char *ctl_text_or(const json_t *object, const char *key, const char *fallback)
{
	const char *text = ctl_text(object, key);

	return text ? text : fallback;
}

const char *ctl_grouped(const json_t *object, const char *key, char out[GROUPED_ROOM])
{
	return grouped_text(ctl_whole(object, key), out);
}

const char *ctl_figure(const json_t *object, const char *key, char out[GROUPED_ROOM])
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_number(value))
		return "-";
	snprintf(out, GROUPED_ROOM, "%.0f", json_number_value(value));
	return out;
}

const char *ctl_span(uint64_t ms, char out[SPAN_ROOM])
{
	uint64_t s = ms / 1000;

	if (ms < 1000)
		snprintf(out, SPAN_ROOM, "%" PRIu64 " ms", ms);
	else if (s < 60)
		snprintf(out, SPAN_ROOM, "%" PRIu64 " s", s);
	else if (s < 3600)
		snprintf(out, SPAN_ROOM, "%" PRIu64 " min %02" PRIu64 " s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, SPAN_ROOM, "%" PRIu64 " h %02" PRIu64 " min", s / 3600, s / 60 % 60);
	else
		snprintf(out, SPAN_ROOM, "%" PRIu64 " d %" PRIu64 " h", s / 86400, s / 3600 % 24);
	return out;
}
