// SPDX-License-Identifier: BSD-3-Clause
// A port: queues, buffers, offloads, link.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>
#include <heartline/plan.h>

#include "device/device.h"

// No header of DPDK: most files of the program see a port, and few of them look into its device.
struct rte_mempool;

#define PORT_NAME_ROOM 64 // RTE_ETH_NAME_MAX_LEN

struct port {
	uint16_t id;
	uint16_t n_queues;
	char name[PORT_NAME_ROOM];
	struct rte_mempool *pool;
	uint8_t mac[6];
	uint8_t rss_key[HL_RSS_KEY_MAX];
	bool is_virtual;       // set before port_start(), as the next one
	enum hl_family family; // of the addresses on it; IPv6 needs multicast
	bool rx_csum, tx_csum; // checksums that the device verifies and computes
	bool started;
};

// How many buffers the ports need for so many queues in all, and how many bytes those take.
unsigned port_buffers(unsigned n_queues);
uint64_t port_buffers_bytes(unsigned n_queues);
struct rte_mempool *port_pool_new(unsigned n_queues, struct hl_error *err);

// Create the device's port if it is virtual, then find, configure and start it.
int port_open(struct port *port, const struct device *device, enum hl_family family,
	      unsigned n_queues, struct rte_mempool *pool, struct hl_error *err);

// Configure and start a port that exists already, as rings do. *port is zero except for is_virtual
// and family.
int port_start(struct port *port, uint16_t id, unsigned n_queues, struct rte_mempool *pool,
	       struct hl_error *err);

// Let frames for other MAC addresses than its own come in as well. -errno with a message: the device refuses.
int port_accept_all(const struct port *port, struct hl_error *err);

// Does the state of its link mean anything? That of a tap which was moved to another network
// namespace does not.
bool port_has_link(const struct port *port);

// Wait until the link is up, and say so when that takes longer than a second. -ETIMEDOUT, -EINTR
// (Ctrl-C).
int port_wait_link(const struct port *port, struct control *control, uint64_t timeout_ms,
		   struct hl_error *err);

// Is there a carrier now? 1, 0; -1: not known, as of a device without a link.
int port_carrier(const struct port *port);

// Frames that the device lost because no buffer was free for them.
uint64_t port_lost(const struct port *port);

void port_close(struct port *port);
