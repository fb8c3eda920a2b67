// SPDX-License-Identifier: BSD-3-Clause
// A run takes another configuration while it goes on, as far as that can be.
#pragma once

#include "session/view.h"

struct reload {
	const char *path;
	uint32_t profiles; // whose settings have changed
	uint64_t added, removed;
	bool rate_changed;
};

// Read a file (NULL: that of the start), and make the run what it says. 0; -errno with a message, and then the run
// goes on as before.
int reload(struct view *view, const char *path, struct reload *done, struct hl_error *err);

// Say on stderr what came of it. err NULL: it was done.
void reload_say(const struct reload *done, const struct hl_error *err);

// From now on SIGHUP reloads the file of the start. A run without one is stopped by it, as before.
struct reload_signal {
	struct view *view;
	int subscription;
};
int reload_signal_start(struct reload_signal *signal, struct view *view, struct hl_error *err);
void reload_signal_stop(struct reload_signal *signal);
