// SPDX-License-Identifier: BSD-3-Clause
// Part of examine(): names, servers, and the survey of the network.
#pragma once

#include "doctor/examine.h"
#include "session/session.h"

// Ask DNS for the names of servers; needs no port.
void network_names_find(const struct examination *e, struct facts *facts);

// Ask DHCP where a profile wants that, then DNS. 0; -EINTR.
int network_servers_find(const struct examination *e, struct session *session, struct facts *facts);

// Probe addresses, next hops and servers. 0; -EINTR.
int network_survey(const struct examination *e, struct session *session, struct facts *facts);
