// SPDX-License-Identifier: BSD-3-Clause
// What the parts of the registrar share. Owner thread only, except for the counters.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/registrar.h>

#include "base/rng.h"
#include "base/text.h"
#include "net/path.h"
#include "registrar/bindings.h"
#include "registrar/delay.h"
#include "registrar/nonce.h"
#include "sip/digest.h"
#include "sip/memo.h"
#include "sip/text_writer.h"

#define REALM_MAX 64
#define PASSWORD_MAX 128
#define ACCOUNT_MAX 128
#define HEADERS_MAX 1200
#define STEPS_MAX 256

// One address that answers.
struct server {
	struct hl_endpoint at;
	uint64_t tag_key[2]; // of To tags; another one than of nonces, so no tag is a nonce's MAC
	// faults; writer: fault.c
	enum hl_fault mode;   // NONE, SILENT or STATUS
	uint16_t status;      // of STATUS
	bool register_only;   // STATUS is for REGISTER alone
	enum hl_fault refuse; // NONE, STALE or REFUSE
	bool cut;             // grants are cut to cut_s
	uint32_t cut_s;
	uint64_t twice_ns;         // answers leave again so much later; 0: once
	uint32_t loss;             // 1/100 of a percent
	uint32_t limit;            // requests a second; 0: none
	uint64_t limit_next;       // when the next one is due, in 2^-8 ns
	uint64_t delay_ns;         // 0: answers leave at once
	struct rng rng;            // of loss
	struct delay delayed;      // answers held back, or for which a burst had no room
	struct delay again;        // and those that leave a second time
	struct bindings store;     // its own
	struct bindings *bindings; // that it uses: its own, or the first server's
	struct nonces nonces;      // it gave out, under its own key: other servers refuse them
	uint64_t request_ns;       // arrival of the last request; 0: none yet
	struct hl_registrar_counters counters;
};

// One step of a script: a fault and its time.
struct step {
	uint64_t at_ns;
	uint32_t server; // index; HL_REGISTRAR_SERVERS_MAX: all
	enum hl_fault fault;
	uint32_t value;
};

struct hl_registrar {
	uint8_t mac[6];
	struct path path_ipv4, path_ipv6; // of its port
	bool csum_offload, qop_auth, has_password;
	bool shared_store, one_time_nonces, rewrite_contacts, foreign_contacts;
	enum hl_digest_algorithm algorithm;
	char realm_text[REALM_MAX], password_text[PASSWORD_MAX], account_text[ACCOUNT_MAX];
	struct slice realm, password, account; // account: empty: the user of the AoR; "*": any
	uint64_t nonce_life_ns;
	uint32_t max_grant_s, min_expires_s, retry_after_s;
	uint64_t hash_key[2]; // AoRs, Call-IDs
	struct digest *digest;
	struct request_memory requests;
	uint32_t n_steps, next_step; // steps before next_step were taken
	struct step steps[STEPS_MAX];
	char headers[HEADERS_MAX];     // of the answer being made
	uint8_t scratch[HL_FRAME_MAX]; // frame of an answer that is held back
	uint32_t n_servers;
	struct server servers[HL_REGISTRAR_SERVERS_MAX];
};

// An answer to be written; status 0: none.
struct answer {
	uint16_t status;
	const char *reason; // NULL: the usual one
	uint32_t headers_len;
	const char *headers; // NULL: in registrar->headers
};

// Header lines of an answer, written to registrar->headers; those that do not fit are left out.
static inline struct text_writer headers_begin(struct hl_registrar *r)
{
	return (struct text_writer){ r->headers, r->headers + sizeof(r->headers), false };
}

static inline struct answer headers_answer(const struct hl_registrar *r,
					   const struct text_writer *w, uint16_t status)
{
	return (struct answer){ .status = status,
				.headers_len = w->full ? 0 : (uint32_t)(w->at - r->headers) };
}

// answer.c: the answer to a request, apart from faults.
struct answer request_answer(struct hl_registrar *r, struct server *s,
			     const struct sip_request *req, uint64_t now_ns);

// register.c: the bindings a request wants; list.c: what the 200 says of them.
struct change {
	struct slice uri;
	uint32_t grant_s; // 0: remove
};

struct registration {
	struct hl_registrar *r;
	struct server *s;
	const struct sip_request *req;
	uint64_t now_ns;
	uint64_t aor, call_id; // hashes
	uint32_t n;
	struct change changes[BINDINGS_PER_AOR_MAX];
	bool all; // "Contact: *": remove every binding
	bool cut; // nothing was granted, though it was asked for
};

struct answer bindings_list(struct registration *reg);
struct answer register_answer(struct hl_registrar *r, struct server *s,
			      const struct sip_request *req, uint64_t now_ns);

// credentials.c: true when this REGISTER may pass, else *refusal is the answer.
bool credentials_pass(struct hl_registrar *r, struct server *s, const struct sip_request *req,
		      uint64_t now_ns, struct answer *refusal);

// fault.c
void fault_apply(struct hl_registrar *r, const struct step *step);
void steps_run(struct hl_registrar *r, uint64_t now_ns); // those that are due
uint64_t steps_next(const struct hl_registrar *r);
// Checks a fault and its value; the message says what is allowed.
int fault_check(enum hl_fault fault, uint32_t value, struct hl_error *err);
