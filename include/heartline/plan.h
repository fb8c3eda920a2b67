// SPDX-License-Identifier: BSD-3-Clause
// The plan: configuration turned into read-only tables that workers run.
#pragma once

#include <stdint.h>

#include <heartline/config.h>
#include <heartline/error.h>

struct hl_plan;

struct hl_plan_options {
	uint32_t n_workers;   // 1..64
	uint8_t mac[6];       // of the port
	uint64_t boot_key[2]; // secret of branches and Call-IDs, random at each start
	bool tx_csum_offload; // the device finishes IPv4 and UDP checksums
};

/**
 * Turn a checked configuration into a plan. Writes each SIP message once per profile and server with
 * osip2, and compiles it to templates.
 *
 * @return 0, -EINVAL, -ENOMEM. The config may be freed afterwards.
 */
int hl_plan_new(struct hl_plan **plan, const struct hl_config *config,
		const struct hl_plan_options *options, struct hl_error *err);
void hl_plan_free(struct hl_plan *plan);

uint32_t hl_plan_lines(const struct hl_plan *plan);
uint32_t hl_plan_workers(const struct hl_plan *plan);

/** Text of a line's phone number; valid as long as the plan. */
const char *hl_plan_phone_number(const struct hl_plan *plan, uint32_t line, uint32_t *len);

/**
 * Worker that must see this frame: owner of the line of its destination address and port (for ICMP
 * errors: of the quoted source); 0 for everything else (ARP, echo).
 */
uint32_t hl_plan_owner(const struct hl_plan *plan, const uint8_t *frame, uint16_t len);
