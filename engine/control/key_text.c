// SPDX-License-Identifier: BSD-3-Clause
// Values of keys: member -> text, for reports. What may be a secret is never told.
#include "control/keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <heartline/code.h>

#define NOT_SHOWN "(set, not shown)"
#define CODES_FIRST 100
#define CODES_END 700

static uint64_t number_at(const struct key *key, const void *member)
{
	uint64_t number = 0;

	memcpy(&number, member, key->bytes); // little-endian machines only, as key_set()
	return number;
}

static void time_text(const struct key *key, uint64_t kept, char *out, size_t room)
{
	uint64_t ms = kept * key->kept_ms;

	if (ms % 1000 == 0)
		snprintf(out, room, "%" PRIu64 "s", ms / 1000);
	else
		snprintf(out, room, "%" PRIu64 "ms", ms);
}

// "500-599,408", as the key takes it.
static void codes_text(const struct hl_codes *codes, char *out, size_t room)
{
	size_t len = 0;

	*out = '\0';
	for (uint16_t first = CODES_FIRST; first < CODES_END; first++) {
		uint16_t last = first;

		if (!hl_codes_hold(codes, first))
			continue;
		while (last + 1 < CODES_END && hl_codes_hold(codes, (uint16_t)(last + 1)))
			last++;
		int n = snprintf(out + len, room - len, first == last ? "%s%u" : "%s%u-%u",
				 len > 0 ? "," : "", first, last);
		if (n < 0 || (size_t)n >= room - len)
			return;
		len += (size_t)n;
		first = last;
	}
}

static void server_text(const struct key *key, const void *object, char *out, size_t room)
{
	const char *name = *(char *const *)(const void *)((const char *)object + key->name_offset);
	struct hl_addr addr;
	char text[HL_ADDR_TEXT] = "";

	memcpy(&addr, (const char *)object + key->offset, sizeof(addr));
	if (name == NULL && addr.family != HL_FAMILY_NONE)
		hl_addr_format(&addr, text);
	snprintf(out, room, "%s", name != NULL ? name : text);
}

static void value_text(const struct key *key, const void *object, char *out, size_t room)
{
	const void *member = (const char *)object + key->offset;
	const char *text;
	struct hl_addr addr;
	char address[HL_ADDR_TEXT] = "";

	switch (key->type) {
	case KEY_BOOL:
		snprintf(out, room, "%s", number_at(key, member) ? "on" : "off");
		return;
	case KEY_CHOICE:
		snprintf(out, room, "%s", key->choices[number_at(key, member)]);
		return;
	case KEY_COUNT:
	case KEY_PORT:
		snprintf(out, room, "%" PRIu64, number_at(key, member));
		return;
	case KEY_TIME:
		time_text(key, number_at(key, member), out, room);
		return;
	case KEY_CODES:
		codes_text(member, out, room);
		return;
	case KEY_SERVER:
		server_text(key, object, out, room);
		return;
	case KEY_ADDRESS:
		memcpy(&addr, member, sizeof(addr));
		if (addr.family != HL_FAMILY_NONE)
			hl_addr_format(&addr, address);
		snprintf(out, room, "%s", address);
		return;
	case KEY_PASSWORD:
	case KEY_HEADERS: // credentials of a trunk, perhaps
		text = *(char *const *)member;
		snprintf(out, room, "%s", text != NULL && *text != '\0' ? NOT_SHOWN : "");
		return;
	case KEY_DOMAIN:
	case KEY_RESOLVERS:
	case KEY_SOCKET:
	case KEY_LISTEN:
	case KEY_COLLECTOR:
	case KEY_FILE:
	case KEY_DISPLAY:
	case KEY_ACCOUNT:
	case KEY_HEADER:
	case KEY_TRACED:
	case KEY_WORD:
		text = *(char *const *)member;
		snprintf(out, room, "%s", text != NULL ? text : "");
		return;
	}
}

static bool key_text(const struct key *keys, const void *object, uint32_t index, char *out,
		     size_t room)
{
	for (uint32_t i = 0; keys[i].name != NULL; i++) {
		if (i != index)
			continue;
		*out = '\0';
		if (keys[i].bytes > 0)
			value_text(&keys[i], object, out, room);
		return true;
	}
	return false;
}

bool hl_profile_value(const struct hl_profile *profile, uint32_t index, char *text, size_t room)
{
	return key_text(profile_keys, profile, index, text, room);
}

bool hl_run_value(const struct hl_config *config, uint32_t index, char *text, size_t room)
{
	return key_text(run_keys, config, index, text, room);
}
