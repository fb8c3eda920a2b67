// SPDX-License-Identifier: BSD-3-Clause
// From facts to findings: pure functions, in a table.
#pragma once

#include "doctor/facts.h"
#include "doctor/finding.h"

struct rule {
	const char *check;
	void (*judge)(const struct facts *facts, const char *check, struct findings *findings);
};

#define RULES 20
// What comes first may be the cause of what comes later. Each adds one finding at least, be it that it
// was not checked.
extern const struct rule rules[RULES];

// All of them, ranked.
void rules_apply(const struct facts *facts, struct findings *findings);

void judge_configuration(const struct facts *facts, const char *check, struct findings *findings);
void judge_places(const struct facts *facts, const char *check, struct findings *findings);
void judge_device(const struct facts *facts, const char *check, struct findings *findings);
void judge_iommu(const struct facts *facts, const char *check, struct findings *findings);
void judge_rights(const struct facts *facts, const char *check, struct findings *findings);
void judge_link(const struct facts *facts, const char *check, struct findings *findings);
void judge_kernel(const struct facts *facts, const char *check, struct findings *findings);
void judge_mtu(const struct facts *facts, const char *check, struct findings *findings);
void judge_dns(const struct facts *facts, const char *check, struct findings *findings);
void judge_dhcp(const struct facts *facts, const char *check, struct findings *findings);
void judge_addresses(const struct facts *facts, const char *check, struct findings *findings);
void judge_next_hops(const struct facts *facts, const char *check, struct findings *findings);
void judge_checksums(const struct facts *facts, const char *check, struct findings *findings);
void judge_servers(const struct facts *facts, const char *check, struct findings *findings);
void judge_steering(const struct facts *facts, const char *check, struct findings *findings);
void judge_memory(const struct facts *facts, const char *check, struct findings *findings);
void judge_cpus(const struct facts *facts, const char *check, struct findings *findings);
void judge_interrupts(const struct facts *facts, const char *check, struct findings *findings);
void judge_governor(const struct facts *facts, const char *check, struct findings *findings);
void judge_clock(const struct facts *facts, const char *check, struct findings *findings);
