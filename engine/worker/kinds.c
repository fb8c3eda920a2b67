// SPDX-License-Identifier: BSD-3-Clause
// The kinds of requests that lines send, by the list of line/kinds.h.
#include "worker/kinds.h"

#include "base/memory.h"
#include "line/streams.h"
#include "worker/request.h"

#define KIND_ROW(name, role) [KIND_##name] = &role##_ops,
const struct request_ops *const request_kinds[REQUEST_KINDS] = { REQUEST_KIND_LIST(KIND_ROW) };

#define TEXT_ROW(name, ...) [PLAN_##name] = { __VA_ARGS__ },
const struct request_text request_texts[PLAN_TEXTS] = { REQUEST_TEXTS(TEXT_ROW) };

static bool is_wanted(const struct plan_profile *p, const struct request_ops *ops)
{
	return !ops->is_wanted || ops->is_wanted(p);
}

bool kinds_use_text(const struct plan_profile *p, enum plan_text text)
{
	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++)
		if (request_kinds[kind]->text == text && is_wanted(p, request_kinds[kind]))
			return true;
	return false;
}

static bool any_wants(const struct plan_constants *c, const struct request_ops *ops)
{
	for (uint32_t k = 0; k < c->n_profiles; k++)
		if (is_wanted(&c->profiles[k], ops))
			return true;
	return false;
}

// The part of all lines that holds the exchanges of a kind. first NULL: no memory.
static struct request_place place_of(struct hl_worker *w, uint32_t n, const struct request_ops *ops)
{
	switch (ops->store) {
	case STORE_LINE:
		return (struct request_place){ (char *)w->lines, sizeof(*w->lines) };
	case STORE_COLD:
		return (struct request_place){ (char *)w->cold, sizeof(*w->cold) };
	case STORE_STREAMS:
		if (!w->streams)
			w->streams = memory_zalloc(n, sizeof(*w->streams), 64);
		return (struct request_place){ (char *)w->streams, sizeof(*w->streams) };
	case STORE_OWN:
		break;
	}
	return (struct request_place){ memory_zalloc(n, ops->bytes, 64), ops->bytes };
}

bool kinds_make(struct hl_worker *w, uint32_t n)
{
	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++) {
		const struct request_ops *ops = request_kinds[kind];
		struct request_place *place = &w->places[kind];

		if (!any_wants(plan_constants(w->plan), ops))
			continue;
		*place = place_of(w, n, ops);
		if (!place->first)
			return false;
		place->first += ops->at;
		if (ops->is_rare)
			w->rare[w->n_rare++] = ops;
		w->follows |= ops->follow && ops->is_wanted;
	}
	if (w->places[KIND_SUBSCRIBE].first)
		w->dialogs = memory_zalloc(n, sizeof(*w->dialogs), 64);
	return w->dialogs || !w->places[KIND_SUBSCRIBE].first;
}

void kinds_free(struct hl_worker *w)
{
	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++)
		if (request_kinds[kind]->store == STORE_OWN)
			memory_free(w->places[kind].first);
	memory_free(w->dialogs);
	memory_free(w->streams);
}

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
