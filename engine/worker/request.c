// SPDX-License-Identifier: BSD-3-Clause
// What all kinds of requests have in common: the latest one, its endpoint, its next hop.
#include "worker/request.h"

struct request request_describe(const struct hl_worker *w, uint32_t i,
				const struct request_ops *ops)
{
	struct request r = { .ops = ops, .number = request_exchange(w, i, ops)->number };

	ops->describe(w, i, &r);
	return r;
}

bool request_hop_known(const struct hl_worker *w, uint32_t i, const struct request_ops *ops,
		       enum hl_server server)
{
	const struct plan_endpoint *to = request_endpoint(w, i, ops, server);
	const struct path *path = worker_path(w, &w->lines[i], to);
	uint8_t mac[6];

	return path && neigh_mac(&w->neighbours->entries[path->next_hop], mac);
}
