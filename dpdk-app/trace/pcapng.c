// SPDX-License-Identifier: BSD-3-Clause
// Writes blocks in the byte order of the machine, which the head of the section tells.

#include "trace/pcapng.h"

#include <string.h>

enum block { SECTION = 0x0a0d0d0a, INTERFACE = 1, STATISTICS = 5, FRAME = 6 };
enum option {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_RESOLUTION = 9,
	FRAME_FLAGS = 2,
	STATISTICS_START = 2,
	STATISTICS_END = 3,
	STATISTICS_RECEIVED = 4,
	STATISTICS_DROPPED = 5,
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define LINKTYPE_ETHERNET 1
#define NANOSECONDS 9 // digits
#define INBOUND 1u
#define OUTBOUND 2u

static uint8_t *put(uint8_t *at, const void *bytes, size_t n)
{
	if (n > 0)
		memcpy(at, bytes, n);
	return at + n;
}

static uint8_t *put16(uint8_t *at, uint16_t value)
{
	return put(at, &value, sizeof(value));
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put(at, &value, sizeof(value));
}

static uint8_t *put_padded(uint8_t *at, const void *bytes, uint32_t n)
{
	static const uint8_t zeros[4];

	at = put(at, bytes, n);
	return put(at, zeros, -n & 3);
}

static uint8_t *put_option(uint8_t *at, enum option code, const void *bytes, uint16_t n)
{
	at = put16(at, (uint16_t)code);
	at = put16(at, n);
	return put_padded(at, bytes, n);
}

static uint8_t *put_text(uint8_t *at, enum option code, const char *text)
{
	return put_option(at, code, text, (uint16_t)strnlen(text, PCAPNG_TEXT_MAX));
}

// The upper half first, whatever the byte order.
static uint8_t *put_time(uint8_t *at, uint64_t ns)
{
	at = put32(at, (uint32_t)(ns >> 32));
	return put32(at, (uint32_t)ns);
}

static uint8_t *put_option_time(uint8_t *at, enum option code, uint64_t ns)
{
	uint8_t time[8];

	put_time(time, ns);
	return put_option(at, code, time, sizeof(time));
}

static uint8_t *block_begin(uint8_t *at, enum block type)
{
	return put32(at, (uint32_t)type) + 4;
}

// Its length stands at both ends.
static uint8_t *block_end(uint8_t *begin, uint8_t *at)
{
	uint32_t bytes = (uint32_t)(at + 4 - begin);

	put32(begin + 4, bytes);
	return put32(at, bytes);
}

size_t pcapng_head(uint8_t *begin, const char *application, const char *interface)
{
	const uint8_t digits = NANOSECONDS;
	const uint64_t unknown = UINT64_MAX; // length of the section
	uint8_t *at = block_begin(begin, SECTION), *second;

	at = put32(at, BYTE_ORDER_MAGIC);
	at = put16(at, 1); // version 1.0
	at = put16(at, 0);
	at = put(at, &unknown, sizeof(unknown));
	at = put_text(at, SECTION_APPLICATION, application);
	at = put_option(at, OPTION_END, NULL, 0);
	second = block_end(begin, at);
	at = block_begin(second, INTERFACE);
	at = put16(at, LINKTYPE_ETHERNET);
	at = put16(at, 0);
	at = put32(at, 0); // no limit to the length of a frame
	at = put_text(at, INTERFACE_NAME, interface);
	at = put_option(at, INTERFACE_RESOLUTION, &digits, sizeof(digits));
	at = put_option(at, OPTION_END, NULL, 0);
	return (size_t)(block_end(second, at) - begin);
}

size_t pcapng_frame(uint8_t *begin, const struct pcapng_frame *f)
{
	const uint32_t direction = f->sent ? OUTBOUND : INBOUND;
	uint8_t *at = block_begin(begin, FRAME);

	at = put32(at, 0); // the interface
	at = put_time(at, f->wall_ns);
	at = put32(at, f->bytes);
	at = put32(at, f->wire_bytes);
	at = put_padded(at, f->data, f->bytes);
	if (f->comment)
		at = put_text(at, OPTION_COMMENT, f->comment);
	at = put_option(at, FRAME_FLAGS, &direction, sizeof(direction));
	at = put_option(at, OPTION_END, NULL, 0);
	return (size_t)(block_end(begin, at) - begin);
}

size_t pcapng_tally(uint8_t *begin, const struct pcapng_tally *t)
{
	uint8_t *at = block_begin(begin, STATISTICS);

	at = put32(at, 0);
	at = put_time(at, t->end_wall_ns);
	at = put_option_time(at, STATISTICS_START, t->start_wall_ns);
	at = put_option_time(at, STATISTICS_END, t->end_wall_ns);
	at = put_option(at, STATISTICS_RECEIVED, &t->seen, sizeof(t->seen));
	at = put_option(at, STATISTICS_DROPPED, &t->dropped, sizeof(t->dropped));
	at = put_option(at, OPTION_END, NULL, 0);
	return (size_t)(block_end(begin, at) - begin);
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

uint32_t pcapng_block_bytes(const uint8_t *at)
{
	return get32(at + 4);
}

bool pcapng_block_is_frame(const uint8_t *at)
{
	return get32(at) == FRAME;
}
