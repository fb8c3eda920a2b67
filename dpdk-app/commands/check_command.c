// SPDX-License-Identifier: BSD-3-Clause
// heartline check: checks a configuration without starting anything.

#include "commands/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "alerts/alerts.h"
#include "base/exit_code.h"
#include "commands/open_passwords.h"
#include "commands/options.h"
#include "commands/phases.h"

static void server_print(const char *which, const struct hl_endpoint *at, const char *name)
{
	char text[HL_ENDPOINT_TEXT];

	if (name) {
		printf("%s %s:%u", which, name, at->port);
		return;
	}
	hl_endpoint_format(at, text);
	printf("%s %s", which, text);
}

static void profile_print(const struct hl_profile *profile)
{
	bool primary = profile->primary.addr.family != HL_FAMILY_NONE || profile->primary_name;
	bool backup = profile->backup.addr.family != HL_FAMILY_NONE || profile->backup_name;

	printf("  profile %s:", profile->name);
	if (profile->dhcp_option_120)
		printf(" servers from DHCP (option 120); %s",
		       primary ? "if it names none:" : "if it names none, the run ends");
	if (primary)
		server_print(" primary", &profile->primary, profile->primary_name);
	if (primary && backup)
		server_print(", backup", &profile->backup, profile->backup_name);
	if (profile->primary_name || profile->backup_name)
		printf("; names are looked up at the start");
	printf("\n");
}

// Nothing where there is one port with addresses of its own.
static void pools_print(const struct hl_config *config)
{
	struct hl_pool_share pool;

	if (config->n_pools == 0 && config->n_ports == 1)
		return;
	for (uint32_t i = 0; hl_pool_explain(config, i, &pool) == 0; i++)
		printf("  %s%s: port %u (%s)%s%s: %" PRIu64 " lines on %" PRIu64
		       " %s, with room for %" PRIu64 "\n",
		       pool.name ? "pool " : "", pool.name ? pool.name : "addresses", pool.port,
		       config->ports[pool.port].device, *pool.vlans ? ", VLAN " : "", pool.vlans,
		       pool.lines, pool.addresses, pool.addresses == 1 ? "address" : "addresses",
		       pool.room);
}

static int check_file(const char *path, bool without_device, struct hl_error *err)
{
	struct hl_config config = { 0 };
	struct device devices[HL_PORTS_MAX];
	int rc = hl_config_load(&config, path, err);

	if (rc == 0 && !without_device)
		rc = devices_of_file(path, &config, devices, err);
	if (rc == 0 && !without_device)
		rc = alerts_check(&config, err);
	if (rc == 0 && !without_device)
		rc = phases_check(&config, path, err);
	if (rc == 0) {
		printf("%s: ok: %" PRIu64 " lines on %s%s\n", path, config.total,
		       config.ports[0].device, config.n_ports > 1 ? ", and other ports" : "");
		pools_print(&config);
		for (uint32_t i = 0; i < config.n_profiles; i++)
			profile_print(&config.profiles[i]);
		open_passwords_warn(&config, path);
	}
	hl_config_free(&config);
	return rc;
}

int check_command(int argc, char **argv)
{
	struct arguments args;
	struct hl_error err = { 0 };
	bool without_device = false, help = false;
	const char *path = NULL;
	struct option_spec specs[] = {
		{ "config", 'c', OPTION_TEXT, &path, 0, 0, "FILE", "the same as FILE alone", 0 },
		{ "without-device", 0, OPTION_FLAG, &without_device, 0, 0, NULL,
		  "the file is for another machine: do not look for its device", 0 },
		{ "help", 'h', OPTION_FLAG, &help, 0, 0, NULL, "this text", 0 },
		{ 0 },
	};

	arguments_split(&args, argc, argv);
	int rc = options_read(specs, &args, &err);
	if (rc == 0 && help) {
		printf("usage: heartline check FILE [OPTION...]\n\n"
		       "Reads a configuration and the files it names, and says what is wrong.\n\n");
		options_help(specs);
		return EXIT_ALL_WELL;
	}
	if (rc == 0 && args.n_names + (path != NULL) != 1)
		rc = hl_fail(&err, EINVAL, "write heartline check FILE");
	if (rc == 0)
		rc = check_file(path ? path : args.names[0], without_device, &err);
	if (rc < 0)
		error_print(&err);
	return rc < 0 ? EXIT_USAGE : EXIT_ALL_WELL;
}
