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

static uint32_t line_outstanding(const struct hl_worker *w, uint32_t i, enum hl_method method)
{
	const struct line *l = &w->lines[i];
	const struct line_streams *s = w->streams ? &w->streams[i] : NULL;

	switch (method) {
	case HL_REGISTER:
		return (l->flags & LINE_REG_OUT && l->reg_rtx != RTX_WAITS) +
		       (l->flags & LINE_BYE_OUT && w->cold[i].bye_rtx != RTX_WAITS);
	case HL_OPTIONS:
		return (l->flags & LINE_PROBE_OUT && l->probe_rtx != RTX_WAITS) +
		       (s && s->flags & STREAM_KEEP_OUT && s->keep_rtx != RTX_WAITS);
	case HL_SUBSCRIBE:
		return s && s->flags & STREAM_SUB_OUT && s->sub_rtx != RTX_WAITS;
	default:
		return 0;
	}
}

uint64_t hl_worker_outstanding(const struct hl_worker *w, enum hl_method method)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < w->n; i++)
		n += line_outstanding(w, i, method);
	return n;
}
