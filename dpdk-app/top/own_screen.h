// SPDX-License-Identifier: BSD-3-Clause
// The live screen of a run in its own terminal: a process beside it, which asks by the control socket as any
// other does. So nothing of the run waits for the terminal, and whatever happens to the run, the screen is put
// back. What the run says on stderr meanwhile is kept, and printed behind the screen.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include <sys/types.h>

#include <heartline/error.h>

#include "base/control_loop.h"

struct own_screen {
	bool is_shown;
	pid_t process;
	int fd;        // its end means that of the other side
	int said_fd;   // what was said on stderr
	int stderr_fd; // the real one; -1: stderr is no terminal, and stays as it is
	struct termios before;
	struct control_loop *loop;
	int subscription;
	void (*ended)(void *context);
	void *context;
};

// Show it, unless stdin and stdout are no terminal, or another
// job's. `socket`: that of this run, "" for none, which is refused.
int own_screen_start(struct own_screen *screen, const char *socket, uint64_t rate_scale,
		     struct hl_error *err);

// Should it end by itself, stderr is as before from then on, and ended() is called.
int own_screen_watch(struct own_screen *screen, struct control_loop *loop,
		     void (*ended)(void *context), void *context, struct hl_error *err);

// End it, and print what was said. One that is not shown is no error.
void own_screen_stop(struct own_screen *screen);
