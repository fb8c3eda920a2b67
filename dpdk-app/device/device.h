// SPDX-License-Identifier: BSD-3-Clause
// A device as the user names it, looked over before EAL starts.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

#include "base/control.h"

#define DEVICE_TEXT 512

enum device_kind {
	DEVICE_VIRTUAL, // "net_tap0,iface=hl0": made by us
	DEVICE_PCI,     // "0000:01:00.0"
};

struct device {
	enum device_kind kind;
	char name[64];          // what ethdev calls it: driver and number, or the PCI address
	char args[DEVICE_TEXT]; // with the arguments, as EAL takes them
};

// Read the text and see that the device can be had: the address or interface exists, the rights
// suffice, nobody else has the socket. -errno with one message, "what is wrong; what there is".
int device_read(struct device *device, const char *text, struct hl_error *err);

// Can the driver have so many queues? Asked before EAL starts: a driver that cannot may crash.
int device_check_queues(const struct device *device, unsigned n_queues, struct hl_error *err);

// Add the number of queues to the arguments, for drivers that want to know it beforehand.
void device_set_queues(struct device *device, unsigned n_queues);

// A memif's client connects once, when its port starts: wait until the other side listens.
// -ETIMEDOUT, -EINTR (Ctrl-C).
int device_wait_peer(const struct device *device, struct control *control, uint64_t timeout_ms,
		     struct hl_error *err);

// Virtual devices: copy the value of an argument ("iface") to out. False without it.
bool device_argument(const struct device *device, const char *key, char out[DEVICE_TEXT]);

// Is the device of this driver ("net_tap"), whatever its number?
bool device_driver_is(const struct device *device, const char *driver);

// Part of device_read(): a server's socket must not be in use.
int device_memif_check(const struct device *device, struct hl_error *err);
