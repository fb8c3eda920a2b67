// SPDX-License-Identifier: BSD-3-Clause
// The cursor stays at the start of the line, so that whatever else is said on stderr is written over it.

#include "base/progress.h"

#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>

#include "base/grouped.h"
#include "base/timebase.h"

#define MS UINT64_C(1000000)
#define QUICK_NS (500 * MS) // work that takes no longer needs no progress
#define EVERY_NS (200 * MS)
#define ERASE "\r\033[K"

static bool allowed, is_there;
static const char *work; // NULL: none is under way
static uint64_t of_work, began_ns, written_ns;

void progress_allow(void)
{
	const char *term = getenv("TERM");

	allowed = isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

void progress_begin(const char *what, uint64_t total)
{
	progress_end();
	work = what;
	of_work = total;
	began_ns = monotonic_ns();
	written_ns = began_ns + QUICK_NS - EVERY_NS;
}

// Of a terminal that is held by Ctrl-S: what is written now would make us wait for it.
static bool terminal_takes(void)
{
	struct pollfd terminal = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&terminal, 1, 0) == 1 && (terminal.revents & POLLOUT);
}

static int columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

void progress_note(uint64_t done)
{
	char text[PROGRESS_ROOM];
	uint64_t now_ns;

	if (!allowed || !work)
		return;
	now_ns = monotonic_ns();
	if (now_ns < written_ns + EVERY_NS || !terminal_takes())
		return;
	written_ns = now_ns;
	is_there = true;
	progress_text(work, done, of_work, now_ns - began_ns, text);
	fprintf(stderr, ERASE "%.*s\r", columns() - 1, text);
}

void progress_end(void)
{
	work = NULL;
	if (is_there && terminal_takes())
		fputs(ERASE, stderr);
	is_there = false;
}

const char *progress_text(const char *what, uint64_t done, uint64_t total, uint64_t spent_ns,
			  char out[PROGRESS_ROOM])
{
	char of[32], all[32], left[64] = "";

	done = done > total ? total : done;
	if (done > 0 && done >= total / 100) { // before that it is a guess
		double left_s = (double)spent_ns / 1e9 * (double)(total - done) / (double)done;
		uint64_t s = left_s < 1e9 ? (uint64_t)ceil(left_s) : 1000000000;
		if (s < 60)
			snprintf(left, sizeof(left), ", %" PRIu64 " s left", s);
		else if (s < 3600)
			snprintf(left, sizeof(left), ", %" PRIu64 " min %02" PRIu64 " s left",
				 s / 60, s % 60);
		else
			snprintf(left, sizeof(left), ", %" PRIu64 " h %02" PRIu64 " min left",
				 s / 3600, s / 60 % 60);
	}
	snprintf(out, PROGRESS_ROOM, "%s: %" PRIu64 " %%, %s of %s%s", what,
		 total ? (uint64_t)((double)done * 100 / (double)total) : 100,
		 grouped_text(done, of), grouped_text(total, all), left);
	return out;
}
