// SPDX-License-Identifier: BSD-3-Clause
// What a traced frame says at a glance, without a parser: who sent it to whom, and of a SIP message its first
// line, Call-ID and CSeq. Any bytes are fine.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>

#include "trace/record.h"

struct glance_datagram {
	struct hl_endpoint from, to;
	const char *payload;
	uint32_t len;
};

// The datagram of an IPv4 frame, if that has one in one piece.
bool glance_datagram(const struct trace_record *record, const uint8_t *frame,
		     struct glance_datagram *datagram);

// Is it a SIP message, by its first line?
bool glance_is_sip(const struct glance_datagram *datagram);

#define GLANCE_TEXT 160

struct trace_message {
	uint64_t at_ns;
	bool sent;
	uint32_t bytes;                               // of the datagram
	struct hl_endpoint peer;                      // family HL_FAMILY_NONE: no datagram
	char start[GLANCE_TEXT];                      // what it is, where it is no SIP
	char call_id[GLANCE_TEXT], cseq[GLANCE_TEXT]; // "": none
};

void glance_message(const struct trace_record *record, const uint8_t *frame,
		    struct trace_message *message);

// The Call-ID of a SIP message, where it stands. NULL: there is none.
const char *glance_call_id(const struct glance_datagram *datagram, uint32_t *len);
