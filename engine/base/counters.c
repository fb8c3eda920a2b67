// SPDX-License-Identifier: BSD-3-Clause
// Names of the counters that are rows of a table.
#include <heartline/counters.h>

#define NAME(id, name, text) name,
#define TEXT(id, name, text) text,

static const char *const drop_names[HL_DROPS] = { HL_DROP_TABLE(NAME) };
static const char *const drop_texts[HL_DROPS] = { HL_DROP_TABLE(TEXT) };
static const char *const limit_names[HL_LIMITS] = { HL_LIMIT_TABLE(NAME) };
static const char *const limit_texts[HL_LIMITS] = { HL_LIMIT_TABLE(TEXT) };
static const char *const dhcp_names[HL_DHCP_EVENTS] = { HL_DHCP_EVENT_TABLE(NAME) };
static const char *const dhcp_texts[HL_DHCP_EVENTS] = { HL_DHCP_EVENT_TABLE(TEXT) };

const char *hl_drop_name(enum hl_drop reason)
{
	return drop_names[reason];
}

const char *hl_drop_text(enum hl_drop reason)
{
	return drop_texts[reason];
}

const char *hl_limit_name(enum hl_limit limit)
{
	return limit_names[limit];
}

const char *hl_limit_text(enum hl_limit limit)
{
	return limit_texts[limit];
}

const char *hl_dhcp_event_name(enum hl_dhcp_event event)
{
	return dhcp_names[event];
}

const char *hl_dhcp_event_text(enum hl_dhcp_event event)
{
	return dhcp_texts[event];
}
