// SPDX-License-Identifier: BSD-3-Clause
// From the keys of a configuration to the options of a history.

#include "session/run_history.h"

// Of the queue: room for four changes of each line. What is not used takes no memory.
#define QUEUE_BYTES_MIN (1u << 20)
#define QUEUE_BYTES_MAX (1u << 26)
#define QUEUE_BYTES_OF_LINE 256

static size_t queue_bytes(uint64_t lines)
{
	size_t bytes = QUEUE_BYTES_MIN;

	while (bytes < QUEUE_BYTES_MAX && bytes < lines * QUEUE_BYTES_OF_LINE)
		bytes *= 2;
	return bytes;
}

int run_history_open(struct history **history, const struct hl_config *config, const char *source,
		     struct hl_error *err)
{
	const char *profiles[HL_PROFILES_MAX];
	const struct history_options options = {
		.path = config->history,
		.limits = { config->history_age_ms, config->history_size_mib << 20 },
		.queue_bytes = queue_bytes(config->total + config->spare_lines),
		.version = HEARTLINE_VERSION,
		.config = source,
		.profiles = profiles,
		.n_profiles = config->n_profiles,
	};

	*history = NULL;
	if (!config->history)
		return 0;
	for (uint32_t i = 0; i < config->n_profiles; i++)
		profiles[i] = config->profiles[i].name;
	return history_open(history, &options, err);
}
