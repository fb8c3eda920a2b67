// SPDX-License-Identifier: BSD-3-Clause
// The configuration as written: profiles, lines, ports. Units are those of the keys (FAILOVER.md
// section 1).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/code.h>
#include <heartline/error.h>
#include <heartline/expect.h>
#include <heartline/prefix.h>

#define HL_LINES_MAX (1u << 24) // a branch has room for so many
#define HL_PORTS_MAX 16
#define HL_POOLS_MAX 4096
#define HL_NETWORKS_MAX 16384 // VLANs of all pools
#define HL_ROUTES_MAX 64      // of a pool
#define HL_POOL_ANY 0
#define HL_PROFILES_MAX 1024
#define HL_DOMAINS_MAX 4096 // that CSV files give, counted once in each profile

enum hl_fail_compare { HL_COMPARE_REACH, HL_COMPARE_EXCEED };
enum hl_return_mode { HL_RETURN_AUTO, HL_RETURN_NEVER };
enum hl_reply_source { HL_REPLY_BRANCH, HL_REPLY_STRICT };
enum hl_reject { HL_REJECT_ANSWER, HL_REJECT_DROP };
enum hl_probe { HL_PROBE_OPTIONS, HL_PROBE_REGISTER0, HL_PROBE_CRLF };
enum hl_dns_type { HL_DNS_A, HL_DNS_SRV, HL_DNS_NAPTR };

// One profile: keys of FAILOVER.md section 1 that this version knows.
struct hl_profile {
	char *name;
	char *display_name; // NULL: the phone number; "%" is not special
	char *account;      // NULL: the phone number
	char *password;     // NULL: none
	char *proxy_server; // SIP domain; NULL: the primary's host
	uint16_t proxy_port;
	struct hl_endpoint primary;       // outbound_server, outbound_port
	struct hl_endpoint backup;        // family HL_FAMILY_NONE: none
	char *primary_name, *backup_name; // to be looked up, instead of an address; NULL: none
	enum hl_dns_type dns_type;
	bool dhcp_option_120; // DHCP names both, in place of these; off once it did
	uint16_t local_sip_port;
	bool use_random_sip_port;
	uint16_t min_random_sip_port, max_random_sip_port;
	uint32_t register_refresh_interval_s;
	bool remove_last_registration;
	uint32_t primary_detect_interval_ms; // 0: no probe
	uint32_t down_detect_interval_ms;    // while the primary is down; 0: the same
	enum hl_probe probe;
	uint32_t max_detect_fail_count; // 1..62
	enum hl_fail_compare fail_compare;
	uint32_t recover_count; // 1..100
	bool prefer_primary;
	uint32_t back_to_primary_delay_s;
	enum hl_return_mode return_mode;
	uint32_t register_timeout_ms; // 0: 64 * T1 = 32 s
	uint32_t options_timeout_ms;
	bool rport;
	char *user_agent;                       // NULL: "heartline"
	char *allow, *supported;                // NULL: none
	char *headers;                          // lines with CRLF; NULL: none
	bool sip_instance;                      // +sip.instance of RFC 5626
	uint32_t reg_id;                        // at the primary, one more at the backup; 0: none
	uint32_t backoff_base_s, backoff_max_s; // RFC 5626 4.5: 30, 1800
	uint32_t park_s;                        // 1200
	uint32_t retry_after_max_s;             // 300
	uint32_t refresh_min_s;                 // 5
	bool refresh_jitter;
	bool sip_options; // keepalive to the active server
	uint32_t sip_options_interval_ms;
	uint32_t nat_keepalive_interval_s; // 0: none
	bool initial_register_with_auth;
	bool full_registration;
	bool register_subscribe;
	uint32_t register_subscribe_interval_s; // 0: 3761 s (RFC 3680 4.4)
	uint32_t switch_spread_s;
	uint32_t server_rate;           // new registrations a second at each server; 0: no limit
	struct hl_codes failover_codes; // rejections of a REGISTER that switch the line
	struct hl_codes down_codes;     // answers to probes that count as a failure
	struct hl_codes alive_codes;    // that count as alive; none: all but down_codes
	enum hl_reply_source reply_source;
	bool check_request_user;
	bool accept_only_from_server;
	char *pool;                    // NULL: the lines are spread over all
	struct hl_addr server_address; // accepted beside the line's servers; family NONE: none
	enum hl_reject reject;
};

// A group of lines: a range of phone numbers, or a CSV file; exactly one of them.
struct hl_lines {
	uint32_t profile; // index
	uint32_t pool;    // one more than its index; HL_POOL_ANY: spread over all of them
	uint64_t first, last;
	uint8_t digits; // width of the range's first number as written ("0100-0199" keeps its zeros)
	char *csv;      // path; NULL: the range counts
	// rows of the CSV, when it was read: n_rows texts of number, account, password, display
	// name
	uint32_t n_rows;
	struct hl_csv_row *rows;
	// SIP domain by row, NULL: the profile's; without such a column the array itself is NULL
	char **domains;
	// Pool by row, as `pool` above, and how many rows each has, from HL_POOL_ANY on (n_pools + 1
	// counts); without such a column both are NULL
	uint32_t *row_pools, *pool_rows;
	char *texts; // the file, where the texts of its rows stand
};

struct hl_csv_row {
	// NULL: the profile's, or the default
	char *phone_number, *account, *password, *display_name;
};

struct hl_addr_range {
	struct hl_addr first, last;
};

/** How many addresses a range has. @return UINT64_MAX: as many, or more */
uint64_t hl_addr_range_count(const struct hl_addr_range *range);

/** Is an address in it? */
bool hl_addr_range_holds(const struct hl_addr_range *range, const struct hl_addr *addr);

struct hl_port {
	char *device; // vdev string ("net_tap0,iface=hl0") or PCI address
	struct hl_addr_range *ranges;
	uint32_t n_ranges;
	uint8_t prefix;         // length, of the lines' subnet; servers inside it are on-link
	struct hl_addr gateway; // family NONE: none
	// Its addresses come from DHCP. Until they are there, its range is of addresses that nobody has (RFC 1112 4).
	bool by_dhcp;
	bool leased;       // they are there, and its range is that of the first of them
	bool leases_given; // else there is one for each of its lines
	uint32_t n_leases;
};

#define HL_LEASES_MAX 65536 // of one pool

enum hl_outer_tag { HL_OUTER_TAG_AD, HL_OUTER_TAG_Q }; // 0x88a8 (802.1ad), 0x8100

struct hl_route {
	struct hl_prefix to;
	struct hl_addr via;
};

// Own addresses on a port, behind VLANs or without any; on one network, or on one like it for each of a range
// of VLANs.
struct hl_pool {
	char *name;
	struct hl_port at;        // its addresses and gateway; its device is that of the port
	uint32_t port;            // index
	uint16_t vlan, vlan_last; // the inner ones of two; 0: none
	uint32_t outer_vlan;      // 0: none
	uint32_t outer_tag;       // enum hl_outer_tag
	uint32_t priority;        // PCP of the tags
	struct hl_route
		*routes; // to networks beyond; the longest prefix counts, the gateway has the rest
	uint32_t n_routes;
	bool has_macs;  // one for each address, from `mac` on
	uint8_t mac[6]; // all 0: made of the port's
	uint32_t dscp;  // of what lines send
	uint32_t mtu;
	uint32_t dhcp_rate; // addresses that are asked for in a second
	uint64_t dhcp_wait_ms;
};

/** Networks of a pool: one for each of its VLANs. */
static inline uint32_t hl_pool_networks(const struct hl_pool *pool)
{
	return (uint32_t)pool->vlan_last - pool->vlan + 1;
}

/** The lines' subnet. */
static inline struct hl_prefix hl_port_subnet(const struct hl_port *port)
{
	return hl_prefix_of(&port->ranges[0].first, port->prefix);
}

// What fits into sockaddr_un, with a zero behind it.
#define HL_SOCKET_PATH_MAX 107
#define HL_FILE_PATH_MAX 4095

#define HL_ALERTS_MAX 64

// What an alert looks at. Shares are percents.
enum hl_alert_figure {
	HL_ALERT_LINES_DOWN,         // share of lines that are registered nowhere
	HL_ALERT_SERVER_UNREACHABLE, // share of lines whose latest probe the primary did not answer
	HL_ALERT_FLAPS,              // in the last minute
	HL_ALERT_FAILOVERS,          // likewise
	HL_ALERT_REGISTRATION_SUCCESS, // share of registrations of the last minute that were granted
	HL_ALERT_FIGURES,
};

struct hl_alert {
	char *name;
	uint32_t figure;        // enum hl_alert_figure
	uint64_t above, below;  // one of them counts, by is_below
	bool is_below;          // it fires below a threshold, not above one
	uint64_t clear;         // it clears at that, or beyond
	uint64_t for_ms;        // it fires when it was so for so long
	char *profile;          // NULL: all lines
	uint32_t profile_index; // UINT32_MAX: all lines
	char *webhook;          // NULL: none
	char **command;         // program and arguments, NULL behind them; NULL: none
};

/** "lines_down" and so on. */
const char *hl_alert_figure_name(enum hl_alert_figure figure);

#define HL_PHASES_MAX 64

enum hl_action_kind {
	HL_ACTION_COMMAND,   // as of heartline ctl, to this run
	HL_ACTION_PROGRAM,   // of the user's
	HL_ACTION_REGISTRAR, // a fault of a registrar of ours, by its control socket
};

struct hl_action {
	enum hl_action_kind kind;
	char **words;       // NULL behind them
	char *socket;       // HL_ACTION_REGISTRAR
	uint64_t within_ms; // HL_ACTION_PROGRAM: then it is killed
};

// A part of the run with a name, and with expectations of its own.
struct hl_phase {
	char *name;
	uint64_t for_ms; // how long; with `until`: how long at most
	struct hl_expectations until, expect;
	bool always;                 // also when a phase before it has failed
	char *rate;                  // as it stands in the file; NULL: the rate stays as it is
	uint64_t rate_from, rate_to; // requests a second at its begin and end; 0: no limit
	struct hl_action *actions;
	uint32_t n_actions;
};

struct hl_config {
	struct hl_alert *alerts;
	uint32_t n_alerts;
	struct hl_expectations expect; // of the whole run
	struct hl_phase *phases;
	uint32_t n_phases;
	struct hl_port *ports;
	uint32_t n_ports;
	struct hl_pool *pools; // none: each port has one, of its own addresses
	uint32_t n_pools;
	struct hl_profile *profiles;
	uint32_t n_profiles;
	struct hl_lines *lines;
	uint32_t n_lines;     // groups, not lines
	uint64_t total;       // lines in all groups
	uint64_t rate;        // requests a second over all workers, 0: no limit
	uint64_t ramp_ms;     // the lines' first REGISTER is spread over this time
	uint64_t duration_ms; // 0: until stopped
	uint64_t drain_ms;    // unregister is spread over this time
	uint64_t seed;        // 0: taken from the system
	uint32_t spare_lines; // room for lines that are added while it runs
	bool idle_sleep;      // poll loops without work sleep
	bool sandbox;         // a filter of system calls, once it has started
	char *user;           // NULL: it stays who it is
	char *dns_servers;    // "10.0.0.1,10.0.0.2:5353"; NULL: the system's
	char *control_socket; // a path, or "off"; NULL: the program's choice
	char *http;           // "127.0.0.1:9060", or "off"; NULL: no HTTP server
	char *http_token_file, *http_certificate_file, *http_key_file; // NULL: none
	char *history;             // the file of all changes of state; NULL: none
	uint64_t history_age_ms;   // 0: they are kept for ever
	uint64_t history_size_mib; // 0: no limit
	char *pcap;                // the capture file; NULL: none
	uint64_t pcap_size_mib;    // 0: no limit
	uint32_t pcap_files;
	char *hep; // "10.0.0.5:9060", or "off"; NULL: none
	uint32_t hep_id;
	char *trace_lines;     // for hl_traced_parse()
	uint32_t trace_failed; // messages of a line that failed; 0: all messages of all
	uint32_t trace_buffer_kib;
	char *state_dir; // the folder of what survives the run; NULL: nothing does
	uint64_t state_interval_ms;
};

/**
 * Read and check a YAML file and the CSV files it names.
 *
 * @return 0; -errno with a message "FILE:LINE:COLUMN: error: ..." that echoes the line.
 * Free with hl_config_free() in either case.
 */
int hl_config_load(struct hl_config *config, const char *path, struct hl_error *err);

/**
 * The same from a text; @p name stands for the file in messages, relative CSV paths are taken from
 * the current folder.
 */
int hl_config_parse(struct hl_config *config, const char *name, const char *text,
		    struct hl_error *err);

void hl_config_free(struct hl_config *config);

/** Look over the whole once more: more lines than addresses times ports, servers off-link without
 * a gateway, empty groups. Called by load and parse; for a config made by hand (flags, tests). */
int hl_config_check(const struct hl_config *config, struct hl_error *err);

/** The family of the lines of a profile: they reach servers of no other one. */
enum hl_family hl_config_family(const struct hl_config *config, uint32_t profile);

/** One profile with every default set; name and servers are the caller's. */
void hl_profile_default(struct hl_profile *profile);

/**
 * Longest time that a switch takes by the profile's own keys: from the first request that is not
 * answered to the registration at the other server (FAILOVER.md section 7) [ms].
 */
uint64_t hl_profile_switch_ms(const struct hl_profile *profile);

/** Shortest time in which a silent server is given up, from the first request that it does not answer [ms]. */
uint64_t hl_profile_silence_ms(const struct hl_profile *profile);

/** Answers to probes that count as a failure: down_codes, and where there are alive_codes all others. */
struct hl_codes hl_profile_down_codes(const struct hl_profile *profile);

/** From the death of the primary: the next probe, or without any the next refresh, comes first [ms]. */
uint64_t hl_profile_detect_ms(const struct hl_profile *profile);

/** Read an address to listen on, as in "127.0.0.1:9060" or "[::1]:9060"; port 0 is allowed. @return 0, -EINVAL */
int hl_listen_parse(const char *text, struct hl_endpoint *at);

/** Read a time: "2000ms", "30s", "5min", "12h", or a bare number in @p unit_ms. @return 0, -EINVAL */
int hl_time_parse(const char *text, uint64_t unit_ms, uint64_t *ms);

// Without a file: flags and tests. Texts and arrays come from malloc(), as hl_config_free()
// expects.

/** No ports, profiles or lines; the rest as in a file that says nothing of it. */
void hl_config_default(struct hl_config *config);

/** Set rate, ramp or another key of the run from a text, as in a file. @return 0, -EINVAL */
int hl_config_set(struct hl_config *config, const char *key, const char *value,
		  struct hl_error *err);

/** Set a key of a profile from a text, as in a file; also the servers. @return 0, -EINVAL, -ENOMEM */
int hl_profile_set(struct hl_profile *profile, const char *key, const char *value,
		   struct hl_error *err);

/** Set "10.99.1.1-10.99.1.4/16", or several with commas. @return 0, -EINVAL, -ENOMEM */
int hl_port_set_addresses(struct hl_port *port, const char *text, struct hl_error *err);

/** Set "6000-15999". The caller adds the group to config->total. @return 0, -EINVAL */
int hl_lines_set_range(struct hl_lines *lines, const char *text, struct hl_error *err);

/**
 * Read a CSV file.
 *
 * @param config  whose pools its rows may name, or NULL: there are none
 * @return 0, -errno with a message that points into it
 */
int hl_lines_set_csv(struct hl_lines *lines, const char *path, const struct hl_config *config,
		     struct hl_error *err);

/**
 * Refuse something in a file that only the program can know to be wrong, say a device that does not
 * exist, with a message that points at it.
 *
 * @param key   place in the file, e.g. "ports/0/device"
 * @param hint  what is allowed; may be NULL
 * @return -EINVAL
 */
int hl_config_fault(const char *path, const char *key, const char *what, const char *hint,
		    struct hl_error *err);

enum hl_key_stage {
	HL_KEY_USED,
	HL_KEY_LATER,   // not in this version: refused unless it is set to its default
	HL_KEY_OF_LINE, // stands in `lines`, not in a profile
};

// What is known of a key, for documents and help.
struct hl_key {
	const char *name, *unit, *fallback, *meaning; // "" when there is none
	char allowed[96];
	enum hl_key_stage stage;
};

/** Keys of a profile, index 0 on, in the order of FAILOVER.md. @return false behind the last one */
bool hl_profile_key(uint32_t index, struct hl_key *key);

/**
 * The value of a key, as the file takes it; "" for one that is empty or of a line. Passwords and headers,
 * which may be secrets, are told to be set and no more. Indices as hl_profile_key() and hl_run_key() have them.
 * @return false behind the last one
 */
bool hl_profile_value(const struct hl_profile *profile, uint32_t index, char *text, size_t room);
bool hl_run_value(const struct hl_config *config, uint32_t index, char *text, size_t room);

/** Does a key of the run have another value? As hl_run_key() counts them. */
bool hl_run_key_differs(uint32_t index, const struct hl_config *a, const struct hl_config *b);

/** Do two profiles say the same? Addresses that were found for names do not count. */
bool hl_profile_equal(const struct hl_profile *a, const struct hl_profile *b);

#define HL_POOL_TEXT 24

struct hl_pool_share {
	const char *name;         // NULL: it stands for a port with addresses of its own
	uint32_t port;            // index
	char vlans[HL_POOL_TEXT]; // "100", "7.20", "100-199"; "": none
	uint32_t networks;
	uint64_t addresses; // of all of its networks
	uint64_t lines;     // that come to it
	uint64_t room;      // lines that its addresses have room for
};

/** What comes to a pool of a configuration that was checked. @return 0; -ENOENT: there are fewer; -ENOMEM */
int hl_pool_explain(const struct hl_config *config, uint32_t index, struct hl_pool_share *out);

/** The pool with addresses from DHCP that all lines of a profile have theirs in. NULL: there is none. */
const struct hl_pool *hl_config_leased_pool(const struct hl_config *config, uint32_t profile);

/** Have two ports the same addresses, in networks of the same length? */
bool hl_port_ranges_equal(const struct hl_port *a, const struct hl_port *b);

/** Do two configurations have the same pools? */
bool hl_pools_equal(const struct hl_config *a, const struct hl_config *b);

/** Do two configurations have the same alerts? */
bool hl_alerts_equal(const struct hl_config *a, const struct hl_config *b);

/** Do they expect the same? */
bool hl_expectations_equal(const struct hl_expectations *a, const struct hl_expectations *b);

/** Do two configurations have the same phases? */
bool hl_phases_equal(const struct hl_config *a, const struct hl_config *b);

/** Does one of them set the rate, by its key or by a command? */
bool hl_phases_set_rate(const struct hl_config *config);

/** Measures, as keys of `expect`: in the order of enum hl_measure. @return false behind the last one */
bool hl_measure_key(uint32_t index, struct hl_key *key);

/** Keys of the run, which stand at the top of a file. @return false behind the last one */
bool hl_run_key(uint32_t index, struct hl_key *key);
