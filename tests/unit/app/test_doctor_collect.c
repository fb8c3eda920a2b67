// SPDX-License-Identifier: BSD-3-Clause
// What the doctor reads of /sys and /proc, below a root that the test makes.

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <sys/stat.h>

#include "doctor/collect.h"
#include "doctor/cpu_list.h"

static char root[] = "/tmp/heartline-doctor-XXXXXX";
static struct facts facts;

static void path_of(char path[512], const char *name)
{
	snprintf(path, 512, "%s%s", root, name);
}

static void folders_make(const char *name)
{
	char path[512];

	path_of(path, name);
	for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = 0;
		mkdir(path, 0700);
		*at = '/';
	}
}

static void plant(const char *name, const char *text)
{
	char path[512];

	folders_make(name);
	path_of(path, name);
	FILE *file = fopen(path, "w");
	cr_assert(file, "%s", path);
	fputs(text, file);
	fclose(file);
}

static void plant_link(const char *name, const char *target)
{
	char path[512];

	folders_make(name);
	path_of(path, name);
	cr_assert_eq(symlink(target, path), 0);
}

static int entry_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void root_make(void)
{
	cr_assert(mkdtemp(root));
	facts = (struct facts){ 0 };
}

static void root_remove(void)
{
	nftw(root, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static const struct device nic = { .kind = DEVICE_PCI,
				   .name = "0000:03:00.0",
				   .args = "0000:03:00.0" };
static const struct device veth = { .name = "net_af_packet0",
				    .args = "net_af_packet0,iface=veth7" };
static const struct eal_arguments no_eal;

static struct collect of(const struct device *device)
{
	return (struct collect){ root, device, &no_eal, 1 };
}

TestSuite(doctor_collect, .init = root_make, .fini = root_remove);

Test(doctor_collect, huge_pages_are_counted_by_node)
{
	const struct collect c = of(&nic);

	plant("/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages", "512\n");
	plant("/sys/devices/system/node/node0/hugepages/hugepages-2048kB/free_hugepages", "500\n");
	plant("/sys/devices/system/node/node1/hugepages/hugepages-1048576kB/nr_hugepages", "2\n");
	plant("/sys/devices/system/node/node1/hugepages/hugepages-1048576kB/free_hugepages", "1\n");
	collect_memory(&c, &facts);
	cr_assert_eq(facts.memory.n, 2);
	cr_expect_eq(facts.memory.pools[0].node, 0);
	cr_expect_eq(facts.memory.pools[0].free_pages, 500);
	cr_expect_eq(facts.memory.pools[1].page_kib, 1048576);
	cr_expect_eq(facts.memory.pools[1].pages, 2);
}

Test(doctor_collect, huge_pages_of_a_machine_without_nodes)
{
	const struct collect c = of(&nic);

	collect_memory(&c, &facts);
	cr_expect(strstr(facts.memory.why_not, "lists any huge pages"));
	facts = (struct facts){ 0 };
	plant("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "4\n");
	plant("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "3\n");
	collect_memory(&c, &facts);
	cr_assert_eq(facts.memory.n, 1);
	cr_expect_eq(facts.memory.pools[0].node, -1);
	cr_expect_eq(facts.memory.pools[0].free_pages, 3);
}

Test(doctor_collect, a_pci_device_has_driver_node_and_group)
{
	const struct collect c = of(&nic);

	plant("/sys/bus/pci/devices/0000:03:00.0/numa_node", "1\n");
	plant_link("/sys/bus/pci/devices/0000:03:00.0/driver", "../../../bus/pci/drivers/vfio-pci");
	plant_link("/sys/bus/pci/devices/0000:03:00.0/iommu_group", "../../kernel/iommu_groups/17");
	plant("/sys/kernel/iommu_groups/17/devices/x", "");
	plant("/dev/vfio/17", "");
	collect_device(&c, "0000:03:00.0", &facts);
	collect_iommu(&c, &facts);
	cr_expect_eq(facts.device.type, DEVICE_TYPE_PCI);
	cr_expect_str_eq(facts.device.driver, "vfio-pci");
	cr_expect_eq(facts.device.node, 1);
	cr_expect_str_eq(facts.iommu.group, "17");
	cr_expect_eq(facts.iommu.n_groups, 1);
	cr_expect(facts.iommu.group_opens);
	cr_expect(!facts.iommu.no_iommu_mode);
}

Test(doctor_collect, an_interface_has_mtu_carrier_and_forwarding)
{
	const struct collect c = of(&veth);

	plant("/sys/class/net/veth7/mtu", "1400\n");
	plant("/sys/class/net/veth7/carrier", "0\n");
	plant("/proc/sys/net/ipv4/conf/veth7/forwarding", "1\n");
	collect_device(&c, veth.args, &facts);
	collect_interface(&c, &facts);
	cr_expect_eq(facts.device.type, DEVICE_TYPE_AF_PACKET);
	cr_expect_eq(facts.interface.mtu, 1400);
	cr_expect_eq(facts.interface.carrier, 0);
	cr_expect(facts.interface.forwards);
}

Test(doctor_collect, an_interface_that_cannot_be_seen_is_not_checked)
{
	const struct collect c = of(&veth);

	collect_device(&c, veth.args, &facts);
	collect_interface(&c, &facts);
	cr_expect_str_eq(facts.interface.why_not, "/sys/class/net/veth7/mtu cannot be read");
}

Test(doctor_collect, rights_and_processors_of_the_process)
{
	char l[] = "-l", list[] = "1-3", *argv[] = { l, list };
	const struct eal_arguments eal = { 2, argv };
	const struct collect c = { root, &nic, &eal, 2 };
	char text[CPU_LIST_ROOM];

	plant("/proc/self/status",
	      "Name:\tx\nCapEff:\t0000000000002000\nCpus_allowed_list:\t0-3,8\n");
	plant("/sys/devices/system/cpu/online", "0-15\n");
	plant("/sys/devices/system/cpu/isolated", "2-3\n");
	plant("/sys/devices/system/cpu/nohz_full", "\n");
	collect_rights(&c, &facts);
	collect_cpus(&c, &facts);
	cr_expect_eq(facts.rights.effective, 0x2000);
	cr_expect_str_eq(cpu_list_text(&facts.cpus.allowed, text), "0-3,8");
	cr_expect_str_eq(cpu_list_text(&facts.cpus.isolated, text), "2-3");
	cr_expect_str_eq(cpu_list_text(&facts.cpus.nohz_full, text), "none");
	cr_expect(facts.cpus.named);
	cr_expect_str_eq(cpu_list_text(&facts.cpus.polled, text), "2-3",
			 "the first is for control");
}

Test(doctor_collect, the_least_quota_of_all_groups_above_counts)
{
	const struct collect c = of(&nic);

	plant("/proc/self/status", "Cpus_allowed_list:\t0\n");
	plant("/proc/self/cgroup", "0::/a/b/c\n");
	plant("/sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n");
	plant("/sys/fs/cgroup/a/b/cpu.max", "300000 100000\n");
	plant("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
	collect_cpus(&c, &facts);
	cr_expect_float_eq(facts.cpus.quota, 1.5, 1e-9);
	cr_expect_str_eq(facts.cpus.quota_file, "/sys/fs/cgroup/a/cpu.max");
}

Test(doctor_collect, a_quota_of_version_1)
{
	const struct collect c = of(&nic);

	plant("/proc/self/status", "Cpus_allowed_list:\t0\n");
	plant("/proc/self/cgroup", "3:cpuset:/\n2:cpu,cpuacct:/box\n");
	plant("/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "25000\n");
	plant("/sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
	collect_cpus(&c, &facts);
	cr_expect_float_eq(facts.cpus.quota, 0.25, 1e-9);
}

Test(doctor_collect, governors_of_the_processors_that_poll)
{
	const struct collect c = of(&nic);

	cpu_list_read(&facts.cpus.polled, "1-2");
	facts.cpus.named = true;
	plant("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
	plant("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
	plant("/sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "schedutil\n");
	collect_governor(&c, &facts);
	cr_expect_eq(facts.governor.n_cpus, 2);
	cr_expect_eq(facts.governor.n_slow, 1);
	cr_expect_eq(facts.governor.slow_cpu, 2);
	cr_expect_str_eq(facts.governor.governor, "schedutil");
}

Test(doctor_collect, clock_and_flags_of_the_processor)
{
	const struct collect c = of(&nic);

	plant("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
	plant("/proc/cpuinfo",
	      "processor\t: 0\nflags\t\t: fpu tsc constant_tsc nonstop_tsc_s3 avx\n");
	collect_clock(&c, &facts);
	cr_expect_str_eq(facts.clock.source, "hpet");
	cr_expect(facts.clock.constant_tsc);
	cr_expect(!facts.clock.nonstop_tsc, "nonstop_tsc_s3 is another flag");
}

Test(doctor_collect, interrupts_of_devices_are_counted_between_two_readings)
{
	const struct collect c = of(&nic);

	cpu_list_read(&facts.cpus.polled, "1");
	facts.cpus.named = true;
	plant("/proc/interrupts",
	      "           CPU0       CPU1\n"
	      "  24:        100       1000   PCI-MSI 524288-edge      eth0-rx-0\n"
	      "  25:          0         50   PCI-MSI 524289-edge      nvme0q1\n"
	      " LOC:   99999999   99999999   Local timer interrupts\n");
	struct irq_sample *sample = irq_sample_begin(&c, &facts);
	plant("/proc/interrupts",
	      "           CPU0       CPU1\n"
	      "  24:       9999       2000   PCI-MSI 524288-edge      eth0-rx-0\n"
	      "  25:          0         70   PCI-MSI 524289-edge      nvme0q1\n"
	      " LOC:  199999999  199999999   Local timer interrupts\n");
	irq_sample_end(&c, sample, 500, &facts);
	cr_assert_eq(facts.interrupts.n, 1);
	cr_expect_eq(facts.interrupts.list[0].cpu, 1);
	cr_expect_eq(facts.interrupts.list[0].per_second, 2040);
	cr_expect_str_eq(facts.interrupts.list[0].busiest, "24 (eth0-rx-0)");
}

Test(doctor_collect, interrupts_are_not_checked_where_workers_float)
{
	const struct collect c = of(&nic);

	irq_sample_end(&c, irq_sample_begin(&c, &facts), 500, &facts);
	cr_expect(strstr(facts.interrupts.why_not, "-l LIST"));
}

Test(doctor_collect, a_list_of_processors_that_is_none_is_refused)
{
	static const char *const bad[] = { "1-", "a", "3-1", "1,,2", "5000", "-1" };
	struct cpu_list list;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_eq(cpu_list_read(&list, bad[i]), -1, "%s", bad[i]);
	cr_expect_eq(cpu_list_read(&list, "1023"), 0);
	cr_expect_eq(cpu_list_count(&list), 1);
}
