// SPDX-License-Identifier: BSD-3-Clause
// From a device's name to a started port: EAL, packet buffers, queues. Shared by all commands.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

#include "device/eal.h"
#include "device/port.h"

struct session {
	struct device device;
	struct rte_mempool *pool;
	struct port port;
	unsigned n_workers; // one for each lcore besides the main one
	bool eal;           // to be stopped
};

// EAL for a device (NULL: none) and so many workers; 0: as many as lcores were named, or 1.
int session_start_eal(struct session *session, const struct eal_arguments *args,
		      const struct device *device, uint64_t workers, struct hl_error *err);

// Packet buffers for so many queues.
int session_start_pool(struct session *session, unsigned n_queues, struct hl_error *err);

// All of it: EAL, buffers, the port of session->device. Waits for the other side of a memif.
int session_start_port(struct session *session, const struct eal_arguments *args, uint64_t workers,
		       uint64_t timeout_ms, struct hl_error *err);

void session_end(struct session *session);

// The exit code of a start that failed with -errno.
int session_exit_code(int rc);
