// SPDX-License-Identifier: BSD-3-Clause
// A scenario: lines, servers, a network, faults at their times, and where it must end.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/registrar.h>
#include <heartline/state.h>
#include <heartline/worker.h>
#include "churn.h"
#include "network.h"

#define SCENARIO_FAULTS_MAX 48

struct world;

enum fault_kind {
	FAULT_SERVER,
	FAULT_NETWORK,
	FAULT_OPERATOR,
	FAULT_CLOCK,
	FAULT_RESTART,
	FAULT_BALANCER, // both servers become balancers of `value` nodes, each with nonces of its own
	FAULT_SAVE,     // state as it is
	FAULT_SURVIVE, // a restart, step_ms later, that goes on from what was saved
	FAULT_SETTING, // `key` gets another value
};

struct scenario_fault {
	uint64_t at_ms;
	enum fault_kind kind;
	// SERVER
	uint32_t server; // 0: P, 1: B, HL_REGISTRAR_SERVERS_MAX: both
	enum hl_fault fault;
	uint32_t value;
	// NETWORK
	struct network_faults network;
	// OPERATOR: a command to lines [first, first + n), n 0: all
	enum hl_command_type command;
	uint32_t first, n;
	uint64_t spread_ms;
	// CLOCK: jumps ahead
	uint64_t step_ms;
	// SURVIVE: of the whole machine, with a wall clock so much ahead of the truth; lines more than before
	bool restarted;
	int64_t ahead_ms;
	int32_t more_lines;
	// SETTING
	const char *key;
	char value_text[40];
};

struct scenario {
	const char *name;
	char title[96], replay[96]; // what it is called, and the options that run it again
	uint64_t seed;
	uint32_t lines;
	uint32_t spare_lines; // lines come and go until the faults end; 0: they do not
	uint32_t refresh_s, detect_s, fail_count, recover_count, return_delay_s;
	uint32_t register_timeout_ms, options_timeout_ms;
	uint32_t backoff_base_s, backoff_max_s, park_s;
	uint32_t retry_after_max_s; // 0: 300
	uint32_t numbers_left;      // as in struct world_options
	uint32_t refresh_min_s;     // 0: 1, so that a short grant is refreshed at its half
	uint32_t switch_spread_s, server_rate;
	bool initial_auth;
	bool prefer_primary, remove_last, never_return;
	struct hl_registrar_config servers; // what differs from a plain one
	uint64_t rate, ramp_ms, poll_ms;
	struct network_faults network; // from the start to the end
	uint64_t drop[SIDES];          // lose exactly this frame of a direction
	bool dies_at_credentials;
	bool vlans; // half of the lines in one VLAN, half in another, with equal addresses
	struct scenario_fault faults[SCENARIO_FAULTS_MAX];
	uint32_t n_faults;
	uint64_t heal_ms; // all faults end
	// of every line, once the faults have been over for long enough
	enum hl_line_state expected;
	// What else must hold when the faults end, and when the lines have settled; NULL: nothing.
	void (*at_heal)(struct world *world, const struct scenario *s);
	void (*at_settled)(struct world *world, const struct scenario *s);
};

// All of it from a seed.
void scenario_random(struct scenario *s, uint64_t seed);
// Faults that were added in any order, by their times.
void scenario_sort_faults(struct scenario *s);
// The same, and lines come and go.
void scenario_churn(struct scenario *s, uint64_t seed);
// The guide's best set-up on a healthy network.
void scenario_plain(struct scenario *s, const char *name);
// Its configuration.
void scenario_yaml(const struct scenario *s, char *out, size_t room);

struct scenario_result {
	uint64_t frames, events, virtual_ns;
	uint64_t frames_hash, events_hash;
	uint64_t failovers, returns, epochs;
	uint32_t most_a_minute; // REGISTERs and unregisters of one line
	uint64_t sent[SIDES];   // IPv4 frames
	struct churn_counts churn;
	char broken[768]; // "": passed
};

// Runs it; a broken rule is printed with the command that runs it again, the faults and the history
// of the line (trace: of every line, always).
void scenario_run(const struct scenario *s, bool trace, struct scenario_result *result);
