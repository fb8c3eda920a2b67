// SPDX-License-Identifier: BSD-3-Clause
// Processors: which there are, which are kept free of other work, how fast they run, and their clock.

#include "doctor/collect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/read_file.h"

static void list_line(struct cpu_list *list, const char *root, const char *path)
{
	char line[4096];

	if (root_line(line, sizeof(line), root, "%s", path))
		cpu_list_read(list, line);
}

static bool allowed_read(struct cpu_list *list, const char *root)
{
	char path[ROOT_PATH_ROOM], line[4096];
	bool got = false;

	root_path(path, root, "/proc/self/status");
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "Cpus_allowed_list:", 18))
			got = cpu_list_read(list, line + 18 + strspn(line + 18, " \t")) == 0;
	if (file)
		fclose(file);
	return got;
}

// Of "-l LIST" all but the first, which is for control. Other forms name lcores that float.
static bool polled_read(struct cpu_list *polled, const struct eal_arguments *eal)
{
	bool first = true;

	for (int i = 0; i + 1 < eal->argc; i++) {
		struct cpu_list named;
		if (strcmp(eal->argv[i], "-l") != 0 || cpu_list_read(&named, eal->argv[i + 1]) < 0)
			continue;
		for (unsigned cpu = 0; cpu < CPU_LIST_MAX; cpu++) {
			if (!cpu_list_has(&named, cpu))
				continue;
			if (!first)
				cpu_list_add(polled, cpu);
			first = false;
		}
	}
	return cpu_list_count(polled) > 0;
}

// Version 2 has "max 100000" or "50000 100000" in one file, version 1 has two files.
static void quota_note(struct facts_cpus *cpus, const char *text, const char *period,
		       const char *file)
{
	double quota = strtod(text, NULL), of = strtod(period, NULL);

	if (quota <= 0 || of <= 0 || (cpus->quota > 0 && cpus->quota <= quota / of))
		return;
	cpus->quota = quota / of;
	snprintf(cpus->quota_file, sizeof(cpus->quota_file), "%.255s", file);
	snprintf(cpus->quota_text, sizeof(cpus->quota_text), "%.31s of %.31s us", text, period);
}

static void group_quota_read(const char *root, const char *path, bool unified,
			     struct facts_cpus *cpus)
{
	char file[ROOT_PATH_ROOM], text[64], period[64];

	if (unified) {
		snprintf(file, sizeof(file), "/sys/fs/cgroup%.400s/cpu.max", path);
		if (root_line(text, sizeof(text), root, "%s", file) &&
		    sscanf(text, "%*s %63s", period) == 1)
			quota_note(cpus, text, period, file);
		return;
	}
	snprintf(file, sizeof(file), "/sys/fs/cgroup/cpu%.400s/cpu.cfs_quota_us", path);
	if (root_line(text, sizeof(text), root, "%s", file) &&
	    root_line(period, sizeof(period), root, "/sys/fs/cgroup/cpu%.400s/cpu.cfs_period_us",
		      path))
		quota_note(cpus, text, period, file);
}

// A group is limited by those above it, too.
static void quota_read(const char *root, struct facts_cpus *cpus)
{
	char path[ROOT_PATH_ROOM], line[512];

	root_path(path, root, "/proc/self/cgroup");
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		char *group = strchr(line, '/');
		bool unified = !strncmp(line, "0::", 3);
		if (!group || !(unified || strstr(line, ":cpu:") || strstr(line, ":cpu,")))
			continue;
		group[strcspn(group, "\n")] = 0;
		while (*group) {
			group_quota_read(root, group, unified, cpus);
			*strrchr(group, '/') = 0;
		}
	}
	if (file)
		fclose(file);
}

void collect_cpus(const struct collect *c, struct facts *facts)
{
	struct facts_cpus *cpus = &facts->cpus;

	cpus->n_workers = c->n_workers;
	if (!allowed_read(&cpus->allowed, c->root)) {
		snprintf(cpus->why_not, WHY_ROOM, "/proc/self/status has no Cpus_allowed_list");
		return;
	}
	list_line(&cpus->online, c->root, "/sys/devices/system/cpu/online");
	list_line(&cpus->isolated, c->root, "/sys/devices/system/cpu/isolated");
	list_line(&cpus->nohz_full, c->root, "/sys/devices/system/cpu/nohz_full");
	if (cpu_list_count(&cpus->online) == 0)
		cpus->online = cpus->allowed;
	cpus->named = polled_read(&cpus->polled, c->eal);
	quota_read(c->root, cpus);
}

void collect_governor(const struct collect *c, struct facts *facts)
{
	struct facts_governor *g = &facts->governor;
	const struct facts_cpus *cpus = &facts->cpus;
	const struct cpu_list *of = cpus->named ? &cpus->polled : &cpus->allowed;
	char line[32];

	for (unsigned cpu = 0; cpu < CPU_LIST_MAX; cpu++) {
		if (!cpu_list_has(of, cpu) ||
		    !root_line(line, sizeof(line), c->root,
			       "/sys/devices/system/cpu/cpu%u/cpufreq/scaling_governor", cpu))
			continue;
		g->n_cpus++;
		if (!strcmp(line, "performance"))
			continue;
		if (g->n_slow++ == 0) {
			g->slow_cpu = cpu;
			memcpy(g->governor, line, sizeof(g->governor));
		}
	}
	if (g->n_cpus == 0)
		snprintf(g->why_not, WHY_ROOM,
			 "no /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor here, as in "
			 "virtual machines, whose host decides");
}

static bool has_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = line; (at = strstr(at, word)); at += len)
		if (at[-1] == ' ' && (at[len] == ' ' || at[len] == '\n' || !at[len]))
			return true;
	return false;
}

void collect_clock(const struct collect *c, struct facts *facts)
{
	struct facts_clock *clock = &facts->clock;
	char path[ROOT_PATH_ROOM], line[8192];
	bool got = false;

	root_line(clock->source, sizeof(clock->source), c->root,
		  "/sys/devices/system/clocksource/clocksource0/current_clocksource");
	root_path(path, c->root, "/proc/cpuinfo");
	FILE *file = fopen(path, "re");
	while (file && !got && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "flags", 5) != 0)
			continue;
		got = true;
		clock->constant_tsc = has_word(line, "constant_tsc");
		clock->nonstop_tsc = has_word(line, "nonstop_tsc");
	}
	if (file)
		fclose(file);
	if (!got)
		snprintf(clock->why_not, WHY_ROOM, "/proc/cpuinfo lists no flags of processors");
}
