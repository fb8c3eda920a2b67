// SPDX-License-Identifier: BSD-3-Clause
// A stream of changes: what it says at first, to who was too slow, and how much in a turn.

#include "http/stream.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/timebase.h"
#include "dataplane/recent_changes.h"
#include "session/run.h"

#define RING 65536u // of the latest changes, for so few lines

static struct dataplane dp;
static struct run run = { .dp = &dp };
static struct view view = { .run = &run };
static struct http_streams streams = { .run = 0xabc, .n = 1, .budget = HTTP_STREAM_TURN_EVENTS };
static struct http_stream stream = { .all = &streams };
static struct http_exchange exchange = { .view = &view, .streams = &streams, .stream = &stream };

static void recent_make(void)
{
	struct hl_error err;

	cr_assert_eq(recent_changes_new(&dp.recent, 4, &err), 0);
}

static void recent_end(void)
{
	recent_changes_free(dp.recent);
}

TestSuite(http_stream, .init = recent_make, .fini = recent_end);

// Of a line that was removed since: they count, but nobody is told of them.
static void changes_add(unsigned n)
{
	const struct hl_event e = { .line = 1, .from = 1, .to = 2 };

	for (unsigned k = 0; k < n; k++)
		recent_changes_add(dp.recent, &e, 1);
	recent_changes_forget(dp.recent, 1);
}

static const char *read_all(size_t room)
{
	static char text[4096];
	size_t len = 0;
	long n;

	while ((n = http_stream_read(&exchange, text + len, room)) > 0)
		len += (size_t)n;
	text[len] = 0;
	return text;
}

Test(http_stream, it_begins_with_the_run_and_the_place)
{
	stream.at = 7;
	changes_add(7);
	cr_expect_str_eq(
		read_all(4000),
		"retry: 2000\nid: abc-7\nevent: run\ndata: {\"run\":\"abc\",\"after\":7}\n\n");
	cr_expect(stream.waits);
	cr_expect(streams.wants_turn);
}

Test(http_stream, a_little_room_at_a_time_gives_the_same_text)
{
	cr_expect_str_eq(
		read_all(3),
		"retry: 2000\nid: abc-0\nevent: run\ndata: {\"run\":\"abc\",\"after\":0}\n\n");
}

Test(http_stream, who_was_too_slow_is_told_how_many_were_lost)
{
	stream.has_begun = true;
	stream.at = 3;
	changes_add(RING + 10);
	streams.budget = RING;
	cr_expect_str_eq(read_all(4000), "id: abc-10\nevent: lost\ndata: {\"lost\":7}\n\n");
	cr_expect_eq(stream.at, RING + 10, "the rest is of a line that is gone");
}

Test(http_stream, a_turn_has_a_bound)
{
	stream.has_begun = true;
	changes_add(HTTP_STREAM_TURN_EVENTS + 5);
	cr_expect_str_eq(read_all(4000), "");
	cr_expect_eq(stream.at, HTTP_STREAM_TURN_EVENTS);
	cr_expect(http_stream_due(&exchange, 0), "there is more, in the next turn");
	streams.budget = HTTP_STREAM_TURN_EVENTS;
	read_all(4000);
	cr_expect_eq(stream.at, HTTP_STREAM_TURN_EVENTS + 5);
	cr_expect_not(http_stream_due(&exchange, 0));
	cr_expect(http_stream_due(&exchange, HTTP_STREAM_BEAT_NS), "a comment is due");
}

Test(http_stream, one_that_is_over_says_so)
{
	char text[8];

	stream.is_over = true;
	cr_expect_lt(http_stream_read(&exchange, text, sizeof(text)), 0);
	cr_expect(http_stream_due(&exchange, 0));
}
