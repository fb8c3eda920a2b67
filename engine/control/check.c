// SPDX-License-Identifier: BSD-3-Clause
// Checks the configuration as a whole: servers, room for the lines, who they are.
#include "control/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "control/check_pools.h"
#include "control/csv.h"
#include "control/domains.h"
#include "control/entries.h"
#include "control/duplicate_numbers.h"
#include "control/pools.h"
#include "control/windows.h"
#include "worker/line_table.h"

// From every pool that has lines of the profile.
static int server_check(const struct hl_config *config, const struct pools *pools, uint32_t profile,
			const struct hl_endpoint *server, struct fault *fault)
{
	bool any = false;

	if (server->addr.family == HL_FAMILY_NONE)
		return 0; // DHCP will name it
	for (uint32_t g = 0; g < config->n_lines; g++) {
		const struct hl_lines *lines = &config->lines[g];

		if (lines->profile != profile)
			continue;
		any |= lines_of_pool(lines, HL_POOL_ANY) > 0 || lines->pool > pools->n;
		for (uint32_t i = 0; !any && i < pools->n; i++)
			if (lines_of_pool(lines, i + 1) > 0 &&
			    pool_server_check(&pools->list[i], server, fault) != 0)
				return -EINVAL;
	}
	for (uint32_t i = 0; (any || pools->n == 1) && i < pools->n; i++)
		if (pool_server_check(&pools->list[i], server, fault) != 0)
			return -EINVAL;
	return 0;
}

static int same_server(struct fault *fault)
{
	fault_say(fault, "the backup is the primary itself");
	return fault_hint(fault, "name another server, or leave it out");
}

// A probe that nobody answers would call every server dead, and a code that stands in both lists says nothing.
static int probes_check(const struct hl_profile *p, struct fault *fault)
{
	if (p->probe == HL_PROBE_CRLF) {
		fault->key = "probe";
		fault_say(fault,
			  "crlf has an answer over TCP and TLS alone (RFC 5626 4.4.1); over UDP "
			  "every server would seem dead");
		return fault_hint(fault, "allowed over UDP: options, register0");
	}
	if (p->down_detect_interval_ms != 0 && p->primary_detect_interval_ms == 0) {
		fault->key = "down_detect_interval";
		fault_say(fault, "there are no probes to send at another interval");
		return fault_hint(fault, "needed: primary_detect_interval above 0");
	}
	for (unsigned status = HL_CODES_FIRST; status <= HL_CODES_LAST; status++)
		if (hl_codes_hold(&p->alive_codes, status) &&
		    hl_codes_hold(&p->down_codes, status)) {
			fault->key = "alive_codes";
			fault_say(fault, "%u is in down_codes as well (default 503)", status);
			return fault_hint(fault, "leave it out of one of them");
		}
	return 0;
}

int check_settings(const struct hl_profile *p, struct fault *fault)
{
	if (p->use_random_sip_port && p->min_random_sip_port > p->max_random_sip_port) {
		fault->key = "min_random_sip_port";
		fault_say(fault, "the ports %u-%u are backwards", p->min_random_sip_port,
			  p->max_random_sip_port);
		return fault_hint(fault, "largest accepted: max_random_sip_port");
	}
	if (p->reg_id != 0 && !p->sip_instance) {
		fault->key = "reg_id";
		fault_say(fault, "a reg-id means nothing without +sip.instance");
		return fault_hint(fault, "needed: sip_instance: on (RFC 5626 4.2)");
	}
	if (probes_check(p, fault) != 0)
		return -EINVAL;
	if (p->backoff_base_s > p->backoff_max_s) {
		fault->key = "backoff_base";
		fault_say(fault, "%u s is above backoff_max, %u s", p->backoff_base_s,
			  p->backoff_max_s);
		return fault_hint(fault, "longest accepted: backoff_max");
	}
	return 0;
}

static int profile_check(const struct hl_config *config, const struct pools *pools, uint32_t index,
			 struct fault *fault)
{
	const struct hl_profile *p = &config->profiles[index];

	fault_at(fault, FAULT_PROFILE, index, NULL);
	if (p->primary.addr.family == HL_FAMILY_NONE && p->primary_name == NULL &&
	    !p->dhcp_option_120) {
		fault_say(fault, "outbound_server is missing in profile %.60s", p->name);
		return fault_hint(fault, "needed: outbound_server: ADDRESS, or "
					 "dhcp_option_120: on");
	}
	fault->key = "outbound_server";
	if (p->dhcp_option_120 && hl_config_family(config, index) == HL_FAMILY_IPV6) {
		fault->key = "dhcp_option_120";
		fault_say(fault, "DHCP is of IPv4, and the lines have IPv6 addresses");
		return fault_hint(fault, "name the servers: outbound_server, "
					 "backup_outbound_server");
	}
	if (p->primary_name == NULL && server_check(config, pools, index, &p->primary, fault) != 0)
		return -EINVAL;
	fault->key = "backup_outbound_server";
	if (p->backup.addr.family != HL_FAMILY_NONE) {
		if (server_check(config, pools, index, &p->backup, fault) != 0)
			return -EINVAL;
		if (p->primary_name == NULL && hl_addr_equal(&p->primary.addr, &p->backup.addr) &&
		    p->primary.port == p->backup.port)
			return same_server(fault);
	}
	// By SRV the name alone decides, by A also the port.
	if (p->primary_name != NULL && p->backup_name != NULL &&
	    strcasecmp(p->primary_name, p->backup_name) == 0 &&
	    (p->dns_type != HL_DNS_A || p->primary.port == p->backup.port))
		return same_server(fault);
	fault->key = "dhcp_option_120";
	if (p->dhcp_option_120 && (pools->n > 1 || !pools->of_ports) &&
	    hl_config_leased_pool(config, index) == NULL) {
		fault_say(fault,
			  "DHCP is not asked for servers where there are pools, or several ports");
		return fault_hint(fault,
				  "needed: outbound_server, or lines in one pool with "
				  "addresses: dhcp, or one port with addresses and no pools");
	}
	return check_settings(p, fault);
}

static int lines_check(const struct hl_config *config, const struct pools *pools,
		       struct fault *fault)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < config->n_lines; i++) {
		const struct hl_lines *lines = &config->lines[i];

		fault_at(fault, FAULT_LINES, i, lines->csv != NULL ? "csv" : "range");
		if (lines->profile >= config->n_profiles)
			return fault_say(fault, "profile %u of %u", lines->profile,
					 config->n_profiles);
		if (lines->pool > pools->n)
			return fault_say(fault, "pool %u of %u", lines->pool, pools->n);
		if (lines->csv == NULL && lines->first > lines->last)
			return fault_say(fault, "the range is backwards");
		if (lines->csv == NULL && range_width(lines, lines->last) > RANGE_DIGITS_MAX)
			return fault_say(fault, "the range has more than %d digits",
					 RANGE_DIGITS_MAX);
		if (lines_count(lines) == 0)
			return fault_say(fault, "the group is empty");
		if (lines_count(lines) > HL_LINES_MAX - total) {
			fault_say(fault, "too many lines");
			return fault_hint(fault, "allowed: up to %u", HL_LINES_MAX);
		}
		total += lines_count(lines);
	}
	fault_at(fault, FAULT_FILE, 0, "lines");
	if (total == 0)
		return fault_say(fault, "there are no lines");
	if (total != config->total)
		return fault_say(fault, "the groups hold %" PRIu64 " lines, total says %" PRIu64,
				 total, config->total);
	return 0;
}

static int room_fail(const struct hl_config *config, const struct window *w, uint64_t lines,
		     uint64_t addresses, struct fault *fault)
{
	const struct hl_lines *group = &config->lines[w->group];
	uint64_t room = addresses * window_ports(w);
	bool random = config->profiles[group->profile].use_random_sip_port;

	fault_say(fault, "%" PRIu64 " lines are more than %" PRIu64 " %s times %u %s (%u-%u)",
		  lines, addresses, addresses == 1 ? "address" : "addresses", window_ports(w),
		  window_ports(w) == 1 ? "port" : "ports", w->first, w->last);
	fault_hint(fault, "allowed: %" PRIu64 "; give more addresses or %s", room,
		   random ? "more ports" : "set use_random_sip_port: on");
	return fault_at(fault, FAULT_LINES, w->group, group->csv != NULL ? "csv" : "range");
}

// Check that every window has room for its lines and for those of the windows inside it.
static int windows_check(const struct hl_config *config, const struct windows *windows,
			 uint64_t addresses, struct fault *fault)
{
	uint64_t slots = 0;
	uint32_t outermost = 0;

	for (uint32_t i = 0; i < windows->n; i++) {
		const struct window *w = &windows->list[i];
		bool inside = false;
		uint64_t lines = 0;

		for (uint32_t j = 0; j < windows->n; j++) {
			if (window_holds(w, &windows->list[j]))
				lines += windows->list[j].lines;
			inside = inside || (j != i && window_holds(&windows->list[j], w));
		}
		if (lines > addresses * window_ports(w))
			return room_fail(config, w, lines, addresses, fault);
		if (!inside) {
			slots += addresses * window_ports(w);
			outermost++;
		}
	}
	fault_at(fault, FAULT_PORT, 0, "addresses");
	if (outermost > PLAN_WINDOWS_MAX) {
		fault_say(fault, "the profiles use %u separate ranges of ports", outermost);
		return fault_hint(fault, "allowed: up to %u", PLAN_WINDOWS_MAX);
	}
	if (slots <= SLOTS_MAX)
		return 0;
	fault_say(fault, "%" PRIu64 " addresses with their ports make %" PRIu64 " pairs", addresses,
		  slots);
	return fault_hint(fault, "allowed: up to %llu; give fewer addresses or fewer random ports",
			  SLOTS_MAX);
}

// Check that there are not too many domains, and that no AoR appears twice.
static int identities_check(const struct hl_config *config, struct fault *fault)
{
	struct domains domains;
	int rc = domains_make(&domains, config, fault);

	if (rc == 0)
		rc = duplicate_numbers_check(config, &domains, fault);
	domains_free(&domains, config);
	return rc;
}

static int pooled_check(const struct hl_config *config, const struct pools *pools,
			struct fault *fault)
{
	struct windows windows = { 0 };
	uint64_t addresses = 0;
	int rc = pools_check(config, pools, &addresses, fault);

	for (uint32_t i = 0; rc == 0 && i < config->n_profiles; i++)
		rc = profile_check(config, pools, i, fault);
	if (rc == 0)
		rc = lines_check(config, pools, fault);
	if (rc != 0)
		return rc;
	rc = windows_make(&windows, config, fault);
	if (rc == 0)
		rc = windows_check(config, &windows, addresses, fault);
	if (rc == 0 && pools_networks(pools) > 1)
		rc = pools_room_check(pools, config, &windows, fault);
	windows_free(&windows);
	return rc;
}

int check_config(const struct hl_config *config, struct fault *fault)
{
	struct pools pools;
	struct hl_error err;
	int rc;

	fault_at(fault, FAULT_FILE, 0, NULL);
	if (config->n_ports == 0)
		return fault_say(fault, "there is no port");
	rc = pools_make(&pools, config, &err);
	if (rc != 0)
		fault_say(fault, "out of memory");
	else
		rc = pooled_check(config, &pools, fault);
	pools_free(&pools);
	return rc != 0 ? rc : identities_check(config, fault);
}

int hl_config_check(const struct hl_config *config, struct hl_error *err)
{
	static const char *const places[] = { "", "ports", "pools", "profiles", "lines", "lines" };
	struct fault fault = { .code = EINVAL };
	int rc = check_config(config, &fault);
	const char *key = fault.key != NULL ? fault.key : "";

	if (rc == 0)
		return 0;
	if (fault.at == FAULT_FILE)
		return fault_fail(&fault, err);
	if (fault.at == FAULT_ROW)
		return csv_fail_row(&config->lines[fault.index], fault.row, &fault, err);
	return hl_fail(err, fault.code, "%s[%u]%s%s: %s%s%s", places[fault.at], fault.index,
		       *key ? "." : "", key, fault.what, fault.hint[0] ? "; " : "", fault.hint);
}

enum hl_family hl_config_family(const struct hl_config *config, uint32_t profile)
{
	const struct hl_port *at = config->n_pools > 0   ? &config->pools[0].at
				   : config->n_ports > 0 ? &config->ports[0]
							 : NULL;

	(void)profile; // all pools are of one family
	return at != NULL && at->n_ranges > 0 ? (enum hl_family)at->ranges[0].first.family
					      : HL_FAMILY_NONE;
}
