// SPDX-License-Identifier: BSD-3-Clause
// Fragments put together. Whatever comes, work and memory are bounded, and no byte of a datagram was
// ever another one.
#include "net/reassembly.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "base/siphash.h"
#include "net/ipv6.h"

enum { UNIT = 8, MORE = 0x2000, OFFSET = 0x1fff, IPV6_MORE = 1, IPV6_OFFSET = 0xfff8 };

static_assert((REASSEMBLY_SERVER_SETS & (REASSEMBLY_SERVER_SETS - 1)) == 0, "a mask");
static_assert((REASSEMBLY_OTHER_SETS & (REASSEMBLY_OTHER_SETS - 1)) == 0, "a mask");

// A fragment, read.
struct piece {
	struct reassembly_of of;
	const uint8_t *bytes;
	uint32_t at, len; // in the datagram
	bool more;
};

static void ipv4_piece(const uint8_t *ip, struct piece *p)
{
	const uint16_t word = load_be16(ip + 6);

	p->of.family = HL_FAMILY_IPV4;
	memcpy(p->of.src, ip + 12, 4);
	memcpy(p->of.dst, ip + 16, 4);
	p->of.id = load_be16(ip + 4);
	p->at = (uint32_t)(word & OFFSET) * UNIT;
	p->more = word & MORE;
}

static void ipv6_piece(const uint8_t *ip, const uint8_t *header, struct piece *p)
{
	const uint16_t word = load_be16(header + 2);

	p->of.family = HL_FAMILY_IPV6;
	memcpy(p->of.src, ip + 8, 16);
	memcpy(p->of.dst, ip + 24, 16);
	p->of.id = load_be32(header + 4);
	p->at = word & IPV6_OFFSET;
	p->more = word & IPV6_MORE;
}

static bool piece_read(const struct fragment *f, struct piece *p)
{
	*p = (struct piece){
		.of.link = f->link,
		.bytes = f->ip + f->header_len,
		.len = (uint32_t)f->len - f->header_len,
	};
	if (f->ip[0] >> 4 == 6)
		ipv6_piece(f->ip, p->bytes - IPV6_FRAGMENT_BYTES, p);
	else
		ipv4_piece(f->ip, p);
	return p->len > 0 && (!p->more || p->len % UNIT == 0) && p->at + p->len <= UINT16_MAX;
}

static struct reassembly_entry *set_of(struct reassembly *r, const struct piece *p,
				       bool from_server)
{
	const uint64_t hash = siphash(r->key, &p->of, sizeof(p->of));
	uint32_t set = from_server ? hash & (REASSEMBLY_SERVER_SETS - 1)
				   : REASSEMBLY_SERVER_SETS + (hash & (REASSEMBLY_OTHER_SETS - 1));

	return &r->entries[set * REASSEMBLY_WAYS];
}

static void entry_free(struct reassembly *r, struct reassembly_entry *e)
{
	e->n = 0;
	r->open--;
}

static bool unit_is_there(const struct reassembly_entry *e, uint32_t unit)
{
	return e->there[unit / 64] >> unit % 64 & 1;
}

static void entry_lose(struct reassembly *r, struct reassembly_entry *e)
{
	if (!e->given_up && (!r->shared || unit_is_there(e, 0))) // else each was said to be
		r->lost += e->n;
	entry_free(r, e);
}

// The datagram's entry; a new one in place of a free one, or of the oldest.
static struct reassembly_entry *entry_of(struct reassembly *r, const struct piece *p,
					 bool from_server, uint64_t now_ns)
{
	struct reassembly_entry *set = set_of(r, p, from_server), *place = set;

	for (unsigned k = 0; k < REASSEMBLY_WAYS; k++) {
		struct reassembly_entry *e = &set[k];

		if (e->n > 0 && now_ns >= e->end_ns)
			entry_lose(r, e);
		if (e->n > 0 && memcmp(&e->of, &p->of, sizeof(p->of)) == 0)
			return e;
		if (place->n > 0 && (e->n == 0 || e->end_ns < place->end_ns))
			place = e;
	}
	if (place->n > 0)
		entry_lose(r, place);
	memset(place, 0, offsetof(struct reassembly_entry, bytes));
	place->of = p->of;
	place->end_ns = now_ns + REASSEMBLY_NS;
	r->open++;
	return place;
}

// A copy of what is there says nothing new; whatever else touches it makes the whole worthless.
static enum reassembly_result piece_put(struct reassembly_entry *e, const struct piece *p)
{
	const uint32_t first = p->at / UNIT, end = (p->at + p->len + UNIT - 1) / UNIT;
	uint32_t n = 0;

	if (!p->more) {
		if (e->len != 0 && e->len != p->at + p->len)
			return REASSEMBLY_OVERLAP;
		for (uint32_t unit = end; unit < REASSEMBLY_UNITS; unit++)
			if (unit_is_there(e, unit))
				return REASSEMBLY_OVERLAP;
	} else if (e->len != 0 && p->at + p->len > e->len) {
		return REASSEMBLY_OVERLAP;
	}
	for (uint32_t unit = first; unit < end; unit++)
		n += unit_is_there(e, unit);
	if (n == end - first)
		return (p->more || e->len != 0) && memcmp(e->bytes + p->at, p->bytes, p->len) == 0
			       ? REASSEMBLY_WAITS
			       : REASSEMBLY_OVERLAP;
	if (n > 0)
		return REASSEMBLY_OVERLAP;
	memcpy(e->bytes + p->at, p->bytes, p->len);
	for (uint32_t unit = first; unit < end; unit++)
		e->there[unit / 64] |= 1ull << unit % 64;
	e->units += (uint16_t)(end - first);
	if (!p->more)
		e->len = (uint16_t)(p->at + p->len);
	return REASSEMBLY_WAITS;
}

enum reassembly_result reassembly_add(struct reassembly *r, const struct fragment *fragment,
				      uint64_t now_ns, const uint8_t **datagram,
				      uint16_t *datagram_len)
{
	enum reassembly_result result;
	struct piece p;

	if (!piece_read(fragment, &p))
		return REASSEMBLY_BAD;
	struct reassembly_entry *e = entry_of(r, &p, fragment->from_server, now_ns);
	if (e->n < UINT16_MAX)
		e->n++;
	if (e->given_up)
		return REASSEMBLY_GIVEN_UP;
	result = p.at + p.len > REASSEMBLY_MAX ? REASSEMBLY_TOO_LONG : piece_put(e, &p);
	if (result != REASSEMBLY_WAITS) {
		r->lost += e->n - 1u; // this one is the caller's to count
		e->given_up = true;
		return result;
	}
	if (e->len == 0 || e->units != (e->len + UNIT - 1) / UNIT)
		return REASSEMBLY_WAITS;
	*datagram = e->bytes;
	*datagram_len = e->len;
	entry_free(r, e);
	return REASSEMBLY_WHOLE;
}

void reassembly_expire(struct reassembly *r, uint64_t now_ns)
{
	for (unsigned k = 0; r->open > 0 && k < REASSEMBLY_ENTRIES; k++)
		if (r->entries[k].n > 0 && now_ns >= r->entries[k].end_ns)
			entry_lose(r, &r->entries[k]);
}
