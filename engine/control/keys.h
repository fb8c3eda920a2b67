// SPDX-License-Identifier: BSD-3-Clause
// The one table of keys: what the file, the flags, the check and the documents know of each.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include "control/fault.h"

enum key_type {
	KEY_BOOL,
	KEY_COUNT,
	KEY_PORT,
	KEY_TIME,
	KEY_CHOICE,
	KEY_ADDRESS,   // IPv4
	KEY_SERVER,    // IPv4, or a host name that is looked up at start
	KEY_CODES,     // SIP status codes and ranges, by comma
	KEY_DOMAIN,    // SIP domain: a host name or an address, never looked up
	KEY_RESOLVERS, // addresses of DNS servers, by comma
	KEY_SOCKET,    // path of a UNIX socket, or off
	KEY_LISTEN,    // address and port to listen on, or off
	KEY_COLLECTOR, // address and port to send to, or off
	KEY_FILE,      // path of a file
	KEY_TRACED,    // which lines are traced, see numbers.h
	KEY_DISPLAY,   // texts of an identity, see identity.h
	KEY_ACCOUNT,
	KEY_PASSWORD,
	KEY_HEADER,  // value of a header, see headers.h
	KEY_HEADERS, // a mapping of names to values, or a text of lines
	KEY_WORD,    // any text; only for keys to come
};

enum key_stage {
	KEY_USED,
	KEY_LATER,   // known, and refused unless it is set to its default
	KEY_OF_LINE, // belongs to `lines`
};

struct key {
	const char *name;
	enum key_type type;
	enum key_stage stage;
	uint16_t offset, bytes; // of the member; 0 bytes: none
	uint16_t name_offset;   // KEY_SERVER: of the member for a name
	uint32_t unit_ms;       // KEY_TIME: of a bare number, of min and max
	uint32_t kept_ms;       // KEY_TIME: of the member
	uint64_t min, max;
	uint32_t min_ms;            // KEY_TIME: instead of min, when it is no whole unit
	bool or_zero;               // 0 is allowed although it is below min
	const char *fallback;       // the default as a text; NULL: none
	const char *const *choices; // KEY_CHOICE; the index is the value
	const char *meaning;
};

// Both end with a NULL name.
extern const struct key profile_keys[]; // of struct hl_profile
extern const struct key run_keys[];     // of struct hl_config
extern const struct key pool_keys[];    // of struct hl_pool, config_pools.c

#define PROFILE_KEYS_MAX 64
#define RUN_KEYS_MAX 40
#define POOL_KEYS_MAX 20

const struct key *key_find(const struct key *keys, const char *name);

// Is it a setting of calls in the phone guide? The engine makes none.
bool key_about_calls(const char *name);

// Set every member to its default.
void key_set_defaults(const struct key *keys, void *object);

// Set a member from a text. 0; -EINVAL, -ENOMEM with fault->what and ->hint filled.
int key_set(const struct key *key, void *object, const char *text, struct fault *fault);

// "100..600000 ms", "on, off", ...
void key_allowed(const struct key *key, char *out, size_t room);
// The first of it: "10 ms", or "1", as the unit stands behind the end.
void key_least(const struct key *key, char *out, size_t room);
const char *key_unit(const struct key *key); // "ms", "s", or ""
