// SPDX-License-Identifier: BSD-3-Clause
// A ring buffer with records of different lengths; no record wraps around its end.
#include "registrar/delay.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/memory.h"

struct record {
	uint64_t due_ns;
	uint16_t len; // 0: skip to the start of the ring
	uint16_t flags;
	uint8_t l2_len, l3_len;
	uint16_t unused;
};
static_assert(sizeof(struct record) == 16,
	      "positions are multiples of it, so that one always fits");

static uint32_t record_bytes(uint16_t len)
{
	return (uint32_t)(sizeof(struct record) + ((len + 15u) & ~15u));
}

int delay_init(struct delay *delay, uint32_t size)
{
	*delay = (struct delay){ .size = (size + 15) & ~15u };
	delay->bytes = memory_zalloc(1, delay->size, 64);
	return delay->bytes != NULL ? 0 : -ENOMEM;
}

void delay_free(struct delay *delay)
{
	memory_free(delay->bytes);
	delay->bytes = NULL;
}

static struct record *record_at(const struct delay *delay, uint64_t position)
{
	return (struct record *)(void *)(delay->bytes + position % delay->size);
}

bool delay_push(struct delay *delay, const struct hl_packet *pkt, uint64_t due_ns)
{
	uint32_t need = record_bytes(pkt->len);
	uint32_t to_end = delay->size - (uint32_t)(delay->head % delay->size);
	uint32_t skip = need > to_end ? to_end : 0;

	if (delay->head - delay->tail + skip + need > delay->size)
		return false;
	if (skip > 0) {
		record_at(delay, delay->head)->len = 0;
		delay->head += skip;
	}
	if (due_ns < delay->last_due_ns)
		due_ns = delay->last_due_ns;
	delay->last_due_ns = due_ns;

	struct record *record = record_at(delay, delay->head);
	*record = (struct record){
		.due_ns = due_ns,
		.len = pkt->len,
		.flags = pkt->flags,
		.l2_len = pkt->l2_len,
		.l3_len = pkt->l3_len,
	};
	memcpy(record + 1, pkt->data, pkt->len);
	delay->head += need;
	return true;
}

// The first record with a frame; its position.
static uint64_t first_at(const struct delay *delay)
{
	uint64_t at = delay->tail;

	if (at != delay->head && record_at(delay, at)->len == 0)
		at += delay->size - at % delay->size;
	return at;
}

uint64_t delay_next(const struct delay *delay)
{
	uint64_t at = first_at(delay);

	return at != delay->head ? record_at(delay, at)->due_ns : UINT64_MAX;
}

void delay_pop(struct delay *delay, struct hl_packet *pkt)
{
	uint64_t at = first_at(delay);
	const struct record *record = record_at(delay, at);

	assert(at != delay->head);
	if (pkt != NULL) {
		memcpy(pkt->data, record + 1, record->len);
		pkt->len = record->len;
		pkt->flags = record->flags;
		pkt->l2_len = record->l2_len;
		pkt->l3_len = record->l3_len;
	}
	delay->tail = at + record_bytes(record->len);
}
