// SPDX-License-Identifier: BSD-3-Clause
// The settings of a profile, as they were configured: copied, and held against others that are to replace them.
#include "control/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/check.h"
#include "control/keys.h"

// All that a profile owns. A key that is a text has a row here.
static char **const *texts_of(struct hl_profile *p, char **texts[])
{
	int n = 0;

	texts[n++] = &p->name;
	texts[n++] = &p->display_name;
	texts[n++] = &p->account;
	texts[n++] = &p->password;
	texts[n++] = &p->proxy_server;
	texts[n++] = &p->primary_name;
	texts[n++] = &p->backup_name;
	texts[n++] = &p->user_agent;
	texts[n++] = &p->allow;
	texts[n++] = &p->supported;
	texts[n++] = &p->headers;
	texts[n++] = &p->pool;
	texts[n] = NULL;
	return texts;
}
#define TEXTS 13

void settings_free(struct hl_profile *profile)
{
	char **texts[TEXTS];

	for (char **const *at = texts_of(profile, texts); *at != NULL; at++) {
		free(**at);
		**at = NULL;
	}
}

int settings_copy(struct hl_profile *copy, const struct hl_profile *profile)
{
	char **texts[TEXTS];
	int rc = 0;

	*copy = *profile;
	for (char **const *at = texts_of(copy, texts); *at != NULL; at++) {
		const char *text = **at;

		**at = text != NULL ? strdup(text) : NULL;
		if (text != NULL && **at == NULL)
			rc = -ENOMEM;
	}
	if (rc != 0)
		settings_free(copy);
	return rc;
}

static bool texts_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static const char *text_at(const void *p, size_t offset)
{
	return *(char *const *)((const char *)p + offset);
}

// a, b: of the structure that the table of the key is for.
static bool key_equal(const struct key *key, const void *a, const void *b)
{
	const char *one = (const char *)a + key->offset, *other = (const char *)b + key->offset;

	switch (key->type) {
	case KEY_SERVER:
		if (!texts_equal(text_at(a, key->name_offset), text_at(b, key->name_offset)))
			return false;
		// an address that was found for a name is no setting
		return text_at(a, key->name_offset) != NULL ||
		       hl_addr_equal((const struct hl_addr *)one, (const struct hl_addr *)other);
	case KEY_ADDRESS:
		return hl_addr_equal((const struct hl_addr *)one, (const struct hl_addr *)other);
	case KEY_DOMAIN:
	case KEY_DISPLAY:
	case KEY_ACCOUNT:
	case KEY_PASSWORD:
	case KEY_HEADER:
	case KEY_HEADERS:
	case KEY_WORD:
	case KEY_RESOLVERS:
	case KEY_SOCKET:
	case KEY_LISTEN:
	case KEY_COLLECTOR:
	case KEY_FILE:
	case KEY_TRACED:
		return key->bytes == 0 ||
		       texts_equal(text_at(a, key->offset), text_at(b, key->offset));
	// all that holds its value itself; without a default, so that a new type cannot be forgotten
	case KEY_BOOL:
	case KEY_COUNT:
	case KEY_PORT:
	case KEY_TIME:
	case KEY_CHOICE:
	case KEY_CODES:
		break;
	}
	return memcmp(one, other, key->bytes) == 0;
}

// What lines that run cannot take. All other keys they heed from their next use of the value on.
static const struct fixed {
	const char *key;
	bool switched; // only between 0 (off) and anything else
	const char *why;
} fixed_keys[] = {
	{ "display_name", false, "it stands in the texts of each line" },
	{ "account", false, "it stands in the texts of each line" },
	{ "password", false, "it stands in the texts of each line" },
	{ "proxy_server", false, "it is part of each line's address of record" },
	{ "proxy_port", false, "it is part of each line's address of record" },
	{ "outbound_server", false, "lines are registered there" },
	{ "outbound_port", false, "lines are registered there" },
	{ "backup_outbound_server", false, "lines may be registered there" },
	{ "backup_outbound_port", false, "lines may be registered there" },
	{ "dhcp_option_120", false, "servers were found when the run began" },
	{ "proxy_dns_type", false, "it says how servers were found" },
	{ "local_sip_port", false, "a line keeps its port for its life" },
	{ "use_random_sip_port", false, "a line keeps its port for its life" },
	{ "min_random_sip_port", false, "a line keeps its port for its life" },
	{ "max_random_sip_port", false, "a line keeps its port for its life" },
	{ "pool", false, "a line keeps its address for its life" },
	{ "sip_instance", false, "the bindings made under the old one would be left behind" },
	{ "reg_id", false, "the bindings made under the old one would be left behind" },
	{ "register_subscribe", true, "lines have room for a subscription from their start on" },
	{ "sip_options", true, "lines have room for keepalives from their start on" },
	{ "nat_keepalive_interval", true, "lines have room for keepalives from their start on" },
	{ "primary_detect_interval", true, "lines that run neither begin nor stop to probe" },
	{ "probe", false, "the texts of probes are made when the run begins" },
};

static bool is_off(const struct key *key, const struct hl_profile *p)
{
	const char *value = (const char *)p + key->offset;

	for (size_t k = 0; k < key->bytes; k++)
		if (value[k] != 0)
			return false;
	return true;
}

static int fixed_check(const struct fixed *f, const struct hl_profile *now,
		       const struct hl_profile *next, struct hl_error *err)
{
	const struct key *key = key_find(profile_keys, f->key);
	bool off = is_off(key, now), same = key_equal(key, now, next);

	if (same || (f->switched && off == is_off(key, next)))
		return 0;
	if (f->switched)
		return hl_fail(err, EINVAL,
			       "profile %s: %s: cannot be switched %s while lines run: %s; stop "
			       "heartline to change it%s",
			       now->name, f->key, off ? "on" : "off", f->why,
			       key->type == KEY_BOOL ? "" : ", or give another value above 0");
	return hl_fail(
		err, EINVAL,
		"profile %s: %s: cannot be changed while lines run: %s; leave it as it is, or "
		"stop heartline to change it",
		now->name, f->key, f->why);
}

int settings_check(const struct hl_profile *now, const struct hl_profile *next,
		   struct hl_error *err)
{
	struct fault fault = { .code = EINVAL };

	if (!texts_equal(now->name, next->name))
		return hl_fail(err, EINVAL,
			       "profile %s: it cannot get another name (%s) while lines run",
			       now->name, next->name != NULL ? next->name : "none");
	for (size_t i = 0; i < sizeof(fixed_keys) / sizeof(fixed_keys[0]); i++)
		if (fixed_check(&fixed_keys[i], now, next, err) != 0)
			return -EINVAL;
	if (check_settings(next, &fault) == 0)
		return 0;
	return hl_fail(err, EINVAL, "profile %s: %s: %s; %s", now->name, fault.key, fault.what,
		       fault.hint);
}

bool hl_profile_equal(const struct hl_profile *a, const struct hl_profile *b)
{
	for (const struct key *key = profile_keys; key->name != NULL; key++)
		if (!key_equal(key, a, b))
			return false;
	return texts_equal(a->name, b->name);
}

bool hl_run_key_differs(uint32_t index, const struct hl_config *a, const struct hl_config *b)
{
	return !key_equal(&run_keys[index], a, b);
}

bool settings_differ_in_text(const struct hl_profile *a, const struct hl_profile *b)
{
	return a->rport != b->rport || !texts_equal(a->user_agent, b->user_agent) ||
	       !texts_equal(a->allow, b->allow) || !texts_equal(a->supported, b->supported) ||
	       !texts_equal(a->headers, b->headers);
}
