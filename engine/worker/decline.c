// SPDX-License-Identifier: BSD-3-Clause
// Replies that the scanner declined, on their way to the full parser: only those that answer one of our
// requests. A parser costs a thousand times what a stranger pays for a datagram.
#include "worker/decline.h"

#include "base/count.h"
#include "line/branch.h"
#include "net/frame.h"
#include "worker/drop.h"
#include "worker/reply.h"

#define BRANCHES_TRIED 8 // in one text; an answer to us holds one

// The first true branch in a text whose form nobody knows: wherever "=" stands before one, with white
// space between them (RFC 3261 25.1, EQUAL).
static bool find_branch(const struct hl_worker *w, const char *text, uint32_t len,
			struct branch *branch)
{
	const char *end = text + len, *at = text;

	for (int tries = 0; tries < BRANCHES_TRIED;) {
		at = memchr(at, '=', (size_t)(end - at));
		if (!at)
			return false;
		do
			at++;
		while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'));
		if (end - at < BRANCH_LEN)
			return false;
		if ((*at | 0x20) != 'z')
			continue;
		tries++;
		if (branch_read(w->plan->keys[PLAN_KEY_BRANCH], at, BRANCH_LEN, branch) &&
		    branch->line - w->first < w->n)
			return true;
	}
	return false;
}

void decline_reply(struct hl_worker *w, const struct frame *f)
{
	struct slow_packet *p = &w->slow_out;
	struct branch branch;

	if (f->payload_len > sizeof(p->text)) {
		drop_frame(w, HL_DROP_MALFORMED, f);
		return;
	}
	if (!find_branch(w, (const char *)f->payload, f->payload_len, &branch)) {
		drop_frame(w, HL_DROP_UNKNOWN_BRANCH, f);
		return;
	}
	p->src = f->src;
	p->dst = f->dst;
	enum hl_drop drop = reply_path(w, &branch, &p->src, &p->dst);
	if (f->link != worker_link_of(w, &w->lines[branch.line - w->first]))
		drop = HL_DROP_WRONG_SOURCE;
	if (drop != HL_DROP_NONE) {
		drop_frame(w, drop, f);
		return;
	}
	p->at_ns = w->now_ns;
	p->len = f->payload_len;
	memcpy(p->text, f->payload, f->payload_len);
	if (ring_push(&w->slow, p))
		count(&w->counters.slow);
	else
		drop_frame(w, HL_DROP_SLOW_FULL, f);
}
