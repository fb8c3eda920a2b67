// SPDX-License-Identifier: BSD-3-Clause
// How events, actions and states are called in STATES.md.
#include "states.h"

static const struct {
	const char *name, *meaning;
} actions[] = {
	{ "REGISTER_P", "a new REGISTER to P; one that is unanswered is abandoned" },
	{ "REGISTER_B", "the same to B" },
	{ "ABANDON", "stop what is unanswered or armed for registration" },
	{ "REFRESH", "arm the refresh at half of the grant" },
	{ "RESUME", "arm the refresh of the registration that is still held" },
	{ "BACKOFF", "arm the backoff, one longer" },
	{ "PARK", "arm the park time" },
	{ "HOLD", "arm the return delay" },
	{ "HOLD_CANCEL", "cancel it, and RETURN_LIMIT" },
	{ "COOL", "hold P for the cool-down, doubled at each failed return" },
	{ "PROBE", "probes on, if they are not; only with `primary_detect_interval`" },
	{ "PROBE_STOP", "probes off" },
	{ "LEAVE_P", "remove the old binding at P; only with `remove_last_registration`" },
	{ "LEAVE_B", "remove the old binding at B; only with `remove_last_registration`" },
	{ "LEAVE_ALL", "unregister wherever there may be a binding" },
	{ "SETTLED", "registered: forget the backoff and, on P, the cool-down" },
	{ "FAILOVER", "counted: the line moved to B" },
	{ "RETURN", "counted: the line came back to P" },
	{ "RETURN_LIMIT", "arm the end of the return: B must be refreshed in time" },
};

static const char *const events[FAILOVER_EVENTS] = {
	[FO_ENABLE] = "enable",
	[FO_REGISTERED] = "2xx",
	[FO_FAILED] = "FAIL or TEMP",
	[FO_REJECTED] = "REJ",
	[FO_REFRESH] = "refresh due",
	[FO_PROBE_OK] = "probe of P answered",
	[FO_PROBE_LOST] = "probe of P lost",
	[FO_PROBE_B_OK] = "probe of B answered",
	[FO_TIMER] = "the state's time is over",
	[FO_FORCE_P] = "force P",
	[FO_FORCE_B] = "force B",
	[FO_LOCK] = "lock",
	[FO_UNLOCK] = "unlock",
	[FO_DISABLE] = "disable",
};

static const char *const states[HL_LINE_STATES] = {
	[HL_OFF] = "switched off",
	[HL_REG_P] = "registering at P",
	[HL_ON_P] = "registered at P",
	[HL_SW_B] = "registering at B",
	[HL_ON_B] = "registered at B",
	[HL_HOLD_B] = "on B, the return delay runs",
	[HL_SW_P] = "registering back at P, B held",
	[HL_DOWN] = "both failed, backoff",
	[HL_PARK] = "rejected, waits",
};

const char *action_name(unsigned bit)
{
	return bit < sizeof(actions) / sizeof(actions[0]) ? actions[bit].name : NULL;
}

const char *action_meaning(unsigned bit)
{
	return bit < sizeof(actions) / sizeof(actions[0]) ? actions[bit].meaning : NULL;
}

const char *state_meaning(enum hl_line_state state)
{
	return states[state];
}

const char *event_name(enum failover_event event)
{
	return events[event] != NULL ? events[event] : "?";
}

const char *event_in(enum hl_line_state state, enum failover_event event)
{
	if (event != FO_TIMER)
		return event_name(event);
	switch (state) {
	case HL_HOLD_B:
		return "delay over";
	case HL_SW_P:
		return "B needs its refresh";
	case HL_DOWN:
		return "backoff over";
	case HL_PARK:
		return "park time over";
	default:
		return event_name(event);
	}
}
