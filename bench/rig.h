// SPDX-License-Identifier: BSD-3-Clause
// A worker and a registrar that answers it, joined by nothing but arrays: only the worker's calls are
// timed.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/registrar.h>
#include <heartline/worker.h>

#include "stopwatch.h"

#define RIG_BURST 256 // room to write, as a poll loop gives it

struct rig_buffers {
	struct hl_packet pkts[RIG_BURST];
	uint8_t bytes[RIG_BURST][HL_FRAME_MAX];
};

struct rig {
	struct hl_plan *plan;
	struct hl_worker *worker;
	struct hl_registrar *registrar;
	uint64_t lines;
	uint64_t now_ns;        // virtual
	uint64_t plan_ns;       // wall time from the text to the worker
	struct stopwatch watch; // runs in the worker's calls
	bool shared_plan;
	bool vlan;
	struct rig_buffers to_server, to_worker;
};

struct rig_options {
	uint64_t lines;
	const char *profile;  // further keys, each with a comma in front
	const char *password; // NULL: no digest
	uint32_t nonce_life_s;
	bool vlan; // the lines are in VLAN 100
	bool ipv6;
	bool backup;          // the registrar is 10.99.0.2 as well
	uint32_t spare_lines; // room for lines that are added later
	// One of several workers: the plan is the caller's, its lines are those of all workers.
	struct hl_plan *plan;
	uint32_t index;
	uint32_t worker_owner, registrar_owner; // of their memory, see arena.h; 0: not told apart
};

// Exits with a message when the options cannot be used. All lines are registered.
struct rig *rig_new(const struct rig_options *options);
void rig_free(struct rig *rig);

// Profile and lines, as all plans here are made of.
void rig_config_new(const struct rig_options *options, struct hl_config *config);

// A plan for so many workers, as rig_new() makes it for one.
struct hl_plan *rig_plan_new(const struct rig_options *options, uint32_t workers);

// Empty buffers, to be filled.
struct hl_burst rig_burst(struct rig_buffers *buffers);

// Hand a burst to the worker, so many packets a call as a poll loop does.
void rig_receive(struct rig *rig, const struct hl_burst *in, struct hl_burst *out, uint64_t now_ns);

// One round: what is due goes out, is answered, and the answers come in.
void rig_round(struct rig *rig);
uint64_t rig_finals(const struct rig *rig, enum hl_method method);
uint64_t rig_challenges(const struct rig *rig);

// Nanoseconds a transaction over at least `count` of them, the clock moved so that about 32 lines of
// `interval_s` are due in each round. A transaction ends with a final answer that is no challenge.
double rig_measure(struct rig *rig, enum hl_method method, uint64_t interval_s, uint64_t count);
