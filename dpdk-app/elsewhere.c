// SPDX-License-Identifier: BSD-3-Clause
// Says once for each address which answers in place of the server that was asked.

#include "elsewhere.h"

#include <stdio.h>

static bool was_said(const struct elsewhere_watch *watch, const struct hl_endpoint *from)
{
	for (uint32_t k = 0; k < watch->n; k++)
		if (watch->said[k].port == from->port &&
		    hl_addr_equal(&watch->said[k].addr, &from->addr))
			return true;
	return false;
}

static void say(const struct hl_elsewhere *places)
{
	char from[HL_ADDR_TEXT], asked[HL_ADDR_TEXT];

	hl_addr_format(&places->from.addr, from);
	hl_addr_format(&places->asked.addr, asked);
	fprintf(stderr,
		"heartline: %s:%u answers requests to %s:%u; accepted, since the branch is right "
		"(reply_source: strict drops such answers)\n",
		from, places->from.port, asked, places->asked.port);
}

void elsewhere_watch(struct elsewhere_watch *watch, const struct crew *crew)
{
	struct hl_elsewhere places;

	for (unsigned i = 0; i < crew->n_workers; i++)
		for (uint32_t k = 0; hl_worker_elsewhere(crew->workers[i], k, &places); k++) {
			if (watch->n >= ELSEWHERE_SAID_MAX || was_said(watch, &places.from))
				continue;
			watch->said[watch->n++] = places.from;
			say(&places);
		}
}
