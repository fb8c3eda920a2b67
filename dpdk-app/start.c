// SPDX-License-Identifier: BSD-3-Clause
// Brings up what every command that moves packets needs.

#include "start.h"

#include <errno.h>

#include <rte_mempool.h>

#include "crew.h"
#include "eal.h"
#include "eal_log.h"
#include "exit.h"
#include "host.h"
#include "timebase.h"

#define QUEUES_GUESSED_MAX 16u // when the user names the lcores, for the amount of memory only

int start_eal(struct start *start, const struct arguments *args, const struct device *device,
	      uint64_t workers, struct hl_error *err)
{
	char cpus[1024];
	unsigned lcores[LANES_MAX], n_cpus = host_processors(cpus, sizeof(cpus));
	bool named = eal_lcores_given(args->eal_argc, args->eal_argv);
	unsigned wanted = workers ? (unsigned)workers : 1;
	unsigned guessed = named ? RTE_MIN(RTE_MAX(n_cpus, wanted), QUEUES_GUESSED_MAX) : wanted;
	const struct eal_request request = {
		.device = device,
		.n_lanes = wanted,
		.memory_bytes = port_buffers_bytes(guessed),
		.user_argc = args->eal_argc,
		.user_argv = args->eal_argv,
	};

	timebase_start();
	int rc = eal_start(&request, err);
	if (rc < 0)
		return rc;
	start->eal = true;
	unsigned n = crew_lcores(lcores);
	if (workers > n)
		return hl_fail(err, EINVAL,
			       "--workers: %u: only %u lcores besides the main one; name more by "
			       "\"-- -l LIST\"",
			       (unsigned)workers, n);
	start->n_workers = workers ? (unsigned)workers : n;
	return 0;
}

int start_pool(struct start *start, unsigned n_queues, struct hl_error *err)
{
	start->pool = port_pool_new(n_queues, err);
	return start->pool ? 0 : -ENOMEM;
}

int start_port(struct start *start, const struct arguments *args, uint64_t workers,
	       uint64_t timeout_ms, struct hl_error *err)
{
	int rc = device_check_queues(&start->device, (unsigned)workers, err);

	if (rc == 0)
		rc = device_wait_peer(&start->device, timeout_ms, err);
	if (rc == 0)
		rc = start_eal(start, args, &start->device, workers, err);
	if (rc == 0) // as many as there are lcores
		rc = device_check_queues(&start->device, start->n_workers, err);
	if (rc == 0)
		rc = start_pool(start, start->n_workers, err);
	if (rc < 0)
		return rc;
	device_set_queues(&start->device, start->n_workers);
	rc = port_open(&start->port, &start->device, start->n_workers, start->pool, err);
	if (rc < 0)
		return rc;
	eal_log_release();
	timebase_calibrate();
	return 0;
}

void start_undo(struct start *start)
{
	port_close(&start->port);
	rte_mempool_free(start->pool);
	if (start->eal)
		eal_stop();
	*start = (struct start){ 0 };
}

int start_exit_code(int rc)
{
	switch (rc) {
	case -ETIMEDOUT:
		return EXIT_TIMED_OUT;
	case -EINTR:
		return EXIT_NOTHING;
	default:
		return EXIT_USAGE;
	}
}
