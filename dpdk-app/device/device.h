// SPDX-License-Identifier: BSD-3-Clause
// A device as the user names it, checked before EAL starts.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

#include "base/control.h"

#define DEVICE_TEXT 512

enum device_kind {
	DEVICE_VIRTUAL, // "net_tap0,iface=hl0": EAL creates it
	DEVICE_PCI,     // "0000:01:00.0"
};

struct device {
	enum device_kind kind;
	char name[64];          // what ethdev calls it: driver and number, or the PCI address
	char args[DEVICE_TEXT]; // with the arguments, as EAL takes them
};

// Parse the text and check that the device can be used: the address or interface exists, the
// process has the rights, the socket is free. -errno with one message: "what is wrong; what there
// is instead".
int device_read(struct device *device, const char *text, struct hl_error *err);

// Check that the driver supports so many queues. Call it before EAL starts, as a driver that does
// not may crash.
int device_check_queues(const struct device *device, unsigned n_queues, struct hl_error *err);

// Add the number of queues to the arguments of drivers that must know it beforehand.
void device_set_queues(struct device *device, unsigned n_queues);

// A memif's client connects once, when its port starts: wait until the other side listens.
// -ETIMEDOUT, -EINTR (Ctrl-C).
int device_wait_peer(const struct device *device, struct control *control, uint64_t timeout_ms,
		     struct hl_error *err);

// Copy the value of a virtual device's argument, such as "iface", to out. False when it has none.
bool device_argument(const struct device *device, const char *key, char out[DEVICE_TEXT]);

// Does the device belong to this driver, such as "net_tap", whatever its number?
bool device_driver_is(const struct device *device, const char *driver);

// Part of device_read(): the socket of a memif's server must not be in use.
int device_memif_check(const struct device *device, struct hl_error *err);
