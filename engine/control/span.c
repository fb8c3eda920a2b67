// SPDX-License-Identifier: BSD-3-Clause
// Reads times such as "2000ms", "30s", "5 min", "12h", or a bare number.
#include "control/span.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <heartline/config.h>

static const struct {
	const char *name;
	uint64_t ms;
} units[] = { { "ms", 1 }, { "s", 1000 }, { "min", 60000 }, { "h", 3600000 } };

int time_read(const char *text, uint64_t unit_ms, uint64_t *ms, const char **unit)
{
	uint64_t n = 0;

	*unit = NULL;
	if (*text < '0' || *text > '9')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(n, (uint64_t)10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*text - '0'), &n))
			n = UINT64_MAX; // outside any range
	if (*text == ' ')
		text++;
	if (*text != '\0') {
		bool known = false;

		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (strcmp(text, units[i].name) == 0) {
				unit_ms = units[i].ms;
				known = true;
			}
		if (!known) {
			*unit = text;
			return -EINVAL;
		}
	}
	if (__builtin_mul_overflow(n, unit_ms, ms))
		*ms = UINT64_MAX;
	return 0;
}

int hl_time_parse(const char *text, uint64_t unit_ms, uint64_t *ms)
{
	const char *unit;
	int rc = time_read(text, unit_ms, ms, &unit);

	return rc == 0 && *ms == UINT64_MAX ? -EINVAL : rc;
}
