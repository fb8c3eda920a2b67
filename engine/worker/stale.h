// SPDX-License-Identifier: BSD-3-Clause
// Contacts that an earlier run of this line left at a server: found in the first 2xx of this one,
// removed one after the other (remove_last_registration, FAILOVER.md section 1).
#pragma once

#include "worker/request.h"

// Such a contact as a bit beside those of servers that are to be unregistered at.
#define UNREGISTER_STALE HL_SERVERS

// In the first 2xx of a server: is there one to be removed? It is remembered.
bool stale_look(struct hl_worker *w, uint32_t i, enum hl_server server,
		const struct sip_reply *reply);
// In any 2xx of it.
bool stale_find(struct hl_worker *w, uint32_t i, enum hl_server server,
		const struct sip_reply *reply);
// Make a REGISTER that was written one for that contact.
void stale_write(const struct hl_worker *w, uint32_t i, const struct finish *finish);
