// SPDX-License-Identifier: BSD-3-Clause
// The servers of each profile: who is registered there, and whether they answer.

#include "top/screens.h"

#include <stdio.h>
#include <string.h>

#include "surface/ctl_values.h"

// Lines of this profile that are registered, at any of its servers.
static uint64_t registered_of(const json_t *servers, const char *profile)
{
	const json_t *server;
	uint64_t n = 0;
	size_t i;

	json_array_foreach(servers, i,
			   server) if (!strcmp(ctl_text_or(server, "profile", ""), profile))
		n += ctl_whole(server, "registered");
	return n;
}

// A primary is known by its probes; of a backup only the lines that are there tell.
static const char *health(const json_t *server, uint64_t of_profile, enum ink *ink)
{
	uint64_t registered = ctl_whole(server, "registered"),
		 failing = ctl_whole(server, "failing");

	*ink = INK_GOOD;
	if (failing > 0 && failing >= of_profile) {
		*ink = INK_BAD;
		return "silent";
	}
	if (failing > 0) {
		*ink = INK_WARN;
		return "probes fail";
	}
	if (registered > 0)
		return "answers";
	*ink = INK_FAINT;
	return "no lines";
}

int screen_servers(const struct viewer *v, struct sheet *s)
{
	const json_t *servers = json_object_get(v->servers, "servers"), *server;
	char registered[GROUPED_ROOM], locked[GROUPED_ROOM], failing[GROUPED_ROOM];
	int row = 0;
	size_t i;

	if (!v->servers) {
		sheet_put(s, 0, 1, INK_FAINT, "asking for the servers");
		return 1;
	}
	sheet_put(s, row++, 1, INK_BOLD, "%-10s %-2s %-20s %10s %8s %8s  %s", "profile", "",
		  "address", "registered", "locked", "failing", "health");
	json_array_foreach(servers, i, server)
	{
		const char *profile = ctl_text_or(server, "profile", "-");
		enum ink ink;
		const char *text = health(server, registered_of(servers, profile), &ink);
		int column = sheet_put(s, row, 1, INK_PLAIN, "%-10s %-2s %-20s %10s %8s %8s  ",
				       profile, ctl_text_or(server, "server", "-"),
				       ctl_text_or(server, "address", "-"),
				       ctl_grouped(server, "registered", registered),
				       ctl_grouped(server, "locked", locked),
				       ctl_grouped(server, "failing", failing));
		sheet_put(s, row++, column, ink, "%s", text);
	}
	row++;
	sheet_put(s, row++, 1, INK_FAINT,
		  "failing: lines whose latest probe of their primary had no answer");
	return row;
}
