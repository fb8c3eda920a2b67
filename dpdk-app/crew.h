// SPDX-License-Identifier: BSD-3-Clause
// The workers of a run: plan, engines, lanes, and what control asks of all of them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/snapshot.h>
#include <heartline/worker.h>

#include "lane.h"
#include "port.h"
#include "steer.h"

// Owner: the control thread. Lanes see only their stations.
struct crew {
	unsigned n_workers;
	struct hl_plan *plan;
	struct handoff *handoff;
	struct steering steering;
	struct hl_worker *workers[LANES_MAX];
	struct station *stations[LANES_MAX]; // of the workers
	struct lane lanes[LANES_MAX];
	unsigned n_lanes;
	uint64_t rest_ns;             // of control, between two looks without anything to serve
	unsigned next_hops;           // neighbours that must be known before anything can be sent
	struct events *events;        // NULL: changes of state are not written down
	uint64_t left_silent_primary; // events: a line left the primary after a time-out
};

// The lcores besides the main one; the main one when it is alone. Returns how many.
unsigned crew_lcores(unsigned lcores[LANES_MAX]);

// Plan and workers on a port with as many queues, a lane for each. *crew is zero.
int crew_new(struct crew *crew, const struct hl_config *config, const struct port *port,
	     unsigned n_workers, struct hl_error *err);

// One more station that is no worker: on a lane of its own when an lcore is left.
void crew_add_station(struct crew *crew, struct station *station);

int crew_launch(struct crew *crew, struct hl_error *err);

// Wait until the next hops answered ARP, at most so long. False: not all did.
bool crew_wait_neighbours(struct crew *crew, uint64_t timeout_ms);

// Start or stop all lines, spread over a time.
void crew_command(struct crew *crew, enum hl_command_type type, uint64_t spread_ms);

// What control does for the workers between two looks, and a rest of about a millisecond.
void crew_serve(struct crew *crew);

// Take the changes of state that the workers told of.
void crew_events(struct crew *crew);

void crew_snapshot(struct crew *crew, struct hl_snapshot *snapshot);
uint64_t crew_unsettled(const struct crew *crew);

// After crew_stop().
uint64_t crew_leftovers(const struct crew *crew);
uint64_t crew_maybe_left(const struct crew *crew);

// Add what the program counts itself: frames lost between device and engine, hangs in a driver.
void crew_limits(const struct crew *crew, uint64_t limits[HL_LIMITS]);
double crew_tx_full_ms(const struct crew *crew); // the longest time on end that frames waited

// Names: a line's phone number, the words for a code, the first packet dropped for a reason.
const char *crew_number(const struct crew *crew, uint32_t line, int *len);
void crew_cause(const struct crew *crew, uint16_t code, char text[HL_PHRASE_ROOM]);
#define CAUSE_ROOM (HL_PHRASE_ROOM + 16)
// "403 Forbidden", "time-out"; "no failure seen" for a line that was only slow.
const char *crew_cause_text(const struct crew *crew, uint16_t code, char out[CAUSE_ROOM]);
bool crew_next_hop(const struct crew *crew, uint32_t k, struct hl_next_hop *hop);
const struct hl_example *crew_example(const struct crew *crew, enum hl_drop reason);
double crew_lateness_us(const struct crew *crew, double q); // of timers

void crew_stop(struct crew *crew);
void crew_free(struct crew *crew);
