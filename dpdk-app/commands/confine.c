// SPDX-License-Identifier: BSD-3-Clause
// First the user, then the sandbox, which refuses to change users.

#include "commands/confine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alerts/alerts.h"
#include "base/sandbox.h"
#include "commands/phases.h"

// Drivers of PCI devices may need root whenever memory is mapped or the link changes.
int confine_check(const struct confinement *c, const struct device *device, struct hl_error *err)
{
	if (c->user.name[0] && geteuid() == 0 && device->kind == DEVICE_PCI)
		return hl_fail(err, EINVAL,
			       "user: device %s may need root while it runs; allowed with virtual "
			       "devices (net_tap, net_af_packet, net_memif): leave user out",
			       device->name);
	return 0;
}

static bool is_file(const char *path)
{
	return path && *path && strcmp(path, "-") != 0;
}

static int files_give(const struct confinement *c, const struct hl_config *config,
		      struct hl_error *err)
{
	const char *const paths[] = { c->events, c->summary,      c->junit,
				      c->socket, config->history, config->pcap };
	char beside[HL_FILE_PATH_MAX + 8];
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < sizeof(paths) / sizeof(*paths); i++)
		if (is_file(paths[i]))
			rc = user_give_file(&c->user, paths[i], err);
	for (unsigned i = 0; rc == 0 && config->history && i < 2; i++) { // SQLite's own
		snprintf(beside, sizeof(beside), "%s%s", config->history, i ? "-wal" : "-shm");
		rc = user_give_file(&c->user, beside, err);
	}
	return rc == 0 ? survive_give(c->survive, &c->user, err) : rc;
}

// A summary that cannot be written at the end would be the loss of a run.
static int files_check(const struct confinement *c, const struct hl_config *config,
		       struct hl_error *err)
{
	const char *const written[] = { c->events, c->summary, c->junit, config->history,
					config->pcap };

	for (unsigned i = 0; i < sizeof(written) / sizeof(*written); i++)
		if (is_file(written[i]) && access(written[i], W_OK) < 0)
			return hl_fail(err, errno,
				       "user: %s cannot write %s: %s: choose a folder that this "
				       "user can reach",
				       c->user.name, written[i], strerror(errno));
	if (c->config && access(c->config, R_OK) < 0)
		fprintf(stderr,
			"heartline: warning: user: %s cannot read %s: no reload will work\n",
			c->user.name, c->config);
	return survive_check(c->survive, &c->user, err);
}

// A kernel without such filters is said, and no reason to stop.
static void sandbox_enter(const struct hl_config *config)
{
	struct hl_error err;

	if (config->sandbox &&
	    sandbox_close(alerts_run_programs(config) || phases_run_programs(config), &err) < 0)
		fprintf(stderr, "heartline: warning: %s; the run goes on without\n", err.text);
}

int confine(const struct confinement *c, const struct hl_config *config, struct hl_error *err)
{
	int rc = 0;

	if (c->user.name[0])
		rc = files_give(c, config, err);
	if (rc == 0)
		rc = user_become(&c->user, err);
	if (rc == 0 && c->user.name[0])
		rc = files_check(c, config, err);
	if (rc == 0)
		sandbox_enter(config);
	return rc;
}
