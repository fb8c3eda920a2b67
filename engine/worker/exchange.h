// SPDX-License-Identifier: BSD-3-Clause
// One client transaction of a line: what is the same for all kinds of requests.
#pragma once

#include "worker/request.h"

// The first transmission.
enum write_result exchange_send(struct hl_worker *w, uint32_t i, const struct request_ops *ops);
static inline bool exchange_is_due(const struct hl_worker *w, const struct exchange *e)
{
	return exchange_is_armed(e) && !tick_before(w->now, e->at);
}
// What is out is due: its retransmission or its end.
void exchange_serve(struct hl_worker *w, uint32_t i, const struct request_ops *ops);
// A response to the request that is out.
void exchange_reply(struct hl_worker *w, uint32_t i, struct exchange *e,
		    const struct request_ops *ops, const struct sip_reply *reply);

// Its time is over: whose fault was it? The code of it; and counted.
uint16_t exchange_code(const struct hl_worker *w, uint32_t i, const struct request_ops *ops);
uint16_t exchange_blame(struct hl_worker *w, uint32_t i, const struct request_ops *ops);
// What is out, if anything, is not waited for any more: counted, so that the counters balance.
void exchange_let_go(struct hl_worker *w, uint32_t i, const struct request_ops *ops);
