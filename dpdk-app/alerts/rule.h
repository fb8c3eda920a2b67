// SPDX-License-Identifier: BSD-3-Clause
// When an alert fires and when it clears. Depends on what it is given alone.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>

enum rule_state {
	RULE_CLEAR,
	RULE_PENDING, // beyond the threshold, not for long enough yet
	RULE_FIRING,
};

enum rule_event { RULE_STAYS, RULE_FIRES, RULE_CLEARS };

struct rule {
	const struct hl_alert *alert;
	enum rule_state state;
	uint64_t since_ms; // beyond the threshold, or firing
	double value;      // the latest; NAN: there is none
};

// It fires above or below this.
static inline uint64_t rule_threshold(const struct hl_alert *alert)
{
	return alert->is_below ? alert->below : alert->above;
}

// One look. value NAN: there is nothing to look at, so nothing begins and nothing ends.
enum rule_event rule_look(struct rule *rule, double value, uint64_t now_ms);
