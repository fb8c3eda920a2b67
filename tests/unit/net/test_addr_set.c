// SPDX-License-Identifier: BSD-3-Clause
// The set of our addresses: membership and numbering against a plain list.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "base/rng.h"
#include "net/addr_set.h"

static struct addr_set set;

static int add(uint32_t first, uint32_t last)
{
	struct hl_addr a = hl_addr_from_ipv4(first), b = hl_addr_from_ipv4(last);

	return addr_set_add(&set, &a, &b);
}

static int32_t find(uint32_t wanted)
{
	struct hl_addr addr = hl_addr_from_ipv4(wanted);

	return addr_set_find(&set, &addr);
}

Test(addr_set, empty_holds_nothing)
{
	addr_set_seal(&set);
	cr_assert(eq(i32, find(0), -1));
	cr_assert(eq(i32, find(UINT32_MAX), -1));
	cr_assert(eq(u8, addr_set_at(&set, 0).family, HL_FAMILY_NONE));
}

Test(addr_set, indices_follow_the_sorted_order)
{
	cr_assert(eq(int, add(300, 309), 0));
	cr_assert(eq(int, add(100, 100), 0));
	cr_assert(eq(int, add(200, 204), 0));
	cr_assert(eq(int, add(205, 206), 0), "touching is not overlapping");
	addr_set_seal(&set);
	cr_assert(eq(u32, set.total, 18));

	int32_t index = 0;
	for (uint32_t a = 0; a < 400; a++) {
		bool ours = a == 100 || (a >= 200 && a <= 206) || (a >= 300 && a <= 309);
		cr_assert(eq(i32, find(a), ours ? index : -1), "address %u", a);
		if (ours) {
			struct hl_addr at = addr_set_at(&set, (uint32_t)index);
			cr_assert(eq(u32, hl_addr_ipv4(&at), a));
			index++;
		}
	}
	cr_assert(eq(u8, addr_set_at(&set, 18).family, HL_FAMILY_NONE));
}

Test(addr_set, refuses_backwards_and_every_overlap)
{
	cr_assert(eq(int, add(100, 200), 0));
	cr_assert(eq(int, add(2, 1), -EINVAL));
	cr_assert(eq(int, add(100, 200), -EINVAL), "the same");
	cr_assert(eq(int, add(150, 160), -EINVAL), "inside");
	cr_assert(eq(int, add(50, 250), -EINVAL), "around");
	cr_assert(eq(int, add(50, 100), -EINVAL), "its first");
	cr_assert(eq(int, add(200, 250), -EINVAL), "its last");
	cr_assert(eq(u32, set.n_ranges, 1));
	cr_assert(eq(u32, set.total, 101));
	cr_assert(eq(int, add(50, 99), 0));
	cr_assert(eq(int, add(201, 250), 0));
}

static struct hl_addr addr6(const char *text)
{
	struct hl_addr addr;

	cr_assert(eq(int, hl_addr_parse(text, strlen(text), &addr), 0));
	return addr;
}

static int add6(const char *first, const char *last)
{
	const struct hl_addr a = addr6(first), b = addr6(last);

	return addr_set_add(&set, &a, &b);
}

static int32_t find6(const char *text)
{
	const struct hl_addr addr = addr6(text);

	return addr_set_find(&set, &addr);
}

Test(addr_set, numbers_both_families)
{
	cr_assert(eq(int, add6("2001:db8::ffff:fffe", "2001:db8::1:0:1"), 0));
	cr_assert(eq(int, add6("2001:db8:0:1::5", "2001:db8:0:1::6"), 0));
	cr_assert(eq(int, add(100, 101), 0));
	cr_assert(eq(int, add6("2001:db8::5", "2001:db8::5"), 0));
	addr_set_seal(&set);
	cr_assert(eq(u32, set.total, 9));
	cr_assert(eq(i32, find6("2001:db8::5"), 2), "behind those of IPv4, in their order");
	cr_assert(eq(i32, find6("2001:db8::ffff:fffe"), 3));
	cr_assert(eq(i32, find6("2001:db8::1:0:1"), 6));
	cr_assert(eq(i32, find6("2001:db8:0:1::6"), 8));
	cr_assert(eq(i32, find6("2001:db8::1:0:2"), -1));
	cr_assert(eq(i32, find6("2001:db8:0:1::4"), -1));
	cr_assert(eq(i32, find6("2001:db8:0:2::5"), -1));
	cr_assert(eq(i32, find6("::64"), -1), "no IPv4 address, whatever its last bytes");
	for (uint32_t i = 0; i < 9; i++) {
		const struct hl_addr addr = addr_set_at(&set, i);

		cr_assert(eq(i32, addr_set_find(&set, &addr), (int32_t)i));
	}
	cr_assert(eq(u8, addr_set_at(&set, 9).family, HL_FAMILY_NONE));
}

Test(addr_set, refuses_ranges_of_ipv6_that_cannot_be_numbered)
{
	struct hl_addr six = addr6("2001:db8::1"), four = hl_addr_from_ipv4(1);

	cr_assert(eq(int, addr_set_add(&set, &four, &six), -EINVAL));
	cr_assert(eq(int, add6("2001:db8::2", "2001:db8::1"), -EINVAL));
	cr_assert(eq(int, add6("2001:db8::", "2001:db8:0:1::"), -EINVAL), "beyond a /64");
	cr_assert(eq(int, add6("2001:db8::", "2001:db8::1:0:0"), -ENOSPC));
	cr_assert(eq(int, add6("::", "::ffff:ffff:ffff:ffff"), -ENOSPC));
	cr_assert(eq(int, add6("2001:db8::10", "2001:db8::20"), 0));
	cr_assert(eq(int, add6("2001:db8::20", "2001:db8::30"), -EINVAL));
	cr_assert(eq(int, add6("2001:db8::", "2001:db8::10"), -EINVAL));
	cr_assert(eq(int, add6("2001:db8::", "2001:db8::40"), -EINVAL));
	cr_assert(eq(int, add6("2001:db8:0:1::10", "2001:db8:0:1::20"), 0));
	cr_assert(eq(u32, set.total, 34));
}

Test(addr_set, says_when_it_is_full)
{
	for (uint32_t i = 0; i < ADDR_RANGES_MAX; i++)
		cr_assert(eq(int, add(1000000 - 10 * i, 1000000 - 10 * i + 4), 0));
	cr_assert(eq(int, add(1, 1), -ENOSPC));
	addr_set_seal(&set);
	cr_assert(eq(u32, set.total, 5 * ADDR_RANGES_MAX));
	cr_assert(eq(i32, find(1000004), 5 * ADDR_RANGES_MAX - 1));
	cr_assert(eq(i32, find(1000005), -1));
	cr_assert(eq(i32, find(1000000 - 10 * (ADDR_RANGES_MAX - 1)), 0));
}

Test(addr_set, holds_no_more_than_an_index_can_name)
{
	cr_assert(eq(int, add(0, UINT32_MAX), -ENOSPC));
	cr_assert(eq(int, add(0, INT32_MAX - 1), 0));
	cr_assert(eq(int, add(UINT32_MAX, UINT32_MAX), -ENOSPC));
	addr_set_seal(&set);
	cr_assert(eq(i32, find(INT32_MAX - 1), INT32_MAX - 1));
	cr_assert(eq(i32, find(INT32_MAX), -1));
}

Test(addr_set, reaches_both_ends_of_the_address_space)
{
	cr_assert(eq(int, add(UINT32_MAX - 1, UINT32_MAX), 0));
	cr_assert(eq(int, add(0, 1), 0));
	addr_set_seal(&set);
	cr_assert(eq(i32, find(0), 0));
	cr_assert(eq(i32, find(1), 1));
	cr_assert(eq(i32, find(2), -1));
	cr_assert(eq(i32, find(UINT32_MAX), 3));
}

Test(addr_set, agrees_with_a_bitmap)
{
	static bool ours[4096];
	struct rng rng;

	rng_seed(&rng, 5);
	for (int i = 0; i < 400; i++) {
		uint32_t first = rng_below(&rng, 4000), last = first + rng_below(&rng, 12);
		bool overlaps = false;
		for (uint32_t a = first; a <= last; a++)
			overlaps |= ours[a];
		int want = overlaps ? -EINVAL : set.n_ranges == ADDR_RANGES_MAX ? -ENOSPC : 0;
		cr_assert(eq(int, add(first, last), want));
		for (uint32_t a = first; want == 0 && a <= last; a++)
			ours[a] = true;
	}
	addr_set_seal(&set);
	int32_t index = 0;
	for (uint32_t a = 0; a < 4096; a++)
		cr_assert(eq(i32, find(a), ours[a] ? index++ : -1));
	cr_assert(eq(u32, set.total, (uint32_t)index));
}
