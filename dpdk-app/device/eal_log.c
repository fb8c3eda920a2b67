// SPDX-License-Identifier: BSD-3-Clause
// Keeps the end of DPDK's log, so that a start that works is silent and one that fails shows why.

#include "device/eal_log.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_log.h>

#define KEPT_BYTES 8192
#define SHOWN_LINES 12

static char kept[KEPT_BYTES]; // the last bytes written
static size_t n_kept;

static ssize_t kept_write(void *cookie, const char *text, size_t len)
{
	size_t n = len < KEPT_BYTES ? len : KEPT_BYTES;

	(void)cookie;
	if (n_kept + n > KEPT_BYTES) {
		size_t gone = n_kept + n - KEPT_BYTES;
		memmove(kept, kept + gone, n_kept - gone);
		n_kept -= gone;
	}
	memcpy(kept + n_kept, text + len - n, n);
	n_kept += n;
	return (ssize_t)len;
}

// rte_panic() logs its reason and aborts; the reason must be shown nevertheless.
static void abort_show(int number)
{
	ssize_t ignored = write(STDERR_FILENO, kept, n_kept);

	(void)ignored;
	signal(number, SIG_DFL);
	raise(number);
}

void eal_log_keep(void)
{
	FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = kept_write });

	if (!stream)
		return; // then DPDK prints to stderr as usual
	setvbuf(stream, NULL, _IOLBF, 512);
	rte_openlog_stream(stream);
	signal(SIGABRT, abort_show);
}

void eal_log_show(void)
{
	size_t at = n_kept;

	for (int lines = 0; at > 0; at--)
		if (kept[at - 1] == '\n' && at < n_kept && ++lines == SHOWN_LINES)
			break;
	while (at < n_kept) {
		const char *end = memchr(kept + at, '\n', n_kept - at);
		size_t len = end ? (size_t)(end - kept) - at : n_kept - at;
		fprintf(stderr, "    %.*s\n", (int)len, kept + at);
		at += len + 1;
	}
	n_kept = 0;
}

void eal_log_release(void)
{
	rte_log_set_global_level(RTE_LOG_ERR);
	rte_openlog_stream(stderr);
	signal(SIGABRT, SIG_DFL);
}
