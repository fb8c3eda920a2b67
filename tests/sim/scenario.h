// SPDX-License-Identifier: BSD-3-Clause
// A scenario: a profile, faults at given times, and where every line must be when they have ended.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/registrar.h>
#include <heartline/state.h>
#include "network.h"

#define SCENARIO_FAULTS_MAX 32

struct scenario_fault {
	uint64_t at_ms;
	bool on_network;
	uint32_t server; // 0: P, 1: B, HL_REGISTRAR_SERVERS_MAX: both
	enum hl_fault fault;
	uint32_t value;
	struct network_faults network;
};

struct scenario {
	const char *name;
	uint64_t seed;
	uint32_t lines;
	uint32_t refresh_s, detect_s, fail_count, recover_count, return_delay_s;
	uint32_t register_timeout_ms, options_timeout_ms;
	uint32_t backoff_base_s, backoff_max_s, park_s;
	bool prefer_primary, remove_last, never_return;
	uint32_t max_grant_s, nonce_life_s;
	uint64_t rate, ramp_ms;
	struct network_faults network; // from the start to the end
	struct scenario_fault faults[SCENARIO_FAULTS_MAX];
	uint32_t n_faults;
	uint64_t heal_ms; // all faults end
	enum hl_line_state
		expected; // of every line, once the faults have been over for long enough
};

// All of it from a seed.
void scenario_random(struct scenario *s, uint64_t seed);
// The guide's best set-up on a healthy network.
void scenario_plain(struct scenario *s, const char *name);

struct scenario_result {
	uint64_t frames, events, virtual_ns;
	uint64_t failovers, returns;
	char broken[768]; // "": passed
	uint32_t line;    // that broke, UINT32_MAX: none in particular
};

// Runs it; on a broken rule prints the history of the line (trace: of every line, always).
void scenario_run(const struct scenario *s, bool trace, struct scenario_result *result);
