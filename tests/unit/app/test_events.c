// SPDX-License-Identifier: BSD-3-Clause
// --events: what a line of the file says; files that are full, and pipes that nobody reads from.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "dataplane/events.h"
#include "fake_dataplane.h"

static struct dataplane dp;
static char path[64];

static struct events *opened(void)
{
	struct events *e;
	struct hl_error err;

	if (!path[0]) {
		snprintf(path, sizeof(path), "/tmp/hl-events-XXXXXX");
		close(mkstemp(path));
	}
	cr_assert_eq(events_open(&e, path, &err), 0, "%s", err.text);
	return e;
}

static void cleanup(void)
{
	unlink(path);
}

static const struct hl_event lost_line = {
	.line = 4,
	.from = HL_ON_P,
	.to = HL_SW_B,
	.server = HL_SERVER_NONE,
	.code = 503,
};

// As much of the file as there is room for.
static const char *contents(void)
{
	static char text[4096];
	FILE *file = fopen(path, "r");
	size_t n = fread(text, 1, sizeof(text) - 1, file);

	fclose(file);
	text[n] = 0;
	return text;
}

Test(events, a_line_says_when_who_from_where_to_where_and_why, .fini = cleanup)
{
	struct events *e = opened();
	struct events_counts counts;
	const struct hl_event list[] = {
		lost_line,
		{ .line = 5, .from = HL_OFF, .to = HL_REG_P, .server = HL_SERVER_P },
		{ .line = 6, .from = HL_OFF, .to = HL_REG_P, .server = HL_SERVER_P },
	};

	events_write(e, &dp, list, 3);
	events_close(e, &counts);
	cr_assert_eq(counts.written, 3);
	cr_assert_eq(counts.lost, 0);
	const char *text = contents();
	cr_expect(strstr(text, "{\"time\":\"20") == text, "%s", text);
	cr_expect_neq(strstr(text,
			     "Z\",\"line\":4,\"number\":\"6004\",\"from\":\"ON_P\",\"to\":\"SW_B\","
			     "\"server\":null,\"cause\":\"503 Service Unavailable\"}\n{"),
		      NULL, "%s", text);
	cr_expect_neq(strstr(text,
			     "\"line\":5,\"number\":\"6005\",\"from\":\"OFF\",\"to\":\"REG_P\","
			     "\"server\":\"primary\",\"cause\":null}\n"),
		      NULL, "%s", text);
	cr_expect_neq(
		strstr(text, "\"line\":6,\"number\":\"6006\",\"domain\":\"a.example\",\"from\":"),
		NULL, "the row names its domain: %s", text);
}

Test(events, a_file_that_cannot_be_written_is_refused_at_once)
{
	struct events *e;
	struct hl_error err;

	cr_assert_eq(events_open(&e, "/nowhere/at/all", &err), -ENOENT);
	cr_expect_str_eq(err.text, "--events: /nowhere/at/all: No such file or directory");
	cr_assert_null(e);
	snprintf(path, sizeof(path), "/tmp/hl-events-fifo-%d", (int)getpid());
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_assert_eq(events_open(&e, path, &err), -ENXIO, "it does not wait for a reader");
	cr_expect_neq(strstr(err.text, "start its reader first"), NULL, "%s", err.text);
	unlink(path);
}

Test(events, a_disk_that_is_full_is_counted_and_stops_nothing)
{
	struct events *e;
	struct events_counts counts;
	struct hl_error err;

	cr_assert_eq(events_open(&e, "/dev/full", &err), 0, "%s", err.text);
	for (unsigned k = 0; k < 10; k++) {
		events_write(e, &dp, &lost_line, 1);
		events_flush(e);
	}
	events_close(e, &counts);
	cr_expect_eq(counts.written, 0);
	cr_expect_eq(counts.lost, 10);
	cr_expect_eq(counts.error, ENOSPC);
}

// At any size of the disk: whole lines, and as many of them as are said to be written.
Test(events, a_disk_that_fills_keeps_whole_lines, .fini = cleanup)
{
	for (rlim_t room = 0; room < 600; room += 37) {
		struct events *e = opened();
		struct events_counts counts;
		const struct rlimit limit = { room, RLIM_INFINITY };
		unsigned lines = 0;

		setrlimit(RLIMIT_FSIZE, &limit);
		for (unsigned k = 0; k < 10; k++) {
			events_write(e, &dp, &lost_line, 1);
			if (k % 3 == 0)
				events_flush(e);
		}
		events_close(e, &counts);
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
		const char *text = contents();
		for (const char *at = text; *at; at++)
			lines += *at == '\n';
		size_t len = strlen(text);
		cr_expect_eq(counts.written, lines, "%u", (unsigned)room);
		cr_expect_eq(counts.written + counts.lost, 10);
		cr_expect(len == 0 || text[len - 1] == '\n', "%u: %s", (unsigned)room, text);
		cr_expect_eq(counts.error, EFBIG);
	}
}

// A reader that sleeps: what does not fit is counted, and nobody waits.
Test(events, a_pipe_that_nobody_empties_is_counted_and_stops_nothing, .fini = cleanup,
     .timeout = 20)
{
	struct events *e;
	struct events_counts counts;
	struct hl_error err;
	const unsigned n = 20000;

	snprintf(path, sizeof(path), "/tmp/hl-events-fifo-%d", (int)getpid());
	cr_assert_eq(mkfifo(path, 0600), 0);
	int reader = open(path, O_RDONLY | O_NONBLOCK);
	cr_assert_eq(events_open(&e, path, &err), 0, "%s", err.text);
	for (unsigned k = 0; k < n; k++)
		events_write(e, &dp, &lost_line, 1);
	events_close(e, &counts);
	cr_expect_gt(counts.written, 100);
	cr_expect_gt(counts.lost, 100);
	cr_expect_eq(counts.written + counts.lost, n);
	cr_expect_eq(counts.error, ETIMEDOUT);
	close(reader);
}

Test(events, a_reader_that_goes_away_stops_nothing, .fini = cleanup)
{
	struct events *e;
	struct events_counts counts;
	struct hl_error err;

	snprintf(path, sizeof(path), "/tmp/hl-events-fifo-%d", (int)getpid());
	cr_assert_eq(mkfifo(path, 0600), 0);
	int reader = open(path, O_RDONLY | O_NONBLOCK);
	cr_assert_eq(events_open(&e, path, &err), 0, "%s", err.text);
	close(reader);
	events_write(e, &dp, &lost_line, 1);
	events_close(e, &counts);
	cr_expect_eq(counts.lost, 1);
	cr_expect_eq(counts.error, EPIPE);
}
