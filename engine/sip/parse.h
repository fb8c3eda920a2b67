// SPDX-License-Identifier: BSD-3-Clause
// The full parser (osip2): for what the scanner declines, and as its oracle. Control thread only.
#pragma once

#include <stdint.h>

#include "sip/scan.h"

#define PARSE_STORE 8192 // for what a datagram put together may hold

// A reply with the bytes that its slices point to; may be copied, see parse_rebase().
struct parsed_reply {
	struct sip_reply reply;
	char store[PARSE_STORE];
};

// 0; -EBADMSG: osip2 does not read it, or it lacks what scan_reply() demands; -ENOBUFS.
int parse_reply(const char *text, uint32_t len, struct parsed_reply *out);

// Make the slices of a copy point into the copy (`from`: where the original stood).
void parse_rebase(struct parsed_reply *copy, const struct parsed_reply *from);

// Once per process, before the first call.
void parse_init(void);
