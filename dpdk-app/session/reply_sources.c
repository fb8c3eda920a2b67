// SPDX-License-Identifier: BSD-3-Clause
// Reports, once for each, the addresses that answer in place of the server that was asked.

#include "session/reply_sources.h"

#include <stdio.h>

static bool was_said(const struct reply_sources *watch, const struct hl_endpoint *from)
{
	for (uint32_t k = 0; k < watch->n; k++)
		if (watch->said[k].port == from->port &&
		    hl_addr_equal(&watch->said[k].addr, &from->addr))
			return true;
	return false;
}

static void say(const struct hl_elsewhere *places)
{
	char from[HL_ENDPOINT_TEXT], asked[HL_ENDPOINT_TEXT];

	hl_endpoint_format(&places->from, from);
	hl_endpoint_format(&places->asked, asked);
	fprintf(stderr,
		"heartline: %s answers requests to %s; accepted, since the branch is right "
		"(reply_source: strict drops such answers)\n",
		from, asked);
}

void reply_sources_watch(struct reply_sources *watch, const struct dataplane *dp)
{
	struct hl_elsewhere places;

	for (unsigned i = 0; i < dp->n_workers; i++)
		for (uint32_t k = 0; hl_worker_elsewhere(dp->workers[i], k, &places); k++) {
			if (watch->n >= REPLY_SOURCES_MAX || was_said(watch, &places.from))
				continue;
			watch->said[watch->n++] = places.from;
			say(&places);
		}
}
