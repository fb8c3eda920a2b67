// SPDX-License-Identifier: BSD-3-Clause
// Makes a link from two rings.

#include "device/ring_pair.h"

#include <errno.h>

#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ring.h>

#define RING_FRAMES 2048

int ring_pair_open(struct port *near, struct port *far, struct rte_mempool *pool,
		   struct hl_error *err)
{
	struct port *const ports[2] = { near, far };
	static const char *const names[2] = { "heartline_lines", "heartline_servers" };
	int socket = (int)rte_socket_id();
	struct rte_ring *rings[2];

	for (unsigned i = 0; i < 2; i++) {
		rings[i] = rte_ring_create(names[i], RING_FRAMES, socket,
					   RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (!rings[i])
			return hl_fail(err, rte_errno, "rings: no memory");
	}
	for (unsigned i = 0; i < 2; i++) {
		// What one end sends is what the other one receives.
		int id = rte_eth_from_rings(names[i], &rings[i], 1, &rings[1 - i], 1,
					    (unsigned)socket);
		if (id < 0)
			return hl_fail(err, rte_errno ? rte_errno : EIO, "rings: no port of them");
		*ports[i] = (struct port){ .is_virtual = true };
		int rc = port_start(ports[i], (uint16_t)id, 1, pool, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}
