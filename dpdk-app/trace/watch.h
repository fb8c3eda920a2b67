// SPDX-License-Identifier: BSD-3-Clause
// Lines that somebody follows live. Who follows one asks for it again and again; nobody need say that he has
// left: a line that was not asked for WATCH_LEASE_NS is not followed any more.
#pragma once

#include <stdint.h>

#include <heartline/error.h>

#include "trace/glance.h"

struct trace;

#define WATCHES_MAX 16
#define WATCH_LEASE_NS 10000000000ull
#define WATCH_MESSAGES 256 // that are kept of a line

// Follow a line from now on, or still. Taps and thread are made when they are needed first. Control thread,
// as all here. -EBUSY: as many others are; -ENOMEM.
int trace_watch(struct trace *trace, uint32_t line, struct hl_error *err);

// Take what has come for lines that are followed, and see who is not asked for any more. Now and then.
void trace_watch_serve(struct trace *trace);

// All messages until this time have come.
uint64_t trace_watch_horizon(const struct trace *trace);

// The messages of a line behind one time and up to another, the oldest first. missed: out, how many have been
// lost so far, since they came too fast. @return how many
uint32_t trace_watch_messages(struct trace *trace, uint32_t line, uint64_t after_ns,
			      uint64_t until_ns, struct trace_message messages[WATCH_MESSAGES],
			      uint64_t *missed);
