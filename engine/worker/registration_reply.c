// SPDX-License-Identifier: BSD-3-Clause
// What a final response to a REGISTER means for its line (FAILOVER.md sections 2, 4 and 5).
#include "worker/registration.h"

#include <errno.h>

#include <heartline/code.h>
#include "base/count.h"
#include "sip/value.h"
#include "worker/challenge.h"
#include "worker/clock.h"
#include "worker/emit.h"
#include "worker/hold.h"
#include "worker/interval.h"
#include "worker/phase.h"
#include "worker/stale.h"

static uint32_t granted_s(struct hl_worker *w, uint32_t i, enum hl_server server,
			  const struct sip_reply *reply)
{
	const struct line *l = &w->lines[i];
	const struct plan_address *address = &w->plan->table.addresses[l->addr];
	const struct plan_identity *id = &w->plan->table.identities[w->first + i];
	const struct contact_own own = {
		.user = { id->text, id->user_len },
		.host = { address->text, address->text_len },
		.port = l->port,
		.server = server == HL_SERVER_P ? 'p' : 'b',
	};

	return scan_contact_expires(reply, &own, registration_expires_s(w, i, server));
}

// What was granted is never written into what is asked: it would shrink for ever. Lines that a failover
// has registered together would be refreshed together for good: the first refresh comes by up to 3/4 of
// its time early, each one after it by up to a tenth.
static uint64_t refresh_ns(struct hl_worker *w, uint32_t i, uint32_t granted, bool is_refresh)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	uint64_t least_ns, wait_ns = interval_refresh_ns(w, i, granted, p->expires_s, &least_ns);

	if (!p->refresh_jitter)
		return wait_ns;
	// never below the shortest, so that no server is asked more often by chance
	uint64_t early_ns = is_refresh ? wait_ns / 10 : wait_ns / 4 * 3;
	if (early_ns > wait_ns - least_ns)
		early_ns = wait_ns - least_ns;
	return early_ns > 0 ? wait_ns - phase_block_draw(w, i) % (early_ns + 1) : wait_ns;
}

static void registered(struct hl_worker *w, uint32_t i, enum hl_server server,
		       const struct sip_reply *reply)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];
	uint32_t granted = granted_s(w, i, server, reply);
	bool is_refresh = state_is_settled(line_state(l).state);

	challenge_next_nonce(w, i, server, reply);
	if (granted == 0) { // a 2xx that grants nothing holds nothing
		registration_failed(w, FO_FAILED, reply->status);
		return;
	}
	c->refresh_at = w->now + tick_span_ns(refresh_ns(w, i, granted, is_refresh));
	c->bound_until[server] = coarse_after(w, granted * 1000000000ull);
	c->bound |= (uint8_t)(1u << server);
	w->notes[i].granted_s[server] = granted;
	if (!(l->flags & LINE_REGISTERED_ONCE)) {
		l->flags |= LINE_REGISTERED_ONCE;
		count(&w->counters.registered_once);
	}
	count(&w->counters.registrations);
	emit_event(w, FO_REGISTERED, reply->status);
	if (stale_look(w, i, server, reply))
		emit(w, (struct emitted){ .what = EMITTED_STALE });
}

// Once in an attempt, and only while nothing but the remembered nonce was refused.
static bool asked_without(struct hl_worker *w, uint32_t i)
{
	struct line_cold *c = &w->cold[i];

	if (!(w->lines[i].flags & LINE_REG_AUTH) ||
	    c->attempt & (ATTEMPT_CHALLENGED | ATTEMPT_BARE))
		return false;
	c->attempt |= ATTEMPT_BARE;
	c->answered++;
	registration_ask_again(w, i, false);
	return true;
}

// REJ: the account is wrong, not the server, unless the profile says otherwise of this code.
static void rejected(struct hl_worker *w, uint32_t i, uint16_t status)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);

	registration_failed(w, hl_codes_hold(&p->failover_codes, status) ? FO_FAILED : FO_REJECTED,
			    status);
}

// Every new nonce counts as stale, with or without the flag: a server that has always another one says
// nothing of the password, and fails when the attempt has sent enough. The nonce that was just
// answered, given again without the flag, is a refusal: the password is wrong.
static void challenged(struct hl_worker *w, uint32_t i, enum hl_server server,
		       const struct sip_reply *reply)
{
	struct line_cold *c = &w->cold[i];
	int challenge = challenge_learn(w, i, server,
					challenge_bare_request(w, i, server, PLAN_REGISTER), reply);

	if (challenge == -ENOSPC) { // says nothing of the account; the other server may be briefer
		registration_failed(w, FO_FAILED, HL_CODE_TOO_LONG);
		return;
	}
	if (challenge < 0 || (challenge == CHALLENGE_SAME && c->attempt & ATTEMPT_CHALLENGED)) {
		rejected(w, i, reply->status);
		return;
	}
	if (c->answered++ >= challenge_answers_max(w, i, server)) {
		registration_failed(w, FO_FAILED, reply->status);
		return;
	}
	c->attempt |= ATTEMPT_CHALLENGED;
	count(&w->counters.challenges);
	registration_ask_again(w, i, true);
}

static bool interval_too_brief(struct hl_worker *w, uint32_t i, enum hl_server server,
			       const struct sip_reply *reply)
{
	struct line_cold *c = &w->cold[i];

	// once: a server that is not content with its own minimum gets no third request
	if (reply->min_expires == SIP_NO_NUMBER || c->attempt & ATTEMPT_BRIEF ||
	    reply->min_expires <= registration_expires_s(w, i, server))
		return false;
	if (reply->min_expires > MIN_EXPIRES_MAX_S) {
		count(&w->counters.long_min_expires);
		return false;
	}
	c->attempt |= ATTEMPT_BRIEF;
	c->expires_s[server] = reply->min_expires;
	registration_ask_again(w, i, w->lines[i].flags & LINE_REG_AUTH);
	return true;
}

static bool names_server(const struct plan_server *server, const struct address_uri *uri,
			 struct slice text)
{
	struct hl_addr addr;
	struct slice transport;

	if (text_equal_nocase(text.at, text.len < 5 ? text.len : 5, "sips:", 5) ||
	    (param_find(uri->params, "transport", &transport) &&
	     !text_equal_nocase(transport.at, transport.len, "udp", 3)))
		return false;
	return hl_addr_parse(uri->host.at, uri->host.len, &addr) == 0 &&
	       plan_server_has(server, &addr, uri->port ? uri->port : 5060);
}

static bool contacts_name(const struct sip_reply *reply, const struct plan_server *server,
			  bool *readable)
{
	struct contact_walk walk = { 0 };
	struct address address;
	bool named = false;

	*readable = false;
	while (contact_next(reply, &walk, &address)) {
		struct address_uri uri;

		if (address.uri.at == NULL || !address_uri_read(address.uri, &uri) || !uri.sip)
			continue;
		*readable = true;
		named |= names_server(server, &uri, address.uri);
	}
	return named;
}

// 301 and 302: false when no contact can be read. The other server of the profile is followed, in
// its turn of this cycle and so but once; any other address, and the one that was just asked (RFC
// 3261 8.1.3.4), is as good as no answer.
static bool redirected(struct hl_worker *w, uint32_t i, enum hl_server server,
		       const struct sip_reply *reply)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	enum hl_server other = server == HL_SERVER_P ? HL_SERVER_B : HL_SERVER_P;
	bool was_on_b = line_state(&w->lines[i]).server == HL_SERVER_B && server == HL_SERVER_B;
	bool contact;
	bool follow = contacts_name(reply, &worker_servers(w, &w->lines[i])[other], &contact) &&
		      (other == HL_SERVER_P || p->policy.has_backup);

	if (!contact)
		return false;
	count(&w->counters.redirects);
	hold_asked(w, i, server, reply->retry_after);
	registration_failed(w, FO_FAILED, reply->status);
	// Row 15 goes to P only when P answers its probes; B's word is as good as that.
	if (follow && was_on_b)
		emit(w, (struct emitted){ .what = EMITTED_P_ANSWERS });
	return true;
}

// A refusal of the account, unless it comes with a Retry-After: then it is one for now.
static void failed(struct hl_worker *w, uint32_t i, enum hl_server server,
		   const struct sip_reply *reply)
{
	enum hl_code_class class = hl_code_class(reply->status);

	if (reply->status == 503 && registration_try_next_target(w, i))
		return;
	hold_asked(w, i, server, reply->retry_after);
	if (class == HL_CLASS_FAIL || class == HL_CLASS_TEMP || reply->retry_after != SIP_NO_NUMBER)
		registration_failed(w, FO_FAILED, reply->status);
	else if (!challenge_doubts_nonce(reply) || !asked_without(w, i))
		rejected(w, i, reply->status);
}

void registration_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	enum hl_server server = w->lines[i].reg_server;

	switch (hl_code_class(reply->status)) {
	case HL_CLASS_ALIVE:
		registered(w, i, server, reply);
		return;
	case HL_CLASS_CHALLENGE:
		challenged(w, i, server, reply);
		return;
	case HL_CLASS_BRIEF:
		if (interval_too_brief(w, i, server, reply))
			return;
		break;
	case HL_CLASS_REDIRECT:
		if (redirected(w, i, server, reply))
			return;
		break;
	default:
		break;
	}
	failed(w, i, server, reply);
}
