// SPDX-License-Identifier: BSD-3-Clause
// Fragments put together: in any order and number the same datagram, and never another one.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "guard.h"
#include "net/frame.h"
#include "net/headers.h"
#include "net/reassembly.h"

#define SERVER 0x0a630001
#define OWN 0x0a630101
#define PIECES_MAX 600

static struct reassembly table;

static void setup(void)
{
	memset(&table, 0, sizeof(table));
	table.key[0] = 1;
	table.key[1] = 2;
}
TestSuite(reassembly, .init = setup);

// A fragment of a datagram, or what says that it is one.
struct piece {
	uint32_t src;
	uint16_t id;
	uint16_t at, len;
	bool more;
	const uint8_t *bytes;
};

static enum reassembly_result add(const struct piece *p, bool server, uint64_t now_ns,
				  const uint8_t **whole, uint16_t *whole_len)
{
	static unsigned calls;
	uint8_t ip[IPV4_BYTES + 2048] = { 0x45 };
	const uint16_t len = (uint16_t)(IPV4_BYTES + p->len);

	store_be16(ip + 2, len);
	store_be16(ip + 4, p->id);
	store_be16(ip + 6, (uint16_t)((p->more ? 0x2000 : 0) | p->at / 8));
	ip[9] = IP_UDP;
	store_be32(ip + 12, p->src);
	store_be32(ip + 16, OWN);
	memcpy(ip + IPV4_BYTES, p->bytes, p->len);
	if (calls++ % 64 != 0)
		return reassembly_add(&table,
				      &(struct fragment){ .ip = ip,
							  .len = len,
							  .header_len = IPV4_BYTES,
							  .from_server = server },
				      now_ns, whole, whole_len);
	uint8_t *copy = guard_copy(ip, len); // some of them, since it takes long
	enum reassembly_result result = reassembly_add(
		&table,
		&(struct fragment){
			.ip = copy, .len = len, .header_len = IPV4_BYTES, .from_server = server },
		now_ns, whole, whole_len);
	guard_free(copy, len);
	return result;
}

static void fill(struct rng *rng, uint8_t *bytes, uint32_t len)
{
	for (uint32_t k = 0; k < len; k++)
		bytes[k] = (uint8_t)rng_next(rng);
}

// Cut at random places, all but the last piece of whole units.
static unsigned cut(struct rng *rng, const uint8_t *bytes, uint16_t len, uint16_t id,
		    struct piece pieces[PIECES_MAX])
{
	const uint32_t size = 1 + rng_below(rng, 60);
	uint16_t at = 0;
	unsigned n = 0;

	while (at < len) {
		uint16_t part = (uint16_t)(8 * (1 + rng_below(rng, size)));

		if (part > len - at)
			part = (uint16_t)(len - at);
		// a last piece that ends with a unit is a last one only without "more"
		pieces[n++] = (struct piece){ SERVER, id, at, part, at + part < len, bytes + at };
		at = (uint16_t)(at + part);
	}
	return n;
}

static void shuffle(struct rng *rng, struct piece *pieces, unsigned n)
{
	for (unsigned k = n; k > 1; k--) {
		unsigned other = rng_below(rng, k);
		struct piece swap = pieces[k - 1];

		pieces[k - 1] = pieces[other];
		pieces[other] = swap;
	}
}

Test(reassembly, any_cut_and_order_with_copies_gives_the_same_datagram)
{
	static uint8_t bytes[REASSEMBLY_MAX];
	static struct piece pieces[2 * PIECES_MAX];
	struct rng rng = { 0 };

	rng_seed(&rng, 1);
	for (int round = 0; round < 1000; round++) {
		const uint16_t len = (uint16_t)(9 + rng_below(&rng, REASSEMBLY_MAX - 8));
		const uint8_t *whole = NULL;
		uint16_t whole_len = 0;
		bool done = false;

		fill(&rng, bytes, len);
		unsigned n = cut(&rng, bytes, len, (uint16_t)round, pieces);
		shuffle(&rng, pieces, n);
		for (unsigned k = 0; k < n; k++) {
			bool last = k + 1 == n;

			if (rng_below(&rng, 4) == 0 && k > 0) { // a copy of one that came
				unsigned again = rng_below(&rng, k);
				cr_assert(eq(int, add(&pieces[again], true, 0, &whole, &whole_len),
					     REASSEMBLY_WAITS));
			}
			enum reassembly_result result = add(&pieces[k], true, 0, &whole,
							    &whole_len);
			cr_assert(eq(int, result, last ? REASSEMBLY_WHOLE : REASSEMBLY_WAITS),
				  "round %d, piece %u of %u", round, k, n);
			done |= last;
		}
		cr_assert(done);
		cr_assert(eq(u16, whole_len, len));
		cr_assert(eq(int, memcmp(whole, bytes, len), 0));
		cr_assert(eq(u32, table.open, 0));
	}
	cr_assert(eq(u64, table.lost, 0));
}

Test(reassembly, with_one_lost_nothing_is_delivered)
{
	static uint8_t bytes[REASSEMBLY_MAX];
	static struct piece pieces[PIECES_MAX];
	const uint8_t *whole = NULL;
	struct rng rng = { 0 };
	uint16_t whole_len;

	rng_seed(&rng, 2);
	for (int round = 0; round < 1000; round++) {
		const uint16_t len = (uint16_t)(17 + rng_below(&rng, REASSEMBLY_MAX - 16));

		fill(&rng, bytes, len);
		unsigned n = cut(&rng, bytes, len, (uint16_t)round, pieces);
		shuffle(&rng, pieces, n);
		for (unsigned k = 1; k < n; k++)
			cr_assert(eq(int, add(&pieces[k], true, 0, &whole, &whole_len),
				     REASSEMBLY_WAITS));
	}
	cr_assert(whole == NULL);
}

// One more fragment that touches what others hold and is no copy: whatever follows, nothing comes out.
Test(reassembly, with_an_overlap_nothing_is_delivered)
{
	static uint8_t bytes[REASSEMBLY_MAX], other[REASSEMBLY_MAX];
	static struct piece pieces[PIECES_MAX + 1];
	struct rng rng = { 0 };
	unsigned given_up = 0;

	rng_seed(&rng, 3);
	for (int round = 0; round < 1000; round++) {
		const uint16_t len = (uint16_t)(64 + rng_below(&rng, REASSEMBLY_MAX - 63));
		const uint8_t *whole = NULL;
		uint16_t whole_len = 0, at, part;
		bool overlaps = false;

		fill(&rng, bytes, len);
		fill(&rng, other, len);
		unsigned n = cut(&rng, bytes, len, (uint16_t)round, pieces);
		at = (uint16_t)(8 * rng_below(&rng, len / 8));
		part = (uint16_t)(8 * (1 + rng_below(&rng, 20)));
		if (part > len - at)
			part = (uint16_t)((len - at) / 8 * 8);
		if (part == 0)
			continue;
		pieces[n] = (struct piece){ SERVER, (uint16_t)round, at, part, true, other + at };
		// not the last to come: then the datagram would be there before it
		struct piece last = pieces[--n];
		pieces[n] = pieces[n + 1];
		shuffle(&rng, pieces, n + 1);
		pieces[n + 1] = last;
		for (unsigned k = 0; k < n + 2; k++) {
			enum reassembly_result result = add(&pieces[k], true, 0, &whole,
							    &whole_len);

			if (result == REASSEMBLY_WHOLE) // before the other one could touch it
				cr_assert(eq(int, memcmp(whole, bytes, whole_len), 0), "round %d",
					  round);
			overlaps |= result == REASSEMBLY_OVERLAP;
		}
		cr_assert(overlaps, "round %d", round);
		cr_assert(whole == NULL);
		given_up += overlaps;
	}
	cr_assert(gt(u32, given_up, 900));
}

Test(reassembly, two_ends_are_an_overlap)
{
	static const uint8_t bytes[64];
	const uint8_t *whole;
	uint16_t len;
	struct piece pieces[] = {
		{ SERVER, 1, 32, 8, false, bytes }, { SERVER, 1, 48, 8, false, bytes }, // elsewhere
		{ SERVER, 2, 32, 8, true, bytes },  { SERVER, 2, 16, 8, false, bytes }, // before
		{ SERVER, 3, 16, 8, false, bytes }, { SERVER, 3, 32, 8, true, bytes },  // behind
		{ SERVER, 4, 16, 8, true, bytes },  { SERVER, 4, 16, 8, false, bytes }, // the same
	};

	for (unsigned k = 0; k < 8; k += 2) {
		cr_expect(eq(int, add(&pieces[k], true, 0, &whole, &len), REASSEMBLY_WAITS));
		cr_expect(eq(int, add(&pieces[k + 1], true, 0, &whole, &len), REASSEMBLY_OVERLAP),
			  "%u", k);
		struct piece first = { SERVER, pieces[k].id, 0, 16, true, bytes };
		cr_expect(eq(int, add(&first, true, 0, &whole, &len), REASSEMBLY_GIVEN_UP));
	}
}

Test(reassembly, what_cannot_be_a_fragment_is_refused)
{
	static const uint8_t bytes[2000];
	const uint8_t *whole;
	uint16_t len;
	static const struct {
		struct piece piece;
		enum reassembly_result result;
	} cases[] = {
		{ { SERVER, 1, 0, 0, true, bytes }, REASSEMBLY_BAD },
		{ { SERVER, 1, 8, 0, false, bytes }, REASSEMBLY_BAD },
		{ { SERVER, 1, 0, 9, true, bytes }, REASSEMBLY_BAD },
		{ { SERVER, 1, 65528, 8, false, bytes }, REASSEMBLY_BAD },
		{ { SERVER, 1, 65528, 1480, true, bytes }, REASSEMBLY_BAD },
		{ { SERVER, 2, REASSEMBLY_MAX, 8, false, bytes }, REASSEMBLY_TOO_LONG },
		{ { SERVER, 2, 0, 8, true, bytes }, REASSEMBLY_GIVEN_UP },
		{ { SERVER, 3, REASSEMBLY_MAX - 8, 16, true, bytes }, REASSEMBLY_TOO_LONG },
		{ { SERVER, 4, REASSEMBLY_MAX - 8, 8, false, bytes }, REASSEMBLY_WAITS },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
		cr_expect(eq(int, add(&cases[k].piece, true, 0, &whole, &len), cases[k].result),
			  "case %u", k);
}

Test(reassembly, what_is_not_complete_in_time_is_forgotten_and_counted)
{
	static const uint8_t bytes[64];
	const uint8_t *whole;
	uint16_t len;
	const struct piece first = { SERVER, 1, 0, 16, true, bytes },
			   last = { SERVER, 1, 16, 5, false, bytes };

	cr_expect(eq(int, add(&first, true, 0, &whole, &len), REASSEMBLY_WAITS));
	reassembly_expire(&table, REASSEMBLY_NS - 1);
	cr_expect(eq(u32, table.open, 1));
	reassembly_expire(&table, REASSEMBLY_NS);
	cr_expect(eq(u32, table.open, 0));
	cr_expect(eq(u64, table.lost, 1));
	// also without that walk
	cr_expect(eq(int, add(&first, true, 0, &whole, &len), REASSEMBLY_WAITS));
	cr_expect(eq(int, add(&last, true, REASSEMBLY_NS, &whole, &len), REASSEMBLY_WAITS));
	cr_expect(eq(u64, table.lost, 2));
	cr_expect(eq(int, add(&first, true, REASSEMBLY_NS, &whole, &len), REASSEMBLY_WHOLE));
	cr_expect(eq(u16, len, 21));
}

// However many begin, they take each other's place alone; each that came is counted once.
Test(reassembly, a_flood_of_strangers_takes_no_server_s_place)
{
	static const uint8_t bytes[64];
	const uint8_t *whole;
	uint16_t len;
	const uint64_t n = 100000;
	struct piece mine = { SERVER, 7, 0, 16, true, bytes };
	struct rng rng = { 0 };

	rng_seed(&rng, 4);
	cr_assert(eq(int, add(&mine, true, 0, &whole, &len), REASSEMBLY_WAITS));
	for (uint64_t k = 0; k < n; k++) {
		const struct piece p = { (uint32_t)rng_next(&rng),
					 (uint16_t)rng_next(&rng),
					 (uint16_t)(8 * rng_below(&rng, 100)),
					 16,
					 true,
					 bytes };
		add(&p, false, 0, &whole, &len);
		cr_assert(le(u32, table.open, 1 + REASSEMBLY_WAYS * REASSEMBLY_OTHER_SETS));
	}
	mine = (struct piece){ SERVER, 7, 16, 3, false, bytes };
	cr_assert(eq(int, add(&mine, true, 0, &whole, &len), REASSEMBLY_WHOLE));
	reassembly_expire(&table, REASSEMBLY_NS);
	cr_assert(eq(u32, table.open, 0));
	cr_assert(eq(u64, table.lost, n));
}

// With a server's forged address more can be done, but what comes at once still meets.
Test(reassembly, a_flood_in_a_server_s_name_leaves_room_for_what_comes_together)
{
	static const uint8_t bytes[64];
	const uint8_t *whole;
	uint16_t len, id = 0;
	unsigned met = 0;
	struct rng rng = { 0 };

	rng_seed(&rng, 5);
	for (int round = 0; round < 1000; round++) {
		struct piece mine = { SERVER + 1, id, 0, 16, true, bytes };

		add(&mine, true, (uint64_t)round, &whole, &len);
		for (int k = 0; k < 10; k++) {
			const struct piece p = { SERVER,
						 (uint16_t)rng_next(&rng),
						 (uint16_t)(8 * rng_below(&rng, 100)),
						 16,
						 true,
						 bytes };
			add(&p, true, (uint64_t)round, &whole, &len);
		}
		mine = (struct piece){ SERVER + 1, id++, 16, 3, false, bytes };
		met += add(&mine, true, (uint64_t)round, &whole, &len) == REASSEMBLY_WHOLE;
		cr_assert(le(u32, table.open, REASSEMBLY_ENTRIES));
	}
	cr_assert(gt(u32, met, 900), "%u of 1000", met);
}
