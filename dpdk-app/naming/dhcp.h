// SPDX-License-Identifier: BSD-3-Clause
// dhcp_option_120: outbound servers that DHCP names (RFC 3361), asked for before the plan is made.
#pragma once

#include <stdbool.h>

#include <heartline/config.h>
#include <heartline/error.h>

#include "base/control.h"
#include "device/port.h"

// When a profile asks for it: ask over a started port that no loop polls yet, and set the servers
// of all such profiles. When DHCP names none, those of the file stay, with a warning. 0; -EINTR
// (Ctrl-C); -errno when a profile is left without a server, or what DHCP named cannot be used.
int dhcp_set_servers(struct hl_config *config, const struct port *port, struct control *control,
		     bool quiet, struct hl_error *err);
