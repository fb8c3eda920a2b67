// SPDX-License-Identifier: BSD-3-Clause
// What a line sends to its active server besides the registration: keepalives and a subscription.
// Tables of their own, made only when a profile of the plan wants them.
#pragma once

#include <assert.h>
#include <stdint.h>

enum stream_flag {
	STREAM_ON = 1 << 0,       // `server` holds the registration, what the profile wants runs
	STREAM_KEEP = 1 << 1,     // OPTIONS to B: keep_at is the next one
	STREAM_KEEP_OUT = 1 << 2, // unanswered: keep_at its retransmission, keep_end its end
	STREAM_KEEP_SEND = 1 << 3,
	STREAM_KEEP_PROVISIONAL = 1 << 4,
	STREAM_NAT = 1 << 5,     // CRLFCRLF: nat_at is the next one
	STREAM_SUB = 1 << 6,     // sub_at: when to subscribe or to refresh
	STREAM_SUB_OUT = 1 << 7, // unanswered: sub_at its retransmission, sub_end its end
	STREAM_SUB_SEND = 1 << 8,
	STREAM_SUB_PROVISIONAL = 1 << 9,
	STREAM_SUB_AUTH = 1 << 10,   // the latest SUBSCRIBE carries credentials
	STREAM_SUB_DIALOG = 1 << 11, // granted until sub_until
	STREAM_NOTIFIED = 1 << 12,   // notify_cseq is that of the dialog's latest NOTIFY
	STREAM_SUB_BARE =
		1 << 13, // this SUBSCRIBE goes without the credentials that are remembered
};

// Writer and reader: the owner lcore.
struct line_streams {
	uint32_t keep_cseq, keep_at, keep_end, keep_sent;
	uint32_t nat_at;
	uint32_t sub_cseq, sub_at, sub_end, sub_until;
	uint32_t sub_expires_s; // asked for instead of the profile's (423); 0: the profile's
	uint32_t notify_cseq;
	uint16_t flags;                  // enum stream_flag
	uint8_t server;                  // enum hl_server, with STREAM_ON
	uint8_t keep_rtx;                // retransmissions so far
	uint8_t keep_fails;              // in a row
	uint8_t sub_rtx;                 // as keep_rtx
	uint8_t sub_nonces;              // challenges and refusals answered in this attempt
	uint8_t sub_waits;               // failures in a row: how long the backoff is
	uint8_t keep_target, sub_target; // endpoint of the server that the latest one went to
	uint16_t sub_number; // of the subscription: each has a Call-ID and a tag of its own
};
static_assert(sizeof(struct line_streams) <= 56, "a line all in stays below 512 bytes");

// The other end of a subscription: its tag, and behind it the URI of its Contact.
#define DIALOG_TEXT_MAX 94
struct line_dialog {
	uint8_t tag_len, target_len;
	char text[DIALOG_TEXT_MAX];
};
static_assert(sizeof(struct line_dialog) == 96, "only lines that subscribe have one");
