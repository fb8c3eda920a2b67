// SPDX-License-Identifier: BSD-3-Clause
// What a response means for its line (FAILOVER.md sections 2, 4 and 5).
#include "worker/worker.h"

bool worker_reply_line(const struct hl_worker *w, const struct sip_reply *reply,
		       struct branch *branch)
{
	return branch_read(w->plan->options.boot_key, reply->branch.at, reply->branch.len,
			   branch) &&
	       branch->line - w->first < w->n;
}

// First transmissions are kept apart: who has sent twice does not know which one was answered.
static void note_rtt(struct hl_worker *w, uint32_t sent, uint8_t retransmissions)
{
	uint32_t span = (uint32_t)(w->now_ns >> 4) - sent;

	hist_add(retransmissions ? &w->counters.rtt_retransmitted : &w->counters.rtt_first,
		 ((uint64_t)span << 4) / 1000);
}

static uint32_t granted_s(struct hl_worker *w, uint32_t i, enum hl_server server,
			  const struct sip_reply *reply)
{
	const struct line *l = &w->lines[i];
	const struct plan_address *own = &w->plan->addresses[l->addr];
	bool found;
	uint32_t granted = scan_contact_expires(reply, own->text, own->text_len, l->port,
						server == HL_SERVER_P ? 'p' : 'b', &found);

	if (granted == SIP_NO_NUMBER)
		granted = reply->expires;
	if (granted == SIP_NO_NUMBER)
		granted = w->cold[i].expires_s ? w->cold[i].expires_s
					       : worker_profile(w, l)->expires_s;
	return granted;
}

static char *long_text(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	return w->long_texts + ((size_t)i * HL_SERVERS + server) * AUTH_TEXT_LONG;
}

static void registered(struct hl_worker *w, uint32_t i, enum hl_server server,
		       const struct sip_reply *reply)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];
	uint32_t granted = granted_s(w, i, server, reply);

	if (granted == 0) { // a 2xx that grants nothing holds nothing
		worker_step(w, i, FO_FAILED, reply->status);
		return;
	}
	// half of what was granted, never written into what is asked: it would shrink for ever
	c->refresh_at = w->now + tick_span_ns(granted * 500000000ull);
	c->bound_until[server] = w->now + tick_span_ns(granted * 1000000000ull);
	c->bound |= (uint8_t)(1u << server);
	c->bad_nonces[server] = 0;
	auth_next_nonce(&w->auth[i * HL_SERVERS + server], reply->auth_info,
			long_text(w, i, server));
	if (!(l->more & LINE_ONCE)) {
		l->more |= LINE_ONCE;
		count(&w->counters.registered_once);
	}
	worker_step(w, i, FO_REGISTERED, reply->status);
}

static void challenged(struct hl_worker *w, uint32_t i, enum hl_server server,
		       const struct sip_reply *reply)
{
	struct line_cold *c = &w->cold[i];

	// Every new nonce counts as stale, with or without the flag; three in a row are a refusal.
	// The answer to a request without credentials is the first challenge, not a refusal.
	if (w->lines[i].more & LINE_REG_AUTH)
		c->bad_nonces[server]++;
	if (c->bad_nonces[server] >= 3 || worker_challenge(w, i, server, reply) < 0) {
		worker_step(w, i, FO_REJECTED, reply->status);
		return;
	}
	count(&w->counters.challenges);
	worker_register(w, i, server, true);
}

static bool interval_too_brief(struct hl_worker *w, uint32_t i, enum hl_server server,
			       const struct sip_reply *reply)
{
	struct line_cold *c = &w->cold[i];
	uint32_t asked = c->expires_s ? c->expires_s : worker_profile(w, &w->lines[i])->expires_s;

	// once: a server that is not content with its own minimum gets no third request
	if (reply->min_expires == SIP_NO_NUMBER || reply->min_expires <= asked || c->expires_s)
		return false;
	c->expires_s = reply->min_expires < 9999999 ? reply->min_expires : 9999999;
	worker_register(w, i, server, w->lines[i].more & LINE_REG_AUTH);
	return true;
}

static void failed(struct hl_worker *w, uint32_t i, enum hl_server server,
		   const struct sip_reply *reply)
{
	unsigned status = reply->status;
	bool temporary = status == 480 || reply->retry_after != SIP_NO_NUMBER;

	if (reply->retry_after != SIP_NO_NUMBER)
		worker_hold_server(w, i, server, reply->retry_after * 1000000000ull);
	worker_step(w, i, temporary || status == 408 || status / 100 == 5 ? FO_FAILED : FO_REJECTED,
		    reply->status);
}

static void register_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line *l = &w->lines[i];
	enum hl_server server = l->reg_server;

	if (reply->status < 200) {
		l->more |= LINE_REG_PROVISIONAL;
		return;
	}
	l->flags &= (uint8_t)~LINE_REG_OUT;
	note_rtt(w, l->reg_sent, l->reg_rtx);
	count(&w->counters.finals[HL_REGISTER]);
	if (reply->status / 100 == 2)
		registered(w, i, server, reply);
	else if (reply->status == 401 || reply->status == 407)
		challenged(w, i, server, reply);
	else if (reply->status != 423 || !interval_too_brief(w, i, server, reply))
		failed(w, i, server, reply);
}

// Any final response but 503 says that the server is alive; probes are never authenticated.
static void probe_answered(struct hl_worker *w, uint32_t i, enum hl_server server,
			   const struct sip_reply *reply)
{
	struct line *l = &w->lines[i];
	bool alive = reply->status != 503;

	if (reply->status < 200) {
		l->more |= LINE_PROBE_PROVISIONAL;
		return;
	}
	note_rtt(w, l->probe_sent, l->probe_rtx);
	count(&w->counters.finals[HL_OPTIONS]);
	worker_probe_ended(w, l);
	if (server == HL_SERVER_P)
		worker_step(w, i, alive ? FO_PROBE_OK : FO_PROBE_LOST, reply->status);
	else if (alive)
		worker_step(w, i, FO_PROBE_B_OK, reply->status);
}

// A late 2xx to a REGISTER of an old epoch: a binding that nobody wants, at a server the line is
// not on.
static void late_answer(struct hl_worker *w, uint32_t i, const struct branch *b,
			const struct sip_reply *reply)
{
	struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);
	bool wanted = s.server == b->server ||
		      (l->reg_server == b->server && l->flags & (LINE_REG_OUT | LINE_REG_SEND));

	count(b->number == l->reg_cseq || b->number == l->probe_cseq ? &w->counters.duplicates
								     : &w->counters.late);
	if (b->kind != KIND_REGISTER || reply->status / 100 != 2 || wanted)
		return;
	count(&w->counters.orphans);
	w->cold[i].maybe_bound |= (uint8_t)(1u << b->server);
	worker_bye(w, i, (uint8_t)(1u << b->server));
}

static bool outstanding(const struct hl_worker *w, uint32_t i, const struct branch *b)
{
	const struct line *l = &w->lines[i];

	switch (b->kind) {
	case KIND_REGISTER:
		return l->flags & LINE_REG_OUT && l->reg_cseq == b->number;
	case KIND_PROBE:
		return l->flags & LINE_PROBE_OUT && l->probe_cseq == b->number;
	case KIND_BYE:
		return l->flags & LINE_BYE_OUT && w->cold[i].bye_cseq == b->number;
	}
	return false;
}

static bool same_endpoint(const struct hl_endpoint *a, const struct hl_addr *addr, uint16_t port)
{
	return a->port == port && hl_addr_equal(&a->addr, addr);
}

void worker_reply(struct hl_worker *w, const struct branch *b, const struct hl_endpoint *src,
		  const struct hl_endpoint *dst, const struct sip_reply *reply)
{
	uint32_t i = b->line - w->first;
	struct line *l = &w->lines[i];
	const struct hl_endpoint *server = &worker_profile(w, l)->server[b->server].at;
	enum hl_method method = b->kind == KIND_PROBE ? HL_OPTIONS : HL_REGISTER;

	if (!same_endpoint(src, &server->addr, server->port) ||
	    !same_endpoint(dst, &w->plan->addresses[l->addr].addr, l->port)) {
		count(&w->counters.wrong_source);
		return;
	}
	if (reply->method != method || reply->cseq != CSEQ_FIRST + b->number) {
		count(&w->counters.wrong_cseq);
		return;
	}
	if (!outstanding(w, i, b)) {
		late_answer(w, i, b, reply);
	} else {
		count(&w->counters.responses[reply->status / 100]);
		if (b->kind == KIND_REGISTER)
			register_answered(w, i, reply);
		else if (b->kind == KIND_PROBE)
			probe_answered(w, i, b->server, reply);
		else
			worker_bye_answered(w, i, reply);
	}
	worker_flush(w, i);
}
