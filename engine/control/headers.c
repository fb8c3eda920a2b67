// SPDX-License-Identifier: BSD-3-Clause
// Checks headers that a profile adds: none that heartline writes itself, and no value of several lines.
#include "control/headers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sip/value.h"

#define MARK "HlMark" // of templates, see sip/template.c

// Written by the engine, with the key to use instead; NULL: none.
static const struct {
	const char *name, *key;
} own[] = {
	{ "Via", NULL },
	{ "v", NULL },
	{ "From", "display_name" },
	{ "f", "display_name" },
	{ "To", "display_name" },
	{ "t", "display_name" },
	{ "Call-ID", NULL },
	{ "i", NULL },
	{ "CSeq", NULL },
	{ "Contact", "sip_instance, reg_id" },
	{ "m", "sip_instance, reg_id" },
	{ "Content-Length", NULL },
	{ "l", NULL },
	{ "Content-Type", NULL },
	{ "c", NULL },
	{ "Content-Encoding", NULL },
	{ "e", NULL },
	{ "Max-Forwards", NULL },
	{ "Authorization", "account, password" },
	{ "Proxy-Authorization", "account, password" },
	{ "Expires", "register_refresh_interval" },
	{ "Event", "register_subscribe" },
	{ "o", "register_subscribe" },
	{ "Accept", NULL },
	{ "Route", NULL },
	{ "Record-Route", NULL },
	{ "User-Agent", "user_agent" },
	{ "Allow", "allow" },
	{ "Supported", "supported" },
	{ "k", "supported" },
	{ "X-HlAuth", NULL },
};

int header_value_check(const char *value, struct fault *fault)
{
	size_t len = strlen(value);

	for (const char *c = value; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			fault_say(fault, "a control character (%u) is not allowed in a header",
				  (unsigned char)*c);
			return fault_hint(fault, "allowed: one line of text");
		}
	if (len > HEADER_VALUE_MAX) {
		fault_say(fault, "%zu characters are too many", len);
		return fault_hint(fault, "longest accepted: %d", HEADER_VALUE_MAX);
	}
	if (strstr(value, MARK) != NULL) {
		fault_say(fault, "\"" MARK "\" is not allowed in a header");
		return fault_hint(fault, "heartline uses it to mark what differs between lines");
	}
	return 0;
}

static int name_check(const char *name, struct fault *fault)
{
	size_t len = strlen(name);

	if (len == 0 || len > HEADER_NAME_MAX) {
		fault_say(fault, "a header's name of %zu characters", len);
		return fault_hint(fault, "allowed: 1..%d, as in X-Lab: 7", HEADER_NAME_MAX);
	}
	for (const char *c = name; *c != '\0'; c++)
		if (!is_token_char(*c) || strstr(name, MARK) != NULL) {
			fault_say(fault, "%.40s is not a header name", name);
			return fault_hint(fault, "allowed: letters, digits and -.!%%*_+`'~");
		}
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (strcasecmp(name, own[i].name) != 0)
			continue;
		fault_say(fault, "%s is written by heartline itself", name);
		if (own[i].key != NULL)
			return fault_hint(fault, "leave it out; see the key %s", own[i].key);
		return fault_hint(fault, "leave it out");
	}
	return 0;
}

int header_add(char **headers, const char *name, const char *value, struct fault *fault)
{
	size_t before = *headers != NULL ? strlen(*headers) : 0;
	size_t more = strlen(name) + strlen(value) + sizeof(": \r\n") - 1;

	if (name_check(name, fault) != 0 || header_value_check(value, fault) != 0)
		return -EINVAL;
	if (*value == '\0') {
		fault_say(fault, "%s has no value", name);
		return fault_hint(fault, "needed: a text, as in X-Lab: 7");
	}
	if (before + more > HEADERS_MAX) {
		fault_say(fault, "the headers have more than %d bytes", HEADERS_MAX);
		return fault_hint(fault, "leave some out, or shorten them");
	}
	char *all = realloc(*headers, before + more + 1);
	if (all == NULL) {
		fault->code = ENOMEM;
		fault_say(fault, "out of memory");
		return -ENOMEM;
	}
	snprintf(all + before, more + 1, "%s: %s\r\n", name, value);
	*headers = all;
	return 0;
}

static int line_add(char **headers, const char *line, size_t len, struct fault *fault)
{
	char text[HEADER_NAME_MAX + HEADER_VALUE_MAX + 64];
	size_t name_len, blanks;

	if (len >= sizeof(text)) {
		fault_say(fault, "a header of %zu characters is too long", len);
		return fault_hint(fault, "longest value accepted: %d", HEADER_VALUE_MAX);
	}
	memcpy(text, line, len);
	text[len] = '\0';
	name_len = strcspn(text, ":");
	if (text[name_len] == '\0') {
		fault_say(fault, "\"%.40s\" has no colon", text);
		return fault_hint(fault, "needed: NAME: VALUE, as in X-Lab: 7");
	}
	text[name_len] = '\0';
	blanks = strspn(text + name_len + 1, " ");
	return header_add(headers, text, text + name_len + 1 + blanks, fault);
}

int headers_parse(const char *text, char **headers, struct fault *fault)
{
	int rc = 0;

	*headers = NULL;
	while (rc == 0 && *text != '\0') {
		size_t len = strcspn(text, "\n");

		if (len > 0)
			rc = line_add(headers, text, len, fault);
		text += len + (text[len] == '\n');
	}
	if (rc != 0) {
		free(*headers);
		*headers = NULL;
	}
	return rc;
}
