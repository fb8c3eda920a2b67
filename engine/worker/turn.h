// SPDX-License-Identifier: BSD-3-Clause
// Which request of a line may sign next. All of a server's requests count on the nonce that its REGISTER
// was given, and a retransmission needs the same nonce and count: so those that sign go one by one.
#pragma once

#include "worker/request.h"

// Is another request to this server under way that signs? The end of it comes by here again.
bool turn_is_taken(const struct hl_worker *w, uint32_t i, const struct request_ops *ops);
// Has another one signed since, or is about to? Then the same bytes again would be refused.
bool turn_has_passed(const struct hl_worker *w, uint32_t i, const struct request_ops *ops);
