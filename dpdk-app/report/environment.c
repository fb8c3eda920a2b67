// SPDX-License-Identifier: BSD-3-Clause
// Asks the system. What it does not tell stays empty.

#include "report/environment.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/utsname.h>

#include <rte_version.h>

static void processor_read(char out[ENVIRONMENT_ROOM])
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[512];

	out[0] = 0;
	while (file && !out[0] && fgets(line, sizeof(line), file)) {
		const char *colon = strncmp(line, "model name", 10) ? NULL : strchr(line, ':');
		if (colon)
			snprintf(out, ENVIRONMENT_ROOM, "%.*s", (int)strcspn(colon + 2, "\n"),
				 colon + 2);
	}
	if (file)
		fclose(file);
}

void environment_take(struct environment *e)
{
	struct utsname name;

	memset(e, 0, sizeof(*e));
	snprintf(e->heartline, sizeof(e->heartline), "%s", HEARTLINE_VERSION);
	snprintf(e->dpdk, sizeof(e->dpdk), "%s", rte_version());
	if (uname(&name) == 0)
		snprintf(e->os, sizeof(e->os), "%.60s %.60s %.30s", name.sysname, name.release,
			 name.machine);
	processor_read(e->processor);
	snprintf(e->processors, sizeof(e->processors), "%ld", sysconf(_SC_NPROCESSORS_ONLN));
}
