// SPDX-License-Identifier: BSD-3-Clause
// How each request that left came to its end, so that the counters balance:
// requests = finals + timeouts + unreachable + abandoned + those that are outstanding.
#include "worker/worker.h"

enum hl_method worker_method(enum request_kind kind)
{
	if (kind == KIND_SUBSCRIBE)
		return HL_SUBSCRIBE;
	return kind == KIND_PROBE || kind == KIND_KEEP ? HL_OPTIONS : HL_REGISTER;
}

void worker_let_go(struct hl_worker *w, enum request_kind kind, uint8_t retransmissions)
{
	if (retransmissions != RTX_WAITS)
		count(&w->counters.abandoned[worker_method(kind)]);
}

void worker_probe_let_go(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	if (l->flags & LINE_PROBE_OUT)
		worker_let_go(w, KIND_PROBE, l->probe_rtx);
	l->flags &= (uint8_t) ~(LINE_PROBE_OUT | LINE_PROBE_SEND);
}

bool worker_request_out(const struct hl_worker *w, uint32_t i, enum request_kind kind,
			struct request *r)
{
	const struct line *l = &w->lines[i];
	const struct line_cold *c = &w->cold[i];
	const struct line_streams *s = w->streams ? &w->streams[i] : NULL;

	r->kind = kind;
	switch (kind) {
	case KIND_REGISTER:
		r->server = l->reg_server;
		r->number = l->reg_cseq;
		return l->flags & LINE_REG_OUT && l->reg_rtx != RTX_WAITS;
	case KIND_PROBE:
		r->server = l->more & LINE_PROBE_B ? HL_SERVER_B : HL_SERVER_P;
		r->number = l->probe_cseq;
		return l->flags & LINE_PROBE_OUT && l->probe_rtx != RTX_WAITS;
	case KIND_BYE:
		r->server = c->bye_server;
		r->number = c->bye_cseq;
		return l->flags & LINE_BYE_OUT && c->bye_rtx != RTX_WAITS;
	case KIND_KEEP:
		r->server = s ? s->server : HL_SERVER_NONE;
		r->number = s ? s->keep_cseq : 0;
		return s && s->flags & STREAM_KEEP_OUT && s->keep_rtx != RTX_WAITS;
	case KIND_SUBSCRIBE:
		r->server = s ? s->server : HL_SERVER_NONE;
		r->number = s ? s->sub_cseq : 0;
		return s && s->flags & STREAM_SUB_OUT && s->sub_rtx != RTX_WAITS;
	case REQUEST_KINDS:
		break;
	}
	return false;
}

uint64_t hl_worker_outstanding(const struct hl_worker *w, enum hl_method method)
{
	struct request r;
	uint64_t n = 0;

	for (uint32_t i = 0; i < w->n; i++)
		for (unsigned kind = 0; kind < REQUEST_KINDS; kind++)
			n += worker_method(kind) == method && worker_request_out(w, i, kind, &r);
	return n;
}
