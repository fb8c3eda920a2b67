// SPDX-License-Identifier: BSD-3-Clause
// The worker's own tables and the calls between its parts. The only place that joins the hot parts.
//
// A packet: rx -> reply -> step -> act -> send. A timer: tick -> due -> step -> act -> send.
#pragma once

#include <stdalign.h>

#include <heartline/worker.h>
#include "base/count.h"
#include "base/ring.h"
#include "base/rng.h"
#include "failover/failover.h"
#include "line/branch.h"
#include "line/line.h"
#include "line/streams.h"
#include "net/frame.h"
#include "net/icmp.h"
#include "net/reassembly.h"
#include "sip/auth.h"
#include "sip/memo.h"
#include "sip/parse.h"
#include "timer/wheel.h"
#include "worker/plan.h"

// RFC 3261 17.1.2.2 and its table 4.
#define T1_NS 500000000ull
#define T2_NS 4000000000ull

// The longest Min-Expires that is obeyed: as long as a profile may ask by itself.
#define MIN_EXPIRES_MAX_S 86400

#define SLOW_RECORDS 256
#define EVENT_RECORDS 65536
#define COMMAND_RECORDS 64

#define SLOW_TEXT_MAX (REASSEMBLY_MAX - UDP_BYTES)

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
};
static_assert(sizeof(struct line_account) == 16, "memory a line");

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

struct hl_worker {
	struct hl_plan *plan;
	struct line *lines; // by local index: global number - first
	struct line_cold *cold;
	struct line_account *accounts;
	struct line_streams *streams; // NULL: no profile of the plan has any
	struct line_dialog *dialogs;  // NULL: no profile subscribes
	struct auth *auth;            // local index * HL_SERVERS + server
	char *long_texts;             // AUTH_TEXT_LONG each, as auth; touched only by long nonces
	// the second challenge of a server (401 and 407 together); untouched pages cost nothing
	struct auth *more_auth;
	char *more_long_texts;
	uint32_t first, n;
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

	struct phase_run *runs; // by local index, rising
	uint32_t n_runs;

	uint32_t *ready; // ring of lines that wait for room or tokens
	uint32_t ready_head, ready_tail, ready_mask;

	uint64_t interval;        // of requests, ns << PACE_SHIFT; 0: no limit
	struct pace next_send;    // of the next request
	struct pace *server_next; // by profile * HL_SERVERS + server: of the next new registration

	struct ramp ramps[RAMPS_MAX]; // oldest first
	uint32_t n_ramps;
	uint32_t stopping;  // lines that a command is still to stop
	uint32_t announced; // own addresses announced so far
	uint64_t announce_ns;
	uint32_t byes;              // lines with an unregister under way or to come
	_Atomic uint32_t unsettled; // both, for other threads

	uint32_t hop_changes; // of the neighbours, as far as lines that wait for one have heard
	uint32_t hop_at;      // lines before this one have heard of it; n: all
	bool hop_waits;       // some line may be waiting

	struct hl_worker_options options;
	struct ring commands, events, slow, slow_replies;
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
};

static inline const struct plan_profile *worker_profile(const struct hl_worker *w,
							const struct line *l)
{
	return &w->plan->profiles[w->plan->shapes[l->shape].profile];
}

static inline const struct plan_domain *worker_domain(const struct hl_worker *w,
						      const struct line *l)
{
	return &w->plan->domains[w->plan->shapes[l->shape].domain];
}

// A clock that leaps, as that of a suspended machine, would leave deadlines of 32 bits behind and turn
// them into the future. Past the longest time ahead that may be armed all of them are due: the rest of
// such a leap never was, for the wheel.
#define LEAP_MAX (TICK_NEVER_AHEAD + TICK_NEVER_AHEAD / 8)
static inline void worker_set_time(struct hl_worker *w, uint64_t now_ns)
{
	uint64_t tick = tick_of_ns(now_ns) - w->skipped;

	if (__builtin_expect((int64_t)(tick - w->tick) > (int64_t)LEAP_MAX, 0)) {
		w->skipped += tick - w->tick - LEAP_MAX;
		tick = w->tick + LEAP_MAX;
	}
	w->now_ns = now_ns;
	w->tick = tick;
	w->now = (uint32_t)tick;
}

// A clock that does not come round while a worker lives: 2^27 ns (134 ms), for 18 years.
#define COARSE_SHIFT 27
static inline uint32_t coarse_of(const struct hl_worker *w, uint64_t now_ns)
{
	uint64_t coarse = (now_ns - w->options.start_ns) >> COARSE_SHIFT;

	return coarse < UINT32_MAX ? (uint32_t)coarse : UINT32_MAX;
}

// When a span from now on is over, at the earliest.
static inline uint32_t coarse_after(const struct hl_worker *w, uint64_t span_ns)
{
	return coarse_of(w, w->now_ns + span_ns + (1u << COARSE_SHIFT) - 1);
}

// When a request left: steps of 256 ns, which come around after 1,099 s. No time-out is as long.
#define STAMP_SHIFT 8
static inline uint32_t worker_stamp(const struct hl_worker *w)
{
	return (uint32_t)(w->now_ns >> STAMP_SHIFT);
}

// Ticks from now until then.
static inline uint32_t coarse_ticks(const struct hl_worker *w, uint32_t until)
{
	uint64_t end_ns = w->options.start_ns + ((uint64_t)until << COARSE_SHIFT);

	return end_ns > w->now_ns ? tick_span_ns(end_ns - w->now_ns) : 0;
}

// The credentials of a line will be needed soon.
static inline void worker_fetch_auth(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct auth *auth = &w->auth[(size_t)i * HL_SERVERS + server];

	__builtin_prefetch(auth, 1);
	__builtin_prefetch((const char *)auth + 64, 1);
}

static inline struct hl_state line_state(const struct line *l)
{
	return hl_state_unpack(atomic_load_explicit(&l->word, memory_order_relaxed));
}

static inline void line_set_state(struct line *l, const struct hl_state *s)
{
	atomic_store_explicit(&l->word, hl_state_pack(s), memory_order_relaxed);
}

// step.c: put an event to the failover machine, store the state word, act. code: what to remember.
void worker_step(struct hl_worker *w, uint32_t i, enum failover_event event, uint16_t code);
// Hold P of a line for the cool-down of a failed return.
void worker_cool_p(struct hl_worker *w, uint32_t i);
// What a server asked for with Retry-After, as far as retry_after_max lets it; the rest is counted.
uint64_t worker_retry_after_ns(struct hl_worker *w, uint32_t i, uint32_t asked_s);
// Hold a server as its answer asks, for retry_after_max at most; SIP_NO_NUMBER: it does not ask.
void worker_hold_asked(struct hl_worker *w, uint32_t i, enum hl_server server,
		       uint32_t retry_after_s);
// A probe of B (only in DOWN) was lost, or answered: what that says of a hold.
void worker_probed_b(struct hl_worker *w, uint32_t i, bool answered);

// account.c: outages, flaps and causes of a line, for the report (FAILOVER.md section 7).
struct change {
	uint8_t from, to; // enum hl_line_state
	uint8_t fails;    // before it
	enum failover_event event;
	uint16_t code;
	uint32_t since_ms; // of the state before
};
void worker_account(struct hl_worker *w, uint32_t i, const struct change *change);
void worker_account_failover(struct hl_worker *w, uint32_t i);
void worker_account_return(struct hl_worker *w, uint32_t i);

// act.c: do what the machine said.
uint64_t worker_backoff_ns(struct hl_worker *w, const struct plan_profile *p, uint8_t *n);
void worker_act(struct hl_worker *w, uint32_t i, uint32_t actions);
// A registration in REG_P or SW_B that waited for its turn (switch_spread, server_rate).
void worker_register_now(struct hl_worker *w, uint32_t i);
// Let the switch to B wait for a random part of switch_spread.
void worker_spread_switch(struct hl_worker *w, uint32_t i);
// Expires that a REGISTER to this server asks for.
static inline uint32_t worker_expires_s(const struct hl_worker *w, uint32_t i,
					enum hl_server server)
{
	uint32_t demanded = w->cold[i].expires_s[server];

	return demanded ? demanded : worker_profile(w, &w->lines[i])->expires_s;
}
// A new REGISTER to a server, with the credentials known or without.
void worker_register(struct hl_worker *w, uint32_t i, enum hl_server server, bool with_auth);
// The REGISTER that is out, if any, has no answer and will have none, which was counted: nobody knows
// whether it was heard. The same of one that is given up before its end.
void worker_register_lost(struct hl_worker *w, uint32_t i);
void worker_abandon(struct hl_worker *w, uint32_t i);

// balance.c: a request that is out, and may be answered still, is not waited for: counted, if it left.
enum hl_method worker_method(enum request_kind kind);
void worker_let_go(struct hl_worker *w, enum request_kind kind, uint8_t retransmissions);
void worker_probe_let_go(struct hl_worker *w, uint32_t i);

// bye.c: unregister at servers that were left.
#define BYE_STALE HL_SERVERS // as a bit: the contact that stale.c found
void worker_bye(struct hl_worker *w, uint32_t i, uint8_t servers); // bits by enum hl_server
void worker_bye_all(struct hl_worker *w, uint32_t i, uint8_t servers);
void worker_bye_cancel(struct hl_worker *w, uint32_t i, enum hl_server server);
void worker_bye_anew(struct hl_worker *w, uint32_t i); // what is out begins again
void worker_bye_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply);
// The unregister that is out has failed: best effort, not a failure of the line.
void worker_bye_lost(struct hl_worker *w, uint32_t i);
void worker_bye_due(struct hl_worker *w, uint32_t i);

// stale.c: contacts of an earlier run. Look for them in the first 2xx of a server.
void worker_stale_look(struct hl_worker *w, uint32_t i, enum hl_server server,
		       const struct sip_reply *reply);
bool worker_stale_find(struct hl_worker *w, uint32_t i, enum hl_server server,
		       const struct sip_reply *reply);
// Make a REGISTER that was written one for that contact.
void worker_stale_write(const struct hl_worker *w, uint32_t i, const struct template *text,
			uint32_t auth_len, char *out);

// send.c: send what is flagged, then arm; what finds no room or token waits in the ready ring.
// Whoever has changed a line calls this last.
void worker_flush(struct hl_worker *w, uint32_t i);

// write.c: one request as a frame, into the burst. A retransmission is the same bytes: all that goes in
// is kept in the line until the transaction ends.
struct request {
	enum request_kind kind;
	enum hl_server server;
	uint32_t number; // CSeq - CSEQ_FIRST
	bool with_auth;
};
enum write_result {
	WRITE_NO_ROOM, // in the burst
	WRITE_NO_HOP,  // its next hop is not known
	WRITE_DONE,
};
enum write_result worker_write(struct hl_worker *w, uint32_t i, const struct request *request);
// balance.c: the line's request of a kind, when it has left and is unanswered.
bool worker_request_out(const struct hl_worker *w, uint32_t i, enum request_kind kind,
			struct request *request);
// The payload is in the packet already. False: the next hop is not known.
bool worker_send_frame(struct hl_worker *w, uint32_t i, const struct plan_endpoint *to,
		       struct hl_packet *pkt, uint16_t payload_len);
#define CALL_ID_LEN 16
#define TAG_LEN 8
// Call-ID and From tag go together.
void worker_write_ids(uint64_t id, char call_id[CALL_ID_LEN], char tag[TAG_LEN]);

// Software checksums of the requests that this call has written into the burst, from its packet
// `from` on; their bytes are in the cache by now.
void worker_burst_end(struct hl_worker *w, uint16_t from);

// hop.c: requests that wait for their next hop. Such a one is outstanding with a number that no reply
// can have, its count of retransmissions is RTX_WAITS, and only the end of its time is armed.
#define RTX_WAITS UINT8_MAX
static inline uint8_t rtx_next(uint8_t retransmissions)
{
	return retransmissions < RTX_WAITS - 1 ? retransmissions + 1 : retransmissions;
}
void worker_hop_wait(struct hl_worker *w, uint32_t i, enum request_kind kind,
		     enum hl_server server);
bool worker_hop_known(const struct hl_worker *w, uint32_t i, enum request_kind kind,
		      enum hl_server server);
// The time of a request is over: whose fault was it? The code of it; and counted.
uint16_t worker_hop_code(const struct hl_worker *w, uint32_t i, const struct request *request,
			 uint8_t retransmissions);
uint16_t worker_hop_blame(struct hl_worker *w, uint32_t i, const struct request *request,
			  uint8_t retransmissions);
// A request was not answered at once, and has left again: counted; its next hop may have moved.
void worker_retransmitted(struct hl_worker *w, uint32_t i, const struct request *request);
// Some neighbour was found: lines that wait for it go on.
void worker_hops_serve(struct hl_worker *w);
bool worker_hops_changed(const struct hl_worker *w);

// phase.c: set-up; false: no memory.
bool worker_phases_make(struct hl_worker *w);
// A line's own time in a period: how long until it comes. Lines of a profile have theirs in
// the order of their numbers, evenly, so that timers find them in the order of memory.
uint64_t worker_phase_ns(struct hl_worker *w, uint32_t i, uint64_t period_ns);
// A random number that lines beside each other share for a while, where there are many: what it puts off
// stays in the order of memory.
uint64_t worker_block_draw(struct hl_worker *w, uint32_t i);

// arm.c: one wheel entry a line, at its earliest deadline.
void worker_arm(struct hl_worker *w, uint32_t i);
bool worker_deadline(const struct line *l, uint32_t *at); // false: none
void worker_arm_rare(struct hl_worker *w, uint32_t i);    // the cold part's deadlines have changed
// Timer E (RFC 3261 17.1.2.2): when the nth retransmission is followed by the next.
uint32_t worker_timer_e(const struct hl_worker *w, uint32_t at, uint8_t n, bool provisional,
			uint32_t end);
void worker_ready_push(struct hl_worker *w, uint32_t i);
uint32_t worker_ready_count(const struct hl_worker *w);

// pace.c: the token bucket (GCRA).
bool pace_allows(const struct hl_worker *w);
void pace_take(struct hl_worker *w);
uint64_t pace_next_ns(const struct hl_worker *w);
// server_rate: the next place in a server's schedule of new registrations. ns to wait for it, 0:
// none.
uint64_t pace_book_server(struct hl_worker *w, const struct line *l, enum hl_server server);
bool pace_server_free(const struct hl_worker *w, const struct line *l, enum hl_server server);

// drop.c: something received has no effect: counted by reason, the first of its kind kept as an
// example. What was read of it; a frame that was not; a text, by the reason's own writer.
void worker_drop(struct hl_worker *w, enum hl_drop reason, const struct frame *f);
void worker_drop_frame(struct hl_worker *w, enum hl_drop reason, const struct hl_packet *pkt);
void worker_drop_text(struct hl_worker *w, enum hl_drop reason, uint64_t at_ns,
		      const struct hl_endpoint *src, const void *text, uint32_t len);

// fragment.c: true: this one made a datagram whole, which stays until the next one.
bool worker_fragment(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f,
		     struct frame *whole);
void worker_fragments_expire(struct hl_worker *w);

// decline.c: a reply that the scanner left to the full parser, off this lcore.
void worker_decline(struct hl_worker *w, const struct frame *f);

// elsewhere.c: a reply from another place than was asked had its effect.
void worker_elsewhere(struct hl_worker *w, uint32_t i, const struct branch *b,
		      const struct hl_endpoint *src);

// reply.c: may it come from there (reply_source), and did it go to where the request came from?
bool worker_reply_path(const struct hl_worker *w, const struct branch *branch,
		       const struct hl_endpoint *src, const struct hl_endpoint *dst);
// A response that was read. HL_DROP_NONE, or why it was of no use.
bool worker_reply_line(const struct hl_worker *w, const struct sip_reply *reply,
		       struct branch *branch);
enum hl_drop worker_reply(struct hl_worker *w, const struct branch *branch,
			  const struct hl_endpoint *src, const struct hl_endpoint *dst,
			  const struct sip_reply *reply);
// register_reply.c: a final response to the outstanding REGISTER.
void worker_register_reply(struct hl_worker *w, uint32_t i, const struct sip_reply *reply);
// When to refresh what was granted for so long, where the profile asks for own_s. A grant that is too
// short is counted; *least_ns: the soonest that is allowed.
uint64_t worker_refresh_ns(struct hl_worker *w, uint32_t i, uint32_t granted_s, uint32_t own_s,
			   uint64_t *least_ns);

// challenge.c: a line's credentials at a server: two, by realm, of the server and of proxies before it.
enum challenge {
	CHALLENGE_FIRST, // the first of its kind from this server
	CHALLENGE_NEW,   // a nonce in place of another, or one that is stale
	CHALLENGE_SAME,  // the remembered nonce once more, not stale
};
// Learn what the response to a request of this kind asks for. enum challenge; -ENOSPC: what could be
// answered is too long for that or for a frame; -ENOTSUP: nothing in it can be answered.
int worker_challenge(struct hl_worker *w, uint32_t i, enum request_kind kind, enum hl_server server,
		     const struct sip_reply *reply);
// May credentials from a remembered nonce be why this was refused? A node of a balancer that does not
// know the nonce, or a server that was started again, may answer as if the password were wrong: that
// shows when it is asked once more without.
bool worker_doubts_nonce(const struct sip_reply *reply);
// A request that is challenged again and again is given up when each challenge that is remembered of
// the server was answered twice: the first one, and one for a nonce that was stale. Whatever else
// the server says, no more requests than that leave at once.
uint32_t worker_answers_max(const struct hl_worker *w, uint32_t i, enum hl_server server);
// Is there anything to answer with before being asked?
bool worker_has_nonce(const struct hl_worker *w, uint32_t i, enum hl_server server);
// nc of all credentials that a new request carries: + 1, or - 1 when it was not sent after all.
void worker_count_nonce(struct hl_worker *w, uint32_t i, enum hl_server server, int by);
void worker_next_nonce(struct hl_worker *w, uint32_t i, enum hl_server server,
		       const struct sip_reply *reply);
// The header lines for a request. Returns their length; 0: no room.
struct credentials_for {
	enum hl_server server;
	struct slice uri, cnonce;
	const char (*ha2)[2][DIGEST_HEX_MAX]; // by algorithm, as in struct plan_domain
};
// With a nonce of 32 characters, as several servers give, a response by MD5 is of two blocks, not three.
#define CNONCE_LEN 6
#define CREDENTIALS_MAX (2 * AUTH_LINE_MAX)
uint32_t worker_credentials(struct hl_worker *w, uint32_t i, const struct credentials_for *request,
			    char out[CREDENTIALS_MAX]);

// keepalive.c: what a line sends to its active server beside the registration; with w->streams.
// The line's state has changed: start and stop them.
void worker_streams(struct hl_worker *w, uint32_t i);
void worker_streams_due(struct hl_worker *w, uint32_t i);
bool worker_streams_deadline(const struct hl_worker *w, uint32_t i, uint32_t *at); // false: none
enum write_result worker_keepalive_send(struct hl_worker *w, uint32_t i);
void worker_keepalive_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply);
// The keepalive of B that is out has failed.
void worker_keepalive_lost(struct hl_worker *w, uint32_t i, uint16_t code);
// The one that waited for its next hop may leave.
void worker_keepalive_again(struct hl_worker *w, uint32_t i);
// From one probe of P to the next, as things are; 0: none.
uint64_t worker_probe_interval_ns(const struct hl_worker *w, const struct line *l);

// subscribe.c: a new subscription at the active server.
void worker_subscribe(struct hl_worker *w, uint32_t i);
// It is over or failed: again after a backoff, and so many seconds at least.
void worker_subscribe_later(struct hl_worker *w, uint32_t i, uint32_t after_s);
// From now to the refresh of a subscription that lasts so long.
uint64_t worker_subscribe_refresh_ns(struct hl_worker *w, uint32_t i, uint32_t left_s);
uint32_t worker_subscribe_expires_s(const struct hl_worker *w, uint32_t i); // asked for
bool worker_subscribe_waits(const struct hl_worker *w, uint32_t i);         // for a REGISTER
enum write_result worker_subscribe_send(struct hl_worker *w, uint32_t i);
void worker_subscribe_due(struct hl_worker *w, uint32_t i);
void worker_subscribe_again(struct hl_worker *w, uint32_t i); // as worker_keepalive_again()
void worker_subscribe_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply);

// dialog.c: of that subscription.
uint64_t worker_dialog_id(const struct hl_worker *w, uint32_t i);
void worker_dialog_clear(struct hl_worker *w, uint32_t i);
void worker_dialog_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply);
// Put the dialog's texts and the credentials into a SUBSCRIBE of len bytes. Returns its length.
uint32_t worker_dialog_write(struct hl_worker *w, uint32_t i, const struct request *request,
			     uint32_t auth_at, struct slice cnonce, char *text, uint32_t len);
// Bytes of a SUBSCRIBE whose template has `len`, without credentials; *uri_len: of its Request-URI.
uint32_t worker_dialog_len(const struct hl_worker *w, uint32_t i, uint32_t len, uint32_t *uri_len);
// A NOTIFY that came in: the status of its answer.
uint16_t worker_notify(struct hl_worker *w, uint32_t i, const struct sip_request *r);

// incoming.c: requests to lines. address.c: ARP, announcements. icmp.c: ICMP.
void worker_incoming(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f);
void worker_arp(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f);
void worker_icmp(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f);
void worker_announce(struct hl_worker *w);

// target.c: which target of a server (RFC 3263). Choose it for a request that begins.
void worker_target_register(struct hl_worker *w, uint32_t i, enum hl_server server);
void worker_target_bye(struct hl_worker *w, uint32_t i, enum hl_server server);
void worker_target_probe(struct hl_worker *w, uint32_t i);
// The REGISTER, the probe failed by 503 or unanswered: a new one to the next target. False: there
// is none, the server has failed.
bool worker_register_next(struct hl_worker *w, uint32_t i);
bool worker_probe_next(struct hl_worker *w, uint32_t i);
// The probe was answered: its target is the line's from now on. True: the registration that the
// line holds is at another one and should follow.
bool worker_probe_moves(struct hl_worker *w, uint32_t i);
// Where a request goes, and its answer comes from; NULL: the server has not been found.
const struct plan_endpoint *worker_endpoint(const struct hl_worker *w, uint32_t i,
					    enum request_kind kind, enum hl_server server);
// Is it from there? A late one may come from wherever the server has ever been.
bool worker_from_server(const struct hl_worker *w, uint32_t i, const struct branch *branch,
			bool outstanding, const struct hl_endpoint *src);

// due.c: what a line's timers ask for.
void worker_due(struct hl_worker *w, uint32_t i);
// The outstanding probe is answered or given up: when the next one is due.
void worker_probe_ended(struct hl_worker *w, struct line *l);
// command.c: commands, spread over time.
void worker_commands(struct hl_worker *w);
// Earliest time at which it has something to do; 0: at once, UINT64_MAX: nothing.
uint64_t worker_command_next(const struct hl_worker *w);

// A free transmit buffer, or NULL; counted.
static inline struct hl_packet *worker_buffer(struct hl_worker *w)
{
	if (w->tx->n < w->tx->cap)
		return &w->tx->pkts[w->tx->n];
	return NULL;
}

// The buffer was written.
static inline void worker_sent(struct hl_worker *w)
{
	struct hl_packet *pkt = &w->tx->pkts[w->tx->n++];
	count(&w->counters.tx_packets);
	count_add(&w->counters.tx_bytes, pkt->len);
}
