// SPDX-License-Identifier: BSD-3-Clause
// memif joins two processes by a socket: one side listens, and the other side connects once.

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "device/device.h"
#include "device/host.h"

#define MEMIF_SOCKET "/run/memif.sock" // the driver's default
#define LOOK_EVERY_NS 10000000

static bool memif_client(const struct device *device)
{
	char role[DEVICE_TEXT];

	return device_driver_is(device, "net_memif") &&
	       (!device_argument(device, "role", role) || !strcmp(role, "client") ||
		!strcmp(role, "slave"));
}

// Where the socket is. True when its name is abstract, as it is by default, and not a path.
static bool memif_socket(const struct device *device, char path[DEVICE_TEXT])
{
	char abstract[DEVICE_TEXT];

	if (!device_argument(device, "socket", path))
		strcpy(path, MEMIF_SOCKET);
	return !device_argument(device, "socket-abstract", abstract) || strcmp(abstract, "no");
}

static bool memif_listens(void *context)
{
	const struct device *device = context;
	char path[DEVICE_TEXT];

	return memif_socket(device, path) ? host_socket_taken(path, true) : access(path, F_OK) == 0;
}

int device_wait_peer(const struct device *device, struct control *control, uint64_t timeout_ms,
		     struct hl_error *err)
{
	const struct control_until peer = {
		.reached = memif_listens,
		.context = (void *)device,
		.look_every_ns = LOOK_EVERY_NS,
		.timeout_ns = timeout_ms * 1000000,
		.stop_requests = 1,
		.what = "the other side of",
		.whose = device->name,
	};

	if (!memif_client(device))
		return 0;
	switch (control_wait(control, &peer)) {
	case CONTROL_STOPPED:
		return hl_fail(err, EINTR, "stopped while waiting for the other side of %s",
			       device->name);
	case CONTROL_TIMED_OUT:
		return hl_fail(err, ETIMEDOUT,
			       "device: %s: nobody listens at its socket after %" PRIu64
			       " s: start the side with role=server first",
			       device->args, timeout_ms / 1000);
	case CONTROL_REACHED:
		break;
	}
	return 0;
}

int device_memif_check(const struct device *device, struct hl_error *err)
{
	char path[DEVICE_TEXT];
	bool abstract = memif_socket(device, path);

	if (memif_client(device) || !host_socket_taken(path, abstract))
		return 0;
	return hl_fail(err, EADDRINUSE,
		       "%s: the socket is in use by another process; one side has role=server, "
		       "the other role=client",
		       device->args);
}
