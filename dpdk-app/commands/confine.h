// SPDX-License-Identifier: BSD-3-Clause
// What a run gives up once it has started: root, and the system calls that it never needs.
#pragma once

#include <heartline/config.h>

#include "base/user.h"
#include "device/device.h"
#include "survive/survive.h"

struct confinement {
	struct user user; // whom it becomes
	// NULL or empty: none. What was made as root becomes the user's.
	const char *config, *events, *summary, *junit, *socket;
	const struct survive *survive; // NULL: none
};

// Can a run on this device go on as that user? Before anything starts. 0, -EINVAL.
int confine_check(const struct confinement *confinement, const struct device *device,
		  struct hl_error *err);

// Every thread of the process, from now on. 0; -errno with a message that begins with "user: ".
int confine(const struct confinement *confinement, const struct hl_config *config,
	    struct hl_error *err);
