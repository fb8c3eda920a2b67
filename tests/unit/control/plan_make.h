// SPDX-License-Identifier: BSD-3-Clause
// Plans of a configuration that is given as a text.
#pragma once

#include "config_text.h"

#include <heartline/plan.h>
#include "worker/plan.h"

static const uint64_t boot_key[2] = { 11, 22 };

static inline struct hl_plan *plan_with(const char *text, uint32_t n_workers, const uint64_t key[2])
{
	struct hl_plan_options options = { .n_workers = n_workers, .boot_key = { key[0], key[1] } };
	struct hl_error err = { 0 };
	struct hl_config config;
	struct hl_plan *plan;

	config_read(&config, text);
	cr_assert_eq(hl_plan_new(&plan, &config, &options, &err), 0, "%s", err.text);
	hl_config_free(&config); // the plan needs nothing of it
	return plan;
}

static inline struct hl_plan *plan_of(const char *text)
{
	return plan_with(text, 1, boot_key);
}

#define RANDOM_LAB \
	PORTS PROFILES "    backup_outbound_server: 10.99.0.2\n" \
		       "    password: secret\n" \
		       "    use_random_sip_port: on\n"
