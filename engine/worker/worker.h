// SPDX-License-Identifier: BSD-3-Clause
// The state of a worker: the tables of its lines, and what its parts share. Each part has a header of
// its own for what it does.
//
// A packet: rx -> reply -> exchange -> role -> driver -> act -> flush. A timer: tick -> due, and on.
#pragma once

#include <heartline/detail.h>
#include <heartline/saved.h>
#include <heartline/worker.h>
#include "base/ring.h"
#include "base/rng.h"
#include "line/branch.h"
#include "line/kinds.h"
#include "line/line.h"
#include "net/frame.h"
#include "net/reassembly.h"
#include "sip/auth.h"
#include "sip/memo.h"
#include "sip/parse.h"
#include "worker/plan.h"
#include "worker/schedule.h"

#define SLOW_RECORDS 256
#define EVENT_RECORDS 65536
#define COMMAND_RECORDS 64
#define REMOVED_RECORDS 1024

#define SLOW_TEXT_MAX REASSEMBLY_PAYLOAD_MAX

// A reply that the scanner declined, on its way to the full parser.
struct slow_packet {
	struct hl_endpoint src, dst;
	uint64_t at_ns; // arrival
	uint16_t len;
	char text[SLOW_TEXT_MAX];
};

// And back.
struct slow_reply {
	struct hl_endpoint src, dst;
	uint64_t at_ns;
	struct parsed_reply parsed;
};

// A command that is spread over time.
struct ramp {
	struct hl_command command;
	uint64_t start_ns;
	uint32_t done; // of command.n
};
#define RAMPS_MAX 16 // more commands wait in their ring

// Lines in a row that share a profile: their timers share a period.
struct phase_run {
	uint32_t first, n; // local indexes
};

// What a run reports of a line. Writer: the owner lcore, when the line's state changes; anyone may
// read. Milliseconds since the worker's start, which come around after 49 days: an outage may be as long.
struct line_account {
	_Atomic uint32_t down_since_ms; // of the outage that lasts; 0: none does
	_Atomic uint32_t down_ms;       // of outages that ended
	_Atomic uint32_t longest_ms;    // of them
	_Atomic uint32_t life; // bit 0: was registered; above: tenths of a second of its latest
			       // return, 0: none
	uint32_t moved_at;     // it gave up its server, or began its return; steps of account.c
};
static_assert(sizeof(struct line_account) == 20, "memory a line");

// Written once, then left alone.
struct elsewhere {
	_Atomic uint32_t known;
	struct hl_elsewhere places;
};

#define PHRASES 32

// The reason phrase that came with a code first. Written once, then left alone.
struct phrase {
	_Atomic uint32_t code; // 0: free
	char text[HL_PHRASE_ROOM];
};

// What a role has to say to the driver (emit.h).
enum emitted_what {
	EMITTED_EVENT,       // for the failover machine: event, code
	EMITTED_P_ANSWERS,   // the same as an answered probe of P, when the line is DOWN by then
	EMITTED_PROBE_MOVES, // another target than the registration's has answered a probe
	EMITTED_TURN,        // a registration that waited for its turn may begin
	EMITTED_REGISTER,    // one more REGISTER at `server`
	EMITTED_STALE,       // a contact was found that an earlier run has left
};
struct emitted {
	uint8_t what;   // enum emitted_what
	uint8_t event;  // enum failover_event
	uint8_t server; // enum hl_server
	uint16_t code;
};
#define EMITTED_MAX 4

// When the messages of a profile changed under a worker.
struct text_change {
	uint32_t seen; // text_changes of struct plan_profile
	uint64_t at_ns;
};

// A question about a line. Writer: the control thread until it is asked, then the owner lcore until it is
// answered.
enum ask_state { ASK_FREE, ASK_ASKED, ASK_ANSWERED };
struct ask {
	_Atomic uint32_t state; // enum ask_state
	uint32_t line;
	bool forgotten; // control thread: nobody takes the answer
	struct hl_line_detail detail;
};

struct request_ops;

// The exchanges of a kind, one a line. first NULL: no profile of the plan wants requests of this kind.
struct request_place {
	char *first;
	size_t stride;
};

struct hl_worker {
	struct hl_plan *plan;
	const struct plan_constants *constants; // that it reads until its next call; NULL: it rests
	struct line *lines;                     // by local index: global number - first
	struct line_cold *cold;
	struct line_account *accounts;
	struct line_notes *notes;
	struct line_streams *streams; // NULL: no profile of the plan has any
	struct request_place places[REQUEST_KINDS];
	const struct request_ops
		*rare[REQUEST_KINDS]; // kinds that are rare and wanted, in their order
	uint32_t n_rare;
	bool follows;                // something of the plan follows the registration to its server
	struct line_dialog *dialogs; // NULL: no profile subscribes
	struct auth *auth;           // local index * HL_SERVERS + server
	char *long_texts;            // AUTH_TEXT_LONG each, as auth; touched only by long nonces
	// the second challenge of a server (401 and 407 together); untouched pages cost nothing
	struct auth *more_auth;
	char *more_long_texts;
	struct text_change *text_changes; // by profile
	uint32_t first, n;
	const struct plan_port *port;   // whose queue it has
	struct neigh_table *neighbours; // of the port
	bool leads;                     // the first worker of the port: it does ARP for the servers
	struct wheel *wheel;
	struct digest *digest;
	struct auth_realms realms;
	struct rng rng;

	struct hl_burst *tx; // of the call under way
	uint64_t now_ns;
	uint32_t now;              // tick, of the wheel's time
	uint64_t tick;             // all of it
	uint64_t skipped;          // ticks by which the wheel's time is behind the clock
	const struct frame *frame; // of the reply under way; NULL: none, or its text is not here
	struct emitted emitted[EMITTED_MAX]; // by the roles of the line that is served
	uint32_t n_emitted;

	struct phase_run *runs; // by local index, rising
	uint32_t n_runs;

	uint32_t *ready; // ring of lines that wait for room or tokens
	uint32_t ready_head, ready_tail, ready_mask;

	bool paused;              // no new probes, no new registrations
	bool link_down;           // worker/link.h
	uint64_t link_up_ns;      // the latest end of that; 0: none
	uint64_t interval;        // of requests, ns << PACE_SHIFT; 0: no limit
	struct pace next_send;    // of the next request
	struct pace peak_send;    // of the next request, at the highest rate after a stall
	uint64_t peak_ahead_ns;   // so much of that may leave at once
	struct pace *server_next; // by profile * HL_SERVERS + server: of the next new registration

	struct ramp ramps[RAMPS_MAX]; // oldest first
	uint32_t n_ramps;
	uint32_t stopping;  // lines that a command is still to stop
	uint32_t announced; // own addresses looked at so far: announced, or on another port
	uint64_t announce_ns;
	uint64_t lease_events;      // of its DHCP clients, as far as they were counted
	uint32_t unregistering;     // lines with an unregister under way or to come
	_Atomic uint32_t unsettled; // both, for other threads

	uint32_t hop_changes; // of the neighbours, as far as lines that wait for one have heard
	uint32_t hop_at;      // lines before this one have heard of it; n: all
	bool hop_waits;       // some line may be waiting

	struct hl_worker_options options;
	struct ring commands, events, slow, slow_replies, removed;
	struct slow_packet slow_out;    // being written; writer: the owner lcore, as the next one
	struct slow_reply slow_in;      // being read
	struct slow_packet slow_packet; // being parsed; writer: the control thread, as the next one
	struct slow_reply slow_reply;
	struct reassembly *reassembly;
	uint64_t fragments_ns; // when to look for those that ran out of time
	struct reply_memory replies;
	struct hl_counters counters;
	struct phrase phrases[PHRASES];             // writer: the owner lcore
	struct elsewhere elsewheres[HL_ELSEWHERES]; // writer: the owner lcore
	struct hl_example examples[HL_DROPS];       // writer: that of the reason's counter
	struct ask asks[HL_ASKS];
	struct hl_save *save;       // the question; writer: the control thread, before it is asked
	_Atomic bool save_answered; // writer: the control thread before, the owner lcore after
};

static inline const struct plan_shape *worker_shape(const struct hl_worker *w, const struct line *l)
{
	return w->constants->shapes[l->shape];
}

static inline uint16_t worker_profile_index(const struct hl_worker *w, const struct line *l)
{
	return w->plan->directory.shape_profiles[l->shape];
}

static inline const struct plan_profile *worker_profile(const struct hl_worker *w,
							const struct line *l)
{
	return &w->constants->profiles[worker_profile_index(w, l)];
}

static inline const struct plan_domain *worker_domain(const struct hl_worker *w,
						      const struct line *l)
{
	return &w->constants->domains[worker_shape(w, l)->domain];
}

// Both servers of a line's profile.
static inline const struct plan_server *worker_servers(const struct hl_worker *w,
						       const struct line *l)
{
	return w->plan->directory.servers[worker_profile_index(w, l)];
}

// Number and generation, which no two lines of a run share within 256 lines of one slot.
static inline uint32_t worker_line_tag(const struct hl_worker *w, uint32_t i)
{
	return (uint32_t)w->lines[i].generation << BRANCH_LINE_BITS | (w->first + i);
}

// The server at which what follows the registration runs; HL_SERVER_NONE: it does not.
static inline enum hl_server worker_active(const struct hl_worker *w, uint32_t i)
{
	uint8_t active = w->cold[i].active;

	return active ? (enum hl_server)(active - 1) : HL_SERVER_NONE;
}

static inline const struct plan_address *worker_address(const struct hl_worker *w,
							const struct line *l)
{
	return &w->plan->table.addresses[l->addr];
}

// The link that a line is on.
static inline uint16_t worker_link_of(const struct hl_worker *w, const struct line *l)
{
	return w->plan->directory.networks[worker_address(w, l)->network].link;
}

// The link that a frame of these VLANs came on; PLAN_NO_NETWORK: none of ours.
static inline uint16_t worker_link(const struct hl_worker *w, uint32_t vlan)
{
	if (vlan == 0)
		return w->port->untagged;
	return plan_link_find(&w->plan->directory, (uint32_t)(w->port - w->plan->directory.ports),
			      vlan);
}

static inline bool worker_has_no_lease(const struct plan_address *own)
{
	return atomic_load_explicit((_Atomic bool *)&own->gone, memory_order_relaxed);
}

// The path of a line to an endpoint; NULL: there is none.
static inline const struct path *worker_path(const struct hl_worker *w, const struct line *l,
					     const struct plan_endpoint *to)
{
	const struct plan_address *own = worker_address(w, l);
	const struct path *path = to && !worker_has_no_lease(own) ? &to->paths[own->network] : NULL;

	return path && path->payload_at != 0 ? path : NULL;
}

static inline struct hl_state line_state(const struct line *l)
{
	return hl_state_unpack(atomic_load_explicit(&l->word, memory_order_relaxed));
}

static inline void line_set_state(struct line *l, const struct hl_state *s)
{
	atomic_store_explicit(&l->word, hl_state_pack(s), memory_order_relaxed);
}
