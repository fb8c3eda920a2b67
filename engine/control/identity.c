// SPDX-License-Identifier: BSD-3-Clause
// Characters and lengths of identities, which go into messages unescaped.
#include "control/identity.h"

#include <string.h>

#include <heartline/addr.h>

const char *const identity_names[IDENTITY_PARTS] = { "phone_number", "account", "password",
						     "display_name" };

// What a byte may be part of: a table, since a million lines have forty million bytes.
enum { SECRET = 1 << 0, QUOTED = 1 << 1, NUMBER = 1 << 2 };
enum { TEXT = QUOTED | SECRET, ALL = NUMBER | QUOTED | SECRET };
static const uint8_t classes[256] = {
	[' '] = TEXT,        ['!'] = ALL,          ['"'] = SECRET,      ['#'] = TEXT,
	['$'] = ALL,         ['%'] = TEXT,         ['&' ... '9'] = ALL, [':'] = TEXT,
	[';'] = ALL,         ['<'] = TEXT,         ['='] = ALL,         ['>'] = TEXT,
	['?'] = ALL,         ['@'] = TEXT,         ['A' ... 'Z'] = ALL, ['['] = TEXT,
	['\\'] = SECRET,     [']' ... '^'] = TEXT, ['_'] = ALL,         ['`'] = TEXT,
	['a' ... 'z'] = ALL, ['{' ... '}'] = TEXT, ['~'] = ALL,         [0x80 ... 0xff] = TEXT,
};

static const uint8_t class_of[IDENTITY_PARTS] = {
	// RFC 3261 25.1: user = 1*( unreserved / escaped / user-unreserved ); escapes are left out,
	// since two texts would be one user
	[IDENTITY_NUMBER] = NUMBER,
	// inside a quoted string (username=, display name): bytes that need no escape
	[IDENTITY_ACCOUNT] = QUOTED,
	[IDENTITY_DISPLAY] = QUOTED,
	[IDENTITY_PASSWORD] = SECRET,
};

int identity_check(enum identity_part part, const char *text, uint32_t len, uint32_t *at,
		   struct fault *fault)
{
	uint32_t max = part == IDENTITY_NUMBER ? PHONE_NUMBER_MAX : IDENTITY_TEXT_MAX;

	*at = 0;
	if (len > max) {
		fault_say(fault, "%u characters are too many", len);
		return fault_hint(fault, "longest accepted: %u", max);
	}
	uint8_t class = class_of[part];
	uint32_t good = 0;
	while (good < len && classes[(unsigned char)text[good]] & class)
		good++;
	*at = good;
	if (good == len)
		return 0;
	if ((unsigned char)text[*at] < ' ' || text[*at] == 0x7f)
		fault_say(fault, "a control character (%u) is not allowed",
			  (unsigned char)text[*at]);
	else if (text[*at] == ' ')
		fault_say(fault, "a space is not allowed in it");
	else if ((unsigned char)text[*at] >= 0x80)
		fault_say(fault, "only ASCII is allowed in it");
	else
		fault_say(fault, "%c is not allowed in it", text[*at]);
	if (part == IDENTITY_NUMBER)
		return fault_hint(fault, "allowed: letters, digits and -_.!~*'()&=+$,;?/");
	if (part == IDENTITY_PASSWORD)
		return fault_hint(fault, "allowed: all but control characters");
	return fault_hint(fault, "allowed: all but quotes, backslashes and control characters");
}

int domain_check(const char *text, uint32_t len, uint32_t *at, struct fault *fault)
{
	struct hl_addr addr;

	*at = 0;
	if (len > 2 && text[0] == '[' && text[len - 1] == ']' &&
	    hl_addr_parse(text + 1, len - 2, &addr) == 0 && addr.family == HL_FAMILY_IPV6)
		return 0;
	if (hl_addr_parse(text, len, &addr) == 0 && addr.family == HL_FAMILY_IPV6) {
		*at = (uint32_t)(strchr(text, ':') - text);
		fault_say(fault, "\"%.*s\" is not a host name", (int)len, text);
		return fault_hint(fault, "an IPv6 address stands in brackets, as in [2001:db8::1]");
	}
	for (*at = 0; *at < len; ++*at) {
		char c = text[*at];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    ((c == '.' || c == '-') && *at > 0))
			continue;
		fault_say(fault, "\"%.*s\" is not a host name", (int)(len < 80 ? len : 80), text);
		return fault_hint(fault, "allowed: letters, digits, dots and dashes");
	}
	*at = 0;
	if (len <= IDENTITY_TEXT_MAX)
		return 0;
	fault_say(fault, "%u characters are too many", len);
	return fault_hint(fault, "longest accepted: %u", IDENTITY_TEXT_MAX);
}
