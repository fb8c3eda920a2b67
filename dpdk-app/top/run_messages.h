// SPDX-License-Identifier: BSD-3-Clause
// What a run says on stderr while it shows the screen: it goes to a file, so that the run never waits for the
// terminal; the screen shows the latest.
#pragma once

#include <sys/types.h>

#include "top/viewer.h"

struct run_messages {
	int fd;     // -1: none
	off_t seen; // bytes that were looked at
};

void run_messages_show(struct run_messages *messages, struct viewer *viewer, uint64_t now_ns);

// Print all of it on stderr.
void run_messages_print(const struct run_messages *messages);
