// SPDX-License-Identifier: BSD-3-Clause
// dhcp_option_120: outbound servers from DHCP (RFC 3361), asked for before the plan is made.
#pragma once

#include <stdbool.h>

#include <heartline/config.h>
#include <heartline/dhcp.h>
#include <heartline/error.h>

#include "base/control.h"
#include "device/port.h"

// If any profile has this key, ask DHCP over a started port that no loop polls yet, and set the
// servers of all such profiles. When DHCP names none, the servers of the file stay, with a warning.
// @return 0; -EINTR on Ctrl-C; -errno when a profile has no server or what DHCP named cannot be
// used
int dhcp_set_servers(struct hl_config *config, const struct port *port, struct control *control,
		     bool quiet, struct hl_error *err);

// What an option 120 means for a profile: its first server is the primary, the next one the backup. from: who sent
// it, as text.
int dhcp_profile_set(struct hl_profile *profile, const struct hl_dhcp_servers *servers,
		     const char *from, bool quiet, struct hl_error *err);
// There is none: the servers of the file stay. -ENOENT: it has none.
int dhcp_profile_keep(struct hl_profile *profile, const char *why, struct hl_error *err);
// The one that is the backup; NULL: none.
const struct hl_dhcp_server *dhcp_backup_of(const struct hl_profile *profile,
					    const struct hl_dhcp_servers *servers);
