// SPDX-License-Identifier: BSD-3-Clause
// What the values of a key may be, as a text.
#include "control/keys.h"

#include <inttypes.h>
#include <stdio.h>

#include "control/headers.h"
#include "control/identity.h"

const char *key_unit(const struct key *key)
{
	if (key->type != KEY_TIME)
		return "";
	return key->unit_ms == 1000 ? "s" : "ms";
}

void key_least(const struct key *key, char *out, size_t room)
{
	if (key->min_ms != 0)
		snprintf(out, room, "%" PRIu32 " ms", key->min_ms);
	else
		snprintf(out, room, "%" PRIu64, key->min);
}

void key_allowed(const struct key *key, char *out, size_t room)
{
	char least[32];
	size_t n = 0;

	out[0] = '\0';
	switch (key->type) {
	case KEY_BOOL:
		snprintf(out, room, "on, off");
		break;
	case KEY_CHOICE:
		for (const char *const *c = key->choices; *c != NULL && n < room; c++)
			n += (size_t)snprintf(out + n, room - n, "%s%s", n ? ", " : "", *c);
		break;
	case KEY_COUNT:
	case KEY_PORT:
	case KEY_TIME:
		key_least(key, least, sizeof(least));
		snprintf(out, room, "%s..%" PRIu64 "%s%s%s", least, key->max,
			 key->type == KEY_TIME ? " " : "", key_unit(key),
			 key->or_zero ? " (or 0)" : "");
		break;
	case KEY_CODES:
		snprintf(out, room,
			 "status codes %" PRIu64 "..%d and ranges, by comma, as in 404,500-504,6xx",
			 key->min, HL_CODES_LAST);
		break;
	case KEY_ADDRESS:
		snprintf(out, room, "an IPv4 address");
		break;
	case KEY_SERVER:
	case KEY_DOMAIN:
		snprintf(out, room, "a host name or an IPv4 address");
		break;
	case KEY_RESOLVERS:
		snprintf(out, room, "IPv4 addresses by comma, each with :port or without");
		break;
	case KEY_SOCKET:
		snprintf(out, room, "off, or a path of at most %d characters", HL_SOCKET_PATH_MAX);
		break;
	case KEY_LISTEN:
		snprintf(out, room, "off, or ADDRESS:PORT, as in 127.0.0.1:9060 or [::1]:9060");
		break;
	case KEY_COLLECTOR:
		snprintf(out, room,
			 "off, or ADDRESS:PORT, as in 10.0.0.5:9060 or [2001:db8::5]:9060");
		break;
	case KEY_FILE:
		snprintf(out, room, "a path of at most %d characters", HL_FILE_PATH_MAX);
		break;
	case KEY_TRACED:
		snprintf(out, room,
			 "all, 1/N, or numbers and ranges by comma, as in 6000-6099,7001");
		break;
	case KEY_DISPLAY:
	case KEY_ACCOUNT:
	case KEY_PASSWORD:
		snprintf(out, room, "a text of at most %u characters", IDENTITY_TEXT_MAX);
		break;
	case KEY_HEADER:
		snprintf(out, room, "one line of at most %d characters", HEADER_VALUE_MAX);
		break;
	case KEY_HEADERS:
		snprintf(out, room, "NAME: VALUE, none of those that heartline writes itself");
		break;
	case KEY_WORD:
		snprintf(out, room, "a text");
		break;
	}
}
