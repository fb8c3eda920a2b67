// SPDX-License-Identifier: BSD-3-Clause
// The constants of a plan: profiles, domains, shapes. Written once, then only read: a change makes new ones.
#pragma once

#include <stdalign.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/state.h>
#include "base/publish.h"
#include "failover/failover.h"
#include "line/kinds.h"
#include "sip/digest.h"
#include "sip/template.h"

struct transport;

// What lines heed of their profile as it is configured, but for the unit. A row makes the member, and its
// value from `c`, the struct hl_profile, in control/plan_profiles.c; 0 is "none" where a time may be 0.
// SETTING(type, member, value)
#define PLAN_SETTINGS(SETTING) \
	SETTING(uint32_t, expires_s, c->register_refresh_interval_s) \
	SETTING(uint64_t, detect_interval_ns, NS_PER_MS * c->primary_detect_interval_ms) \
	SETTING(uint64_t, down_detect_interval_ns, NS_PER_MS * c->down_detect_interval_ms) \
	SETTING(uint64_t, return_delay_ns, NS_PER_S * c->back_to_primary_delay_s) \
	SETTING(uint64_t, backoff_base_ns, NS_PER_S * c->backoff_base_s) \
	SETTING(uint64_t, backoff_max_ns, NS_PER_S * c->backoff_max_s) \
	SETTING(uint64_t, park_ns, NS_PER_S * c->park_s) \
	SETTING(uint64_t, refresh_min_ns, NS_PER_S * c->refresh_min_s) \
	SETTING(uint32_t, retry_after_max_s, c->retry_after_max_s) \
	SETTING(uint64_t, nat_keepalive_interval_ns, NS_PER_S * c->nat_keepalive_interval_s) \
	SETTING(uint64_t, switch_spread_ns, NS_PER_S * c->switch_spread_s) \
	SETTING(bool, refresh_jitter, c->refresh_jitter) \
	SETTING(bool, initial_auth, c->initial_register_with_auth) \
	SETTING(bool, full_registration, c->full_registration) \
	SETTING(bool, check_user, c->check_request_user) \
	SETTING(bool, only_from_server, c->accept_only_from_server) \
	SETTING(bool, drop_rejected, c->reject == HL_REJECT_DROP) \
	SETTING(bool, strict_source, c->reply_source == HL_REPLY_STRICT) \
	SETTING(struct hl_addr, server_address, c->server_address) \
	SETTING(struct hl_codes, failover_codes, c->failover_codes) \
	SETTING(struct hl_codes, down_codes, hl_profile_down_codes(c))

struct plan_profile {
	alignas(64) struct failover_policy policy; // a multiple of it is found by two instructions
	uint64_t register_timeout_ns, options_timeout_ns;
	uint64_t keepalive_interval_ns; // OPTIONS to the active server; 0: none
	uint64_t server_interval; // of new registrations at a server, ns << PACE_SHIFT; 0: no limit
	uint32_t switch_ms;       // the worst case, see hl_profile_switch_ms()
	uint32_t subscribe_s;     // Expires of the SUBSCRIBE; 0: none
	uint32_t text_changes;    // in this run: of what stands in messages
	bool interval_varies;     // that of probes depends on the line's state
	uint8_t probe_flags; // LINE_PROBE_QUERY, or none: of each line, from its first probe on
	uint64_t name_hash;  // tells it from others in state that survives a run
#define PLAN_MEMBER(type, member, value) type member;
	PLAN_SETTINGS(PLAN_MEMBER)
};

// A SIP domain of a profile's lines: its own, or one that rows of a CSV file name. What is counted, paced
// and reported by profile knows nothing of it.
struct plan_domain {
	uint16_t profile;
	char uri[160]; // Request-URI of REGISTER
	uint16_t uri_len;
	char ha2[HL_DIGEST_ALGORITHMS][2][DIGEST_HEX_MAX]; // of REGISTER; [][1]: auth-int
};

// Lines of a profile and a domain whose texts have the same widths.
struct plan_shape {
	uint16_t profile, domain;
	uint16_t
		credentials; // the most that those of its lines take. Reader and writer: the control thread
	uint8_t widths[FIELDS];
	struct template text[HL_SERVERS][PLAN_TEXTS];
};

// A line finds its shape by an index that stays its own for ever: shapes are only added, or replaced by
// others of the same profile, domain and widths. What two versions have in common they share.
struct plan_constants {
	struct published published;
	uint32_t n_profiles, n_domains, n_shapes;
	uint32_t message_room; // bytes of one message over the transport
	const struct transport *transport;
	struct plan_profile *profiles;
	struct plan_domain *domains; // each profile's own by its index, then those of rows
	struct plan_shape *shapes[];
};
