// SPDX-License-Identifier: BSD-3-Clause
// The list of what a line sends: the texts of requests, and the kinds of requests that use them.
//
// A row is all that a new text or a new kind needs besides its role, which is a file of engine/worker:
// the enums here, the templates of the plan and the tables of worker/kinds.c follow from these rows.
#pragma once

// Texts, each a template a server and shape. TEXT(name, method, marks, event, accept)
//   marks: enum text_mark; event, accept: the values of these headers, NULL: it has none.
#define REQUEST_TEXTS(TEXT) \
	TEXT(REGISTER, HL_REGISTER, TEXT_SIGNED | TEXT_TO_USER | TEXT_CONTACT | TEXT_EXPIRES, \
	     NULL, NULL) \
	/* RFC 3261 11.1; probes are never authenticated */ \
	TEXT(OPTIONS, HL_OPTIONS, TEXT_CONTACT, NULL, "application/sdp") \
	/* A probe of a registrar: without a Contact it asks for bindings and changes none (RFC 3261 10.3 step 6) */ \
	TEXT(QUERY, HL_REGISTER, TEXT_TO_USER, NULL, NULL) \
	/* RFC 3680 4.1 and 4.5 */ \
	TEXT(SUBSCRIBE, HL_SUBSCRIBE, \
	     TEXT_SIGNED | TEXT_TO_USER | TEXT_CONTACT | TEXT_EXPIRES | TEXT_URI_OF_USER, "reg", \
	     "application/reginfo+xml")

enum text_mark {
	TEXT_SIGNED = 1 << 0,      // has a place for credentials
	TEXT_TO_USER = 1 << 1,     // To is the AoR of the line, not the server
	TEXT_CONTACT = 1 << 2,     // has a Contact
	TEXT_EXPIRES = 1 << 3,     // has an Expires
	TEXT_URI_OF_USER = 1 << 4, // the Request-URI is the AoR, not the domain
};

// Kinds, in the order in which they are sent; the registration first: it is what the line lives on.
// KIND(name, role): struct request_ops role_ops describes it. There is room for eight in a branch.
#define REQUEST_KIND_LIST(KIND) \
	KIND(REGISTER, registration) \
	KIND(PROBE, probe) \
	KIND(UNREGISTER, unregister) \
	KIND(KEEPALIVE, keepalive) /* of B */ \
	KIND(SUBSCRIBE, subscription)

// What a request was for.
enum request_kind {
#define REQUEST_KIND(name, role) KIND_##name,
	REQUEST_KIND_LIST(REQUEST_KIND)
#undef REQUEST_KIND
		REQUEST_KINDS,
};

enum plan_text {
#define REQUEST_TEXT(name, method, marks, event, accept) PLAN_##name,
	REQUEST_TEXTS(REQUEST_TEXT)
#undef REQUEST_TEXT
		PLAN_TEXTS,
};
