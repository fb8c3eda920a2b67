// SPDX-License-Identifier: BSD-3-Clause
// Makes the workers of a run, puts them on lcore loops, and takes them down again.

#include "dataplane/dataplane.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_lcore.h>

#include "base/progress.h"
#include "base/random.h"
#include "base/start_times.h"
#include "base/timebase.h"
#include "dataplane/recent_changes.h"

static int plan_make(struct dataplane *dp, const struct hl_config *config,
		     const struct port ports[], struct hl_error *err)
{
	struct hl_plan_port of_plan[HL_PORTS_MAX];
	struct hl_plan_options options = {
		.n_workers = dp->n_workers,
		.spare_lines = config->spare_lines,
		.tx_csum_offload = ports->tx_csum,
		.ports = config->n_ports > 1 ? of_plan : NULL,
		.progress = progress_note,
		.saved = dp->saved,
		.leases = dp->leases,
	};

	memcpy(options.mac, ports->mac, sizeof(options.mac));
	for (uint32_t i = 0; i < config->n_ports; i++) {
		of_plan[i] = (struct hl_plan_port){
			.n_workers = ports[i].n_queues,
			.tx_csum_offload = ports[i].tx_csum,
		};
		memcpy(of_plan[i].mac, ports[i].mac, sizeof(of_plan[i].mac));
	}
	int rc = random_fill(options.boot_key, sizeof(options.boot_key), err);
	if (rc < 0)
		return rc;
	progress_begin("planning", config->total);
	// Of several ports none steers: replies reach their worker by ring hand-off, where a port has more than one.
	rc = config->n_ports > 1
		     ? hl_plan_new(&dp->plan, config, &options, err)
		     : steering_choose(&dp->steering, ports, config, &options, &dp->plan, err);
	progress_end();
	dp->saved = NULL;
	return rc;
}

static int worker_make(struct dataplane *dp, unsigned i, const struct hl_config *config,
		       const struct port ports[], uint64_t seed, struct hl_error *err)
{
	const uint32_t of_plan = hl_plan_port(dp->plan, i);
	const struct port *port = &ports[of_plan];
	unsigned queue = i;

	while (queue > 0 && hl_plan_port(dp->plan, i - queue) != of_plan)
		queue--;

	struct hl_worker_options options = {
		.index = i,
		// Of all workers together; each takes its share of it.
		.rate = config->rate,
		.start_ns = timebase_ns(),
		.seed = seed + i,
	};
	int rc = hl_worker_new(&dp->workers[i], dp->plan, &options, err);

	if (rc < 0)
		return rc;
	struct queue_context *q = dp->queues[i] = aligned_alloc(64, RTE_ALIGN(sizeof(*q), 64));
	if (!q)
		return hl_fail(err, ENOMEM, "worker %u: no memory", i);
	*q = (struct queue_context){
		.kind = QUEUE_WORKER,
		.worker = dp->workers[i],
		.port_id = port->id,
		.queue_id = (uint16_t)queue,
		.tx_csum = port->tx_csum,
		.pool = port->pool,
		.handoff = dp->handoff,
		.plan = dp->plan,
		.index = i,
		.last_ns = options.start_ns,
		.progress_ns = options.start_ns,
	};
	return queue_prepare(q, err);
}

int dataplane_new(struct dataplane *dp, const struct hl_config *config, const struct port ports[],
		  struct hl_error *err)
{
	unsigned lcores[LCORE_LOOPS_MAX], n_lcores = lcore_loop_lcores(lcores);
	uint64_t seed = config->seed;

	unsigned n_workers = 0;

	for (uint32_t i = 0; i < config->n_ports; i++)
		n_workers += ports[i].n_queues;
	dp->n_workers = n_workers;
	int rc = seed ? 0 : random_fill(&seed, sizeof(seed), err);
	if (rc == 0)
		rc = plan_make(dp, config, ports, err);
	start_step_done(START_PLAN);
	if (rc == 0 && n_workers > config->n_ports)
		rc = handoff_new(&dp->handoff, dp->plan, err);
	for (unsigned i = 0; rc == 0 && i < n_workers; i++) {
		rc = worker_make(dp, i, config, ports, seed, err);
		if (rc < 0)
			break;
		struct lcore_loop *loop = &dp->loops[i];
		loop->lcore = lcores[i % n_lcores];
		loop->idle_sleep = config->idle_sleep;
		loop->queues[loop->n_queues++] = dp->queues[i];
		dp->n_loops = i + 1;
	}
	if (rc == 0)
		rc = recent_changes_new(&dp->recent, hl_plan_slots(dp->plan), err);
	start_step_done(START_WORKERS);
	return rc;
}

void dataplane_add_queue(struct dataplane *dp, struct queue_context *queue)
{
	unsigned lcores[LCORE_LOOPS_MAX], n_lcores = lcore_loop_lcores(lcores);
	struct lcore_loop *loop = &dp->loops[0]; // with a single lcore they take turns

	if (dp->n_loops < n_lcores) {
		loop = &dp->loops[dp->n_loops];
		loop->idle_sleep = dp->loops[0].idle_sleep;
		loop->lcore = lcores[dp->n_loops++];
	}
	loop->queues[loop->n_queues++] = queue;
}

void dataplane_free(struct dataplane *dp)
{
	for (unsigned i = 0; i < dp->n_workers; i++) {
		if (dp->queues[i])
			queue_release(dp->queues[i]);
		free(dp->queues[i]);
		hl_worker_free(dp->workers[i]);
	}
	recent_changes_free(dp->recent);
	steering_undo(&dp->steering);
	handoff_free(dp->handoff);
	hl_plan_free(dp->plan);
	*dp = (struct dataplane){ 0 };
}
