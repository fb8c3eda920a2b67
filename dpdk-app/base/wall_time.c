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

const char *wall_text_of(uint64_t ms, char out[WALL_ROOM])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char day[32];

	gmtime_r(&seconds, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, WALL_ROOM, "%s.%03uZ", day, (unsigned)(ms % 1000));
	return out;
}

const char *wall_text(uint64_t at_ns, char out[WALL_ROOM])
{
	return wall_text_of((uint64_t)(((int64_t)at_ns + wall_offset_ns()) / 1000000), out);
}
