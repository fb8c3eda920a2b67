// SPDX-License-Identifier: BSD-3-Clause
// The data plane of a run: plan, workers, the loops that run them, and what control asks of them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/detail.h>
#include <heartline/snapshot.h>
#include <heartline/worker.h>

#include "base/control_loop.h"
#include "device/port.h"
#include "loop/lcore_loop.h"
#include "steer/steer.h"

// Owner: the control thread. A loop sees only its queues.
struct dataplane {
	unsigned n_workers;
	struct hl_plan *plan;
	const struct hl_saved
		*saved; // lines that an earlier run has left; NULL: none. Until the plan is made
	struct hl_leases *const *leases; // by pool; NULL: no address comes from DHCP
	struct handoff *handoff;
	struct steering steering;
	struct hl_worker *workers[LCORE_LOOPS_MAX];
	struct queue_context *queues[LCORE_LOOPS_MAX]; // of the workers
	struct lcore_loop loops[LCORE_LOOPS_MAX];
	unsigned n_loops;
	struct control_loop *control; // which serves the workers while they run
	int serve_timer;
	uint64_t rest_ns;              // until the next round, when there was nothing to serve
	struct events *events;         // NULL: changes of state are not recorded
	struct history *history;       // NULL: nor is there a file of all changes
	struct trace *trace;           // NULL: nothing is traced
	struct recent_changes *recent; // NULL: nor are the latest ones kept
	uint64_t gone;                 // lines that were removed and whose places are free again
	uint64_t left_silent_primary;  // events by which a line left the primary after a time-out
};

// Make the plan and the workers for the ports of the configuration, one for each of their queues, and a loop for
// each worker. *dp is zero, but for `saved` and `leases`.
int dataplane_new(struct dataplane *dp, const struct hl_config *config, const struct port ports[],
		  struct hl_error *err);

// Poll one more queue, that of a registrar, on a loop of its own if an lcore is left.
void dataplane_add_queue(struct dataplane *dp, struct queue_context *queue);

// Start the loops; from here on the control loop serves the workers.
int dataplane_launch(struct dataplane *dp, struct control_loop *control, struct hl_error *err);

// Have all next hops answered ARP?
bool dataplane_neighbours_known(const struct dataplane *dp);

// Start or stop all lines, spread over a time.
void dataplane_command(struct dataplane *dp, enum hl_command_type type, uint64_t spread_ms);

// Tell the owner of a line. -EAGAIN: it has no room now.
int dataplane_tell_owner(const struct dataplane *dp, uint32_t line,
			 const struct hl_command *command);
// Ask its owner what it knows of a line, as hl_worker_ask() and what goes with it.
int dataplane_ask(const struct dataplane *dp, uint32_t line);
bool dataplane_answer(const struct dataplane *dp, uint32_t line, int place,
		      struct hl_line_detail *detail);
void dataplane_forget_ask(const struct dataplane *dp, uint32_t line, int place);
// The line behind the last one of the owner of this line.
uint32_t dataplane_owner_end(const struct dataplane *dp, uint32_t line);

// Collect the changes of state that the workers report.
void dataplane_events(struct dataplane *dp);

void dataplane_snapshot(struct dataplane *dp, struct hl_snapshot *snapshot);
uint64_t dataplane_unsettled(const struct dataplane *dp);

// After dataplane_stop().
uint64_t dataplane_leftovers(const struct dataplane *dp);
uint64_t dataplane_maybe_left(const struct dataplane *dp);

// Add the limits that the program counts itself: frames lost between device and engine, hangs in a
// driver.
void dataplane_limits(const struct dataplane *dp, uint64_t limits[HL_LIMITS]);
// The longest uninterrupted time during which frames waited for the device.
double dataplane_tx_full_ms(const struct dataplane *dp);

// Names: a line's phone number, the phrase for a code, the first packet that was dropped for a
// reason.
const char *dataplane_phone_number(const struct dataplane *dp, uint32_t line, int *len);
// The domain that a row of a CSV names for the line, since numbers are unique in a domain only; NULL: none.
const char *dataplane_domain(const struct dataplane *dp, uint32_t line, int *len);
// By its place in the configuration.
uint32_t dataplane_profile(const struct dataplane *dp, uint32_t line);
struct hl_endpoint dataplane_place(const struct dataplane *dp, uint32_t line); // its own
uint32_t dataplane_slots(const struct dataplane *dp); // places for lines: what their numbers count
uint32_t dataplane_free_slots(const struct dataplane *dp);
// The worker that owns a line.
const struct hl_worker *dataplane_owner(const struct dataplane *dp, uint32_t line);
struct hl_state dataplane_state(const struct dataplane *dp, uint32_t line);
void dataplane_cause(const struct dataplane *dp, uint16_t code, char text[HL_PHRASE_ROOM]);
#define CAUSE_ROOM (HL_PHRASE_ROOM + 16)
// "403 Forbidden" or "time-out"; "no failure seen" for a line that was merely slow.
const char *dataplane_cause_text(const struct dataplane *dp, uint16_t code, char out[CAUSE_ROOM]);
bool dataplane_next_hop(const struct dataplane *dp, uint32_t k, struct hl_next_hop *hop);
const struct hl_example *dataplane_example(const struct dataplane *dp, enum hl_drop reason);
double dataplane_lateness_us(const struct dataplane *dp, double q); // of timers

void dataplane_stop(struct dataplane *dp);
void dataplane_free(struct dataplane *dp);
