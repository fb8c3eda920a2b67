// SPDX-License-Identifier: BSD-3-Clause
// A configuration: it is read, or refused with a message that has a place; and what was read makes a plan or is
// refused likewise.
#include <stdio.h>

#include <heartline/config.h>
#include <heartline/plan.h>

#include "input.h"

// So that an input is not mostly time spent on lines.
static bool is_small(const struct hl_config *config)
{
	uint64_t lines = 0;

	for (uint32_t g = 0; g < config->n_lines; g++) {
		const struct hl_lines *group = &config->lines[g];
		if (group->csv || group->last - group->first >= 100)
			return false;
		lines += group->last - group->first + 1;
	}
	return lines <= 100;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct hl_plan_options options = { .n_workers = 1,
						 .mac = { 2, 0, 0, 0, 0, 1 },
						 .boot_key = { 1, 2 } };
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	struct hl_plan *plan;

	if (size > 4096 || memmem(bytes, size, "csv", 3)) // files of this machine
		return 0;
	char *text = strndup((const char *)bytes, size);
	if (hl_config_parse(&config, "fuzz", text, &err) != 0)
		MUST(strstr(err.text, "fuzz:") && strlen(err.text) < sizeof(err.text));
	else if (is_small(&config) && hl_plan_new(&plan, &config, &options, &err) == 0)
		hl_plan_free(plan);
	hl_config_free(&config);
	free(text);
	return 0;
}
