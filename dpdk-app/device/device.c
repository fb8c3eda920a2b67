// SPDX-License-Identifier: BSD-3-Clause
// Parses the name of a device, a PCI address or a virtual device, and checks that it can be used.

#include "device/device.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_pci.h>

#include "device/host.h"

// The arguments by which drivers are told the number of queues beforehand.
static const struct {
	const char *driver, *key;
} queue_keys[] = {
	{ "net_af_packet", "qpairs" },
	{ "net_af_xdp", "queue_count" },
};

bool device_argument(const struct device *device, const char *key, char out[DEVICE_TEXT])
{
	size_t len = strlen(key);

	for (const char *at = strchr(device->args, ','); at; at = strchr(at, ',')) {
		at++;
		if (strncmp(at, key, len) || at[len] != '=')
			continue;
		snprintf(out, DEVICE_TEXT, "%.*s", (int)strcspn(at + len + 1, ","), at + len + 1);
		return true;
	}
	return false;
}

bool device_driver_is(const struct device *device, const char *driver)
{
	size_t len = strlen(driver);
	return !strncmp(device->name, driver, len) &&
	       device->name[len + strspn(device->name + len, "0123456789")] == 0;
}

int device_check_queues(const struct device *device, unsigned n_queues, struct hl_error *err)
{
	// The driver sends the descriptors of all queues, two for each, to other processes in one
	// message, and with more queues writes beyond the end of that message.
	const unsigned most = RTE_MP_MAX_FD_NUM / 2;

	if (!device_driver_is(device, "net_tap") || n_queues <= most)
		return 0;
	return hl_fail(err, EINVAL, "device: %s: %u workers: allowed 1..%u on a tap", device->args,
		       n_queues, most);
}

void device_set_queues(struct device *device, unsigned n_queues)
{
	char value[DEVICE_TEXT];

	for (unsigned i = 0; i < sizeof(queue_keys) / sizeof(*queue_keys); i++) {
		if (n_queues < 2 || !device_driver_is(device, queue_keys[i].driver) ||
		    device_argument(device, queue_keys[i].key, value))
			continue;
		size_t end = strlen(device->args);
		snprintf(device->args + end, sizeof(device->args) - end, ",%s=%u",
			 queue_keys[i].key, n_queues);
	}
}

static int interface_check(const struct device *device, struct hl_error *err)
{
	char there[512];
	char iface[DEVICE_TEXT];

	host_interfaces(there, sizeof(there));
	if (!device_argument(device, "iface", iface))
		return hl_fail(err, EINVAL,
			       "%s: an interface is missing; write %s,iface=NAME; there are: %s",
			       device->args, device->name, there);
	if (if_nametoindex(iface) == 0)
		return hl_fail(err, EINVAL, "%s: no such interface: \"%s\"; there are: %s",
			       device->args, iface, there);
	if (!host_interface_up(iface))
		return hl_fail(err, EINVAL, "%s: interface \"%s\" is down; do: ip link set %s up",
			       device->args, iface, iface);
	return 0;
}

static int rights_check(const struct device *device, enum host_right right, const char *needs,
			struct hl_error *err)
{
	if (host_may(right))
		return 0;
	return hl_fail(err, EPERM, "%s: needs %s; run as root", device->args, needs);
}

static int tap_check(const struct device *device, struct hl_error *err)
{
	char iface[DEVICE_TEXT];
	bool named = device_argument(device, "iface", iface);

	if (named && strlen(iface) >= IFNAMSIZ)
		return hl_fail(err, EINVAL, "%s: iface is too long; allowed: 1..%d characters",
			       device->args, IFNAMSIZ - 1);
	// The driver can use a tap that exists already, but no other interface of that name.
	if (named && if_nametoindex(iface) != 0 && !host_interface_tap(iface))
		return hl_fail(err, EINVAL,
			       "%s: interface \"%s\" exists and is not a tap; name a new one",
			       device->args, iface);
	return rights_check(device, HOST_MAY_NET_ADMIN, "CAP_NET_ADMIN", err);
}

static int virtual_check(const struct device *device, struct hl_error *err)
{
	int rc = 0;

	if (device_driver_is(device, "net_ring"))
		return hl_fail(err, EINVAL,
			       "%s: rings join two sides in one process; "
			       "\"heartline demo\" does that",
			       device->args);
	if (device_driver_is(device, "net_tap"))
		rc = tap_check(device, err);
	else if (device_driver_is(device, "net_memif"))
		rc = device_memif_check(device, err);
	else if (device_driver_is(device, "net_af_packet")) {
		rc = interface_check(device, err);
		if (rc == 0)
			rc = rights_check(device, HOST_MAY_NET_RAW, "CAP_NET_RAW", err);
	} else if (device_driver_is(device, "net_af_xdp")) {
		rc = interface_check(device, err);
		if (rc == 0)
			rc = rights_check(device, HOST_MAY_NET_ADMIN, "CAP_NET_ADMIN and CAP_BPF",
					  err);
	}
	return rc;
}

static int pci_check(const struct device *device, struct hl_error *err)
{
	char there[1024], driver[64];

	if (!host_pci_exists(device->name)) {
		host_pci_ports(there, sizeof(there));
		return hl_fail(err, EINVAL, "%s: no such PCI device; network ports here: %s",
			       device->name, there);
	}
	if (!host_pci_network(device->name)) {
		host_pci_ports(there, sizeof(there));
		return hl_fail(err, EINVAL, "%s: not a network port; network ports here: %s",
			       device->name, there);
	}
	host_pci_driver(device->name, driver, sizeof(driver));
	if (host_pci_usable(driver))
		return 0;
	return hl_fail(err, EINVAL,
		       "%s: bound to the kernel driver %s; bind it to DPDK's: "
		       "dpdk-devbind.py -b vfio-pci %s",
		       device->name, *driver ? driver : "(none)", device->name);
}

static int unknown(const char *text, struct hl_error *err)
{
	char ports[1024], interfaces[512];

	host_pci_ports(ports, sizeof(ports));
	host_interfaces(interfaces, sizeof(interfaces));
	if (if_nametoindex(text) != 0)
		return hl_fail(err, EINVAL,
			       "%s: a kernel interface, not a DPDK device; write "
			       "net_af_packet0,iface=%s or net_af_xdp0,iface=%s",
			       text, text, text);
	return hl_fail(
		err, EINVAL,
		"%s: neither a PCI address nor a virtual device; allowed: a PCI port (here: %s), "
		"net_tap0,iface=NEW, net_memif0,role=client, net_af_packet0,iface=NAME, "
		"net_af_xdp0,iface=NAME (interfaces here: %s)",
		text, ports, interfaces);
}

static int virtual_read(struct device *device, const char *text, struct hl_error *err)
{
	size_t len = strcspn(text, ",");

	device->kind = DEVICE_VIRTUAL;
	if (len == 0 || len >= sizeof(device->name) || strlen(text) >= sizeof(device->args) - 32)
		return unknown(text, err);
	memcpy(device->name, text, len);
	device->name[len] = 0;
	snprintf(device->args, sizeof(device->args), "%s", text);
	return virtual_check(device, err);
}

int device_read(struct device *device, const char *text, struct hl_error *err)
{
	struct rte_pci_addr pci;
	char address[DEVICE_TEXT];

	*device = (struct device){ 0 };
	if (!strcmp(text, "ring"))
		return hl_fail(err, EINVAL,
			       "ring: joins two sides in one process; "
			       "\"heartline demo\" does that");
	snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, ","), text);
	if (rte_pci_addr_parse(address, &pci) == 0) {
		device->kind = DEVICE_PCI;
		rte_pci_device_name(&pci, device->name, sizeof(device->name));
		snprintf(device->args, sizeof(device->args), "%s%s", device->name,
			 text + strlen(address));
		return pci_check(device, err);
	}
	if (!host_driver_known(text))
		return unknown(text, err);
	return virtual_read(device, text, err);
}
