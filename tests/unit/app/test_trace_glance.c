// SPDX-License-Identifier: BSD-3-Clause
// What a frame says at a glance, whatever its bytes are.

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "trace/glance.h"

#define HEADERS 42 // Ethernet, IPv4, UDP

static uint8_t frame[1514];

static struct trace_record frame_make(const char *payload, uint8_t flags)
{
	static const uint8_t head[HEADERS] = {
		2, 0,  2,  0, 1, 0,  2,  0, 2, 0,  2,  0, 8, 0,    0x45, 0,    0,    0, 0, 0, 0,
		0, 64, 17, 0, 0, 10, 99, 1, 1, 10, 99, 0, 1, 0xc3, 0x50, 0x13, 0xc4, 0, 0, 0, 0,
	};
	uint16_t len = (uint16_t)strlen(payload);

	memcpy(frame, head, sizeof(head));
	memcpy(frame + HEADERS, payload, len);
	frame[16] = (uint8_t)((28 + len) >> 8);
	frame[17] = (uint8_t)(28 + len);
	frame[38] = (uint8_t)((8 + len) >> 8);
	frame[39] = (uint8_t)(8 + len);
	return (struct trace_record){
		.at_ns = 7, .bytes = HEADERS + len, .wire_bytes = HEADERS + len, .flags = flags
	};
}

static struct trace_message glance(const char *payload, uint8_t flags)
{
	const struct trace_record r = frame_make(payload, flags);
	struct trace_message m;

	glance_message(&r, frame, &m);
	return m;
}

Test(trace_glance, a_request_and_an_answer)
{
	struct trace_message m = glance("REGISTER sip:10.99.0.1 SIP/2.0\r\nCSeq: 1 REGISTER\r\n"
					"Call-ID: a@b\r\n\r\nCall-ID: of the body\r\n",
					TRACE_SENT);

	cr_expect_str_eq(m.start, "REGISTER sip:10.99.0.1 SIP/2.0");
	cr_expect_str_eq(m.cseq, "1 REGISTER");
	cr_expect_str_eq(m.call_id, "a@b");
	cr_expect(m.sent && m.at_ns == 7);
	cr_expect_eq(m.peer.port, 5060);
	m = glance("SIP/2.0 200 OK\r\ni : x\r\ncseq:\t2 OPTIONS  \r\n\r\n", 0);
	cr_expect_str_eq(m.start, "SIP/2.0 200 OK");
	cr_expect_str_eq(m.call_id, "x");
	cr_expect_str_eq(m.cseq, "2 OPTIONS  ");
	cr_expect_eq(m.peer.port, 50000);
}

Test(trace_glance, behind_vlan_tags_it_is_the_same)
{
	static const uint8_t tags[] = { 0x88, 0xa8, 0, 7, 0x81, 0, 0, 20 };
	struct trace_record r = frame_make("SIP/2.0 200 OK\r\nCall-ID: x\r\n\r\n", 0);
	struct trace_message m;

	for (unsigned n = 4; n <= sizeof(tags); n += 4) { // the inner one, then the outer one
		memmove(frame + 16, frame + 12, r.bytes - 12u);
		memcpy(frame + 12, tags + sizeof(tags) - n, 4);
		r.bytes += 4;
		glance_message(&r, frame, &m);
		cr_expect_str_eq(m.start, "SIP/2.0 200 OK");
		cr_expect_str_eq(m.call_id, "x");
		cr_expect_eq(m.peer.port, 50000);
	}
	r.bytes = 14 + 3; // it ends within a tag
	glance_message(&r, frame, &m);
	cr_expect_str_eq(m.call_id, "");
}

Test(trace_glance, what_is_no_sip_is_called_so)
{
	cr_expect_str_eq(glance("\r\n\r\n", 0).start, "(4 bytes, no SIP)");
	cr_expect_str_eq(glance("", 0).start, "(0 bytes, no SIP)");
	cr_expect_str_eq(glance("SIP/2.0", 0).start, "(7 bytes, no SIP)");
	cr_expect_str_eq(glance("SIP/2.0 \033[31m\r\n", 0).start, "SIP/2.0 ?[31m",
			 "no control characters");
	cr_expect_str_eq(
		glance("SIP/2.0 200 OK\r\nCall-ID: behind\r\n\r\nCall-ID: of the body\r\n", 0)
			.call_id,
		"behind");
	cr_expect_str_eq(glance("SIP/2.0 200 OK\r\n\r\nCall-ID: of the body\r\n", 0).call_id, "");
}

Test(trace_glance, a_long_value_is_cut)
{
	char text[1200];

	strcpy(text, "SIP/2.0 200 OK\r\nCall-ID: ");
	memset(text + strlen(text), 0, 1);
	size_t at = strlen(text);
	memset(text + at, 'x', 1000);
	strcpy(text + at + 1000, "\r\n\r\n");
	cr_expect_eq(strlen(glance(text, 0).call_id), GLANCE_TEXT - 1);
}

// Under the sanitizers' build a read beyond the block shows.
Test(trace_glance, cut_anywhere_it_stays_inside)
{
	const struct trace_record whole = frame_make(
		"OPTIONS sip:a SIP/2.0\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\n\r\n", 0);
	struct trace_message m;

	for (uint16_t n = 0; n <= whole.bytes; n++) {
		uint8_t *cut = malloc(n ? n : 1);
		struct trace_record r = whole;
		memcpy(cut, frame, n);
		r.bytes = n;
		glance_message(&r, cut, &m);
		cr_expect(n == whole.bytes || m.start[0] == '(', "%u: %s", n, m.start);
		if (n >= HEADERS) { // a datagram that is as short
			cut[16] = 0;
			cut[17] = (uint8_t)(n - 14);
			cut[38] = 0;
			cut[39] = (uint8_t)(n - 34);
			glance_message(&r, cut, &m);
		}
		free(cut);
	}
}

Test(trace_glance, any_bytes_will_do)
{
	struct trace_message m;
	uint8_t bytes[200];

	srand(1);
	for (unsigned i = 0; i < 100000; i++) {
		const struct trace_record base = frame_make("SIP/2.0 200 OK\r\nCall-ID: a\r\n\r\n",
							    0);
		struct trace_record r = base;
		memcpy(bytes, frame, base.bytes);
		for (unsigned k = 0; k < 4; k++)
			bytes[12 + (unsigned)rand() % (base.bytes - 12u)] = (uint8_t)rand();
		r.bytes = (uint16_t)(1 + (unsigned)rand() % base.bytes);
		glance_message(&r, bytes, &m);
		cr_assert(strlen(m.start) < GLANCE_TEXT && strlen(m.call_id) < GLANCE_TEXT);
	}
}
