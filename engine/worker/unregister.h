// SPDX-License-Identifier: BSD-3-Clause
// Role: unregistering at servers that were left: best effort, never waited for, one at a time
// (FAILOVER.md section 4).
#pragma once

#include "worker/request.h"

// servers: bits by enum hl_server, and UNREGISTER_STALE (stale.h).
void unregister_begin(struct hl_worker *w, uint32_t i, uint8_t servers);
// The end of the line: what is under way starts again, since its server may have been dead so far,
// and this is the last chance to leave nothing behind.
void unregister_all(struct hl_worker *w, uint32_t i, uint8_t servers);
// A new registration there makes it moot; its CSeq is higher, so an unregister that is still on its
// way is out of order when it arrives (RFC 3261 10.3, step 7).
void unregister_cancel(struct hl_worker *w, uint32_t i, enum hl_server server);
