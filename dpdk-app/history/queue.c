// SPDX-License-Identifier: BSD-3-Clause
// A change takes what its texts need, a tenth of what the longest would.

#include "history/queue.h"

#include <assert.h>
#include <string.h>

// The texts stand behind it: number, domain, cause.
struct record {
	uint64_t at_ms;
	uint32_t line;
	uint32_t profile;
	uint16_t code;
	uint8_t from, to, server;
	uint8_t number_len, domain_len, cause_len;
};
static_assert(sizeof(struct record) == 24, "texts follow without a gap");

static uint8_t *text_put(uint8_t *at, const char *text, uint8_t len)
{
	if (len > 0)
		memcpy(at, text, len);
	return at + len;
}

bool history_queue_put(struct byte_ring *q, const struct history_change *c)
{
	const struct record r = {
		.line = c->line,
		.at_ms = c->at_ms,
		.profile = c->profile,
		.code = c->code,
		.from = c->from,
		.to = c->to,
		.server = c->server,
		.number_len = c->number_len,
		.domain_len = c->domain_len,
		.cause_len = c->cause_len,
	};
	uint64_t put = byte_ring_at(q);
	uint8_t *at = byte_ring_reserve(
		q, &put, (uint32_t)sizeof(r) + c->number_len + c->domain_len + c->cause_len);

	if (!at)
		return false;
	memcpy(at, &r, sizeof(r));
	at = text_put(at + sizeof(r), c->number, c->number_len);
	at = text_put(at, c->domain, c->domain_len);
	text_put(at, c->cause, c->cause_len);
	byte_ring_publish(q, put);
	return true;
}

bool history_queue_next(const struct byte_ring *q, uint64_t *cursor, struct history_change *c)
{
	uint32_t bytes;
	const uint8_t *at = byte_ring_next(q, cursor, &bytes);
	struct record r;

	if (!at)
		return false;
	memcpy(&r, at, sizeof(r));
	*c = (struct history_change){
		.at_ms = r.at_ms,
		.line = r.line,
		.profile = r.profile,
		.code = r.code,
		.from = r.from,
		.to = r.to,
		.server = r.server,
		.number_len = r.number_len,
		.domain_len = r.domain_len,
		.cause_len = r.cause_len,
		.number = (const char *)at + sizeof(r),
		.domain = (const char *)at + sizeof(r) + r.number_len,
		.cause = (const char *)at + sizeof(r) + r.number_len + r.domain_len,
	};
	return true;
}
