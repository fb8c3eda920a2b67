// SPDX-License-Identifier: BSD-3-Clause
// The head of every JSON object: which bench, on what machine.
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench.h"

// "model name" of /proc/cpuinfo, without what JSON would have to escape.
static void processor_read(char *out, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[256];

	snprintf(out, size, "unknown");
	while (f && fgets(line, sizeof(line), f)) {
		const char *value = strchr(line, ':');

		if (strncmp(line, "model name", 10) != 0 || !value)
			continue;
		snprintf(out, size, "%s", value + 1 + strspn(value + 1, " \t"));
		break;
	}
	if (f)
		fclose(f);
	for (char *at = out; *at; at++)
		if (*at == '"' || *at == '\\' || (unsigned char)*at < ' ')
			*at = at[1] ? ' ' : '\0';
}

void bench_json_open(const char *name)
{
	char processor[128];
	struct utsname u;

	processor_read(processor, sizeof(processor));
	if (uname(&u) < 0)
		snprintf(u.release, sizeof(u.release), "unknown");
	printf("{\"bench\": \"%s\", \"machine\": {\"processor\": \"%s\", \"cores\": %ld, "
	       "\"kernel\": \"%s\"}",
	       name, processor, sysconf(_SC_NPROCESSORS_ONLN), u.release);
}

void bench_json_close(void)
{
	printf("}\n");
}
