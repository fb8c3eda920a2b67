// SPDX-License-Identifier: BSD-3-Clause
// Values of keys: text -> number, choice, address -> member, each fault with what is allowed.
#include "control/keys.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <heartline/numbers.h>

#include "base/text.h"
#include "control/headers.h"
#include "control/identity.h"
#include "control/span.h"

struct key_value {
	uint64_t number; // also bool and choice
	struct hl_addr addr;
	struct hl_codes codes;
	const char *name; // KEY_SERVER: instead of addr
	const char *text; // NULL: none
};

static int fault_allowed(const struct key *key, struct fault *fault)
{
	char allowed[160];

	key_allowed(key, allowed, sizeof(allowed));
	if (key->fallback != NULL && *key->fallback != '\0')
		return fault_hint(fault, "allowed: %s (default %s)", allowed, key->fallback);
	return fault_hint(fault, "allowed: %s", allowed);
}

static int bool_read(const struct key *key, const char *text, struct key_value *value,
		     struct fault *fault)
{
	static const char *const words[] = { "off", "on", "no", "yes", "false", "true" };

	for (uint32_t i = 0; i < 6; i++)
		if (strcasecmp(text, words[i]) == 0) {
			value->number = i % 2;
			return 0;
		}
	fault_say(fault, "\"%.40s\" is neither on nor off", text);
	return fault_allowed(key, fault);
}

static int choice_read(const struct key *key, const char *text, struct key_value *value,
		       struct fault *fault)
{
	for (uint32_t i = 0; key->choices[i] != NULL; i++)
		if (strcmp(text, key->choices[i]) == 0) {
			value->number = i;
			return 0;
		}
	fault_say(fault, "\"%.40s\" is not known", text);
	return fault_allowed(key, fault);
}

// value and bounds are in the same unit, `one` of them makes one of the key's
static int range_check(const struct key *key, const char *text, uint64_t value, uint64_t one,
		       struct fault *fault)
{
	bool time = key->type == KEY_TIME;
	uint64_t least = key->min_ms != 0 ? key->min_ms : key->min * one;
	char allowed[80], shortest[32], fallback[40] = "";

	if ((value == 0 && key->or_zero) || (value >= least && value <= key->max * one))
		return 0;
	key_allowed(key, allowed, sizeof(allowed));
	if (key->fallback != NULL)
		snprintf(fallback, sizeof(fallback), " (default %s)", key->fallback);
	fault_say(fault, "%.40s is outside %s", text, allowed);
	key_least(key, shortest, sizeof(shortest));
	if (value < least)
		return fault_hint(fault, "%s accepted: %s%s", time ? "shortest" : "smallest",
				  shortest, fallback);
	return fault_hint(fault, "%s accepted: %" PRIu64 "%s", time ? "longest" : "largest",
			  key->max, fallback);
}

static int number_read(const struct key *key, const char *text, struct key_value *value,
		       struct fault *fault)
{
	bool huge = false;
	const char *at = text;
	uint64_t n = 0;

	for (; *at >= '0' && *at <= '9'; at++)
		huge = huge || __builtin_mul_overflow(n, (uint64_t)10, &n) ||
		       __builtin_add_overflow(n, (uint64_t)(*at - '0'), &n);
	if (at == text || *at != '\0') {
		fault_say(fault, "\"%.40s\" is not a whole number%s", text,
			  at == text ? "" : ", and a unit has no meaning here");
		return fault_allowed(key, fault);
	}
	if (huge && key->max == UINT64_MAX) {
		fault_say(fault, "%.40s is too large", text);
		return fault_allowed(key, fault);
	}
	value->number = n;
	return range_check(key, text, huge ? UINT64_MAX : n, 1, fault);
}

static int duration_read(const struct key *key, const char *text, struct key_value *value,
			 struct fault *fault)
{
	const char *unit, *bare = key_unit(key);
	uint64_t ms;

	if (time_read(text, key->unit_ms, &ms, &unit) != 0) {
		if (unit == NULL)
			fault_say(fault, "\"%.40s\" is not a time", text);
		else
			fault_say(fault, "\"%.40s\" has an unknown unit \"%.40s\"", text, unit);
		return fault_hint(fault, "allowed units: " TIME_UNITS "; a bare number is %s%s%s%s",
				  bare, key->fallback ? " (default " : "",
				  key->fallback ? key->fallback : "", key->fallback ? ")" : "");
	}
	if (range_check(key, text, ms, key->unit_ms, fault) != 0)
		return -EINVAL;
	if (ms % key->kept_ms != 0) {
		fault_say(fault, "%.40s is not a whole number of seconds", text);
		return fault_allowed(key, fault);
	}
	value->number = ms / key->kept_ms;
	return 0;
}

static int address_read(const char *text, struct key_value *value, struct fault *fault)
{
	size_t len = strlen(text);
	bool brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';
	struct hl_endpoint at;

	if (len == 0) {
		value->addr = (struct hl_addr){ .family = HL_FAMILY_NONE };
		return 0;
	}
	if (hl_addr_parse(text + brackets, len - 2 * brackets, &value->addr) != 0) {
		fault_say(fault, "\"%.80s\" is not an%s address", text,
			  strspn(text, "0123456789.") == len             ? " IPv4"
			  : memchr(text, ':', len) != strrchr(text, ':') ? " IPv6"
									 : "");
		if (hl_endpoint_parse(text, len, 1, &at) == 0)
			return fault_hint(fault, "the port has a key of its own");
		if (strspn(text, "0123456789.") == len)
			return fault_hint(fault, "four numbers 0..255, as in 10.0.0.1");
		return fault_hint(fault, "as in 10.0.0.1 or 2001:db8::1");
	}
	if (!hl_addr_is_host(&value->addr)) {
		fault_say(fault, "%s is not the address of a host", text);
		return fault_hint(fault, "allowed: %s",
				  value->addr.family == HL_FAMILY_IPV4
					  ? "1.0.0.0..223.255.255.255"
					  : "IPv6 unicast, as in 2001:db8::1");
	}
	return 0;
}

static int domain_read(const char *text, struct key_value *value, struct fault *fault)
{
	uint32_t at;
	int rc = domain_check(text, (uint32_t)strnlen(text, UINT32_MAX), &at, fault);

	if (rc != 0 && text[at] == ':')
		fault_hint(fault, "allowed: letters, digits, dots and dashes; the port has a key "
				  "of its own");
	value->text = *text ? text : NULL;
	return rc;
}

// Text of digits and dots is meant as an address, and so is one with a port.
static int server_read(const char *text, struct key_value *value, struct fault *fault)
{
	struct hl_endpoint at;
	size_t len = strlen(text);
	int rc;

	if (strspn(text, "0123456789.") == len || strchr(text, ':') != strrchr(text, ':') ||
	    hl_endpoint_parse(text, len, 1, &at) == 0)
		return address_read(text, value, fault);
	rc = domain_read(text, value, fault);
	value->name = value->text;
	value->text = NULL;
	return rc;
}

static int resolvers_read(const char *text, struct key_value *value, struct fault *fault)
{
	for (const char *at = text; *at != '\0';) {
		size_t len = strcspn(at, ",");
		struct hl_endpoint resolver;

		if (hl_endpoint_parse(at, len, 53, &resolver) != 0) {
			fault_say(fault, "\"%.80s\" is not a list of DNS servers", text);
			return fault_hint(fault, "allowed: addresses separated by commas, as in "
						 "10.0.0.1,[2001:db8::1]:5353");
		}
		at += len + (at[len] == ',');
	}
	value->text = *text ? text : NULL;
	return 0;
}

static int text_read(const struct key *key, const char *text, struct key_value *value,
		     struct fault *fault)
{
	enum identity_part part = key->type == KEY_DISPLAY   ? IDENTITY_DISPLAY
				  : key->type == KEY_ACCOUNT ? IDENTITY_ACCOUNT
							     : IDENTITY_PASSWORD;
	uint32_t at;

	value->text = *text ? text : NULL;
	return identity_check(part, text, (uint32_t)strnlen(text, UINT32_MAX), &at, fault);
}

// "503", "500-599" or "5xx" as a range. False: none of them.
static bool code_range_read(const char *text, size_t len, uint32_t *first, uint32_t *last)
{
	const char *dash = memchr(text, '-', len);
	size_t first_len = dash != NULL ? (size_t)(dash - text) : len;

	if (len == 3 && text[0] >= '2' && text[0] <= '6' && strncasecmp(text + 1, "xx", 2) == 0) {
		*first = (uint32_t)(text[0] - '0') * 100;
		*last = *first + 99;
		return true;
	}
	if (first_len != 3 || !text_get_number(text, 3, first))
		return false;
	*last = *first;
	if (dash != NULL && (len != 7 || !text_get_number(dash + 1, 3, last)))
		return false;
	return *first <= HL_CODES_LAST && *last <= HL_CODES_LAST;
}

static int codes_read(const struct key *key, const char *text, struct key_value *value,
		      struct fault *fault)
{
	for (const char *at = text; *at != '\0';) {
		size_t len = strcspn(at, ", ");
		uint32_t first, last;

		if (!code_range_read(at, len, &first, &last) || first < key->min ||
		    last < key->min) {
			fault_say(fault, "\"%.*s\" is neither a %s nor a range of them",
				  (int)(len < 40 ? len : 40), at,
				  key->min < 300 ? "final status code" : "failure code");
			return fault_allowed(key, fault);
		}
		if (first > last) {
			fault_say(fault, "the range %u-%u is backwards", first, last);
			return fault_hint(fault, "did you mean %u-%u?", last, first);
		}
		for (; first <= last; first++)
			hl_codes_add(&value->codes, first);
		at += len;
		at += strspn(at, ", ");
	}
	return 0;
}

// Only checks that it can be read; headers_store() keeps it.
static int headers_read(const char *text, struct fault *fault)
{
	char *headers;
	int rc = headers_parse(text, &headers, fault);

	free(headers);
	return rc;
}

static int path_read(const struct key *key, const char *text, struct key_value *value,
		     struct fault *fault)
{
	if (strlen(text) > (key->type == KEY_SOCKET ? HL_SOCKET_PATH_MAX : HL_FILE_PATH_MAX)) {
		fault_say(fault, "the path has %zu characters", strlen(text));
		return fault_allowed(key, fault);
	}
	value->text = *text != '\0' ? text : NULL;
	return 0;
}

static int listen_read(const struct key *key, const char *text, struct key_value *value,
		       struct fault *fault)
{
	struct hl_endpoint at;

	value->text = *text != '\0' ? text : NULL;
	if (value->text == NULL || strcmp(text, "off") == 0 ||
	    (hl_listen_parse(text, &at) == 0 && (at.port > 0 || key->type == KEY_LISTEN)))
		return 0;
	fault_say(fault, "\"%.60s\" is no address with a port", text);
	return fault_allowed(key, fault);
}

static int traced_read(const struct key *key, const char *text, struct key_value *value,
		       struct fault *fault)
{
	struct hl_traced traced;
	const char *wrong;
	uint32_t len;
	int rc = hl_traced_parse(text, &traced, &wrong, &len), shown = len < 40 ? (int)len : 40;

	value->text = text;
	if (rc == 0)
		return 0;
	if (rc == -E2BIG)
		fault_say(fault, "more than %d numbers and ranges", HL_TRACED_MAX);
	else if (rc == -ERANGE && text[1] == '/')
		fault_say(fault, "%.*s is outside 1/1..1/%u", shown, wrong, HL_LINES_MAX);
	else if (rc == -ERANGE)
		fault_say(fault, "the range %.*s is backwards", shown, wrong);
	else
		fault_say(fault, "\"%.*s\" is no number or range of numbers", shown, wrong);
	return fault_allowed(key, fault);
}

static int value_read(const struct key *key, const char *text, struct key_value *value,
		      struct fault *fault)
{
	memset(value, 0, sizeof(*value));
	switch (key->type) {
	case KEY_BOOL:
		return bool_read(key, text, value, fault);
	case KEY_CHOICE:
		return choice_read(key, text, value, fault);
	case KEY_COUNT:
	case KEY_PORT:
		return number_read(key, text, value, fault);
	case KEY_TIME:
		return duration_read(key, text, value, fault);
	case KEY_ADDRESS:
		return address_read(text, value, fault);
	case KEY_SERVER:
		return server_read(text, value, fault);
	case KEY_RESOLVERS:
		return resolvers_read(text, value, fault);
	case KEY_SOCKET:
	case KEY_FILE:
		return path_read(key, text, value, fault);
	case KEY_LISTEN:
	case KEY_COLLECTOR:
		return listen_read(key, text, value, fault);
	case KEY_TRACED:
		return traced_read(key, text, value, fault);
	case KEY_CODES:
		return codes_read(key, text, value, fault);
	case KEY_DOMAIN:
		return domain_read(text, value, fault);
	case KEY_DISPLAY:
	case KEY_ACCOUNT:
	case KEY_PASSWORD:
		return text_read(key, text, value, fault);
	case KEY_HEADER:
		value->text = *text != '\0' ? text : NULL;
		return header_value_check(text, fault);
	case KEY_HEADERS:
		value->text = *text != '\0' ? text : NULL;
		return headers_read(text, fault);
	case KEY_WORD:
		value->text = *text != '\0' ? text : NULL;
		return 0;
	}
	return -EINVAL;
}

static int text_store(char **member, const char *text)
{
	char *copy = NULL;

	if (text != NULL && (copy = strdup(text)) == NULL)
		return -ENOMEM;
	free(*member);
	*member = copy;
	return 0;
}

static int headers_store(char **member, const char *text)
{
	struct fault fault;
	char *headers = NULL;

	if (text != NULL && headers_parse(text, &headers, &fault) != 0)
		return -ENOMEM; // it was read before
	free(*member);
	*member = headers;
	return 0;
}

static int value_store(const struct key *key, void *object, const struct key_value *value)
{
	void *member = (char *)object + key->offset;

	switch (key->type) {
	case KEY_DISPLAY:
	case KEY_ACCOUNT:
	case KEY_PASSWORD:
	case KEY_DOMAIN:
	case KEY_RESOLVERS:
	case KEY_SOCKET:
	case KEY_LISTEN:
	case KEY_COLLECTOR:
	case KEY_FILE:
	case KEY_TRACED:
	case KEY_HEADER:
	case KEY_WORD:
		return text_store(member, value->text);
	case KEY_CODES:
		memcpy(member, &value->codes, sizeof(value->codes));
		return 0;
	case KEY_HEADERS:
		return headers_store(member, value->text);
	case KEY_SERVER: // an address or a name, never both
		memcpy(member, &value->addr, sizeof(value->addr));
		return text_store((char **)(void *)((char *)object + key->name_offset),
				  value->name);
	case KEY_ADDRESS:
		memcpy(member, &value->addr, sizeof(value->addr));
		return 0;
	default:
		assert(key->bytes == 1 || key->bytes == 2 || key->bytes == 4 || key->bytes == 8);
		memcpy(member, &value->number, key->bytes); // little-endian machines only
		return 0;
	}
}

static bool value_equal(const struct key_value *a, const struct key_value *b)
{
	return a->number == b->number &&
	       strcmp(a->text != NULL ? a->text : "", b->text != NULL ? b->text : "") == 0;
}

// Keys of later versions are accepted as long as they change nothing.
static int later_check(const struct key *key, const char *text, const struct key_value *value,
		       struct fault *fault)
{
	struct key_value fallback;

	if (value_read(key, key->fallback, &fallback, fault) == 0 && value_equal(value, &fallback))
		return 0;
	fault_say(fault, "%.80s is not supported in this version", text);
	if (*key->fallback == '\0')
		return fault_hint(fault, "leave it out or empty");
	return fault_hint(fault, "allowed for now: %s (the default)", key->fallback);
}

int key_set(const struct key *key, void *object, const char *text, struct fault *fault)
{
	struct key_value value;
	int rc;

	fault->key = key->name;
	if (key->stage == KEY_OF_LINE) {
		fault_say(fault, "phone numbers do not belong to a profile");
		return fault_hint(fault, "they belong to lines, as a range or in a CSV file");
	}
	rc = value_read(key, text, &value, fault);
	if (rc != 0)
		return rc;
	if (key->stage == KEY_LATER)
		return later_check(key, text, &value, fault);
	rc = value_store(key, object, &value);
	if (rc != 0) {
		fault_say(fault, "out of memory");
		fault->code = -rc;
	}
	return rc;
}

void key_set_defaults(const struct key *keys, void *object)
{
	struct fault fault;

	for (; keys->name != NULL; keys++)
		if (keys->stage == KEY_USED && keys->fallback != NULL) {
			int rc = key_set(keys, object, keys->fallback, &fault);

			assert(rc == 0); // a default is a number or a choice
			(void)rc;
		}
}
