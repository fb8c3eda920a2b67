// SPDX-License-Identifier: BSD-3-Clause
// A line may be gone, or its place another one's, when the change comes to be written: its texts go along.

#include "dataplane/change_feed.h"

#include <string.h>
#include <time.h>

#include "base/timebase.h"
#include "dataplane/dataplane.h"
#include "history/history.h"

static uint8_t length(size_t len)
{
	return len < HISTORY_TEXT_MAX ? (uint8_t)len : HISTORY_TEXT_MAX;
}

// The wall clock minus the workers' clock. It is asked each time: somebody may set the clock.
static uint64_t to_wall_ns(void)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return (uint64_t)wall.tv_sec * 1000000000 + (uint64_t)wall.tv_nsec - timebase_ns();
}

void change_feed(struct history *history, const struct dataplane *dp, const struct hl_event *events,
		 uint32_t n)
{
	uint64_t offset_ns = n > 0 ? to_wall_ns() : 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct hl_event *e = &events[i];
		char cause[CAUSE_ROOM] = "";
		int number_len, domain_len;
		const char *number = dataplane_phone_number(dp, e->line, &number_len);
		const char *domain = dataplane_domain(dp, e->line, &domain_len);

		if (e->code != HL_CODE_NONE)
			dataplane_cause_text(dp, e->code, cause);
		const struct history_change change = {
			.at_ms = (e->at_ns + offset_ns) / 1000000,
			.line = e->line,
			.profile = dataplane_profile(dp, e->line),
			.code = e->code,
			.from = e->from,
			.to = e->to,
			.server = e->server,
			.number_len = length((size_t)number_len),
			.domain_len = domain ? length((size_t)domain_len) : 0,
			.cause_len = length(strlen(cause)),
			.number = number,
			.domain = domain,
			.cause = cause,
		};
		history_put(history, &change);
	}
}
