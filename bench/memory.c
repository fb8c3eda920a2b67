// SPDX-License-Identifier: BSD-3-Clause
// Resident memory of the engine by lines: plan, worker and all, every line registered with digest and
// probing. The registrar's part is measured apart and taken off.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "rig.h"

static uint64_t resident_bytes(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%*u %lu", &pages) != 1)
		abort();
	fclose(f);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int run(const struct bench_options *o)
{
	const struct rig_options options = {
		.lines = o->lines   ? o->lines
			 : o->smoke ? 10000
				    : 1000000,
		.profile = ", register_refresh_interval: 20s, primary_detect_interval: 10s",
		.password = "secret",
		.nonce_life_s = 1000000,
	};
	uint64_t before = resident_bytes();
	struct rig *rig = rig_new(&options);

	rig_measure(rig, HL_OPTIONS, 10, options.lines * 2);
	rig_measure(rig, HL_REGISTER, 10, options.lines);
	uint64_t with_registrar = resident_bytes();
	hl_registrar_free(rig->registrar); // large blocks go back to the system at once
	rig->registrar = NULL;
	uint64_t after = resident_bytes();
	double bytes = (double)(after - before) / (double)options.lines;
	if (o->json) {
		bench_json_open("memory");
		printf(", \"lines\": %llu, \"bytes_per_line\": %.1f",
		       (unsigned long long)options.lines, bytes);
		bench_json_close();
	} else {
		printf("memory %9llu lines  %6.1f bytes/line (%llu MB; the registrar beside it %llu MB)\n",
		       (unsigned long long)options.lines, bytes,
		       (unsigned long long)(after - before) >> 20,
		       (unsigned long long)(with_registrar - after) >> 20);
	}
	rig_free(rig);
	return 0;
}

const struct bench bench_memory = { "memory", "resident bytes a line, all in", run };
