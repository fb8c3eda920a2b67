// SPDX-License-Identifier: BSD-3-Clause
// What a line sends to its active server besides the registration: keepalives and a subscription.
// Tables of their own, made only when a profile of the plan wants them.
#pragma once

#include <assert.h>
#include <stdint.h>

#include "line/exchange.h"

enum stream_flag {
	STREAM_NAT = 1 << 0,        // CRLFCRLF: nat_at is the next one
	STREAM_SUB_AUTH = 1 << 1,   // the latest SUBSCRIBE carries credentials
	STREAM_SUB_BARE = 1 << 2,   // it goes without the credentials that are remembered
	STREAM_SUB_DIALOG = 1 << 3, // granted until sub_until
	STREAM_NOTIFIED = 1 << 4,   // notify_cseq is that of the dialog's latest NOTIFY
};

// Writer and reader: the owner lcore.
struct line_streams {
	struct exchange keepalive; // OPTIONS to B; its timer: the next one
	struct exchange subscribe; // its timer: when to subscribe or to refresh
	uint32_t nat_at;
	uint32_t sub_until;
	uint32_t sub_expires_s; // asked for instead of the profile's (423); 0: the profile's
	uint32_t notify_cseq;
	uint16_t sub_number;      // of the subscription: each has a Call-ID and a tag of its own
	uint8_t flags;            // enum stream_flag
	uint8_t keepalive_fails;  // in a row
	uint8_t sub_answered;     // challenges and refusals answered in this attempt
	uint8_t sub_waits;        // failures in a row: how long the backoff is
	uint8_t keepalive_target; // endpoint of the server that the latest one went to
	uint8_t sub_target;       // as keepalive_target
};
static_assert(sizeof(struct line_streams) <= 56, "a line all in stays below 512 bytes");

// The other end of a subscription: its tag, and behind it the URI of its Contact.
#define DIALOG_TEXT_MAX 94
struct line_dialog {
	uint8_t tag_len, target_len;
	char text[DIALOG_TEXT_MAX];
};
static_assert(sizeof(struct line_dialog) == 96, "only lines that subscribe have one");
