// SPDX-License-Identifier: BSD-3-Clause
// A worker: owns its lines; bursts in, bursts out; time is an argument.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/counters.h>
#include <heartline/packet.h>
#include <heartline/plan.h>
#include <heartline/state.h>

struct hl_worker;

struct hl_worker_options {
	uint32_t index; // 0..n_workers-1; worker 0 also does ARP for the servers
	// requests a second of the whole run, retransmissions included; this worker has its share. 0: none
	uint64_t rate;
	uint64_t
		start_ns; // monotonic time of the start, below 2^63: states' since_ms count from here
	uint64_t seed;    // of phases and backoff; the same seed gives the same run
};

/** @return 0, -ENOMEM, -EINVAL. The plan must outlive the worker. */
int hl_worker_new(struct hl_worker **worker, struct hl_plan *plan,
		  const struct hl_worker_options *options, struct hl_error *err);
void hl_worker_free(struct hl_worker *worker);

/**
 * Take n received packets (at most HL_BURST_MAX) and write what follows from them to tx.
 *
 * @param now_ns  arrival, monotonic [ns], never smaller than at an earlier call
 * Owner lcore only; never blocks, allocates or logs. The packets are the caller's again on return.
 */
void hl_worker_rx(struct hl_worker *worker, const struct hl_packet *pkts, uint16_t n,
		  struct hl_burst *tx, uint64_t now_ns);

/**
 * Do what is due: retransmissions, time-outs, refreshes, probes, starts and stops, commands.
 * Bounded work per call. Owner lcore only.
 */
void hl_worker_tick(struct hl_worker *worker, struct hl_burst *tx, uint64_t now_ns);

/**
 * The worker reads nothing of the plan's settings until its next hl_worker_rx() or hl_worker_tick(), so what was
 * replaced meanwhile need not be kept for it: before a sleep, and when its thread stops. Owner lcore only.
 */
void hl_worker_rest(struct hl_worker *worker);

/**
 * Earliest time at which hl_worker_tick() may have something to do, for a simulator's clock or a
 * sleep; now_ns when it has at once; UINT64_MAX when nothing is armed.
 */
uint64_t hl_worker_next(const struct hl_worker *worker, uint64_t now_ns);

enum hl_command_type {
	HL_COMMAND_ENABLE,  // start lines [first, first + n), spread over spread_ns
	HL_COMMAND_DISABLE, // unregister and stop them, spread over spread_ns
	HL_COMMAND_FORCE_P,
	HL_COMMAND_FORCE_B,
	HL_COMMAND_LOCK,
	HL_COMMAND_UNLOCK,
	HL_COMMAND_ADD,    // free slots become lines, as the plan has them by now; they are off
	HL_COMMAND_REMOVE, // as DISABLE; the slots are given back by hl_worker_removed()
	// Of the whole worker, at once; they have no lines.
	HL_COMMAND_RATE,      // from now on `rate`
	HL_COMMAND_PAUSE,     // no new probes, no new registrations (FAILOVER.md section 3)
	HL_COMMAND_RESUME,    // the end of that
	HL_COMMAND_LINK_DOWN, // the port has no link: nothing leaves, and no time-out is a server's
	HL_COMMAND_LINK_UP,   // the end of that
	HL_COMMAND_TELL,      // answer a question: hl_worker_ask() sends it
	HL_COMMAND_SAVE,      // likewise: hl_worker_save() sends it
};

struct hl_command {
	enum hl_command_type type;
	uint32_t first, n; // global line numbers; what is not this worker's is skipped
	uint64_t spread_ns;
	uint64_t rate; // HL_COMMAND_RATE: requests a second of the whole run; 0: no limit
};

/** Hand a command over. One producer thread, any time. @return 0, -EAGAIN (ring full: try again) */
int hl_worker_command(struct hl_worker *worker, const struct hl_command *command);

/**
 * Take up to max slots whose lines were removed by HL_COMMAND_REMOVE. No answer to a request of theirs is
 * taken for one of a later line, and no binding of theirs is left: each has unregistered, or what a server
 * may still hold has run out; and 32 s have passed, as long as an answer may come late. One consumer thread.
 * @return how many
 */
uint32_t hl_worker_removed(struct hl_worker *worker, uint32_t slots[], uint32_t max);

// A change of state, for logs and histories.
struct hl_event {
	uint64_t at_ns;
	uint32_t line;
	uint8_t from, to; // enum hl_line_state
	uint8_t server;   // enum hl_server after the change
	uint16_t code; // why: a status, an enum hl_local_code; HL_CODE_NONE: its time, an operator
};

/** Take up to max events. One consumer thread. @return how many */
uint32_t hl_worker_events(struct hl_worker *worker, struct hl_event *events, uint32_t max);

/**
 * Serve replies that the hot scanner left to the full parser (osip2). Control thread; the simulator
 * calls it between two polls. Bounded work per call. @return how many were served; 0: none is left
 */
uint32_t hl_worker_serve_slow(struct hl_worker *worker);

const struct hl_counters *hl_worker_counters(const struct hl_worker *worker);

/** Add the DHCP clients that it has, and those of them that have their address. Any thread, any time. */
void hl_worker_leases(const struct hl_worker *worker, uint64_t *clients, uint64_t *bound);

#define HL_EXAMPLE_BYTES 80

// The first packet that was dropped for a reason.
struct hl_example {
	_Atomic uint32_t known; // the rest is there, and stays as it is
	uint32_t len;           // of bytes
	uint64_t at_ns;         // arrival
	struct hl_endpoint src; // family HL_FAMILY_NONE: not known
	uint8_t bytes
		[HL_EXAMPLE_BYTES]; // of the datagram; of the frame, where no datagram was read
};

/** Any thread, any time. @return NULL: none was dropped for this reason yet */
const struct hl_example *hl_worker_example(const struct hl_worker *worker, enum hl_drop reason);

#define HL_ELSEWHERES 16

// Who answered in place of whom (reply_source: branch).
struct hl_elsewhere {
	struct hl_endpoint asked, from;
};

/** The kth address and port, of the first HL_ELSEWHERES. Any thread, any time. @return false: there are
 * fewer */
bool hl_worker_elsewhere(const struct hl_worker *worker, uint32_t k, struct hl_elsewhere *places);

/** Slots of this worker, each with a line or free: global numbers [first, first + n). */
uint32_t hl_worker_first(const struct hl_worker *worker);
uint32_t hl_worker_lines(const struct hl_worker *worker);

/** State word of a line by its global number; relaxed load, any thread. */
uint64_t hl_worker_state(const struct hl_worker *worker, uint32_t line);

/** Lines that still have an unregister under way or to come, after HL_COMMAND_DISABLE. */
uint32_t hl_worker_unsettled(const struct hl_worker *worker);

/** Bindings that a server confirmed and that were neither removed nor have expired by now_ns. Walks
 * the lines; call when the worker is at rest. */
uint32_t hl_worker_leftovers(const struct hl_worker *worker, uint64_t now_ns);

/** Bindings that a server may hold by now_ns: a REGISTER there was given up unanswered, and no answer
 * came to the unregistering either. Likewise. */
uint32_t hl_worker_maybe_left(const struct hl_worker *worker, uint64_t now_ns);

/** Requests that have left and wait for their answer. Walks the lines; call when the worker is at rest,
 * or from its lcore. With it the counters balance, whenever no call is under way:
 * requests = finals + timeouts + unreachable + abandoned + outstanding, for each method. */
uint64_t hl_worker_outstanding(const struct hl_worker *worker, enum hl_method method);

// What a run reports of a line (FAILOVER.md section 7).
struct hl_line_account {
	bool registered_once;
	bool down;           // now: it was registered, and is not
	uint64_t down_ms;    // all outages, the one that lasts included
	uint64_t longest_ms; // the longest of them
	uint64_t lasts_ms;   // the one that lasts; 0: none
	uint64_t switch_ms;  // worst case of a switch, by the line's profile
	uint64_t timeout_ms; // of its REGISTER
	uint64_t age_ms;     // in its present state
};

/** By the line's global number. The thread that changes the plan (hl_plan_change_profile()), any time. */
void hl_worker_account(const struct hl_worker *worker, uint32_t line, uint64_t now_ns,
		       struct hl_line_account *account);

#define HL_PHRASE_ROOM 44

/** Why, in words: what happened here, or the reason phrase that came with the status first, else the
 * registered one; "" when there is none. Any thread, any time. */
void hl_worker_cause(const struct hl_worker *worker, uint16_t code, char text[HL_PHRASE_ROOM]);

/** True when every line that is not OFF has a timer armed (FAILOVER.md section 3). For tests. */
bool hl_worker_armed(const struct hl_worker *worker, uint32_t *line);
