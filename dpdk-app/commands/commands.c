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

int device_of_file(const char *path, const struct hl_config *config, struct device *device,
		   struct hl_error *err)
{
	struct hl_error inner;

	if (config->n_ports != 1)
		return hl_config_fault(path, "ports", "this version drives one port", "give one",
				       err);
	int rc = device_read(device, config->ports[0].device, &inner);
	if (rc == 0)
		return 0;
	char *hint = strstr(inner.text, "; ");
	if (hint) {
		*hint = 0;
		hint += 2;
	}
	hl_config_fault(path, "ports/0/device", inner.text, hint, err);
	return rc;
}
