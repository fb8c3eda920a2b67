// SPDX-License-Identifier: BSD-3-Clause
// Brings up what every command that moves packets needs, step by step, and takes it down again.

#include "session/session.h"

#include <errno.h>
#include <string.h>

#include <rte_mempool.h>

#include "base/exit_code.h"
#include "base/start_times.h"
#include "base/timebase.h"
#include "device/eal_log.h"
#include "device/host.h"
#include "device/ring_pair.h"
#include "loop/lcore_loop.h"

#define QUEUES_GUESSED_MAX 16u // when the user names the lcores; only decides the amount of memory

static int eal_up(struct session *session, const struct session_request *request,
		  struct hl_error *err)
{
	char cpus[1024];
	unsigned lcores[LCORE_LOOPS_MAX], n_cpus = host_processors(cpus, sizeof(cpus));
	bool named = eal_lcores_given(request->eal);
	unsigned n_ports = RTE_MAX(request->n_devices, 1u);
	unsigned wanted = request->workers ? (unsigned)request->workers : n_ports;
	unsigned guessed = named ? RTE_MIN(RTE_MAX(n_cpus, wanted), QUEUES_GUESSED_MAX) : wanted;
	const struct eal_request eal = {
		.devices = request->devices,
		.n_devices = request->n_devices,
		.n_loops = wanted,
		.memory_bytes = port_buffers_bytes(guessed),
		.user = request->eal,
	};

	timebase_start();
	int rc = eal_start(&eal, err);
	if (rc < 0)
		return rc;
	session->eal = true;
	unsigned n = lcore_loop_lcores(lcores);
	if (request->workers > n)
		return hl_fail(err, EINVAL,
			       "--workers: %u: only %u lcores besides the main one; name more by "
			       "\"-- -l LIST\"",
			       (unsigned)request->workers, n);
	session->n_workers = request->workers ? (unsigned)request->workers : n;
	if (session->n_workers >= n_ports)
		return 0;
	return hl_fail(err, EINVAL, "%u workers for %u ports: each port needs one of its own; %s",
		       session->n_workers, n_ports,
		       request->workers ? "give more by --workers" : "name more lcores");
}

static int pool_up(struct session *session, unsigned n_queues, struct hl_error *err)
{
	session->pool = port_pool_new(n_queues, err);
	return session->pool ? 0 : -ENOMEM;
}

static int rings_up(struct session *session, const struct session_request *request,
		    struct hl_error *err)
{
	int rc = eal_up(session, request, err);

	if (rc == 0)
		rc = pool_up(session, 2, err);
	session->n_ports = 1;
	return rc < 0 ? rc
		      : ring_pair_open(&session->ports[0], &session->far_port, session->pool, err);
}

// Of so many workers in all, those of port i: each has about as many.
static unsigned workers_of(const struct session *session, unsigned n_workers, unsigned i)
{
	return n_workers / session->n_ports + (i < n_workers % session->n_ports);
}

static int queues_check(const struct session *session, unsigned n_workers, struct hl_error *err)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < session->n_ports; i++)
		rc = device_check_queues(&session->devices[i], workers_of(session, n_workers, i),
					 err);
	return rc;
}

static int devices_up(struct session *session, const struct session_request *request,
		      struct hl_error *err)
{
	session->n_ports = request->n_devices;
	memcpy(session->devices, request->devices, request->n_devices * sizeof(*request->devices));
	int rc = queues_check(session, (unsigned)request->workers, err);
	for (unsigned i = 0; rc == 0 && i < session->n_ports; i++)
		rc = device_wait_peer(&session->devices[i], &session->control,
				      request->peer_timeout_ms, err);
	if (rc == 0)
		rc = eal_up(session, request, err);
	if (rc == 0) // now that the number of lcores is known
		rc = queues_check(session, session->n_workers, err);
	if (rc == 0)
		rc = pool_up(session, session->n_workers, err);
	for (unsigned i = 0; rc == 0 && i < session->n_ports; i++) {
		unsigned n_queues = workers_of(session, session->n_workers, i);

		device_set_queues(&session->devices[i], n_queues);
		rc = port_open(&session->ports[i], &session->devices[i], request->family, n_queues,
			       session->pool, err);
	}
	return rc;
}

int session_open(struct session *session, const struct session_request *request,
		 struct hl_error *err)
{
	int rc = control_open(&session->control, err);

	if (rc == 0)
		rc = request->devices ? devices_up(session, request, err)
				      : rings_up(session, request, err);
	if (rc < 0)
		return rc;
	eal_log_release();
	timebase_calibrate();
	start_step_done(START_DEVICE);
	return 0;
}

void session_close(struct session *session)
{
	for (unsigned i = 0; i < session->n_ports; i++)
		port_close(&session->ports[i]);
	port_close(&session->far_port);
	rte_mempool_free(session->pool);
	if (session->eal)
		eal_stop();
	control_close(&session->control);
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
