// SPDX-License-Identifier: BSD-3-Clause
// The kinds of requests that lines send, by the list of line/kinds.h.
#include "worker/kinds.h"

#include "worker/request.h"

#define KIND_ROW(name, role) [KIND_##name] = &role##_ops,
const struct request_ops *const request_kinds[REQUEST_KINDS] = { REQUEST_KIND_LIST(KIND_ROW) };

#define TEXT_ROW(name, ...) [PLAN_##name] = { __VA_ARGS__ },
const struct request_text request_texts[PLAN_TEXTS] = { REQUEST_TEXTS(TEXT_ROW) };

bool kinds_use_text(const struct plan_profile *p, enum plan_text text)
{
	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++)
		if (request_kinds[kind]->text == text && kind_is_wanted(p, request_kinds[kind]))
			return true;
	return probe_ops.as_query->text == text && kind_is_wanted(p, probe_ops.as_query);
}

uint64_t hl_worker_outstanding(const struct hl_worker *w, enum hl_method method)
{
	uint64_t n = 0;

	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++) {
		if (request_kinds[kind]->method != method && !request_kinds[kind]->as_query)
			continue;
		for (uint32_t i = 0; i < w->n; i++) {
			const struct request_ops *ops = request_ops_of(w, i, request_kinds[kind]);
			const struct exchange *e = request_exchange(w, i, ops);

			n += e && exchange_has_left(e) && ops->method == method;
		}
	}
	return n;
}
