// SPDX-License-Identifier: BSD-3-Clause
// RFC 4475 message by message: the outcome that is required of every part, and why.
//
// All 49 stand here with the bytes of the archive that the RFC carries. "RFC:" tells what it asks
// for where we do another thing, or one of several that it allows.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sip/scan.h"

#include "invalid.h"
#include "replies.h"
#include "semantics.h"
#include "valid.h"

#define TORTURE_N 49

struct torture_reply {
	const char *name, *section, *text;
	uint32_t len;
	enum scan_result scanned;
	bool parsed; // by osip2, which judges what the scanner declined
	const char *why;
};

// clang-format off
#define ROW(SECTION, NAME, ...) { #NAME, SECTION, NAME, sizeof(NAME) - 1, __VA_ARGS__ }
static const struct torture_reply torture_replies[] = {
	ROW("3.1.1.12", unreason, SCAN_OK, true,
	    "a reason phrase may hold any UTF-8, '*' and '=' too"),
	ROW("3.1.1.13", noreason, SCAN_OK, true,
	    "the reason may be empty, the space before it not"),
	ROW("3.1.2.5", scalarlg, SCAN_BAD, false,
	    "CSeq above 2^31: discarded, Retry-After and all"),
	ROW("3.1.2.19", bigcode, SCAN_BAD, false, "a status has three digits; 4294967301 is not 5"),
	ROW("3.3.10", bcast, SCAN_OK, true,
	    "well-formed; it dies for its topmost Via, which is not ours, and is sent nowhere"),
};
#define TORTURE_REPLIES (sizeof(torture_replies) / sizeof(torture_replies[0]))

struct torture_request {
	const char *name, *section, *text;
	uint32_t len;
	enum scan_result scanned;
	bool complete;      // syntax: else 400
	uint16_t line;      // what a line answers, whoever it is for (check_request_user: off)
	uint16_t stranger;  // and with the check on, for the user is never the line's; 0: silence
	uint16_t registrar; // what the registrar answers, without digest
	const char *why;
};

// A line makes no calls and keeps no registrations: a valid INVITE gets 486, REGISTER 501. The
// registrar knows OPTIONS and REGISTER: 405 for other known methods.
static const struct torture_request torture_requests[] = {
	ROW("3.1.1.1", wsinv, SCAN_OK, true, 486, 404, 405,
	    "folds, blanks around separators, escapes in quotes, leading zeros: all are valid"),
	ROW("3.1.1.2", intmeth, SCAN_OK, true, 501, 501, 501,
	    "a method is any token: well-formed, unknown; a quoted-pair may hold NUL, BEL, DEL"),
	ROW("3.1.1.3", esc01, SCAN_OK, true, 486, 404, 405,
	    "sips%3Auser%40example.com is a user: a URI is taken apart before it is unescaped"),
	ROW("3.1.1.4", escnull, SCAN_OK, true, 501, 501, 200,
	    "%00 is a user's character like any other: two bindings"),
	ROW("3.1.1.5", esc02, SCAN_OK, true, 501, 501, 501,
	    "RE%47IST%45R is not REGISTER: % is no escape in a token"),
	ROW("3.1.1.6", lwsdisp, SCAN_OK, true, 200, 404, 200,
	    "no blank is needed between a display name and <"),
	ROW("3.1.1.7", longreq, SCAN_OK, true, 0, 0, 0,
	    "read like any other; 34 Via lines do not fit the one frame that an answer has, and a "
	    "datagram of 3515 bytes would come in fragments, which are not put together here"),
	ROW("3.1.1.8", dblreq, SCAN_OK, true, 501, 501, 200,
	    "what follows the body of a datagram is not a second request"),
	ROW("3.1.1.9", semiuri, SCAN_OK, true, 200, 404, 200,
	    "user;par=u%40example.net is the user, not a parameter"),
	ROW("3.1.1.10", transports, SCAN_OK, true, 200, 404, 200,
	    "a Via may name a transport that nobody knows: the answer goes where the request "
	    "came from"),
	ROW("3.1.1.11", mpart01, SCAN_OK, true, 200, 404, 405,
	    "a body is bytes, NULs among them; MESSAGE is taken and not shown to anybody"),
	ROW("3.1.2.1", badinv01, SCAN_OK, false, 400, 400, 400,
	    "a parameter needs a name: \";;\" is not a Via"),
	ROW("3.1.2.2", clerr, SCAN_OK, false, 400, 400, 400,
	    "a datagram shorter than it says was cut (RFC 3261 18.3)"),
	ROW("3.1.2.3", ncl, SCAN_OK, false, 400, 400, 400, "a length is not negative"),
	ROW("3.1.2.4", scalar02, SCAN_OK, false, 400, 400, 400,
	    "CSeq above 2^31 and Max-Forwards above 255; the huge Expires alone would be harmless"),
	ROW("3.1.2.6", quotbal, SCAN_OK, false, 400, 400, 400,
	    "the quoted string of To does not end"),
	ROW("3.1.2.7", ltgtruri, SCAN_OK, false, 400, 400, 400, "a Request-URI has no <>"),
	ROW("3.1.2.8", lwsruri, SCAN_OK, false, 400, 400, 400, "a Request-URI has no blank"),
	ROW("3.1.2.9", lwsstart, SCAN_OK, false, 400, 400, 400,
	    "one space between the parts. RFC: 400, or be liberal"),
	ROW("3.1.2.10", trws, SCAN_OK, true, 200, 404, 200,
	    "blanks at the end of the first line hide nothing. RFC: 400, or be liberal, as here"),
	ROW("3.1.2.11", escruri, SCAN_OK, false, 400, 400, 400,
	    "a Request-URI has no headers (RFC 3261 19.1.1). RFC: 400, or ignore them"),
	ROW("3.1.2.12", baddate, SCAN_OK, true, 486, 404, 405,
	    "Date is of no use to a line: ignored, as the RFC wants of such an element"),
	ROW("3.1.2.13", regbadct, SCAN_OK, true, 501, 501, 400,
	    "a Contact with ? needs <> (RFC 3261 20.10); only who registers it reads it"),
	ROW("3.1.2.14", badaspec, SCAN_OK, true, 200, 404, 200,
	    "blanks inside <> are ignored. RFC: 400, or be liberal, as here"),
	ROW("3.1.2.15", baddn, SCAN_OK, false, 400, 400, 400,
	    "an unquoted display name holds no comma. The archive's copy lacks the blank line too"),
	ROW("3.1.2.16", badvers, SCAN_OK, true, 505, 505, 505, "SIP/7.0"),
	ROW("3.1.2.17", mismatch01, SCAN_OK, false, 400, 400, 400, "OPTIONS, but CSeq says INVITE"),
	ROW("3.1.2.18", mismatch02, SCAN_OK, false, 400, 400, 400,
	    "the syntax is judged before the method. RFC: 501 rather than 400, but both are right"),
	ROW("3.2.1", badbranch, SCAN_OK, true, 200, 404, 200,
	    "a branch of z9hG4bK alone tells no requests apart, nor need it: each OPTIONS gets "
	    "the same answer"),
	ROW("3.3.1", insuf, SCAN_OK, false, 400, 400, 400,
	    "no From, To, Call-ID; with its Via alone a 400 finds its way"),
	ROW("3.3.2", unkscm, SCAN_OK, true, 416, 416, 200,
	    "a line has sip: URIs only; the registrar answers OPTIONS for whatever is asked"),
	ROW("3.3.3", novelsc, SCAN_OK, true, 416, 416, 200,
	    "soap.beep: is well-formed, and not ours"),
	ROW("3.3.4", unksm2, SCAN_OK, true, 501, 501, 400,
	    "isbn: and http: are URIs, but what is registered is a SIP one"),
	ROW("3.3.5", bext01, SCAN_OK, true, 420, 404, 420,
	    "both extensions of Require in Unsupported; Proxy-Require is for proxies"),
	ROW("3.3.6", invut, SCAN_OK, true, 486, 404, 405,
	    "RFC: 415; but no body makes a line take a call, so busy says more"),
	ROW("3.3.7", regaut01, SCAN_OK, true, 501, 501, 200,
	    "a scheme that nobody knows is no credential: with digest on it is challenged, 401"),
	ROW("3.3.8", multi01, SCAN_OK, false, 400, 400, 400,
	    "From, To, Call-ID, CSeq, Max-Forwards stand there once; none of two is believed"),
	ROW("3.3.9", mcl01, SCAN_OK, false, 400, 400, 400,
	    "two lengths: where the body ends is anybody's guess"),
	ROW("3.3.11", zeromf, SCAN_OK, true, 200, 404, 200,
	    "0 stops a proxy, not the element that the request has reached"),
	ROW("3.3.12", cparam01, SCAN_OK, true, 501, 501, 200,
	    "without <> the parameter is the Contact's: the URI is bound without it"),
	ROW("3.3.13", cparam02, SCAN_OK, true, 501, 501, 200,
	    "within <> the parameter is the URI's: bound with it"),
	ROW("3.3.14", regescrt, SCAN_OK, true, 501, 501, 200,
	    "headers are welcome in a Contact within <>: bound as it stands"),
	ROW("3.3.15", sdp01, SCAN_OK, true, 486, 404, 405,
	    "RFC: 406, as nothing acceptable could be offered; a line offers nothing: busy"),
	ROW("3.4.1", inv2543, SCAN_OK, true, 486, 404, 405,
	    "no branch, no tag, no Max-Forwards, no length: RFC 2543 did without"),
};
// clang-format on
#undef ROW
#define TORTURE_REQUESTS (sizeof(torture_requests) / sizeof(torture_requests[0]))
