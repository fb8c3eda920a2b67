// SPDX-License-Identifier: BSD-3-Clause
// Characters and lengths of identities: everything goes into the messages as it is, never escaped.
#include "control/identity.h"

#include <stdbool.h>
#include <string.h>

const char *const identity_names[IDENTITY_PARTS] = { "phone_number", "account", "password",
						     "display_name" };

// RFC 3261 25.1: user = 1*( unreserved / escaped / user-unreserved ); escapes are left out, since
// two texts would be one user.
static bool number_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c != '\0' && strchr("-_.!~*'()&=+$,;?/", c) != NULL);
}

// Inside a quoted string (display name, username=): bytes that need no escape.
static bool quoted_char(unsigned char c)
{
	return c >= ' ' && c != 0x7f && c != '"' && c != '\\';
}

static bool password_char(unsigned char c)
{
	return c >= ' ' && c != 0x7f;
}

int identity_check(enum identity_part part, const char *text, uint32_t len, uint32_t *at,
		   struct fault *fault)
{
	uint32_t max = part == IDENTITY_NUMBER ? PHONE_NUMBER_MAX : IDENTITY_TEXT_MAX;
	bool (*fits)(unsigned char) = part == IDENTITY_NUMBER     ? number_char
				      : part == IDENTITY_PASSWORD ? password_char
								  : quoted_char;

	*at = 0;
	if (len > max) {
		fault_say(fault, "%u characters are too many", len);
		return fault_hint(fault, "longest accepted: %u", max);
	}
	for (*at = 0; *at < len; ++*at)
		if (!fits((unsigned char)text[*at]))
			break;
	if (*at == len)
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
