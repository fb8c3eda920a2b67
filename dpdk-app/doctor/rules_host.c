// SPDX-License-Identifier: BSD-3-Clause
// Rules about the machine: memory, processors, interrupts, their speed and their clock. A software device
// is not as fast that these would limit it, so there most of them are notes.

#include "doctor/rules.h"

#include <inttypes.h>
#include <string.h>

#define MIB (1 << 20)
#define IRQS_A_SECOND 100 // of devices on a processor that polls
#define ENOUGH_PAGES 1024 // of 2 MiB

static bool is_nic(const struct facts *facts)
{
	return facts->device.type == DEVICE_TYPE_PCI;
}

static enum severity by_device(const struct facts *facts)
{
	return is_nic(facts) ? SEVERITY_WARNING : SEVERITY_NOTE;
}

// Free bytes on a node; -1: on all.
static uint64_t free_bytes(const struct facts_memory *m, int node)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < m->n; i++)
		if (node < 0 || m->pools[i].node == node)
			bytes += m->pools[i].free_pages * m->pools[i].page_kib * 1024;
	return bytes;
}

static void pools_say(const struct facts_memory *m, char text[FINDING_ROOM])
{
	size_t len = 0;

	text[0] = 0;
	for (unsigned i = 0; i < m->n && len < FINDING_ROOM - 80; i++) {
		char pool[FINDING_ROOM];
		const struct huge_pool *p = &m->pools[i];
		if (p->node >= 0)
			finding_say(pool,
				    "%snode%d/hugepages-%" PRIu64 "kB: %" PRIu64 " of %" PRIu64
				    " free",
				    len ? ", " : "", p->node, p->page_kib, p->free_pages, p->pages);
		else
			finding_say(pool,
				    "%shugepages-%" PRIu64 "kB: %" PRIu64 " of %" PRIu64 " free",
				    len ? ", " : "", p->page_kib, p->free_pages, p->pages);
		memcpy(text + len, pool, strlen(pool) + 1);
		len += strlen(pool);
	}
}

static void pages_fix(const struct facts *facts, struct finding *f)
{
	if (facts->device.node >= 0)
		finding_say(f->fix,
			    "echo %d >/sys/devices/system/node/node%d/hugepages/hugepages-2048kB/"
			    "nr_hugepages",
			    ENOUGH_PAGES, facts->device.node);
	else
		finding_say(f->fix, "echo %d >/proc/sys/vm/nr_hugepages", ENOUGH_PAGES);
}

void judge_memory(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_memory *m = &facts->memory;
	int node = facts->device.node;
	struct finding *f;

	if (m->why_not[0]) {
		finding_not_checked(findings, check, m->why_not);
		return;
	}
	if (free_bytes(m, -1) < m->needed_bytes) {
		f = finding_add(findings, check, by_device(facts));
		finding_say(f->found,
			    "%" PRIu64 " MiB of huge pages are free, and %" PRIu64
			    " MiB are needed",
			    free_bytes(m, -1) / MIB, m->needed_bytes / MIB);
		finding_say(f->means,
			    is_nic(facts) ? "the run goes on with --no-huge, which is slower, and "
					    "which not every NIC can use"
					  : "the run goes on with --no-huge, which is enough for a "
					    "software device");
		pages_fix(facts, f);
	} else if (node >= 0 && free_bytes(m, node) < m->needed_bytes) {
		f = finding_add(findings, check, SEVERITY_WARNING);
		finding_say(f->found,
			    "node %d, where the NIC is, has %" PRIu64
			    " MiB of huge pages free, and %" PRIu64 " MiB are needed",
			    node, free_bytes(m, node) / MIB, m->needed_bytes / MIB);
		finding_say(f->means,
			    "packet buffers on another node cost the NIC's every access a "
			    "detour");
		pages_fix(facts, f);
	} else if (!m->is_root) {
		f = finding_add(findings, check, by_device(facts));
		finding_say(f->found, "huge pages are free, and this user's runs do not use them");
		finding_say(f->means, "only root locks them for a device; other users go on with "
				      "--no-huge unless EAL options say otherwise");
	} else {
		f = finding_add(findings, check, SEVERITY_OK);
		finding_say(f->found,
			    "%" PRIu64 " MiB of huge pages are free, %" PRIu64 " MiB are needed",
			    free_bytes(m, -1) / MIB, m->needed_bytes / MIB);
	}
	pools_say(m, f->proof);
}

static void quota_judge(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_cpus *c = &facts->cpus;
	bool too_little = c->quota < (double)c->n_workers;

	if (c->quota <= 0)
		return;
	struct finding *f = finding_add(findings, check,
					too_little ? SEVERITY_WARNING : SEVERITY_NOTE);
	finding_say(f->found, "the control group allows %.2f processors' worth of time", c->quota);
	finding_say(f->proof, "%s: %s", c->quota_file, c->quota_text);
	finding_say(f->means, "when that is used up, the kernel stops all threads until the next "
			      "period: timers are late and receive rings run over");
	finding_say(f->fix, strstr(c->quota_file, "cfs_quota") ? "echo -1 >%s" : "echo max >%s",
		    c->quota_file);
}

void judge_cpus(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_cpus *c = &facts->cpus;
	char a[CPU_LIST_ROOM], b[CPU_LIST_ROOM];
	struct finding *f;

	if (c->why_not[0]) {
		finding_not_checked(findings, check, c->why_not);
		return;
	}
	quota_judge(facts, check, findings);
	unsigned n = cpu_list_count(&c->allowed);
	if (n < c->n_workers + 1) {
		f = finding_add(findings, check,
				n < c->n_workers ? SEVERITY_WARNING : by_device(facts));
		finding_say(f->found, "%u processor%s for the control thread and %u worker%s", n,
			    n == 1 ? "" : "s", c->n_workers, c->n_workers == 1 ? "" : "s");
		finding_say(f->proof, "/proc/self/status: Cpus_allowed_list: %s; online: %s",
			    cpu_list_text(&c->allowed, a), cpu_list_text(&c->online, b));
		finding_say(f->means,
			    "a worker that polls shares its processor, and is stopped for "
			    "milliseconds by whoever else runs there");
		return;
	}
	if (!c->named) {
		f = finding_add(findings, check, by_device(facts));
		finding_say(f->found, "workers float over processors %s, as no lcores are named",
			    cpu_list_text(&c->allowed, a));
		finding_say(f->proof, "isolated: %s; nohz_full: %s", cpu_list_text(&c->isolated, a),
			    cpu_list_text(&c->nohz_full, b));
		finding_say(f->means, "good for a monitor; for a load test give the first lcore to "
				      "control and an isolated one to each worker, by -- -l LIST");
		return;
	}
	struct cpu_list open = cpu_list_minus(&c->polled, &c->isolated);
	if (cpu_list_count(&open) > 0) {
		f = finding_add(findings, check, by_device(facts));
		finding_say(f->found, "workers poll on processors %s, which are not isolated",
			    cpu_list_text(&open, a));
		finding_say(f->proof, "/sys/devices/system/cpu/isolated: %s",
			    cpu_list_text(&c->isolated, b));
		finding_say(f->means,
			    "the kernel runs other threads there, and the worker stands "
			    "still meanwhile; on the kernel's command line, then reboot:");
		finding_say(f->fix, "isolcpus=%s nohz_full=%s rcu_nocbs=%s",
			    cpu_list_text(&c->polled, a), a, a);
		return;
	}
	f = finding_add(findings, check, SEVERITY_OK);
	finding_say(f->found, "workers poll on isolated processors %s",
		    cpu_list_text(&c->polled, a));
	finding_say(f->proof, "/sys/devices/system/cpu/isolated: %s; nohz_full: %s",
		    cpu_list_text(&c->isolated, a), cpu_list_text(&c->nohz_full, b));
}

void judge_interrupts(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_interrupts *i = &facts->interrupts;
	bool busy = false;

	if (i->why_not[0]) {
		finding_not_checked(findings, check, i->why_not);
		return;
	}
	for (unsigned k = 0; k < i->n; k++) {
		const struct busy_irq *irq = &i->list[k];
		if (irq->per_second < IRQS_A_SECOND)
			continue;
		busy = true;
		struct finding *f = finding_add(findings, check, by_device(facts));
		finding_say(
			f->found,
			"%u interrupts of devices a second on processor %u, where a worker polls",
			irq->per_second, irq->cpu);
		finding_say(f->proof, "/proc/interrupts: most of them %s", irq->busiest);
		finding_say(f->means, "each one stops the worker for microseconds");
		finding_say(f->fix,
			    "systemctl stop irqbalance; echo 0 >/proc/irq/%s/smp_affinity_list",
			    irq->number);
	}
	if (busy)
		return;
	struct finding *f = finding_add(findings, check, SEVERITY_OK);
	finding_say(f->found, "fewer than %d interrupts of devices a second where workers poll",
		    IRQS_A_SECOND);
}

void judge_governor(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_governor *g = &facts->governor;
	struct finding *f;

	if (g->why_not[0]) {
		finding_not_checked(findings, check, g->why_not);
		return;
	}
	if (g->n_slow == 0) {
		f = finding_add(findings, check, SEVERITY_OK);
		finding_say(f->found, "%u processors run at full speed: performance", g->n_cpus);
		return;
	}
	f = finding_add(findings, check, by_device(facts));
	finding_say(f->found, "%u of %u processors change their speed: %s", g->n_slow, g->n_cpus,
		    g->governor);
	finding_say(f->proof, "/sys/devices/system/cpu/cpu%u/cpufreq/scaling_governor: %s",
		    g->slow_cpu, g->governor);
	finding_say(f->means,
		    "round-trip times then depend on how busy the machine was just before");
	finding_say(f->fix, "cpupower frequency-set -g performance");
}

void judge_clock(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_clock *c = &facts->clock;
	struct finding *f;

	if (c->why_not[0]) {
		finding_not_checked(findings, check, c->why_not);
		return;
	}
	if (!c->constant_tsc || !c->nonstop_tsc) {
		f = finding_add(findings, check, SEVERITY_WARNING);
		finding_say(f->found, "the time stamp counter is not invariant: %s is missing",
			    c->constant_tsc ? "nonstop_tsc" : "constant_tsc");
		finding_say(f->proof, "/proc/cpuinfo: flags have %s constant_tsc, %s nonstop_tsc",
			    c->constant_tsc ? "" : "no", c->nonstop_tsc ? "" : "no");
		finding_say(f->means,
			    "all times come from it, so round trips and timers drift when "
			    "the processor changes its speed or sleeps");
		return;
	}
	bool other = strcmp(c->source, "tsc") != 0;
	f = finding_add(findings, check, other ? SEVERITY_NOTE : SEVERITY_OK);
	finding_say(f->found, "the time stamp counter is invariant; the kernel's clock is %s",
		    c->source[0] ? c->source : "not known");
	finding_say(f->proof,
		    "/sys/devices/system/clocksource/clocksource0/current_clocksource: %s",
		    c->source);
	if (other)
		finding_say(f->means,
			    "heartline reads the counter itself; the kernel trusting another "
			    "clock may be due to a virtual machine, or to a counter that "
			    "was found unstable: see dmesg");
}
