// SPDX-License-Identifier: BSD-3-Clause
// Looks at everything before a run: the machine, the configuration, the device, the network.
#pragma once

#include <heartline/config.h>

#include "device/eal.h"
#include "doctor/facts.h"

struct examination {
	const char *root;            // of /sys and /proc; "": this machine
	struct hl_config *config;    // NULL: none, or it cannot be used
	const char *config_path;     // NULL: flags, or none
	const char *config_error;    // NULL: none
	const char *device_text;     // NULL: none was named
	const struct device *device; // as read; NULL: none was named, or the text names none
	const char *device_error;    // NULL: it can be used
	const struct eal_arguments *eal;
	uint64_t workers;     // 0: as run would choose
	uint64_t patience_ms; // for a link, for next hops, for servers
	uint64_t dns_timeout_ms;
};

// Fills in facts, which is zero. 0; -EINTR: Ctrl-C.
int examine(const struct examination *e, struct facts *facts);
