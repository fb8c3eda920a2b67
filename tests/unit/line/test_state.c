// SPDX-License-Identifier: BSD-3-Clause
// The state word: what is packed is unpacked, and states have the names of FAILOVER.md.
#include <criterion/criterion.h>
#include <string.h>

#include <heartline/state.h>

Test(state, names_are_those_of_the_specification)
{
	static const char *const names[] = { "OFF",    "REG_P", "ON_P", "SW_B", "ON_B",
					     "HOLD_B", "SW_P",  "DOWN", "PARK" };

	cr_assert_eq(sizeof(names) / sizeof(names[0]), HL_LINE_STATES);
	for (enum hl_line_state state = 0; state < HL_LINE_STATES; state++)
		cr_assert_str_eq(hl_line_state_name(state), names[state]);
}

Test(state, unknown_state_has_a_name_too)
{
	cr_assert_str_eq(hl_line_state_name(HL_LINE_STATES), "?");
	cr_assert_str_eq(hl_line_state_name((enum hl_line_state)15), "?");
}

static bool same(const struct hl_state *a, const struct hl_state *b)
{
	return a->state == b->state && a->server == b->server && a->fails == b->fails &&
	       a->oks == b->oks && a->locked == b->locked && a->code == b->code &&
	       a->slot == b->slot && a->since_ms == b->since_ms;
}

// Each member at its largest, the others 0: none runs into its neighbour.
Test(state, members_do_not_overlap)
{
	const struct hl_state one[] = {
		{ .state = HL_LINE_STATES - 1 },
		{ .server = HL_SERVER_NONE },
		{ .fails = 63 },
		{ .oks = 127 },
		{ .locked = 1 },
		{ .code = 699 },
		{ .slot = 3 },
		{ .since_ms = UINT32_MAX },
	};
	uint64_t all = 0;

	for (unsigned i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
		uint64_t word = hl_state_pack(&one[i]);
		struct hl_state back = hl_state_unpack(word);

		cr_assert(same(&back, &one[i]), "member %u", i);
		cr_assert_eq(all & word, 0, "member %u overlaps", i);
		all |= word;
	}
}

Test(state, members_survive_together)
{
	const struct hl_state in = { .state = HL_PARK,
				     .server = HL_SERVER_NONE,
				     .fails = 63,
				     .oks = 127,
				     .locked = 1,
				     .code = 699,
				     .slot = HL_SLOT_FREE,
				     .since_ms = UINT32_MAX };
	struct hl_state out = hl_state_unpack(hl_state_pack(&in));

	cr_assert(same(&in, &out));
}
