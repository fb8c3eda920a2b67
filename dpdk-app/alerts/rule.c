// SPDX-License-Identifier: BSD-3-Clause
// It fires after it was beyond its threshold for its time, without a break, and clears at another one:
// what goes up and down between the two changes nothing.

#include "alerts/rule.h"

#include <math.h>

static bool is_beyond(const struct hl_alert *a, double value)
{
	return a->is_below ? value < (double)a->below : value > (double)a->above;
}

static bool is_well(const struct hl_alert *a, double value)
{
	return a->is_below ? value >= (double)a->clear : value <= (double)a->clear;
}

enum rule_event rule_look(struct rule *r, double value, uint64_t now_ms)
{
	r->value = value;
	if (isnan(value)) {
		if (r->state == RULE_PENDING)
			r->state = RULE_CLEAR;
		return RULE_STAYS;
	}
	switch (r->state) {
	case RULE_CLEAR:
		if (!is_beyond(r->alert, value))
			return RULE_STAYS;
		r->state = RULE_PENDING;
		r->since_ms = now_ms;
		break;
	case RULE_PENDING:
		if (!is_beyond(r->alert, value)) {
			r->state = RULE_CLEAR;
			return RULE_STAYS;
		}
		break;
	case RULE_FIRING:
		if (!is_well(r->alert, value))
			return RULE_STAYS;
		r->state = RULE_CLEAR;
		return RULE_CLEARS;
	}
	if (now_ms - r->since_ms < r->alert->for_ms)
		return RULE_STAYS;
	r->state = RULE_FIRING;
	return RULE_FIRES;
}
