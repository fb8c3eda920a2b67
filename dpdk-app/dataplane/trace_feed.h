// SPDX-License-Identifier: BSD-3-Clause
// Between the data plane and a trace: its taps, and which lines failed.
#pragma once

#include <stdint.h>

#include <heartline/worker.h>

struct dataplane;

// Put the taps of dp->trace where the workers find them. Before they start.
int trace_feed_attach(struct dataplane *dp, struct hl_error *err);

// Tell it of lines that failed. Never waits. Control thread only.
void trace_feed(const struct dataplane *dp, const struct hl_event *events, uint32_t n);
