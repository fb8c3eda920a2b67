// SPDX-License-Identifier: BSD-3-Clause
// Makes a configuration from flags. Each flag stands for a key of a file and has that key's bounds.

#include "commands/config_from_flags.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/password.h"

enum quick_flag {
	PRIMARY,
	BACKUP,
	ADDRESS,
	PREFIX,
	GATEWAY,
	USER_START,
	CSV,
	INF,
	LOCAL_PORT,
	RANDOM_PORTS,
	PASSWORD,
	PASSWORD_SHORT,
	PASSWORD_FILE,
	KEYS, // from here on each value goes to a key of the profile unchanged
};

// clang-format off
static const struct {
	const char *flag;
	char letter;
	const char *value, *help; // help NULL: an alias
	const char *key;
} flag_table[] = {
	[PRIMARY] = { "primary", 0, "HOST[:PORT]", "the primary server", NULL },
	[BACKUP] = { "backup", 0, "HOST[:PORT]", "the backup server (none)", NULL },
	[ADDRESS] = { "address", 'i', "RANGES", "the lines' addresses: 10.0.0.10-10.0.0.19,10.0.0.30/24", NULL },
	[PREFIX] = { "prefix", 0, "0..32", "length of the subnet's prefix, when --address has none (24)", NULL },
	[GATEWAY] = { "gateway", 0, "ADDRESS", "gateway to servers outside the subnet (none)", NULL },
	[USER_START] = { "user-start", 's', "NUMBER", "phone number of the first line (6000)", NULL },
	[CSV] = { "csv", 0, "FILE", "lines from a CSV file instead of --lines and --user-start", NULL },
	[INF] = { "inf", 0, "FILE", NULL, NULL },
	[LOCAL_PORT] = { "local-port", 'p', "PORT", "the same SIP port for all lines, so one line per address", NULL },
	[RANDOM_PORTS] = { "random-ports", 0, "MIN-MAX", "a SIP port of its own for each line (50000-60000)", NULL },
	[PASSWORD] = { "password", 0, "TEXT", "digest password (the environment's HEARTLINE_PASSWORD, or none)", NULL },
	[PASSWORD_SHORT] = { "ap", 0, "TEXT", NULL, NULL },
	[PASSWORD_FILE] = { "password-file", 0, "FILE", "digest password from a file that others cannot read", NULL },
	[KEYS] =
	{ "account", 0, "NAME", "digest user name of all lines (each line's own number)", "account" },
	{ "au", 0, "NAME", NULL, "account" },
	{ "domain", 0, "HOST", "SIP domain (the primary's host)", "proxy_server" },
	{ "refresh", 0, "TIME", "Expires to ask for; lines refresh after half of it (1800s)", "register_refresh_interval" },
	{ "detect-interval", 0, "TIME", "time between two OPTIONS to the primary; 0: none are sent (0)", "primary_detect_interval" },
	{ "fail-count", 0, "1..62", "failed probes before a line switches to the backup (3)", "max_detect_fail_count" },
	{ "recover-count", 0, "1..100", "answered probes before the primary counts as back (1)", "recover_count" },
	{ "prefer-primary", 0, "on|off", "return as soon as the primary is back (off)", "prefer_primary" },
	{ "return-delay", 0, "TIME", "otherwise return so long after that (12h)", "back_to_primary_delay" },
	{ "remove-last", 0, "on|off", "unregister from the server that a line has left (off)", "remove_last_registration" },
	{ "register-timeout", 0, "TIME", "give up a REGISTER after this time; 0: 32s (2000ms)", "register_timeout" },
	{ "options-timeout", 0, "TIME", "give up an OPTIONS after this time (2000ms)", "options_timeout" },
};
// clang-format on

#define N_FLAGS (sizeof(flag_table) / sizeof(*flag_table))
static_assert(N_FLAGS < CONFIG_FLAGS, "room for every flag and --lines");

unsigned config_flags_options(struct config_flags *flags, struct option_spec out[CONFIG_FLAGS])
{
	unsigned n = 0;

	*flags = (struct config_flags){ 0 };
	for (; n < N_FLAGS; n++)
		out[n] = (struct option_spec){
			.name = flag_table[n].flag,
			.letter = flag_table[n].letter,
			.kind = n == PASSWORD || n == PASSWORD_SHORT ? OPTION_SECRET : OPTION_TEXT,
			.to = &flags->values[n],
			.value = flag_table[n].value,
			.help = flag_table[n].help,
		};
	out[n++] = (struct option_spec){
		.name = "lines",
		.letter = 'l',
		.kind = OPTION_NUMBER,
		.to = &flags->lines,
		.min = 1,
		.max = HL_LINES_MAX,
		.value = "N",
		.help = "how many lines (1)",
	};
	return n;
}

const char *config_flags_given(const struct config_flags *flags, const struct option_spec specs[])
{
	for (unsigned i = 0; i < N_FLAGS; i++)
		if (flags->values[i])
			return flag_table[i].flag;
	return option_find(specs, "lines")->given ? "lines" : NULL;
}

// Put the flag's name before a message about its key.
static int flag_fail(const char *flag, struct hl_error *err)
{
	struct hl_error inner = *err;

	return hl_fail(err, inner.code, "--%s: %.900s", flag, inner.text);
}

static int key_set(struct hl_profile *profile, const char *flag, const char *key, const char *value,
		   struct hl_error *err)
{
	int rc = hl_profile_set(profile, key, value, err);

	return rc < 0 ? flag_fail(flag, err) : 0;
}

// Where the port of "HOST:PORT" begins; an IPv6 address with one stands in brackets. NULL: there is none.
static const char *port_find(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (text[0] == '[')
		return colon && colon > text && colon[-1] == ']' ? colon : NULL;
	return colon == strchr(text, ':') ? colon : NULL;
}

// Set two keys from "HOST:PORT".
static int server_set(struct hl_profile *profile, const char *flag, const char *key,
		      const char *port_key, const char *text, struct hl_error *err)
{
	const char *colon = port_find(text);
	char host[256];

	snprintf(host, sizeof(host), "%.*s", (int)(colon ? (size_t)(colon - text) : strlen(text)),
		 text);
	int rc = key_set(profile, flag, key, host, err);
	if (rc == 0 && colon)
		rc = key_set(profile, flag, port_key, colon + 1, err);
	return rc;
}

static int ports_set(const struct config_flags *flags, struct hl_profile *profile,
		     struct hl_error *err)
{
	const char *local = flags->values[LOCAL_PORT], *range = flags->values[RANDOM_PORTS];
	const char *dash = range ? strchr(range, '-') : NULL;
	char min[16];
	int rc;

	if (local && range)
		return hl_fail(err, EINVAL, "--local-port and --random-ports exclude each other");
	if (local)
		return key_set(profile, "local-port", "local_sip_port", local, err);
	// By default each line has a port of its own, or an address could only have one line.
	rc = key_set(profile, "random-ports", "use_random_sip_port", "on", err);
	if (rc < 0 || !range)
		return rc;
	if (!dash || (size_t)(dash - range) >= sizeof(min))
		return hl_fail(err, EINVAL, "--random-ports: \"%s\": write MIN-MAX", range);
	snprintf(min, sizeof(min), "%.*s", (int)(dash - range), range);
	rc = key_set(profile, "random-ports", "min_random_sip_port", min, err);
	return rc < 0 ? rc : key_set(profile, "random-ports", "max_random_sip_port", dash + 1, err);
}

static int password_set(const struct config_flags *flags, struct hl_profile *profile,
			struct hl_error *err)
{
	const struct password_source source = {
		.text = flags->values[PASSWORD] ? flags->values[PASSWORD]
						: flags->values[PASSWORD_SHORT],
		.file = flags->values[PASSWORD_FILE],
	};
	char room[PASSWORD_FILE_MAX + 1];
	const char *password;
	int rc = password_choose(&source, room, &password, err);

	if (rc == 0 && password)
		rc = key_set(profile, source.file ? "password-file" : "password", "password",
			     password, err);
	return rc;
}

static int profile_set(const struct config_flags *flags, struct hl_profile *profile,
		       struct hl_error *err)
{
	int rc = server_set(profile, "primary", "outbound_server", "outbound_port",
			    flags->values[PRIMARY], err);

	if (rc == 0 && flags->values[BACKUP])
		rc = server_set(profile, "backup", "backup_outbound_server", "backup_outbound_port",
				flags->values[BACKUP], err);
	if (rc == 0)
		rc = ports_set(flags, profile, err);
	if (rc == 0)
		rc = password_set(flags, profile, err);
	for (unsigned i = KEYS; rc == 0 && i < N_FLAGS; i++)
		if (flags->values[i])
			rc = key_set(profile, flag_table[i].flag, flag_table[i].key,
				     flags->values[i], err);
	return rc;
}

static int port_set(const struct config_flags *flags, struct hl_port *port, struct hl_error *err)
{
	const char *prefix = flags->values[PREFIX], *gateway = flags->values[GATEWAY];
	char text[1024];
	bool with_prefix = strchr(flags->values[ADDRESS], '/') != NULL;
	bool ipv6 = strchr(flags->values[ADDRESS], ':') != NULL;
	int most = ipv6 ? 128 : 32;

	if (with_prefix && prefix)
		return hl_fail(err, EINVAL, "--prefix: --address has one already");
	if (prefix && (strspn(prefix, "0123456789") != strlen(prefix) || atoi(prefix) > most))
		return hl_fail(err, EINVAL, "--prefix: \"%s\": allowed 0..%d", prefix, most);
	int len = snprintf(text, sizeof(text), with_prefix ? "%s" : "%s/%s", flags->values[ADDRESS],
			   prefix ? prefix
			   : ipv6 ? "64"
				  : "24");
	if ((size_t)len >= sizeof(text))
		return hl_fail(err, EINVAL, "--address: longer than %zu characters", sizeof(text));
	if (hl_port_set_addresses(port, text, err) < 0)
		return flag_fail("address", err);
	if (gateway && hl_addr_parse(gateway, strlen(gateway), &port->gateway) < 0)
		return hl_fail(err, EINVAL, "--gateway: \"%s\": write an address", gateway);
	return 0;
}

static int lines_set(const struct config_flags *flags, struct hl_config *config,
		     struct hl_error *err)
{
	const char *start = flags->values[USER_START] ? flags->values[USER_START] : "6000";
	const char *csv = flags->values[CSV] ? flags->values[CSV] : flags->values[INF];
	uint64_t lines = flags->lines ? flags->lines : 1;
	char range[64];

	if (csv && (flags->lines || flags->values[USER_START]))
		return hl_fail(err, EINVAL,
			       "--csv and --%s exclude each other: the file has the numbers",
			       flags->lines ? "lines" : "user-start");
	if (csv) {
		int rc = hl_lines_set_csv(config->lines, csv, config, err);
		config->total = config->lines->n_rows;
		return rc;
	}
	if (strspn(start, "0123456789") != strlen(start) || strlen(start) > 18)
		return hl_fail(err, EINVAL, "--user-start: \"%s\": allowed 1..18 digits", start);
	snprintf(range, sizeof(range), "%s-%0*" PRIu64, start, (int)strlen(start),
		 (uint64_t)strtoull(start, NULL, 10) + lines - 1);
	if (hl_lines_set_range(config->lines, range, err) < 0)
		return flag_fail("lines", err);
	config->total = lines;
	return 0;
}

// A message names an entry of the configuration; name the flag that it was made from instead.
static int flag_name(struct hl_error *err)
{
	static const struct {
		const char *entry, *flag;
	} names[] = {
		{ "ports[0].addresses", "address" },
		{ "ports[0].gateway", "gateway" },
		{ "profiles[0].outbound_server", "primary" },
		{ "profiles[0].backup_outbound_server", "backup" },
		{ "profiles[0].min_random_sip_port", "random-ports" },
		{ "lines[0].range", "lines" },
		{ "lines[0].csv", "csv" },
		{ "csv", "csv" },
	};
	const struct hl_error inner = *err;

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i].entry);
		if (!strncmp(inner.text, names[i].entry, len) && inner.text[len] == ':')
			return hl_fail(err, inner.code, "--%s%.900s", names[i].flag,
				       inner.text + len);
	}
	return -inner.code;
}

int config_from_flags(const struct config_flags *flags, const char *port, struct hl_config *config,
		      struct hl_error *err)
{
	static const char form[] = "heartline run --port DEVICE --primary HOST --address RANGES";

	if (!port || !flags->values[PRIMARY] || !flags->values[ADDRESS])
		return hl_fail(err, EINVAL, "--%s is missing: write %s, or -c FILE",
			       !port                     ? "port"
			       : !flags->values[PRIMARY] ? "primary"
							 : "address",
			       form);
	config->ports = calloc(1, sizeof(*config->ports));
	config->profiles = calloc(1, sizeof(*config->profiles));
	config->lines = calloc(1, sizeof(*config->lines));
	if (!config->ports || !config->profiles || !config->lines)
		return hl_fail(err, ENOMEM, "configuration: no memory");
	config->n_ports = config->n_profiles = config->n_lines = 1;
	hl_profile_default(config->profiles);
	config->profiles->name = strdup("flags");
	config->ports->device = strdup(port);
	int rc = port_set(flags, config->ports, err);
	if (rc == 0)
		rc = profile_set(flags, config->profiles, err);
	if (rc == 0)
		rc = lines_set(flags, config, err);
	if (rc == 0)
		rc = hl_config_check(config, err);
	return rc < 0 ? flag_name(err) : 0;
}
