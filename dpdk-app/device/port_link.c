// SPDX-License-Identifier: BSD-3-Clause
// Waits for a port's link: real ones take seconds, a memif waits for its other side.

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/stop.h"
#include "device/port.h"

#define LOOK_EVERY_MS 10
#define SILENT_MS 1000

bool port_has_link(const struct port *port)
{
	return !port->is_virtual || !strncmp(port->name, "net_memif", strlen("net_memif"));
}

int port_wait_link(const struct port *port, uint64_t timeout_ms, struct hl_error *err)
{
	const struct timespec pause = { .tv_nsec = LOOK_EVERY_MS * 1000000 };

	for (uint64_t waited_ms = 0;; waited_ms += LOOK_EVERY_MS) {
		struct rte_eth_link link = { 0 };
		if (rte_eth_link_get_nowait(port->id, &link) == 0 &&
		    link.link_status == RTE_ETH_LINK_UP)
			return 0;
		if (stop_wanted())
			return hl_fail(err, EINTR, "stopped while the link of %s was down",
				       port->name);
		if (waited_ms >= timeout_ms)
			return hl_fail(err, ETIMEDOUT,
				       "device: %s: no link after %" PRIu64
				       " s: cable, far end, or the other process?",
				       port->name, timeout_ms / 1000);
		if (waited_ms == SILENT_MS)
			fprintf(stderr, "heartline: waiting for the link of %s\n", port->name);
		nanosleep(&pause, NULL);
	}
}
