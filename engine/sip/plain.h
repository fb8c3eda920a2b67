// SPDX-License-Identifier: BSD-3-Clause
// Normalizes a reply for osip2: rewrites forms that are harmless but that osip2 does not read.
#pragma once

#include <stdint.h>

#include "base/text.h"

struct plain {
	char *lines; // NUL-terminated copy of the headers, each one a single line
	char *asked; // NUL-terminated: the status line and the headers that osip2 is asked about
	struct slice to;     // value of To, in lines
	const char *headers; // behind the status line, in lines
	const char *end;     // of the headers
	uint32_t asked_len;
};

// Bytes that a text of len bytes takes: a header grows by the blank behind its colon and a long name.
#define PLAIN_ROOM(LEN) (3 * (size_t)(LEN) + 66)

// 0; -EBADMSG: no response, or one that lacks or contradicts what scan_reply() demands as well. `room`
// has PLAIN_ROOM(len) bytes and stays with *out.
int plain_make(const char *text, uint32_t len, char *room, struct plain *out);
