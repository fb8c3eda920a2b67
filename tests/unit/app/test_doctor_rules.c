// SPDX-License-Identifier: BSD-3-Clause
// Each finding of the doctor has facts that produce it: one thing is planted in a machine where all is well,
// and it must be what is named first.

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "doctor/print.h"
#include "doctor/rules.h"

#define ALL_RIGHTS UINT64_C(0x1ffffffffff)

// A load test on a NIC: four workers' processors, all of them isolated.
static void facts_good(struct facts *f)
{
	*f = (struct facts){
		.config = { .path = "lab.yaml",
			    .lines = 100,
			    .n_addresses = 4,
			    .profile = "lab",
			    .profile_lines = 100,
			    .profile_places = 40004,
			    .profile_ports = 10001 },
		.device = { .type = DEVICE_TYPE_PCI,
			    .text = "0000:03:00.0",
			    .name = "0000:03:00.0",
			    .driver = "vfio-pci",
			    .node = 1 },
		.memory = { .needed_bytes = 100 << 20,
			    .is_root = true,
			    .n = 2,
			    .pools = { { 0, 2048, 512, 512 }, { 1, 2048, 512, 512 } } },
		.iommu = { .n_groups = 20, .group = "17", .group_opens = true },
		.rights = { .effective = ALL_RIGHTS },
		.cpus = { .n_workers = 2, .named = true },
		.interrupts = { .n = 1, .list = { { .cpu = 2, .per_second = 3 } } },
		.clock = { .source = "tsc", .constant_tsc = true, .nonstop_tsc = true },
		.governor = { .n_cpus = 2 },
		.interface = { .why_not = "no interface", .carrier = -1 },
		.port = { .has_link = true,
			  .link_up = true,
			  .mbps = 10000,
			  .mtu = 1500,
			  .n_queues = 2 },
		.plan = { .request_bytes = 400,
			  .signed_bytes = 700,
			  .rung = "RSS",
			  .steered = 100,
			  .slots = 100 },
		.dns = { .servers = "10.0.0.53:53",
			 .n = 1,
			 .names = { { .host = "pbx.lab",
				      .profile = "lab",
				      .server = 'P',
				      .targets = "10.99.0.1:5060" } } },
		.network = { .source = "10.99.1.1",
			     .n_addresses = 4,
			     .n_probed = 4,
			     .n_hops = 1,
			     .hops = { { .addr = "10.99.0.1", .known = true, .asked = 1 } },
			     .n_servers = 1,
			     .servers = { { .who = "lab P",
					    .at = "10.99.0.1:5060",
					    .outcome = SERVER_ANSWERED,
					    .status = 200,
					    .phrase = "OK",
					    .sent = 1,
					    .rtt_ms = 0.4 } },
			     .heard = 4,
			     .heard_arp = 2 },
	};
	cpu_list_read(&f->cpus.online, "0-7");
	cpu_list_read(&f->cpus.allowed, "0-7");
	cpu_list_read(&f->cpus.isolated, "2-5");
	cpu_list_read(&f->cpus.nohz_full, "2-5");
	cpu_list_read(&f->cpus.polled, "2-3");
}

// The same over net_af_packet on an interface of the kernel.
static void facts_af_packet(struct facts *f)
{
	facts_good(f);
	f->device = (struct facts_device){ .type = DEVICE_TYPE_AF_PACKET,
					   .node = -1,
					   .text = "net_af_packet0,iface=eth1",
					   .name = "net_af_packet0",
					   .interface = "eth1" };
	f->interface = (struct facts_interface){
		.mtu = 1500,
		.carrier = 1,
		.forwards_file = "/proc/sys/net/ipv4/conf/eth1/forwarding"
	};
}

static void no_huge_pages(struct facts *f)
{
	f->memory.pools[0].free_pages = f->memory.pools[1].free_pages = 0;
}

static void wrong_node(struct facts *f)
{
	f->memory.pools[1].free_pages = 3;
}

static void other_user(struct facts *f)
{
	f->memory.is_root = false;
}

static void bad_file(struct facts *f)
{
	strcpy(f->config.error,
	       "lab.yaml:7:22: error: options_timeout: 50 is outside 100..600000 ms\n"
	       "    7 |     options_timeout: 50");
	strcpy(f->config.why_not, "the configuration cannot be used");
}

static void no_plan(struct facts *f)
{
	strcpy(f->plan.error, "spare_lines = 9: with them 109 lines use ports 5060-5060");
}

static void kernel_driver(struct facts *f)
{
	strcpy(f->device.error,
	       "0000:03:00.0: bound to the kernel driver ixgbe; bind it to DPDK's: "
	       "dpdk-devbind.py -b vfio-pci 0000:03:00.0");
	strcpy(f->device.driver, "ixgbe");
}

static void interface_down(struct facts *f)
{
	facts_af_packet(f);
	strcpy(f->device.error,
	       "net_af_packet0,iface=eth1: interface \"eth1\" is down; do: ip link "
	       "set eth1 up");
}

static void no_peer(struct facts *f)
{
	strcpy(f->device.error,
	       "device: net_memif0: nobody listens at its socket after 1 s: start the "
	       "side with role=server first");
}

static void no_driver(struct facts *f)
{
	f->device.driver[0] = 0;
}

static void no_iommu(struct facts *f)
{
	f->iommu.n_groups = 0;
}

static void no_iommu_mode(struct facts *f)
{
	f->iommu.no_iommu_mode = true;
}

static void group_closed(struct facts *f)
{
	f->iommu.group_opens = false;
}

static void no_raw(struct facts *f)
{
	facts_af_packet(f);
	f->rights.effective &= ~(UINT64_C(1) << 13);
}

static void device_without_right(struct facts *f)
{
	no_raw(f);
	strcpy(f->device.error, "net_af_packet0,iface=eth1: needs CAP_NET_RAW; run as root");
}

static void no_admin(struct facts *f)
{
	f->device.type = DEVICE_TYPE_TAP;
	f->rights.effective &= ~(UINT64_C(1) << 12);
}

static void no_bpf(struct facts *f)
{
	f->device.type = DEVICE_TYPE_AF_XDP;
	f->rights.effective &= ~(UINT64_C(1) << 39);
}

static void not_isolated(struct facts *f)
{
	cpu_list_read(&f->cpus.isolated, "3");
}

static void too_few_cpus(struct facts *f)
{
	cpu_list_read(&f->cpus.allowed, "0");
}

static void floating(struct facts *f)
{
	f->cpus.named = false;
}

static void quota(struct facts *f)
{
	f->cpus.quota = 0.5;
	strcpy(f->cpus.quota_file, "/sys/fs/cgroup/box/cpu.max");
	strcpy(f->cpus.quota_text, "50000 of 100000 us");
}

static void interrupts(struct facts *f)
{
	f->interrupts.list[0] = (struct busy_irq){
		.cpu = 2, .per_second = 12000, .busiest = "24 (eth0-rx-0)", .number = "24"
	};
}

static void slow_governor(struct facts *f)
{
	f->governor = (struct facts_governor){
		.n_cpus = 2, .n_slow = 2, .slow_cpu = 2, .governor = "powersave"
	};
}

static void variable_clock(struct facts *f)
{
	f->clock.nonstop_tsc = false;
}

static void other_clock(struct facts *f)
{
	strcpy(f->clock.source, "hpet");
}

static void no_link(struct facts *f)
{
	f->port.link_up = false;
}

static void no_carrier(struct facts *f)
{
	facts_af_packet(f);
	f->interface.carrier = 0;
}

static void forwards(struct facts *f)
{
	facts_af_packet(f);
	f->interface.forwards = true;
	f->network.from_own_mac = 2;
	strcpy(f->network.own_mac_example, "ICMP unreachable from 10.0.0.1 to 10.99.0.1");
}

static void would_forward(struct facts *f)
{
	facts_af_packet(f);
	f->interface.forwards = true;
}

static void kernel_address(struct facts *f)
{
	facts_af_packet(f);
	f->interface.n_kernel = 1;
	strcpy(f->interface.kernel_address, "10.99.1.2");
}

static void small_mtu(struct facts *f)
{
	f->port.mtu = 500;
}

static void tight_mtu(struct facts *f)
{
	f->port.mtu = 600;
}

static void no_dns(struct facts *f)
{
	strcpy(f->dns.names[0].error, "A pbx.lab: Timeout while contacting DNS servers");
}

static void no_dhcp(struct facts *f)
{
	f->dns.dhcp_wanted = f->dns.dhcp_failed = true;
	strcpy(f->dns.dhcp_error, "profile lab: dhcp_option_120: no DHCP server answered in 10 s");
}

static void address_in_use(struct facts *f)
{
	f->network.n_conflicts = 1;
	f->network.conflicts[0] = (struct conflict){ "10.99.1.2", { 2, 0, 0, 0, 0, 9 } };
}

static void no_arp(struct facts *f)
{
	f->network.hops[0].known = false;
	f->network.servers[0].outcome = SERVER_NO_HOP;
}

static void no_gateway(struct facts *f)
{
	no_arp(f);
	f->network.hops[0].is_gateway = true;
}

static void two_macs(struct facts *f)
{
	f->network.hops[0].doubled = true;
	f->network.hops[0].other_mac[5] = 7;
}

static void bad_checksums(struct facts *f)
{
	f->network.heard_bad_checksum = 2;
	f->network.servers[0].outcome = SERVER_BAD_CHECKSUM;
}

static void silent(struct facts *f)
{
	f->network.servers[0].outcome = SERVER_SILENT;
}

static void closed(struct facts *f)
{
	f->network.servers[0].outcome = SERVER_UNREACHABLE;
	f->network.servers[0].status = 3;
	strcpy(f->network.servers[0].from, "10.99.0.1:0");
}

static void elsewhere(struct facts *f)
{
	f->network.servers[0].outcome = SERVER_ELSEWHERE;
	strcpy(f->network.servers[0].from, "10.99.0.3:5060");
}

static void elsewhere_refused(struct facts *f)
{
	elsewhere(f);
	f->network.servers[0].refuses_elsewhere = true;
}

static void down_code(struct facts *f)
{
	f->network.servers[0].status = 503;
	f->network.servers[0].counts_as_down = true;
}

static void slow_server(struct facts *f)
{
	f->network.servers[0].rtt_ms = 812;
}

static void ring(struct facts *f)
{
	strcpy(f->plan.rung, "ring hand-off");
	f->plan.steered = 0;
	strcpy(f->plan.why_ring, "the port has no RSS");
}

static void full(struct facts *f)
{
	f->config.profile_lines = 40000;
}

static void well(struct facts *f)
{
	(void)f;
}

struct row {
	const char *what;
	void (*plant)(struct facts *facts);
	enum severity severity;
	const char *check, *found, *proof, *fix; // parts of them
};

// clang-format off
static const struct row rows[] = {
	{ "all well", well, SEVERITY_NOT_CHECKED, "kernel", "no interface", "", "" },
	{ "a file", bad_file, SEVERITY_ERROR, "configuration", "options_timeout: 50 is outside", "lab.yaml:7:22\n    7 |", "heartline check lab.yaml" },
	{ "no plan", no_plan, SEVERITY_ERROR, "configuration", "spare_lines = 9", "", "" },
	{ "full", full, SEVERITY_NOTE, "places", "40000 lines in 40004 places: 4 addresses times 10001 ports", "", "" },
	{ "CAP_NET_RAW", no_raw, SEVERITY_ERROR, "rights", "CAP_NET_RAW is missing", "CapEff: 000001ffffffdfff", "setcap cap_net_raw+ep" },
	{ "CAP_NET_ADMIN", no_admin, SEVERITY_ERROR, "rights", "CAP_NET_ADMIN is missing", "CapEff", "setcap cap_net_admin" },
	{ "CAP_BPF", no_bpf, SEVERITY_ERROR, "rights", "CAP_BPF is missing", "CapEff", "cap_bpf" },
	{ "no IOMMU", no_iommu, SEVERITY_ERROR, "iommu", "there is no IOMMU", "/sys/kernel/iommu_groups", "enable_unsafe_noiommu_mode" },
	{ "without IOMMU", no_iommu_mode, SEVERITY_NOTE, "iommu", "without an IOMMU", "enable_unsafe_noiommu_mode: Y", "" },
	{ "IOMMU group", group_closed, SEVERITY_ERROR, "iommu", "IOMMU group 17", "/dev/vfio/17", "chown" },
	{ "kernel driver", kernel_driver, SEVERITY_ERROR, "device", "bound to the kernel driver ixgbe", "0000:03:00.0", "dpdk-devbind.py -b vfio-pci 0000:03:00.0" },
	{ "no peer", no_peer, SEVERITY_ERROR, "device", "net_memif0: nobody listens", "0000:03:00.0", "" },
	{ "no driver", no_driver, SEVERITY_ERROR, "device", "has no driver", "/sys/bus/pci/devices/0000:03:00.0/driver", "dpdk-devbind.py" },
	{ "interface down", interface_down, SEVERITY_ERROR, "device", "interface \"eth1\" is down", "net_af_packet0", "ip link set eth1 up" },
	{ "no link", no_link, SEVERITY_ERROR, "link", "the link is down", "", "" },
	{ "no carrier", no_carrier, SEVERITY_ERROR, "link", "the link is down", "/sys/class/net/eth1/carrier: 0", "ip link show eth1" },
	{ "forwarding", forwards, SEVERITY_ERROR, "kernel", "the kernel forwards", "ICMP unreachable from 10.0.0.1", "sysctl -w net.ipv4.conf.eth1.forwarding=0" },
	{ "forwarding without a route", would_forward, SEVERITY_WARNING, "kernel", "once it has a route", "eth1/forwarding: 1", "sysctl -w" },
	{ "the kernel's address", kernel_address, SEVERITY_ERROR, "kernel", "1 of the lines' addresses", "10.99.1.2", "ip address flush to 10.99.1.2" },
	{ "DNS", no_dns, SEVERITY_ERROR, "dns", "pbx.lab has no address: A pbx.lab: Timeout", "10.0.0.53:53", "dig @10.0.0.53 -p 53 pbx.lab" },
	{ "DHCP", no_dhcp, SEVERITY_ERROR, "dhcp", "no DHCP server answered", "", "" },
	{ "address in use", address_in_use, SEVERITY_ERROR, "addresses", "10.99.1.2, an address of lines, is in use", "02:00:00:00:00:09", "ip neigh" },
	{ "no ARP answer", no_arp, SEVERITY_ERROR, "next hop", "the server 10.99.0.1 does not answer ARP", "1 ARP requests from 10.99.1.1", "arping -c 3 10.99.0.1" },
	{ "no gateway", no_gateway, SEVERITY_ERROR, "next hop", "the gateway 10.99.0.1 does not answer ARP", "ARP requests", "arping" },
	{ "two MACs", two_macs, SEVERITY_ERROR, "next hop", "two hosts say", "00:00:00:00:00:07", "" },
	{ "checksums", bad_checksums, SEVERITY_ERROR, "checksums", "2 of 4 frames", "checksum of frames to 10.99.1.1", "ethtool -K" },
	{ "small MTU", small_mtu, SEVERITY_ERROR, "mtu", "534 bytes or more, and the MTU is 500", "rte_eth_dev_get_mtu: 500", "" },
	{ "tight MTU", tight_mtu, SEVERITY_WARNING, "mtu", "534 to 728 bytes", "600", "" },
	{ "silent", silent, SEVERITY_ERROR, "server", "10.99.0.1:5060 (lab P) does not answer", "1 OPTIONS sent", "tcpdump -ni any udp port 5060" },
	{ "closed port", closed, SEVERITY_ERROR, "server", "port unreachable", "ICMP type 3 code 3 from 10.99.0.1 that", "ss -lunp" },
	{ "elsewhere", elsewhere, SEVERITY_WARNING, "server", "answers from 10.99.0.3:5060", "SIP/2.0 200 OK from 10.99.0.3", "" },
	{ "elsewhere, strict", elsewhere_refused, SEVERITY_ERROR, "server", "answers from 10.99.0.3:5060", "SIP/2.0 200", "reply_source: branch" },
	{ "a down code", down_code, SEVERITY_ERROR, "server", "answers 503", "", "" },
	{ "slow", slow_server, SEVERITY_WARNING, "server", "after 812.0 ms", "", "" },
	{ "rings", ring, SEVERITY_NOTE, "steering", "2 queues, by ring hand-off: replies of 0 of 100", "the port has no RSS", "" },
	{ "huge pages", no_huge_pages, SEVERITY_WARNING, "memory", "0 MiB of huge pages are free, and 100 MiB", "node1/hugepages-2048kB: 0 of 512 free", "node1/hugepages/hugepages-2048kB/nr_hugepages" },
	{ "the NIC's node", wrong_node, SEVERITY_WARNING, "memory", "node 1, where the NIC is, has 6 MiB", "3 of 512", "echo 1024 >" },
	{ "not root", other_user, SEVERITY_WARNING, "memory", "this user's runs do not use them", "512 of 512", "" },
	{ "not isolated", not_isolated, SEVERITY_WARNING, "cpus", "processors 2, which are not isolated", "isolated: 3", "isolcpus=2-3 nohz_full=2-3" },
	{ "too few processors", too_few_cpus, SEVERITY_WARNING, "cpus", "1 processor for the control thread and 2 workers", "Cpus_allowed_list: 0", "" },
	{ "floating", floating, SEVERITY_WARNING, "cpus", "workers float over processors 0-7", "isolated: 2-5", "" },
	{ "quota", quota, SEVERITY_WARNING, "cpus", "0.50 processors", "/sys/fs/cgroup/box/cpu.max: 50000 of 100000 us", "echo max >/sys/fs/cgroup/box/cpu.max" },
	{ "interrupts", interrupts, SEVERITY_WARNING, "interrupts", "12000 interrupts of devices a second on processor 2", "24 (eth0-rx-0)", "/proc/irq/24/smp_affinity_list" },
	{ "governor", slow_governor, SEVERITY_WARNING, "governor", "2 of 2 processors change their speed: powersave", "cpu2/cpufreq/scaling_governor", "cpupower" },
	{ "variable TSC", variable_clock, SEVERITY_WARNING, "clock", "nonstop_tsc is missing", "no nonstop_tsc", "" },
	{ "another clock", other_clock, SEVERITY_NOTE, "clock", "the kernel's clock is hpet", "current_clocksource: hpet", "" },
};
// clang-format on

static void part_check(const char *what, const char *text, const char *part)
{
	cr_expect(strstr(text, part), "%s: \"%s\" is not in \"%s\"", what, part, text);
}

Test(doctor_rules, a_planted_fault_is_named_first)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		static struct findings findings;
		struct facts *facts = malloc(sizeof(*facts));
		const struct row *row = &rows[i];

		findings.n = 0;
		facts_good(facts);
		row->plant(facts);
		rules_apply(facts, &findings);
		const struct finding *first = &findings.list[0];
		cr_expect_eq(first->severity, row->severity, "%s: %s: %s", row->what,
			     severity_name(first->severity), first->found);
		cr_expect_str_eq(first->check, row->check, "%s: named is %s: %s", row->what,
				 first->check, first->found);
		part_check(row->what, first->found, row->found);
		part_check(row->what, first->proof, row->proof);
		part_check(row->what, first->fix, row->fix);
		free(facts);
	}
}

// One fault brings no second error along: what only follows from it is not counted as another.
Test(doctor_rules, what_follows_from_a_fault_is_no_error_of_its_own)
{
	static void (*const plants[])(struct facts *) = { no_arp, bad_file, no_link, silent,
							  device_without_right };
	static struct findings findings;

	for (unsigned i = 0; i < sizeof(plants) / sizeof(*plants); i++) {
		struct facts *facts = malloc(sizeof(*facts));
		findings.n = 0;
		facts_good(facts);
		plants[i](facts);
		rules_apply(facts, &findings);
		cr_expect_eq(findings_count(&findings, SEVERITY_ERROR), 1, "%u: %u errors", i,
			     findings_count(&findings, SEVERITY_ERROR));
		free(facts);
	}
}

Test(doctor_rules, what_was_not_looked_at_is_never_ok)
{
	static struct findings findings;
	struct facts *facts = calloc(1, sizeof(*facts));
	char *const whys[] = {
		facts->config.why_not,     facts->device.why_not,  facts->memory.why_not,
		facts->iommu.why_not,      facts->rights.why_not,  facts->cpus.why_not,
		facts->interrupts.why_not, facts->clock.why_not,   facts->governor.why_not,
		facts->interface.why_not,  facts->port.why_not,    facts->plan.why_not,
		facts->dns.why_not,        facts->network.why_not,
	};

	findings.n = 0;
	facts->interface.carrier = -1;
	for (unsigned i = 0; i < sizeof(whys) / sizeof(*whys); i++)
		strcpy(whys[i], "there was no light");
	rules_apply(facts, &findings);
	cr_expect_eq(findings.n, RULES);
	for (unsigned i = 0; i < findings.n; i++) {
		cr_expect_eq(findings.list[i].severity, SEVERITY_NOT_CHECKED, "%s: %s",
			     findings.list[i].check, severity_name(findings.list[i].severity));
		part_check(findings.list[i].check, findings.list[i].found, "there was no light");
	}
	free(facts);
}

Test(doctor_rules, a_machine_that_is_well_has_no_error_and_no_warning)
{
	static struct findings findings;
	struct facts *facts = malloc(sizeof(*facts));

	findings.n = 0;
	facts_good(facts);
	rules_apply(facts, &findings);
	cr_expect_eq(findings_count(&findings, SEVERITY_ERROR), 0);
	cr_expect_eq(findings_count(&findings, SEVERITY_WARNING), 0);
	json_t *json = findings_json(&findings);
	cr_expect_eq(json_integer_value(json_object_get(json, "errors")), 0);
	cr_expect_eq(json_array_size(json_object_get(json, "findings")), findings.n);
	json_decref(json);
	free(facts);
}

Test(doctor_rules, a_command_that_fixes_is_on_one_line)
{
	static struct findings findings;
	struct facts *facts = malloc(sizeof(*facts));
	char *text = NULL;
	size_t len = 0;

	findings.n = 0;
	facts_good(facts);
	no_huge_pages(facts);
	rules_apply(facts, &findings);
	FILE *to = open_memstream(&text, &len);
	findings_print(&findings, false, to);
	fclose(to);
	part_check("fix", text,
		   "fix    echo 1024 >/sys/devices/system/node/node1/hugepages/hugepages-2048kB/"
		   "nr_hugepages\n");
	cr_expect(!strstr(text, "\nok "), "what is ok is not asked for");
	part_check("totals", text, "0 errors, 1 warning, 0 notes");
	free(text);
	free(facts);
}
