// SPDX-License-Identifier: BSD-3-Clause
// What workers run: read-only tables, made by control/plan.c, shared by all of them.
#pragma once

#include <assert.h>
#include <stdint.h>

#include <heartline/plan.h>
#include "failover/failover.h"
#include "net/addr_set.h"
#include "net/neigh.h"
#include "net/path.h"
#include "sip/digest.h"
#include "sip/template.h"
#include "worker/schedule.h"

#define PLAN_WINDOWS_MAX 16
#define PLAN_WORKERS_MAX 64

struct transport;

enum plan_text { PLAN_REGISTER, PLAN_OPTIONS, PLAN_SUBSCRIBE, PLAN_TEXTS };

#define PLAN_ENDPOINTS_MAX 127
#define PLAN_NO_TARGET 127 // as an index of endpoints; seven bits in struct line
#define PLAN_TARGETS_MAX 8
#define PLAN_KNOWN_SERVERS 1024 // a power of two; of more than there is room for some stay unknown
#define PLAN_ORDERS 16

// What the boot key is used for, each by a key of its own: what goes out for one purpose must not be
// valid for another (the tag of an answer as the MAC of a branch).
enum plan_key {
	PLAN_KEY_BRANCH,  // MAC of Via branches
	PLAN_KEY_CALL_ID, // of registrations and probes
	PLAN_KEY_DIALOG,  // Call-ID and tag of a subscription
	PLAN_KEY_TO_TAG,  // of answers
	PLAN_KEY_CNONCE,
	PLAN_KEY_REALMS,    // place in the table of realms
	PLAN_KEY_PORTS,     // order in which ports are dealt
	PLAN_KEY_FRAGMENTS, // place in the table of fragments
	PLAN_KEYS,
};

// Lines that share a hash for their Call-IDs: none is computed for a message, and none is stored a line.
#define PLAN_CALL_ID_LINES 64

struct plan_endpoint {
	struct hl_endpoint at;
	struct path path;
};
static_assert(sizeof(struct plan_endpoint) == 96, "no more than two cache lines a request");

// One server of a profile: a host with one address, or what DNS makes of its name. Endpoints are
// only ever added, before an order names them, so a line may remember an index for ever.
// Writer: the control thread.
struct plan_server {
	// Targets in the order to be tried, a byte each from the lowest on; 0xff: no more. Line
	// number modulo PLAN_ORDERS says which of them is a line's own (weights, RFC 2782).
	_Atomic uint64_t order[PLAN_ORDERS];
	_Atomic uint32_t n_endpoints; // ever heard of
	struct plan_endpoint endpoints[PLAN_ENDPOINTS_MAX];
};

// What lines heed of their profile as it is configured, but for the unit. A row makes the member, and its
// value from `c`, the struct hl_profile, in control/plan_profiles.c; 0 is "none" where a time may be 0.
// SETTING(type, member, value)
#define PLAN_SETTINGS(SETTING) \
	SETTING(uint32_t, expires_s, c->register_refresh_interval_s) \
	SETTING(uint64_t, detect_interval_ns, NS_PER_MS * c->primary_detect_interval_ms) \
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
	SETTING(struct hl_codes, down_codes, c->down_codes)

struct plan_profile {
	struct failover_policy policy;
	struct plan_server server[HL_SERVERS];
	uint64_t register_timeout_ns, options_timeout_ns;
	uint64_t keepalive_interval_ns; // OPTIONS to the active server; 0: none
	uint64_t server_interval; // of new registrations at a server, ns << PACE_SHIFT; 0: no limit
	uint32_t switch_ms;       // the worst case, see hl_profile_switch_ms()
	uint32_t subscribe_s;     // Expires of the SUBSCRIBE; 0: none
#define PLAN_MEMBER(type, member, value) type member;
	PLAN_SETTINGS(PLAN_MEMBER)
};

// A SIP domain of a profile's lines: its own, or one that rows of a CSV file name. What is counted, paced
// and reported by profile knows nothing of it.
struct plan_domain {
	char uri[160]; // Request-URI of REGISTER
	uint16_t uri_len;
	char ha2[HL_DIGEST_ALGORITHMS][2][DIGEST_HEX_MAX]; // of REGISTER; [][1]: auth-int
};

// Lines of a profile and a domain whose texts have the same widths.
struct plan_shape {
	uint16_t profile, domain;
	uint8_t widths[FIELDS];
	struct template text[HL_SERVERS][PLAN_TEXTS];
};

struct plan_address {
	struct hl_addr addr;
	uint8_t text_len;
	char text[HL_ADDR_TEXT];
};

// Texts of a line in the arena: user, display name, account, password, one behind the other. In front of
// them stands the UUID of its instance, where the profile has one.
#define PLAN_INSTANCE_LEN 36
struct plan_identity {
	uint64_t at;
	uint8_t user_len, display_len, account_len, password_len;
};

// Ports in use: (address, port) -> slot = address * slots_per_address + offset + port - first.
struct port_window {
	uint16_t first, last;
	uint32_t offset;
};

struct plan_line {
	uint32_t addr; // index
	uint16_t port;
	uint16_t shape;
};

struct hl_plan {
	struct hl_plan_options options; // without the boot key
	uint64_t keys[PLAN_KEYS][2];
	uint64_t *call_ids; // hash of each PLAN_CALL_ID_LINES lines
	uint32_t n_lines, n_profiles, n_shapes;
	struct plan_profile *profiles;
	struct plan_domain *domains; // each profile's own by its index, then those of rows
	struct plan_shape *shapes;
	struct plan_address *addresses; // by index of addr_set
	struct addr_set addr_set;
	struct plan_identity *identities; // by line
	struct plan_line *lines;
	char *arena;
	uint32_t *slots; // line + 1, or 0
	uint64_t *
		steered; // a bit a line: its replies should arrive at its worker; NULL: nothing steers
	uint32_t n_steered;
	uint32_t n_windows, slots_per_address;
	struct port_window windows[PLAN_WINDOWS_MAX];
	struct hl_prefix subnet; // of the lines
	struct hl_addr gateway;  // family NONE: none
	struct path port_path;   // from which those of endpoints are made
	const struct transport *transport;
	uint32_t message_room; // bytes of one message over it
	// MACs: writer worker 0; entries: added by the control thread
	struct neigh_table neighbours;
	// Addresses of servers, ever: IPv4, in the order of a hash; 0: free. Writer: the control thread
	_Atomic uint32_t known_servers[PLAN_KNOWN_SERVERS];
	uint32_t first[PLAN_WORKERS_MAX + 1]; // worker w owns lines first[w] .. first[w + 1] - 1
};

// A server that has not been found yet (its name is to be looked up).
void plan_server_clear(struct plan_server *server);

// Was it ever an address of the server? Port 0: any.
bool plan_server_has(const struct plan_server *server, const struct hl_addr *addr, uint16_t port);

// Is it the address of a server, whichever? Note that it is.
bool plan_server_known(const struct hl_plan *plan, const struct hl_addr *addr);
void plan_server_note(struct hl_plan *plan, const struct hl_addr *addr);

// Line of an own address and port, or -1.
int64_t plan_find(const struct hl_plan *plan, const struct hl_addr *addr, uint16_t port);
