// SPDX-License-Identifier: BSD-3-Clause
// A snapshot of what is shown, in a file named by the time.
#pragma once

#include <time.h>

#include <heartline/error.h>

#include "top/viewer.h"

#define TOP_FILE_ROOM 80

// Write what the run answered last to a new file in this folder, and say its name. -errno with a message.
int top_save(const struct viewer *viewer, time_t now, char name[TOP_FILE_ROOM],
	     struct hl_error *err);
