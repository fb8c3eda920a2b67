// SPDX-License-Identifier: BSD-3-Clause
// The answering side: a registrar on several addresses at once, with faults on command.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/counters.h>
#include <heartline/error.h>
#include <heartline/packet.h>

#define HL_REGISTRAR_SERVERS_MAX 8

struct hl_registrar;

enum hl_digest_algorithm { HL_MD5, HL_SHA256, HL_SHA512_256, HL_DIGEST_ALGORITHMS };

struct hl_registrar_config {
	struct hl_endpoint servers[HL_REGISTRAR_SERVERS_MAX];
	uint32_t n_servers;
	uint8_t mac[6];
	const char *realm;    // default "heartline"
	const char *password; // of every user; NULL: no digest
	const char *account;  // digest user name; NULL: the user of the AoR, "*": any
	enum hl_digest_algorithm algorithm;
	bool qop_auth;          // offer qop="auth"; off gives the RFC 2069 form
	uint32_t nonce_life_s;  // default 300; an older nonce gets 401 with stale=true
	uint32_t max_grant_s;   // default 3600; longer asked times are cut to it
	uint32_t min_expires_s; // 0: none; shorter asked times get 423
	uint32_t capacity;      // bindings a server, e.g. the number of lines
	uint32_t retry_after_s; // Retry-After of every answer by HL_FAULT_STATUS; 0: none
	// All servers keep one table, as a pair with a common database does: a Contact is the same
	// one wherever it comes from, and a wipe of one server is felt at all.
	bool shared_store;
	bool one_time_nonces;  // a nonce is good for one request, then it is stale
	bool rewrite_contacts; // a 200 lists Contacts with another host, and Expires beside them
	bool foreign_contacts; // a 200 lists two Contacts of other people too
	uint64_t seed;
	bool tx_csum_offload;
};

/** @return 0, -EINVAL, -ENOMEM; config texts are copied */
int hl_registrar_new(struct hl_registrar **registrar, const struct hl_registrar_config *config,
		     struct hl_error *err);
void hl_registrar_free(struct hl_registrar *registrar);

/**
 * As hl_worker_rx(): requests in, answers out (also ARP and ICMP echo for its addresses). Answers
 * that do not fit the burst leave at the next tick. Steps of the script that are due come first.
 */
void hl_registrar_rx(struct hl_registrar *registrar, const struct hl_packet *pkts, uint16_t n,
		     struct hl_burst *tx, uint64_t now_ns);

/** Delayed answers and the script. Bounded work per call. */
void hl_registrar_tick(struct hl_registrar *registrar, struct hl_burst *tx, uint64_t now_ns);

/** As hl_worker_next(). Bindings expire without a tick, so they are not waited for. */
uint64_t hl_registrar_next(const struct hl_registrar *registrar, uint64_t now_ns);

enum hl_fault {
	HL_FAULT_NONE,   // answer as a healthy server
	HL_FAULT_SILENT, // receive and say nothing; the bindings stay
	HL_FAULT_STATUS, // answer everything with one status, e.g. 503
	HL_FAULT_WIPE,   // forget all bindings (a restart), stay as healthy or ill as before
	HL_FAULT_LOSS,   // lose a share of the requests, value: 1/100 of a percent, 0..10000
	HL_FAULT_DELAY,  // hold every answer back, value: microseconds
	HL_FAULT_REGISTER_STATUS, // as STATUS, but only to REGISTER: a proxy without its registrar
	HL_FAULT_STALE,           // refuse all credentials with a new nonce and stale=true
	HL_FAULT_REFUSE,          // refuse all credentials with a new nonce, as a wrong password
	HL_FAULT_GRANT,           // grant at most this, value: seconds; 0: a 2xx with expires=0
	HL_FAULT_FORGET_NONCES,   // nonces given out so far are unknown from now on
	HL_FAULT_TWICE,           // send every answer again after value microseconds
	// serve at most value requests a second, with a queue of 50 ms; the others get a 503
	HL_FAULT_LIMIT,
};

/**
 * Put a fault on one server (index) or on all (server = HL_REGISTRAR_SERVERS_MAX).
 * NONE ends all that lasts. @return 0, -EINVAL
 */
int hl_registrar_fault(struct hl_registrar *registrar, uint32_t server, enum hl_fault fault,
		       uint32_t value, struct hl_error *err);

/**
 * Add a script, a line each: "at 10s: silent", "at 10s: 10.0.0.1 silent", "at 20s: ok",
 * "at 5s: status 503", "at 1s: loss 12.5%", "at 1s: delay 50ms", "at 9s: wipe", "at 2s: stale",
 * "at 2s: register 503", "at 2s: refuse", "at 2s: grant 6s", "at 2s: forget-nonces",
 * "at 2s: twice 40ms", "at 2s: limit 5000"; "#" starts a comment; ";" may part lines. Without an address
 * the first server is meant; "all" means each. Times count from start_ns.
 *
 * @return 0; -EINVAL with "NAME:LINE:COLUMN: error: ..."
 */
int hl_registrar_script(struct hl_registrar *registrar, const char *name, const char *text,
			uint64_t start_ns, struct hl_error *err);

// A fault that was read from a text.
struct hl_registrar_order {
	uint32_t servers; // a bit for each
	enum hl_fault fault;
	uint32_t value;
};

/**
 * Read "silent", "10.0.0.1 status 503", "all ok": what stands behind "at TIME:" in a script. It puts nothing into
 * force: hl_registrar_fault() does. Any thread. @return 0; -EINVAL with "registrar:1:COLUMN: error: ..."
 */
int hl_registrar_order_read(const struct hl_registrar *registrar, const char *text,
			    struct hl_registrar_order *order, struct hl_error *err);

// What a server counts, as HL_COUNTER_TABLE has it for a worker; GAUGE(member, name, unit, place, what):
// a number as it is now. Damaged frames, which name no server for sure, count at server 0. Expired
// bindings leave when they are next looked at, or at a sweep (within 10 s of ticks).
#define HL_REGISTRAR_COUNTER_TABLE(ONE, EACH, HIST, GAUGE) \
	EACH(requests, HL_METHODS, method, "registrar_requests_total", "requests", "requests", \
	     "requests that came in") \
	EACH(responses, 7, class, "registrar_responses_total", "responses", "responses", \
	     "answers sent") \
	GAUGE(bindings, "registrar_bindings", "bindings", "bindings", "bindings held") \
	ONE(challenges, "registrar_challenges_total", "responses", "challenges", \
	    "requests answered with a challenge") \
	ONE(bad_credentials, "registrar_bad_credentials_total", "requests", "bad_credentials", \
	    "requests with wrong credentials") \
	ONE(lost, "registrar_lost_total", "requests", "lost", "requests lost on purpose") \
	ONE(silent, "registrar_silent_total", "requests", "silent", \
	    "requests not answered on purpose") \
	ONE(limited, "registrar_limited_total", "requests", "limited", \
	    "requests refused on purpose, beyond the limit of a second") \
	ONE(replays, "registrar_replays_total", "requests", "replays", \
	    "right credentials whose nc, or whose nonce for one request, was used before") \
	ONE(malformed, "registrar_malformed_total", "packets", "malformed", \
	    "frames and messages that cannot be read") \
	ONE(maddr_refused, "registrar_maddr_refused_total", "responses", "maddr_refused", \
	    "answers not sent where the maddr of the Via wants them") \
	ONE(full, "registrar_full_total", "times", "full", \
	    "bindings refused and answers dropped, since there was no room") \
	HIST(gaps, "registrar_request_gap_seconds", "seconds", "gaps_us", \
	     "time between one request and the next, as they arrive")

struct hl_registrar_counters {
	HL_REGISTRAR_COUNTER_TABLE(HL_COUNTER_ONE, HL_COUNTER_EACH, HL_COUNTER_HIST, HL_COUNTER_ONE)
};

/** Counters of one server; any thread. */
const struct hl_registrar_counters *hl_registrar_counters(const struct hl_registrar *registrar,
							  uint32_t server);

/** Has the AoR "USER@HOST" a binding at a server that is alive at now_ns? For tests. */
bool hl_registrar_bound(const struct hl_registrar *registrar, uint32_t server, const char *aor,
			uint64_t now_ns);

/** How many there are whose Contact URI holds a text, such as ";hl=b"; NULL: any. */
uint32_t hl_registrar_contacts(const struct hl_registrar *registrar, uint32_t server,
			       const char *aor, const char *with, uint64_t now_ns);
