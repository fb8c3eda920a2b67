// SPDX-License-Identifier: BSD-3-Clause
// Reads a time before now, or a date with or without a time of the day.

#include "commands/time_point.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <heartline/config.h>

#define DAY_MS 86400000ull

// "7d", or what hl_time_parse() knows.
static bool span_read(const char *text, uint64_t *ms)
{
	char *end;
	unsigned long days = strtoul(text, &end, 10);

	if (*text >= '0' && *text <= '9' && end[0] == 'd' && end[1] == 0 && days <= 1000000) {
		*ms = days * DAY_MS;
		return true;
	}
	// A bare number would be one of days, or of seconds, or a year.
	return strspn(text, "0123456789") < strlen(text) && hl_time_parse(text, 1000, ms) == 0;
}

// ".250" and an end of "Z" or nothing.
static bool rest_read(const char *at, int64_t *ms)
{
	int64_t digit_ms = 100;

	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++, digit_ms /= 10)
			*ms += (*at - '0') * digit_ms;
	return *at == 0 || (at[0] == 'Z' && at[1] == 0);
}

static bool date_read(const char *text, int64_t *ms)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
					     "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d" };

	for (unsigned i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm = { 0 };
		const char *rest = strptime(text, forms[i], &tm);
		int mday = tm.tm_mday;
		int64_t s = rest ? (int64_t)timegm(&tm) : 0;
		if (!rest || tm.tm_mday != mday) // the 31st of a month that has 30 days
			continue;
		*ms = s * 1000;
		if (rest_read(rest, ms))
			return true;
	}
	return false;
}

int time_point_read(const char *option, const char *text, int64_t now_ms, int64_t *ms,
		    struct hl_error *err)
{
	uint64_t before_ms;

	if (date_read(text, ms))
		return 0;
	if (!span_read(text, &before_ms))
		return hl_fail(
			err, EINVAL,
			"--%s: \"%.60s\" is no time: write how long ago, as in 90s, 30min, 12h or "
			"7d, or a date and time in UTC, as in 2026-11-30T09:15:00Z",
			option, text);
	*ms = before_ms < (uint64_t)now_ms ? now_ms - (int64_t)before_ms : 0;
	return 0;
}
