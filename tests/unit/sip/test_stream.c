// SPDX-License-Identifier: BSD-3-Clause
// Messages in a stream: whatever the pieces that it comes in, each is found once, whole, and nothing else is.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "guard.h"
#include "sip/stream.h"

#define MOST 2000

// What was found in a stream, as letters: m for a message and its length, p ping, o pong, B bad, L long.
struct found {
	char text[4096];
	size_t at;
};

struct reader {
	const char *stream;
	uint32_t from, to; // what came and was not taken
	bool is_server;
	struct stream_place place;
};

// What came so far, in memory that ends with it. False: more has to come.
static bool take(struct reader *r, struct found *found)
{
	struct stream_place *place = &r->place;
	uint32_t n = r->to - r->from;
	char *bytes = guard_copy(r->stream + r->from, n);
	enum stream_result result = stream_next(bytes, n, MOST, r->is_server, place);
	size_t room = sizeof(found->text) - found->at;

	guard_free(bytes, n);
	switch (result) {
	case STREAM_MORE:
		return false;
	case STREAM_MESSAGE:
		found->at += (size_t)snprintf(found->text + found->at, room, "m%u ", place->len);
		cr_assert_leq(place->skip + place->len, n);
		cr_assert_leq(place->len, MOST);
		r->from += place->skip + place->len;
		break;
	case STREAM_PING:
	case STREAM_PONG:
		found->at += (size_t)snprintf(found->text + found->at, room,
					      result == STREAM_PING ? "p " : "o ");
		r->from += place->skip;
		break;
	case STREAM_BAD:
	case STREAM_LONG:
		found->at += (size_t)snprintf(found->text + found->at, room,
					      result == STREAM_BAD ? "B" : "L");
		return false;
	}
	*place = (struct stream_place){ 0 };
	return true;
}

// In pieces of 1 to `piece` bytes.
static void read_stream(const char *stream, bool is_server, uint32_t piece, struct rng *rng,
			struct found *found)
{
	uint32_t len = (uint32_t)strlen(stream);
	struct reader r = { .stream = stream, .is_server = is_server };

	found->at = 0;
	found->text[0] = 0;
	while (r.to < len) {
		uint32_t n = 1 + rng_below(rng, piece);

		r.to += n < len - r.to ? n : len - r.to;
		while (take(&r, found))
			;
		if (found->at > 0 && strchr("BL", found->text[found->at - 1]))
			return;
	}
}

static void finds(const char *stream, bool is_server, const char *wanted)
{
	struct found found;
	struct rng rng;

	rng_seed(&rng, 5);
	for (uint32_t piece = 1; piece < 400; piece += 1 + piece / 3) {
		read_stream(stream, is_server, piece, &rng, &found);
		cr_expect_str_eq(found.text, wanted, "pieces of %u: %s instead of %s", piece,
				 found.text, wanted);
	}
}

#define HEAD "SIP/2.0 200 OK\r\nVia: x\r\n"

Test(stream, messages_end_where_content_length_says)
{
	finds(HEAD "Content-Length: 0\r\n\r\n", false, "m45 ");
	finds(HEAD "l: 4\r\n\r\nbody" HEAD "CONTENT-LENGTH \t: \t 2 \r\n\r\nxx", false, "m36 m52 ");
	finds(HEAD "l:0004\r\n\r\n\r\n\r\n" HEAD "l: 0\r\n\r\n", false, "m38 m32 ");
}

Test(stream, empty_lines_are_pongs_to_a_client_and_pings_in_twos_to_a_server)
{
	finds("\r\n", false, "o ");
	finds("\r\n\r\n", false, "o o ");
	finds("\r\n" HEAD "l: 0\r\n\r\n\r\n", false, "o m32 o ");
	finds("\r\n\r\n", true, "p ");
	finds("\r\n\r\n\r\n\r\n" HEAD "l: 0\r\n\r\n\r\n\r\n", true, "p p m32 p ");
	finds("\r\n" HEAD "l: 0\r\n\r\n", true, "m32 ");
	finds("\r\n", true, "");
}

Test(stream, what_tells_no_length_ends_it)
{
	finds(HEAD "\r\n", false, "B");
	finds(HEAD "Content-Length:\r\n\r\n", false, "B");
	finds(HEAD "Content-Length: -1\r\n\r\n", false, "B");
	finds(HEAD "Content-Length: 1x\r\n\r\n", false, "B");
	finds(HEAD "Content-Length: 0\r\nl: 1\r\n\r\n", false, "B");
	finds(HEAD "Content-Length: 1\r\nl: 1\r\n\r\nx", false, "m52 ");
	finds("\rX" HEAD, false, "B");
	finds(HEAD "X: y\r\n Content-Length: 0\r\n\r\n", false, "B");
	finds(HEAD "Content-Lengths: 0\r\nlx: 0\r\nContent-Lengt: 0\r\n\r\n", false, "B");
}

Test(stream, too_long_a_message_ends_it)
{
	char text[3 * MOST];
	int head = snprintf(text, sizeof(text), HEAD "l: %u\r\n\r\n", MOST - 35);

	memset(text + head, 'x', sizeof(text) - (size_t)head);
	text[sizeof(text) - 1] = 0;
	cr_assert_eq(head, 35);
	text[MOST] = 0;
	finds(text, false, "m2000 ");
	text[MOST] = 'x';
	snprintf(text, sizeof(text), HEAD "l: %u\r\n\r\n", MOST - 34);
	finds(text, false, "L");
	finds(HEAD "l: 4294967296\r\n\r\n", false, "L");
	finds(HEAD "l: 99999999999999999999999999\r\n\r\n", false, "L");
	memset(text, 'x', sizeof(text) - 1);
	finds(text, false, "L");
}

// Streams of random messages and empty lines, in random pieces: as in one piece.
Test(stream, pieces_make_no_difference)
{
	static const char *const parts[] = {
		"\r\n",         "\r\n\r\n", HEAD, "l: 3\r\n\r\n", "abc",
		"l: 0\r\n\r\n", "\r",       "\n", "l: 0\r\n",     "Content-Length: 1\r\n"
	};
	struct rng rng;

	rng_seed(&rng, 8);
	for (unsigned n = 0; n < 3000; n++) {
		char stream[1024] = "";
		struct found whole, some;
		bool is_server = n & 1;

		for (uint32_t k = 1 + rng_below(&rng, 12); k > 0; k--)
			strcat(stream, parts[rng_below(&rng, sizeof(parts) / sizeof(*parts))]);
		read_stream(stream, is_server, 1, &rng, &whole);
		read_stream(stream, is_server, 40, &rng, &some);
		cr_assert_str_eq(some.text, whole.text, "%u", n);
	}
}
