// SPDX-License-Identifier: BSD-3-Clause
// Compares what ports, workers and the resolver were made of, and the list of profiles.

#include "session/reload_check.h"

#include <stdio.h>
#include <string.h>

static const char hint[] = "leave it as it was when the run began, or start heartline anew";

uint32_t profile_find(const struct hl_config *config, const char *name)
{
	for (uint32_t i = 0; i < config->n_profiles; i++)
		if (!strcmp(config->profiles[i].name, name))
			return i;
	return UINT32_MAX;
}

// The first difference, as a place in the file. NULL: there is none.
static const char *port_difference(const struct hl_config *now, const struct hl_config *next,
				   char place[64])
{
	if (now->n_ports != next->n_ports)
		return "ports";
	for (uint32_t i = 0; i < now->n_ports; i++) {
		const struct hl_port *a = &now->ports[i], *b = &next->ports[i];
		const char *key = strcmp(a->device, b->device)               ? "device"
				  : !hl_port_ranges_equal(a, b)              ? "addresses"
				  : !hl_addr_equal(&a->gateway, &b->gateway) ? "gateway"
									     : NULL;
		if (!key)
			continue;
		snprintf(place, 64, "ports/%u/%s", i, key);
		return place;
	}
	return hl_pools_equal(now, next) ? NULL : "pools";
}

static int ports_check(const struct hl_config *now, const struct hl_config *next, const char *path,
		       struct hl_error *err)
{
	char place[64];
	const char *differs = port_difference(now, next, place);

	return differs ? hl_config_fault(path, differs,
					 "needs a restart: lines keep their addresses", hint, err)
		       : 0;
}

static bool run_key_may_change(const char *name)
{
	return !strcmp(name, "rate") || !strcmp(name, "ramp") || !strcmp(name, "drain");
}

static int run_keys_check(const struct hl_config *now, const struct hl_config *next,
			  const char *path, struct hl_error *err)
{
	struct hl_key key;

	for (uint32_t i = 0; hl_run_key(i, &key); i++) {
		if (run_key_may_change(key.name) || !hl_run_key_differs(i, now, next))
			continue;
		return hl_config_fault(path, key.name,
				       "needs a restart: it holds for the whole run", hint, err);
	}
	return 0;
}

static int profiles_check(const struct hl_config *now, const struct hl_config *next,
			  const char *path, struct hl_error *err)
{
	char place[HL_ERROR_TEXT];

	for (uint32_t i = 0; i < next->n_profiles; i++) {
		if (profile_find(now, next->profiles[i].name) != UINT32_MAX)
			continue;
		snprintf(place, sizeof(place), "profiles/%.200s", next->profiles[i].name);
		return hl_config_fault(path, place,
				       "needs a restart: the run began without this profile",
				       "name the lines of a profile that it has, or start "
				       "heartline anew",
				       err);
	}
	return 0;
}

int reload_check(const struct hl_config *now, const struct hl_config *next, const char *path,
		 struct hl_error *err)
{
	int rc = ports_check(now, next, path, err);

	if (rc == 0)
		rc = run_keys_check(now, next, path, err);
	if (rc == 0 && !hl_alerts_equal(now, next))
		rc = hl_config_fault(path, "alerts", "needs a restart: they hold for the whole run",
				     hint, err);
	if (rc == 0 && !hl_expectations_equal(&now->expect, &next->expect))
		rc = hl_config_fault(path, "expect", "needs a restart: it holds for the whole run",
				     hint, err);
	if (rc == 0 && !hl_phases_equal(now, next))
		rc = hl_config_fault(path, "phases", "needs a restart: they are under way", hint,
				     err);
	return rc == 0 ? profiles_check(now, next, path, err) : rc;
}
