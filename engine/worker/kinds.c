// SPDX-License-Identifier: BSD-3-Clause
// The kinds of requests that lines send. A new kind: its role, and its row here.
#include "worker/kinds.h"

#include "line/branch.h"
#include "worker/keepalive.h"
#include "worker/probe.h"
#include "worker/registration.h"
#include "worker/request.h"
#include "worker/subscription.h"
#include "worker/unregister.h"

// The registration first: it is what the line lives on.
const struct request_ops *const request_kinds[REQUEST_KINDS] = {
	[KIND_REGISTER] = &registration_ops,  [KIND_PROBE] = &probe_ops,
	[KIND_UNREGISTER] = &unregister_ops,  [KIND_KEEPALIVE] = &keepalive_ops,
	[KIND_SUBSCRIBE] = &subscription_ops,
};

uint64_t hl_worker_outstanding(const struct hl_worker *w, enum hl_method method)
{
	uint64_t n = 0;

	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++) {
		const struct request_ops *ops = request_kinds[kind];

		if (ops->method != method)
			continue;
		for (uint32_t i = 0; i < w->n; i++) {
			const struct exchange *e = request_exchange(w, i, ops);

			n += e && exchange_has_left(e);
		}
	}
	return n;
}
