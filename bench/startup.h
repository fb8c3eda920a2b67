// SPDX-License-Identifier: BSD-3-Clause
// The files of a start: what the program reads, and what it sent.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct startup_files {
	char folder[64];
	char yaml[128], csv[128], sent[128], answers[128], summary[128];
};

// A folder with YAML, CSV of so many lines, and a capture that answers ARP for both servers. Exits
// with a message when it cannot be made.
void startup_files_make(struct startup_files *files, uint64_t lines);
void startup_files_remove(const struct startup_files *files);

// When the first frame and the first SIP request left, by the stamps of the driver, CLOCK_REALTIME.
// False: none is there yet.
bool startup_sent(const struct startup_files *files, uint64_t *frame_ns, uint64_t *sip_ns);
