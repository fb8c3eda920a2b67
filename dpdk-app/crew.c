// SPDX-License-Identifier: BSD-3-Clause
// Makes the workers of a run, puts them on lanes, and takes them down again.

#include "crew.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <rte_ethdev.h>
#include <rte_lcore.h>

#include "startup.h"
#include "timebase.h"

unsigned crew_lcores(unsigned lcores[LANES_MAX])
{
	unsigned n = 0, lcore;

	RTE_LCORE_FOREACH_WORKER(lcore)
	{
		if (n < LANES_MAX)
			lcores[n++] = lcore;
	}
	if (n == 0)
		lcores[n++] = rte_get_main_lcore();
	return n;
}

static bool on_link(const struct hl_port *port, const struct hl_addr *server)
{
	uint32_t mask = port->prefix ? UINT32_MAX << (32 - port->prefix) : 0;
	uint32_t own = hl_addr_ipv4(&port->ranges[0].first);

	return !((hl_addr_ipv4(server) ^ own) & mask);
}

// Servers on the link, each once, and the gateway when one is behind it.
static unsigned next_hops_count(const struct hl_config *config)
{
	struct hl_addr known[64];
	unsigned n = 0;

	for (uint32_t p = 0; p < 2 * config->n_profiles && n < 64; p++) {
		const struct hl_profile *profile = &config->profiles[p / 2];
		const struct hl_addr *hop = p % 2 ? &profile->backup.addr : &profile->primary.addr;
		unsigned i = 0;
		if (hop->family != HL_FAMILY_IPV4)
			continue;
		if (!on_link(&config->ports[0], hop))
			hop = &config->ports[0].gateway;
		while (i < n && !hl_addr_equal(&known[i], hop))
			i++;
		if (i == n)
			known[n++] = *hop;
	}
	return n;
}

static int random_fill(void *out, size_t bytes, struct hl_error *err)
{
	if (getrandom(out, bytes, 0) == (ssize_t)bytes)
		return 0;
	return hl_fail(err, EIO, "getrandom: no random numbers from the system");
}

static int plan_make(struct crew *crew, const struct hl_config *config, const struct port *port,
		     struct hl_error *err)
{
	struct hl_plan_options options = {
		.n_workers = crew->n_workers,
		.tx_csum_offload = port->tx_csum,
	};

	memcpy(options.mac, port->mac, sizeof(options.mac));
	int rc = random_fill(options.boot_key, sizeof(options.boot_key), err);
	if (rc < 0)
		return rc;
	return steering_choose(&crew->steering, port, config, &options, &crew->plan, err);
}

static int worker_make(struct crew *crew, unsigned i, const struct hl_config *config,
		       const struct port *port, uint64_t seed, struct hl_error *err)
{
	struct hl_worker_options options = {
		.index = i,
		// A limit that is too small to share is still a limit.
		.rate = config->rate,
		.start_ns = timebase_ns(),
		.seed = seed + i,
	};
	int rc = hl_worker_new(&crew->workers[i], crew->plan, &options, err);

	if (rc < 0)
		return rc;
	struct station *s = crew->stations[i] = aligned_alloc(64, RTE_ALIGN(sizeof(*s), 64));
	if (!s)
		return hl_fail(err, ENOMEM, "worker %u: no memory", i);
	*s = (struct station){
		.kind = STATION_WORKER,
		.worker = crew->workers[i],
		.port_id = port->id,
		.queue = (uint16_t)i,
		.tx_csum = port->tx_csum,
		.pool = port->pool,
		.handoff = crew->handoff,
		.plan = crew->plan,
		.index = i,
		.last_ns = options.start_ns,
		.progress_ns = options.start_ns,
	};
	return station_prepare(s, err);
}

int crew_new(struct crew *crew, const struct hl_config *config, const struct port *port,
	     unsigned n_workers, struct hl_error *err)
{
	unsigned lcores[LANES_MAX], n_lcores = crew_lcores(lcores);
	uint64_t seed = config->seed;

	crew->n_workers = n_workers;
	crew->next_hops = next_hops_count(config);
	int rc = seed ? 0 : random_fill(&seed, sizeof(seed), err);
	if (rc == 0)
		rc = plan_make(crew, config, port, err);
	startup_done(STARTUP_PLAN);
	if (rc == 0 && n_workers > 1)
		rc = handoff_new(&crew->handoff, n_workers, err);
	for (unsigned i = 0; rc == 0 && i < n_workers; i++) {
		rc = worker_make(crew, i, config, port, seed, err);
		if (rc < 0)
			break;
		struct lane *lane = &crew->lanes[i];
		lane->lcore = lcores[i % n_lcores];
		lane->idle_sleep = config->idle_sleep;
		lane->stations[lane->n_stations++] = crew->stations[i];
		crew->n_lanes = i + 1;
	}
	startup_done(STARTUP_WORKERS);
	return rc;
}

void crew_add_station(struct crew *crew, struct station *station)
{
	unsigned lcores[LANES_MAX], n_lcores = crew_lcores(lcores);
	struct lane *lane = &crew->lanes[0]; // a single processor: both on it, in turns

	if (crew->n_lanes < n_lcores) {
		lane = &crew->lanes[crew->n_lanes];
		lane->idle_sleep = crew->lanes[0].idle_sleep;
		lane->lcore = lcores[crew->n_lanes++];
	}
	lane->stations[lane->n_stations++] = station;
}

int crew_launch(struct crew *crew, struct hl_error *err)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < crew->n_lanes; i++)
		rc = lane_launch(&crew->lanes[i], err);
	return rc;
}

bool crew_wait_neighbours(struct crew *crew, uint64_t timeout_ms)
{
	uint64_t end_ns = timebase_ns() + timeout_ms * 1000000;

	// Worker 0 does ARP for all.
	while (atomic_load_explicit(&hl_worker_counters(crew->workers[0])->arp_replies,
				    memory_order_relaxed) < crew->next_hops) {
		if (timebase_ns() >= end_ns)
			return false;
		crew_serve(crew);
	}
	return true;
}

void crew_stop(struct crew *crew)
{
	for (unsigned i = 0; i < crew->n_lanes; i++)
		lane_stop(&crew->lanes[i]);
}

void crew_free(struct crew *crew)
{
	for (unsigned i = 0; i < crew->n_workers; i++) {
		if (crew->stations[i])
			station_release(crew->stations[i]);
		free(crew->stations[i]);
		hl_worker_free(crew->workers[i]);
	}
	steering_undo(&crew->steering);
	handoff_free(crew->handoff);
	hl_plan_free(crew->plan);
	*crew = (struct crew){ 0 };
}
