// SPDX-License-Identifier: BSD-3-Clause
// Takes the addresses of pools from DHCP, before the plan is made.

#include "naming/leases.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_random.h>

#include <heartline/prefix.h>

#include "base/timebase.h"
#include "naming/dhcp.h"
#include "naming/port_round.h"

#define MS 1000000ull
#define RELEASE_NS (3000 * MS)

struct taking {
	struct leases *leases;
	const struct port *ports; // NULL: workers poll them
};

// A port, of whose pools each hears all that comes.
struct turn {
	const struct leases *leases;
	uint32_t port;
};

static void poll(void *context, const struct hl_packet *pkts, uint16_t n, struct hl_burst *tx)
{
	const struct turn *turn = context;
	const struct leases *l = turn->leases;

	for (uint32_t i = 0; i < l->n; i++)
		if (l->list[i] && l->config->pools[i].port == turn->port)
			hl_leases_poll(l->list[i], pkts, n, tx, timebase_ns());
}

static void round_of(const struct taking *t)
{
	struct turn turn = { t->leases, 0 };
	const struct port_caller caller = { poll, &turn };

	for (; turn.port < t->leases->config->n_ports; turn.port++)
		port_round(&t->ports[turn.port], &caller);
}

static bool all_bound(void *context)
{
	const struct taking *t = context;
	bool all = true;

	round_of(t);
	for (uint32_t i = 0; i < t->leases->n; i++)
		all &= !t->leases->list[i] ||
		       hl_leases_bound(t->leases->list[i]) == hl_leases_wanted(t->leases->list[i]);
	return all;
}

// By whoever polls.
static bool released(void *context)
{
	const struct taking *t = context;
	bool all = true;

	if (t->ports)
		round_of(t);
	for (uint32_t i = 0; i < t->leases->n; i++)
		all &= !t->leases->list[i] || hl_leases_released(t->leases->list[i]);
	return all;
}

static int leases_new(struct leases *l, struct hl_config *config, const struct port ports[],
		      struct hl_error *err)
{
	int rc = 0;

	l->config = config;
	l->list = calloc(config->n_pools, sizeof(*l->list));
	if (!l->list)
		return hl_fail(err, ENOMEM, "no memory for DHCP clients");
	l->n = config->n_pools;
	for (uint32_t i = 0; rc == 0 && i < l->n; i++) {
		struct hl_leases_options options = {
			.config = config,
			.pool = i,
			.seed = rte_rand(),
			.now_ns = timebase_ns(),
		};

		memcpy(options.mac, ports[config->pools[i].port].mac, sizeof(options.mac));
		if (config->pools[i].at.by_dhcp)
			rc = hl_leases_new(&l->list[i], &options, err);
	}
	return rc;
}

// The most telling of what was counted.
static const char *why_missing(const struct hl_leases *l)
{
	if (hl_leases_count(l, HL_DHCP_EVENT_OFFER) == 0)
		return "no DHCP server answered";
	if (hl_leases_count(l, HL_DHCP_EVENT_REFUSED) > 0)
		return "some offers were of another subnet";
	if (hl_leases_count(l, HL_DHCP_EVENT_TAKEN) > hl_leases_bound(l))
		return "the server offers one address to several clients (does it heed client "
		       "identifiers, option 61? mac: per_line helps)";
	if (hl_leases_count(l, HL_DHCP_EVENT_NAK) > 0)
		return "the server refused some requests (DHCPNAK)";
	if (hl_leases_count(l, HL_DHCP_EVENT_CONFLICT) > 0)
		return "somebody else has some of the addresses that it gave";
	return "the server gives no more; has it so many?";
}

static int missing_fail(const struct leases *l, struct hl_error *err)
{
	for (uint32_t i = 0; i < l->n; i++) {
		const struct hl_leases *of = l->list[i];

		if (of && hl_leases_bound(of) < hl_leases_wanted(of))
			return hl_fail(err, ETIMEDOUT,
				       "pool %.60s: DHCP gave %u of %u addresses in %" PRIu64
				       " s (dhcp_wait): %s; ask for fewer (leases), or wait longer",
				       l->config->pools[i].name, hl_leases_bound(of),
				       hl_leases_wanted(of),
				       l->config->pools[i].dhcp_wait_ms / 1000, why_missing(of));
	}
	return hl_fail(err, ETIMEDOUT, "DHCP: too late");
}

static void say(const struct leases *l, uint32_t i, uint64_t took_ns)
{
	const struct hl_port *at = &l->config->pools[i].at;
	const struct hl_prefix subnet = hl_port_subnet(at);
	char in[HL_PREFIX_TEXT], router[HL_ADDR_TEXT] = "none";

	if (l->quiet)
		return;
	hl_prefix_format(&subnet, in);
	if (at->gateway.family != HL_FAMILY_NONE)
		hl_addr_format(&at->gateway, router);
	fprintf(stderr, "heartline: pool %s: %u addresses from DHCP in %.1f s, in %s, gateway %s\n",
		l->config->pools[i].name, at->n_leases, (double)took_ns / 1e9, in, router);
}

static int servers_take(struct leases *l, struct hl_error *err)
{
	static struct hl_dhcp_servers servers;
	struct hl_config *config = l->config;
	int rc = 0;

	for (uint32_t k = 0; rc == 0 && k < l->n; k++) {
		bool named = l->list[k] && hl_leases_servers(l->list[k], &servers);
		char from[80];

		snprintf(from, sizeof(from), "pool %.60s", config->pools[k].name);
		for (uint32_t i = 0; rc == 0 && i < config->n_profiles; i++) {
			struct hl_profile *p = &config->profiles[i];

			if (!p->dhcp_option_120 ||
			    hl_config_leased_pool(config, i) != &config->pools[k])
				continue;
			l->by_dhcp[i] = true;
			rc = named ? dhcp_profile_set(p, &servers, from, l->quiet, err)
				   : dhcp_profile_keep(p, "the DHCP server names no SIP server",
						       err);
		}
	}
	return rc;
}

static int settle(struct leases *l, uint64_t took_ns, struct hl_error *err)
{
	struct hl_error inner;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < l->n; i++) {
		if (!l->list[i])
			continue;
		rc = hl_leases_settle(l->list[i], &l->config->pools[i], err);
		if (rc == 0)
			say(l, i, took_ns);
	}
	if (rc == 0)
		rc = servers_take(l, err);
	if (rc == 0 && hl_config_check(l->config, &inner) < 0)
		rc = hl_fail(err, inner.code, "with what DHCP has given: %.900s", inner.text);
	return rc;
}

static void release_all(const struct leases *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->list[i])
			hl_leases_release(l->list[i]);
}

static uint64_t wait_ns(const struct hl_config *config)
{
	uint64_t ms = 0;

	for (uint32_t i = 0; i < config->n_pools; i++)
		if (config->pools[i].at.by_dhcp)
			ms = RTE_MAX(ms, config->pools[i].dhcp_wait_ms);
	return ms * MS;
}

int leases_take(struct leases *l, struct hl_config *config, const struct port ports[],
		struct control *control, struct hl_error *err)
{
	struct taking taking = { .leases = l, .ports = ports };
	struct control_until bound = {
		.reached = all_bound,
		.context = &taking,
		.look_every_ns = PORT_ROUND_NS,
		.timeout_ns = wait_ns(config),
		.stop_requests = 1,
		.what = "addresses from DHCP",
		.whose = "",
	};
	const struct control_until given_back = {
		.reached = released,
		.context = &taking,
		.look_every_ns = PORT_ROUND_NS,
		.timeout_ns = RELEASE_NS,
		.stop_requests = 2,
	};
	const uint64_t begun_ns = timebase_ns();

	if (bound.timeout_ns == 0)
		return 0;
	int rc = leases_new(l, config, ports, err);
	if (rc < 0)
		return rc;
	switch (control_wait(control, &bound)) {
	case CONTROL_REACHED:
		rc = settle(l, timebase_ns() - begun_ns, err);
		break;
	case CONTROL_TIMED_OUT:
		rc = missing_fail(l, err);
		break;
	case CONTROL_STOPPED:
		rc = hl_fail(err, EINTR, "stopped while waiting for addresses from DHCP");
		break;
	}
	if (rc == 0)
		return 0;
	release_all(l);
	control_wait(control, &given_back);
	return rc;
}

void leases_give_back(struct leases *l, struct control *control)
{
	struct taking taking = { .leases = l }; // the workers have the ports
	const struct control_until given_back = {
		.reached = released,
		.context = &taking,
		.look_every_ns = MS,
		.timeout_ns = RELEASE_NS,
		.stop_requests = 3,
	};

	if (l->n == 0)
		return;
	release_all(l);
	control_wait(control, &given_back);
}

void leases_free(struct leases *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		hl_leases_free(l->list[i]);
	free(l->list);
	*l = (struct leases){ 0 };
}
