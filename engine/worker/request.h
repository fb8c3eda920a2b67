// SPDX-License-Identifier: BSD-3-Clause
// Requests of a line: what tells their kinds apart. Each role of a line sends requests of one kind, one
// at a time, and describes them by a struct request_ops. kinds.c lists these.
#pragma once

#include <stddef.h>

#include "line/branch.h"
#include "worker/target.h"
#include "worker/worker.h"

struct request {
	const struct request_ops *ops;
	enum hl_server server;
	uint32_t number; // CSeq - CSEQ_FIRST
	bool with_auth;
};

// A text that was written from its template, with credentials of auth_len bytes or none.
struct finish {
	const struct request *request;
	const struct template *text;
	uint32_t auth_len;
	struct slice cnonce;
	char *out;
	uint32_t len; // of all
};

enum request_store { STORE_LINE, STORE_COLD, STORE_STREAMS, STORE_OWN };

// What may be absent is NULL.
struct request_ops {
	enum request_kind kind;
	enum hl_method method;
	enum plan_text text;
	size_t timeout;          // offset of its time in struct plan_profile [ns]
	bool is_rare;            // its deadlines are among the line's rare ones
	bool is_timed;           // its round trips are measured
	bool writes_credentials; // `finish` does, since they follow from what it writes

	// What it is in lines with LINE_PROBE_QUERY; both have one kind and one exchange. Absent: the same.
	const struct request_ops *as_query;

	bool signs; // its credentials count on the nonce of the REGISTER (turn.h)

	// Where its exchange is: `at` so many bytes of a part of the line; or first in a structure of
	// `bytes` that only the role knows, of which each line has one.
	enum request_store store;
	size_t at, bytes;
	// Lines of which profiles send it? Absent: all do.
	bool (*is_wanted)(const struct plan_profile *p);
	// The line is registered at `server` now, and no more where it was: HL_SERVER_NONE comes first.
	void (*follow)(struct hl_worker *w, uint32_t i, enum hl_server server);
	// The numbers of the line begin again (epoch.h).
	void (*renumbered)(struct hl_worker *w, uint32_t i);
	// Server and credentials of the latest request.
	void (*describe)(const struct hl_worker *w, uint32_t i, struct request *request);

	// Where it goes, as an index of the server's endpoints. Absent: where the line's REGISTER goes.
	uint8_t (*target)(const struct hl_worker *w, uint32_t i, enum hl_server server);
	// Expires that it asks for. Absent: it has none.
	uint32_t (*expires_s)(const struct hl_worker *w, uint32_t i, enum hl_server server);
	// What its Call-ID and From tag are made of. Absent: the registration's.
	uint64_t (*dialog_id)(const struct hl_worker *w, uint32_t i);
	// The rest of a text that was written from its template. Returns its length.
	uint32_t (*finish)(struct hl_worker *w, uint32_t i, const struct finish *finish);

	// Must it wait for another request of the line? The end of that one comes by here again.
	bool (*must_wait)(const struct hl_worker *w, uint32_t i);
	// About to leave for the first time: choose target and credentials.
	void (*prepare)(struct hl_worker *w, uint32_t i);
	// It leaves now, or would but for its next hop; its exchange is still as it was.
	void (*leaves)(struct hl_worker *w, uint32_t i, bool has_hop);
	// It cannot leave, for want of its next hop.
	void (*no_hop)(struct hl_worker *w, uint32_t i);
	// It waited for its next hop: is there a target by now?
	void (*look_for_target)(struct hl_worker *w, uint32_t i);
	// And may leave.
	void (*found_hop)(struct hl_worker *w, uint32_t i);
	// Would its retransmission be out of date? Then another request was asked for.
	bool (*is_replaced)(struct hl_worker *w, uint32_t i);

	// A final response; the exchange is over.
	void (*answered)(struct hl_worker *w, uint32_t i, const struct sip_reply *reply);
	// Time-out, ICMP error, no next hop; already counted. The exchange is as it was.
	void (*lost)(struct hl_worker *w, uint32_t i, uint16_t code);
	// The role's own timer.
	void (*timer)(struct hl_worker *w, uint32_t i);
};

// One a role, which defines it.
#define ROLE_OPS(name, role) extern const struct request_ops role##_ops;
REQUEST_KIND_LIST(ROLE_OPS)
#undef ROLE_OPS

// The operations of a line's requests of a kind, by those of most lines.
static inline const struct request_ops *request_ops_of(const struct hl_worker *w, uint32_t i,
						       const struct request_ops *ops)
{
	if (__builtin_expect(w->lines[i].flags & LINE_PROBE_QUERY, 0) && ops->as_query)
		return ops->as_query;
	return ops;
}

// The exchange; NULL: this line sends no requests of this kind.
static inline struct exchange *request_exchange(const struct hl_worker *w, uint32_t i,
						const struct request_ops *ops)
{
	const struct request_place *place = &w->places[ops->kind];

	return place->first ? (struct exchange *)(place->first + i * place->stride) : NULL;
}

// The latest request, as its role has it.
struct request request_describe(const struct hl_worker *w, uint32_t i,
				const struct request_ops *ops);
// Where it goes, and its answer comes from; NULL: the server has not been found.
static inline const struct plan_endpoint *request_endpoint(const struct hl_worker *w, uint32_t i,
							   const struct request_ops *ops,
							   enum hl_server server)
{
	uint8_t target = ops->target ? ops->target(w, i, server)
				     : target_or_choice(w, i, server, w->lines[i].target[server]);

	return target_endpoint(w, i, server, target);
}
bool request_hop_known(const struct hl_worker *w, uint32_t i, const struct request_ops *ops,
		       enum hl_server server);
