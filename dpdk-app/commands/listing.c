// SPDX-License-Identifier: BSD-3-Clause
// Formats and words of the commands that list a table.

#include "commands/listing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int listing_format_read(const char *name, enum listing_format *format, struct hl_error *err)
{
	static const char *const names[LISTING_FORMATS] = { "text", "scd", "md" };

	for (unsigned i = 0; i < LISTING_FORMATS; i++)
		if (!strcmp(name, names[i])) {
			*format = (enum listing_format)i;
			return 0;
		}
	return hl_fail(err, EINVAL, "--format: \"%s\": allowed text, scd, md", name);
}

bool listing_wants(const struct arguments *args, const char *name)
{
	for (int i = 0; i < args->n_names; i++)
		if (strstr(name, args->names[i]))
			return true;
	return args->n_names == 0;
}

void scd_text(const char *text)
{
	for (; *text; text++)
		printf(strchr("_*\\<#`+~", *text) ? "\\%c" : "%c", *text);
}
