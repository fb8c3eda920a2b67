// SPDX-License-Identifier: BSD-3-Clause
// Walks over the lines and counts what became of them.

#include "report/outcome.h"

#include <stdbool.h>
#include <stdlib.h>

#include "dataplane/dataplane.h"

#define FAILED_FIRST 64

static bool is_registered(uint8_t state)
{
	return state == HL_ON_P || state == HL_ON_B || state == HL_HOLD_B || state == HL_SW_P;
}

// A line is off until the ramp reaches it, and after its first attempt only by order.
static bool is_disabled(const struct hl_state *state, const struct hl_line_account *account)
{
	return state->state == HL_OFF && (account->registered_once || state->code != HL_CODE_NONE);
}

static void list_failed(struct outcome *o, uint32_t line, const struct hl_state *state, bool never)
{
	if (o->n_failed == o->failed_room) {
		uint64_t room = o->failed_room ? 2 * o->failed_room : FAILED_FIRST;
		struct failed_line *failed = realloc(o->failed, room * sizeof(*failed));
		if (!failed)
			return;
		o->failed = failed;
		o->failed_room = room;
	}
	o->failed[o->n_failed++] = (struct failed_line){
		.line = line,
		.code = state->code,
		.state = state->state,
		.never = never,
	};
}

static void add_outages(struct outcome *o, uint32_t line, const struct hl_line_account *account)
{
	const struct outage longest = { account->longest_ms, account->switch_ms, line };

	if (account->down_ms == 0)
		return;
	o->ever_down++;
	o->down_ms += account->down_ms;
	if (longest.ms > o->worst.ms)
		o->worst = longest;
	if (longest.ms <= longest.allowed_ms)
		return;
	o->too_long++;
	if (longest.ms > o->worst_too_long.ms)
		o->worst_too_long = longest;
}

void outcome_add(struct outcome *o, uint32_t line, const struct hl_state *state,
		 const struct hl_line_account *account)
{
	bool gave_up = state->state == HL_DOWN || state->state == HL_PARK;

	add_outages(o, line, account);
	if (is_registered(state->state))
		return;
	if (is_disabled(state, account)) {
		o->disabled++;
		return;
	}
	if (!account->registered_once) {
		if (state->state == HL_OFF) {
			o->not_started++;
		} else if (!gave_up && state->code == HL_CODE_NONE &&
			   account->age_ms < account->timeout_ms) {
			o->starting++;
		} else {
			o->never++;
			list_failed(o, line, state, true);
		}
	} else if (gave_up || account->lasts_ms > account->switch_ms) {
		o->lost++;
		list_failed(o, line, state, false);
	} else {
		o->switching++;
	}
}

void outcome_take(struct outcome *o, const struct dataplane *dp, uint64_t now_ns)
{
	outcome_free(o);
	for (unsigned i = 0; i < dp->n_workers; i++) {
		const struct hl_worker *w = dp->workers[i];
		uint32_t first = hl_worker_first(w), n = hl_worker_lines(w);
		for (uint32_t line = first; line < first + n; line++) {
			struct hl_state state = hl_state_unpack(hl_worker_state(w, line));
			struct hl_line_account account;
			if (state.slot != HL_SLOT_LINE)
				continue;
			hl_worker_account(w, line, now_ns, &account);
			outcome_add(o, line, &state, &account);
		}
	}
}

void outcome_free(struct outcome *o)
{
	free(o->failed);
	*o = (struct outcome){ 0 };
}
