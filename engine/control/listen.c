// SPDX-License-Identifier: BSD-3-Clause
// Addresses to listen on, as text.
#include <heartline/config.h>

#include <errno.h>
#include <string.h>

#include "base/text.h"

int hl_listen_parse(const char *text, struct hl_endpoint *at)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : 0;
	bool bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';
	uint32_t port;

	if (len == 0 || strlen(colon + 1) > 5 ||
	    !text_get_number(colon + 1, (uint32_t)strlen(colon + 1), &port) || port > UINT16_MAX)
		return -EINVAL;
	if (hl_addr_parse(text + bracketed, len - 2 * bracketed, &at->addr) != 0 ||
	    bracketed != (at->addr.family == HL_FAMILY_IPV6))
		return -EINVAL;
	at->port = (uint16_t)port;
	return 0;
}
