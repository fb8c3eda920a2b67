// SPDX-License-Identifier: BSD-3-Clause
// What several commands need: how an error is printed, and which device to use.

#include "commands/commands.h"

#include <stdio.h>
#include <string.h>

void error_print(const struct hl_error *err)
{
	const char *text = err->text;
	const char *mark = strstr(text, ": error: ");
	// "FILE:LINE:COLUMN: error: ..." is printed as it is.
	bool placed = mark && !memchr(text, '\n', (size_t)(mark - text));

	fprintf(stderr, "%s%s\n", placed ? "" : "heartline: error: ", text);
}

int device_of_option(const char *port, struct device *device, struct hl_error *err)
{
	struct hl_error inner;
	int rc = device_read(device, port, &inner);

	return rc < 0 ? hl_fail(err, inner.code, "--port: %.900s", inner.text) : 0;
}

static int device_of_port(const char *path, const struct hl_config *config, uint32_t i,
			  struct device *device, struct hl_error *err)
{
	struct hl_error inner;
	char place[64];
	int rc = device_read(device, config->ports[i].device, &inner);

	if (rc == 0)
		return 0;
	char *hint = strstr(inner.text, "; ");
	if (hint) {
		*hint = 0;
		hint += 2;
	}
	snprintf(place, sizeof(place), "ports/%u/device", i);
	hl_config_fault(path, place, inner.text, hint, err);
	return rc;
}

int devices_of_file(const char *path, const struct hl_config *config, struct device devices[],
		    struct hl_error *err)
{
	char place[64];

	for (uint32_t i = 0; i < config->n_ports; i++) {
		int rc = device_of_port(path, config, i, &devices[i], err);

		if (rc < 0)
			return rc;
		for (uint32_t k = 0; k < i; k++)
			if (!strcmp(devices[k].name, devices[i].name)) {
				snprintf(place, sizeof(place), "ports/%u/device", i);
				return hl_config_fault(path, place, "another port has this device",
						       "each port has a device of its own, as in "
						       "net_tap0,... and net_tap1,...",
						       err);
			}
	}
	return 0;
}
