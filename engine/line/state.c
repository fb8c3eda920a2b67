// SPDX-License-Identifier: BSD-3-Clause
// Names of a line's states, for people.
#include <stddef.h>

#include <heartline/state.h>

static const char *const state_names[HL_LINE_STATES] = {
	[HL_OFF] = "OFF",   [HL_REG_P] = "REG_P", [HL_ON_P] = "ON_P",
	[HL_SW_B] = "SW_B", [HL_ON_B] = "ON_B",   [HL_HOLD_B] = "HOLD_B",
	[HL_SW_P] = "SW_P", [HL_DOWN] = "DOWN",   [HL_PARK] = "PARK",
};

static const char *const code_names[HL_LOCAL_CODES] = {
	[HL_CODE_TIMEOUT] = "time-out",
	[HL_CODE_UNREACHABLE] = "unreachable (ICMP)",
	[HL_CODE_UNRESOLVED] = "no ARP answer",
	[HL_CODE_NO_LEASE] = "no DHCP lease",
	[HL_CODE_CHALLENGE] = "challenge unreadable",
	[HL_CODE_TOO_LONG] = "challenge too long to answer",
};

const char *hl_local_code_name(unsigned code)
{
	return code < HL_LOCAL_CODES ? code_names[code] : NULL;
}

// A word of another version may hold more than this one knows.
const char *hl_line_state_name(enum hl_line_state state)
{
	return (unsigned)state < HL_LINE_STATES ? state_names[state] : "?";
}
