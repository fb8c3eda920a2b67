// SPDX-License-Identifier: BSD-3-Clause
// The options of heartline run, and the configuration that they and the file make.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>

#include "commands/config_from_flags.h"
#include "commands/find_max.h"
#include "commands/options.h"

#define RUN_OWN_OPTIONS 43

struct run_options {
	const char *config, *port, *summary, *junit, *events_path;
	const char *rate, *ramp, *duration, *drain, *seed, *spare_lines, *dns, *idle_sleep,
		*sandbox, *user_name, *control, *http, *http_token_file, *history, *history_age,
		*history_size, *pcap, *pcap_size, *pcap_files, *hep, *hep_id, *trace_lines,
		*trace_failed, *trace_buffer, *state_dir,
		*state_interval; // NULL: use the value of the file
	struct option_texts expect;
	struct find_options find;
	uint64_t workers, link_timeout_ms, dns_timeout_ms;
	bool quiet, top, help;
	uint64_t rate_scale;
	struct config_flags flags;
	struct option_spec specs[RUN_OWN_OPTIONS + CONFIG_FLAGS + 1];
	// Of a run that goes on, for run_config_again().
	const struct hl_config *running;
	bool by_dhcp[HL_PROFILES_MAX]; // DHCP named the servers of the profile
};

// All defaults, and the table that options_read() sets the rest by.
void run_options_prepare(struct run_options *options);
void run_options_help(const struct run_options *options);

// From the file or from flags alone; flags replace what the file says of the run.
int run_config_make(const struct run_options *options, struct hl_config *config,
		    struct hl_error *err);

// Remember which profiles ask DHCP, before it is asked.
void run_config_note_dhcp(struct run_options *options, const struct hl_config *config);

// The configuration of a run that goes on, from a file, as at the start. Of a struct run_options.
int run_config_again(void *options, const char *path, struct hl_config *config,
		     struct hl_error *err);
