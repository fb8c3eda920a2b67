// SPDX-License-Identifier: BSD-3-Clause
// Workers under test with one request of each kind out.
#pragma once

#include "line/branch.h"
#include "rig.h"
#include "worker/worker.h"

#define PROBES "    primary_detect_interval: 40\n    max_detect_fail_count: 1\n"

// The first line has one request of a kind out, at sent[k].
struct out {
	struct rig *rig;
	uint32_t k;
};

#define KINDS 6
struct out_kind {
	const char *name;
	struct out (*make)(const char *extra); // further lines of the profile
	enum request_kind kind;
};
extern const struct out_kind kinds[KINDS];

// Is it still?
bool is_out(const struct rig *rig, enum request_kind kind);

// The last request of a method to a server that was caught; time passes until there is one.
uint32_t wait_for(struct rig *rig, const char *method, const char *server);
bool is(const struct rig *rig, uint32_t k, const char *method);
// Two lines, registered at P.
struct rig *on_p(const char *own, const char *extra);
