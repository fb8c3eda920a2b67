// SPDX-License-Identifier: BSD-3-Clause
// Whether lines that are to be added have numbers that lines of the plan have, in the same domain.
#pragma once

#include "worker/plan.h"

// Numbers are told apart within a space: a profile and a domain (by its place in the plan), whose case does not
// count.
uint64_t number_space(const struct hl_plan *plan, uint32_t profile, uint32_t domain);

// Index of a profile's domain by its host, NULL: its own; -1: no line of the profile has it.
int32_t domain_in_use(const struct hl_plan *plan, uint32_t profile, const char *host);

// domains: by line of the group. 0, -EEXIST, -ENOMEM.
int numbers_in_use_check(const struct hl_plan *plan, const struct hl_config *config,
			 const struct hl_lines *group, const uint16_t domains[],
			 struct hl_error *err);
