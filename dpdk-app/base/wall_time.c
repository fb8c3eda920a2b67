// SPDX-License-Identifier: BSD-3-Clause
// From the monotonic clock to UTC.

#include "base/wall_time.h"

#include <stdio.h>
#include <time.h>

#include "base/timebase.h"

int64_t wall_now_ms(void)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000;
}

int64_t wall_offset_ns(void)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return (int64_t)wall.tv_sec * 1000000000 + wall.tv_nsec - (int64_t)timebase_ns();
}

static const char *text_of(uint64_t ns, int digits, char out[WALL_ROOM])
{
	struct tm tm;
	char day[32], fraction[16];
	time_t seconds = (time_t)(ns / 1000000000);

	gmtime_r(&seconds, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(fraction, sizeof(fraction), "%09u", (unsigned)(ns % 1000000000));
	snprintf(out, WALL_ROOM, "%s.%.*sZ", day, digits, fraction);
	return out;
}

const char *wall_text_of(uint64_t ms, char out[WALL_ROOM])
{
	return text_of(ms * 1000000, 3, out);
}

const char *wall_text(uint64_t at_ns, char out[WALL_ROOM])
{
	return text_of(at_ns + (uint64_t)wall_offset_ns(), 3, out);
}

const char *wall_text_us(uint64_t at_ns, char out[WALL_ROOM])
{
	return text_of(at_ns + (uint64_t)wall_offset_ns(), 6, out);
}
