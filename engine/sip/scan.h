// SPDX-License-Identifier: BSD-3-Clause
// The hot readers of SIP text: one pass, no copies, no allocation; slices point into the text.
//
// What is unusual but may be valid (folded lines, more values than there is room for, escapes in
// odd places) is declined and left to the full parser in sip/parse.h. Whatever is accepted, osip2
// reads the same way (tests/unit/sip/test_oracle.c).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/counters.h>
#include "base/text.h"

#define SIP_NO_NUMBER UINT32_MAX
#define SIP_CONTACTS_MAX 8
#define SIP_CHALLENGES_MAX 4
#define SIP_VIAS_MAX 8

enum scan_result {
	SCAN_OK,
	SCAN_DECLINE,   // let the full parser look
	SCAN_BAD,       // no SIP message, or one that lacks what RFC 3261 8.1.1 demands
	SCAN_REQUEST,   // scan_reply() was given a request: use scan_request()
	SCAN_KEEPALIVE, // only CR and LF (RFC 5626 4.4.1), or nothing
};

// A response, as much of it as a line needs.
struct sip_reply {
	uint16_t status; // 100..699
	uint8_t method;  // enum hl_method, from CSeq
	uint8_t n_contacts;
	uint8_t n_challenges;
	uint8_t proxy_challenges; // bit i: challenges[i] is a Proxy-Authenticate
	uint32_t cseq;
	uint32_t expires;                        // header; SIP_NO_NUMBER: none
	uint32_t min_expires;                    // 423
	uint32_t retry_after;                    // its delta-seconds
	struct slice branch;                     // of the topmost Via
	struct slice to;                         // value, blanks may stand around it
	struct slice contacts[SIP_CONTACTS_MAX]; // header values; each may hold several contacts
	struct slice challenges[SIP_CHALLENGES_MAX]; // header values, scheme included
	struct slice auth_info;                      // Authentication-Info value; at == NULL: none
};

enum scan_result scan_reply(const char *text, uint32_t len, struct sip_reply *out);

// The Contact that a line registered: "sip:user@host:port;hl=p".
struct contact_own {
	struct slice user, host;
	uint16_t port;
	char server; // 'p' or 'b'
};

// Seconds that a 2xx grants to a REGISTER with this Contact, which asked for asked_s. If the Contact is
// listed (preferably with its hl parameter), its expires parameter counts, else the Expires header, else
// what was asked for. If it is not listed, or has ended, the server may have rewritten it: then the
// smallest positive time in the answer counts, and an unreadable time never exceeds what was asked for.
// 0: nothing is granted.
uint32_t scan_contact_expires(const struct sip_reply *reply, const struct contact_own *own,
			      uint32_t asked_s);

#define SIP_REQUEST_SINGLE_PIECES 17
#define SIP_REQUEST_PIECES (SIP_REQUEST_SINGLE_PIECES + SIP_VIAS_MAX + SIP_CONTACTS_MAX)

// What an answer needs of an incoming request.
struct sip_request {
	uint8_t method; // enum hl_method
	uint8_t cseq_method;
	uint8_t n_vias; // header lines
	uint8_t n_contacts;
	bool version_ok; // SIP/2.0
	bool uri_sip;    // Request-URI is a sip: or sips: one
	bool to_sip, to_has_tag;
	bool via_has_rport;        // of the topmost Via, without a value (RFC 3581)
	const char *via_rport_end; // behind it
	const char *via_end; // of the topmost value: its comma, or the end of the line; NULL: bad
	bool complete; // To, From, Call-ID, CSeq, Via present and well-formed; CSeq's method agrees
	uint32_t cseq;
	uint32_t expires;      // header; SIP_NO_NUMBER: none
	uint32_t max_forwards; // SIP_NO_NUMBER: none
	uint16_t via_port;     // 0: none
	union {
		struct {
			struct slice method_text, uri, uri_user, uri_host;
			struct slice via_host;  // sent-by of the topmost one
			struct slice via_maddr; // of the topmost one; at == NULL: none
			struct slice from, to, call_id, cseq_text; // values as they stand
			struct slice to_user, to_host;
			struct slice authorization;      // or Proxy-Authorization; at == NULL: none
			struct slice require;            // value; at == NULL: none
			struct slice event;              // value of Event
			struct slice subscription_state; // value; at == NULL: none
			struct slice body;
			// Not cleared when there are none: most of the struct.
			struct slice vias[SIP_VIAS_MAX]; // values, in order; one may hold several
			struct slice contacts[SIP_CONTACTS_MAX];
		};
		struct slice pieces[SIP_REQUEST_PIECES]; // all of them in a row
	};
};

enum scan_result scan_request(const char *text, uint32_t len, struct sip_request *out);
