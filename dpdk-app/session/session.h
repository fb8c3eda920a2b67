// SPDX-License-Identifier: BSD-3-Clause
// What every command that moves packets needs: the control thread's loop, EAL, packet buffers,
// ports.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/error.h>

#include "base/control.h"
#include "device/eal.h"
#include "device/port.h"

struct session_request {
	// In a row, one for each port of the configuration. NULL: none, but two ports that are joined by rings
	const struct device *devices;
	unsigned n_devices;
	const struct eal_arguments *eal;
	enum hl_family family;    // of the addresses on the devices
	uint64_t workers;         // of all ports; 0: as many as lcores were named, or one a port
	uint64_t peer_timeout_ms; // for the other side of a memif
};

struct session {
	struct control control;
	struct device devices[HL_PORTS_MAX];
	struct rte_mempool *pool;
	struct port ports[HL_PORTS_MAX];
	unsigned n_ports;
	struct port far_port; // the other end of the rings to ports[0]
	unsigned n_workers;   // one for each lcore besides the main one
	bool eal;             // EAL was started, and must be stopped
};

// From here on Ctrl-C is caught. *session is zero; session_close() also after a failure.
int session_open(struct session *session, const struct session_request *request,
		 struct hl_error *err);
void session_close(struct session *session);

// The exit code of a start that failed with -errno.
int session_exit_code(int rc);
