// SPDX-License-Identifier: BSD-3-Clause
// The table of rules.

#include "doctor/rules.h"

const struct rule rules[RULES] = {
	{ "configuration", judge_configuration },
	{ "places", judge_places },
	{ "rights", judge_rights },
	{ "iommu", judge_iommu },
	{ "device", judge_device },
	{ "link", judge_link },
	{ "kernel", judge_kernel },
	{ "dns", judge_dns },
	{ "dhcp", judge_dhcp },
	{ "addresses", judge_addresses },
	{ "next hop", judge_next_hops },
	{ "checksums", judge_checksums },
	{ "mtu", judge_mtu },
	{ "server", judge_servers },
	{ "steering", judge_steering },
	{ "memory", judge_memory },
	{ "cpus", judge_cpus },
	{ "interrupts", judge_interrupts },
	{ "governor", judge_governor },
	{ "clock", judge_clock },
};

void rules_apply(const struct facts *facts, struct findings *findings)
{
	for (unsigned i = 0; i < RULES; i++)
		rules[i].judge(facts, rules[i].check, findings);
	findings_rank(findings);
}
