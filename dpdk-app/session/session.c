// SPDX-License-Identifier: BSD-3-Clause
// Brings up what every command that moves packets needs.

#include "session/session.h"

#include <errno.h>

#include <rte_mempool.h>

#include "base/exit_code.h"
#include "base/timebase.h"
#include "dataplane/dataplane.h"
#include "device/eal.h"
#include "device/eal_log.h"
#include "device/host.h"

#define QUEUES_GUESSED_MAX 16u // when the user names the lcores, for the amount of memory only

int session_start_eal(struct session *session, const struct eal_arguments *args,
		      const struct device *device, uint64_t workers, struct hl_error *err)
{
	char cpus[1024];
	unsigned lcores[LCORE_LOOPS_MAX], n_cpus = host_processors(cpus, sizeof(cpus));
	bool named = eal_lcores_given(args);
	unsigned wanted = workers ? (unsigned)workers : 1;
	unsigned guessed = named ? RTE_MIN(RTE_MAX(n_cpus, wanted), QUEUES_GUESSED_MAX) : wanted;
	const struct eal_request request = {
		.device = device,
		.n_loops = wanted,
		.memory_bytes = port_buffers_bytes(guessed),
		.user = args,
	};

	timebase_start();
	int rc = eal_start(&request, err);
	if (rc < 0)
		return rc;
	session->eal = true;
	unsigned n = lcore_loop_lcores(lcores);
	if (workers > n)
		return hl_fail(err, EINVAL,
			       "--workers: %u: only %u lcores besides the main one; name more by "
			       "\"-- -l LIST\"",
			       (unsigned)workers, n);
	session->n_workers = workers ? (unsigned)workers : n;
	return 0;
}

int session_start_pool(struct session *session, unsigned n_queues, struct hl_error *err)
{
	session->pool = port_pool_new(n_queues, err);
	return session->pool ? 0 : -ENOMEM;
}

int session_start_port(struct session *session, const struct eal_arguments *args, uint64_t workers,
		       uint64_t timeout_ms, struct hl_error *err)
{
	int rc = device_check_queues(&session->device, (unsigned)workers, err);

	if (rc == 0)
		rc = device_wait_peer(&session->device, timeout_ms, err);
	if (rc == 0)
		rc = session_start_eal(session, args, &session->device, workers, err);
	if (rc == 0) // as many as there are lcores
		rc = device_check_queues(&session->device, session->n_workers, err);
	if (rc == 0)
		rc = session_start_pool(session, session->n_workers, err);
	if (rc < 0)
		return rc;
	device_set_queues(&session->device, session->n_workers);
	rc = port_open(&session->port, &session->device, session->n_workers, session->pool, err);
	if (rc < 0)
		return rc;
	eal_log_release();
	timebase_calibrate();
	return 0;
}

void session_end(struct session *session)
{
	port_close(&session->port);
	rte_mempool_free(session->pool);
	if (session->eal)
		eal_stop();
	*session = (struct session){ 0 };
}

int session_exit_code(int rc)
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
