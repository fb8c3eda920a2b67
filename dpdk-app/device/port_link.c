// SPDX-License-Identifier: BSD-3-Clause
// Waits for a port's link. A NIC's takes seconds to come up, a memif's needs the other side.

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <string.h>

#include <rte_ethdev.h>

#include "device/host.h"
#include "device/port.h"

#define LOOK_EVERY_NS 10000000

bool port_has_link(const struct port *port)
{
	return !port->is_virtual || !strncmp(port->name, "net_memif", strlen("net_memif"));
}

// Does the driver use an interface of the kernel, in the namespace of this process?
static bool has_interface(const struct port *port)
{
	return !strncmp(port->name, "net_af_packet", strlen("net_af_packet")) ||
	       !strncmp(port->name, "net_af_xdp", strlen("net_af_xdp"));
}

static bool link_is_up(void *context)
{
	const struct port *port = context;
	struct rte_eth_link link = { 0 };

	return rte_eth_link_get_nowait(port->id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

int port_carrier(const struct port *port)
{
	struct rte_eth_dev_info info;
	char name[IF_NAMESIZE];

	if (port_has_link(port))
		return link_is_up((void *)port);
	if (!has_interface(port) || rte_eth_dev_info_get(port->id, &info) < 0 ||
	    !if_indextoname(info.if_index, name))
		return -1;
	return host_interface_carrier(name);
}

int port_wait_link(const struct port *port, struct control *control, uint64_t timeout_ms,
		   struct hl_error *err)
{
	const struct control_until up = {
		.reached = link_is_up,
		.context = (void *)port,
		.look_every_ns = LOOK_EVERY_NS,
		.timeout_ns = timeout_ms * 1000000,
		.stop_requests = 1,
		.what = "the link of",
		.whose = port->name,
	};

	switch (control_wait(control, &up)) {
	case CONTROL_STOPPED:
		return hl_fail(err, EINTR, "stopped while the link of %s was down", port->name);
	case CONTROL_TIMED_OUT:
		return hl_fail(err, ETIMEDOUT,
			       "device: %s: no link after %" PRIu64
			       " s: cable, far end, or the other process?",
			       port->name, timeout_ms / 1000);
	case CONTROL_REACHED:
		break;
	}
	return 0;
}
