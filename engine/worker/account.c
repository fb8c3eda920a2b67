// SPDX-License-Identifier: BSD-3-Clause
// What a run reports of its lines: outages, flaps, causes (FAILOVER.md section 7). Written when a
// line's state changes, never on the way of an answered probe.
#include "worker/account.h"

#include <heartline/code.h>
#include "base/count.h"
#include "net/frame.h"

static uint32_t load(const _Atomic uint32_t *word)
{
	return atomic_load_explicit((_Atomic uint32_t *)word, memory_order_relaxed);
}

static void store(_Atomic uint32_t *word, uint32_t value)
{
	atomic_store_explicit(word, value, memory_order_relaxed);
}

static uint32_t run_ms(const struct hl_worker *w, uint64_t now_ns)
{
	return (uint32_t)((now_ns - w->options.start_ns) / 1000000);
}

static bool is_registered(uint8_t state)
{
	return state_is_settled(state) || state == HL_SW_P;
}

// When a move began: steps of 33 us, which come around after 39 hours.
#define MOVED_SHIFT 15
#define MOVED_LONG_MS 60000 // from here on milliseconds do, which come around after 49 days

static uint32_t moved_stamp(const struct hl_worker *w)
{
	return (uint32_t)(w->now_ns >> MOVED_SHIFT);
}

static uint64_t moved_us(const struct hl_worker *w, uint32_t i)
{
	return ((uint64_t)(moved_stamp(w) - w->accounts[i].moved_at) << MOVED_SHIFT) / 1000;
}

// How long ago the request left that was the first to fail: the REGISTER; the first of the probes
// that were lost one after the other.
static uint64_t failed_since_ns(const struct hl_worker *w, uint32_t i, const struct change *change)
{
	const struct line *l = &w->lines[i];
	const struct plan_profile *p = worker_profile(w, l);
	bool probe = change->event == FO_PROBE_LOST;
	uint64_t timeout_ns = probe ? p->options_timeout_ns : p->register_timeout_ns;
	uint32_t end = probe ? l->probe.end : l->registration.end;
	uint64_t between_ns = p->detect_interval_ns > timeout_ns ? p->detect_interval_ns
								 : timeout_ns;
	int32_t ticks = (int32_t)(w->now - (end - tick_span_ns(timeout_ns)));
	uint64_t ns = ticks > 0 ? (uint64_t)ticks << TICK_SHIFT : 0;

	return ns + (probe ? change->fails * between_ns : 0);
}

static void outage_begin(struct hl_worker *w, uint32_t i, const struct change *change)
{
	uint32_t now_ms = run_ms(w, w->now_ns);
	uint64_t ago_ns = failed_since_ns(w, i, change), ago_ms = ago_ns / 1000000;
	uint32_t registered_ms = now_ms - change->since_ms; // so long it was in its last state

	if (ago_ms > registered_ms)
		ago_ms = registered_ms;
	uint32_t since_ms = now_ms - (uint32_t)ago_ms;
	store(&w->accounts[i].down_since_ms, since_ms ? since_ms : 1);
	hist_add(&w->counters.detection, ago_ns / 1000);
	w->accounts[i].moved_at = moved_stamp(w);
}

static void outage_end(struct hl_worker *w, uint32_t i, bool registered)
{
	struct line_account *a = &w->accounts[i];
	uint32_t ms = run_ms(w, w->now_ns) - load(&a->down_since_ms), sum = load(&a->down_ms);

	if (ms == 0)
		ms = 1; // it was one all the same
	store(&a->down_since_ms, 0);
	store(&a->down_ms, sum + ms > sum ? sum + ms : UINT32_MAX);
	if (ms > load(&a->longest_ms))
		store(&a->longest_ms, ms);
	if (registered)
		hist_add(&w->counters.switching,
			 ms < MOVED_LONG_MS ? moved_us(w, i) : ms * UINT64_C(1000));
}

// The phrase as it came, for people: printable ASCII. Only failures come by here.
static void phrase_keep(struct hl_worker *w, uint16_t code)
{
	const struct frame *f = w->frame;
	uint32_t k = 0, len = 0;

	if (!f || code < 100 || f->payload_len < sizeof("SIP/2.0 503 ") - 1)
		return;
	while (k < PHRASES && load(&w->phrases[k].code) && load(&w->phrases[k].code) != code)
		k++;
	if (k == PHRASES || load(&w->phrases[k].code) == code)
		return;
	const char *at = (const char *)f->payload + sizeof("SIP/2.0 503 ") - 1;
	const char *end = (const char *)f->payload + f->payload_len;
	char *text = w->phrases[k].text;

	for (; at < end && *at != '\r' && *at != '\n' && len < HL_PHRASE_ROOM - 1; at++)
		text[len++] = *at >= ' ' && *at <= '~' ? *at : '?';
	if (len == 0)
		return;
	text[len] = 0;
	atomic_store_explicit(&w->phrases[k].code, code, memory_order_release);
}

static bool is_failure(enum failover_event event)
{
	return event == FO_FAILED || event == FO_REJECTED || event == FO_PROBE_LOST ||
	       event == FO_TIMER;
}

void account_change(struct hl_worker *w, uint32_t i, const struct change *change)
{
	struct line_account *a = &w->accounts[i];
	bool up = is_registered(change->to);

	if (change->code != HL_CODE_NONE && is_failure(change->event)) {
		count(&w->counters.causes[change->code < HL_CAUSES ? change->code : 0]);
		phrase_keep(w, change->code);
	}
	if (up && !(load(&a->life) & 1))
		store(&a->life, load(&a->life) | 1);
	if (load(&a->down_since_ms)) {
		if (up || change->to == HL_OFF)
			outage_end(w, i, up);
	} else if (!up && load(&a->life) & 1 && is_failure(change->event)) {
		outage_begin(w, i, change);
	}
	if (change->to == HL_SW_P)
		a->moved_at = moved_stamp(w);
	else if (change->from == HL_SW_P && change->to == HL_ON_P)
		hist_add(&w->counters.returning, moved_us(w, i));
}

void account_taken_up(struct hl_worker *w, uint32_t i)
{
	store(&w->accounts[i].life, load(&w->accounts[i].life) | 1);
	w->lines[i].flags |= LINE_REGISTERED_ONCE;
	count(&w->counters.registered_once);
}

void account_forget(struct hl_worker *w, uint32_t i)
{
	struct line_account *a = &w->accounts[i];

	store(&a->down_since_ms, 0);
	store(&a->down_ms, 0);
	store(&a->longest_ms, 0);
	store(&a->life, 0);
}

#define LIFE_MASK (UINT32_MAX >> 1)

static uint32_t tenths_now(const struct hl_worker *w)
{
	uint64_t tenths = (w->now_ns - w->options.start_ns) / 100000000;

	return (uint32_t)(tenths % (LIFE_MASK - 1)) + 1;
}

void account_return(struct hl_worker *w, uint32_t i)
{
	count(&w->counters.returns);
	store(&w->accounts[i].life, tenths_now(w) << 1 | 1);
}

void account_failover(struct hl_worker *w, uint32_t i)
{
	uint32_t returned = load(&w->accounts[i].life) >> 1;

	count(&w->counters.failovers);
	if (returned && ((tenths_now(w) - returned) & LIFE_MASK) < HL_FLAP_S * 10)
		count(&w->counters.flaps);
}

void hl_worker_account(const struct hl_worker *w, uint32_t line, uint64_t now_ns,
		       struct hl_line_account *account)
{
	uint32_t i = line - w->first;
	const struct line_account *a = &w->accounts[i];
	// not what the worker reads: it may be at rest, or just be taking the line
	const uint16_t shape = w->plan->table.lines[line].shape;
	const struct plan_profile *p = NULL;
	uint32_t since_ms = load(&a->down_since_ms);
	uint64_t lasts_ms = since_ms ? run_ms(w, now_ns) - since_ms : 0;

	if (shape != PLAN_NO_SHAPE)
		p = &plan_constants(w->plan)->profiles[w->plan->directory.shape_profiles[shape]];
	*account = (struct hl_line_account){
		.registered_once = load(&a->life) & 1,
		.down = since_ms != 0,
		.down_ms = load(&a->down_ms) + lasts_ms,
		.longest_ms = load(&a->longest_ms),
		.lasts_ms = lasts_ms,
		.switch_ms = p ? p->switch_ms : 0,
		.timeout_ms = p ? p->register_timeout_ns / 1000000 : 0,
		.age_ms = run_ms(w, now_ns) - line_state(&w->lines[i]).since_ms,
	};
	if (lasts_ms > account->longest_ms)
		account->longest_ms = lasts_ms;
}

void hl_worker_cause(const struct hl_worker *w, uint16_t code, char text[HL_PHRASE_ROOM])
{
	const char *from = hl_local_code_name(code);

	if (!from && code >= 100)
		from = hl_code_phrase(code);
	for (uint32_t k = 0; code >= 100 && k < PHRASES; k++)
		if (atomic_load_explicit((_Atomic uint32_t *)&w->phrases[k].code,
					 memory_order_acquire) == code)
			from = w->phrases[k].text;
	size_t len = from ? strlen(from) : 0;
	len = len < HL_PHRASE_ROOM ? len : HL_PHRASE_ROOM - 1;
	memcpy(text, from ? from : "", len);
	text[len] = 0;
}
