// SPDX-License-Identifier: BSD-3-Clause
// What is true of a client transaction in each of its states.
#include <criterion/criterion.h>
#include <stdint.h>

#include "line/exchange.h"

// Bits of what a state is.
enum { ARMED = 1, OPEN = 2, OUT = 4, LEFT = 8, PROCEEDING = 16 };

static unsigned what_it_is(const struct exchange *e)
{
	return (exchange_is_armed(e) ? ARMED : 0) | (exchange_is_open(e) ? OPEN : 0) |
	       (exchange_is_out(e) ? OUT : 0) | (exchange_has_left(e) ? LEFT : 0) |
	       (exchange_is_proceeding(e) ? PROCEEDING : 0);
}

Test(exchange, each_state_is_what_its_name_says)
{
	static const struct {
		enum exchange_state state;
		unsigned is;
	} cases[] = {
		{ EXCHANGE_IDLE, 0 },
		{ EXCHANGE_TO_SEND, OPEN },
		{ EXCHANGE_TIMER, ARMED },
		{ EXCHANGE_NO_HOP, ARMED | OPEN | OUT },
		{ EXCHANGE_TRYING, ARMED | OPEN | OUT | LEFT },
		{ EXCHANGE_PROCEEDING, ARMED | OPEN | OUT | LEFT | PROCEEDING },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		const struct exchange e = { .state = cases[k].state };

		cr_expect_eq(what_it_is(&e), cases[k].is, "state %u", cases[k].state);
		cr_expect_eq(exchange_to_send(&e), cases[k].state == EXCHANGE_TO_SEND);
		cr_expect_eq(exchange_on_timer(&e), cases[k].state == EXCHANGE_TIMER);
		cr_expect_eq(exchange_waits_for_hop(&e), cases[k].state == EXCHANGE_NO_HOP);
		cr_expect_eq(exchange_retransmissions(&e), 0);
	}
}

Test(exchange, retransmissions_are_counted_up_to_three_and_a_1xx_keeps_the_count)
{
	for (unsigned before = 0; before < 6; before++) {
		for (unsigned behind = 0; behind < 6; behind++) {
			struct exchange e = { .number = 0xfffffff, .state = EXCHANGE_TRYING };
			unsigned all = before + behind;

			for (unsigned k = 0; k < before; k++)
				exchange_count_retransmission(&e);
			cr_expect(!exchange_is_proceeding(&e));
			exchange_proceed(&e);
			exchange_proceed(&e);
			for (unsigned k = 0; k < behind; k++)
				exchange_count_retransmission(&e);
			cr_expect(exchange_is_proceeding(&e));
			cr_expect_eq(exchange_retransmissions(&e), all < 3 ? all : 3, "%u, %u",
				     before, behind);
			cr_expect_eq(e.number, 0xfffffff);
		}
	}
}

Test(exchange, a_new_request_knows_nothing_of_the_one_before)
{
	struct exchange e = { .number = 7, .state = EXCHANGE_TRYING };

	exchange_count_retransmission(&e);
	exchange_proceed(&e);
	exchange_ask(&e);
	cr_expect_eq(what_it_is(&e), OPEN);
	exchange_set_timer(&e, 99);
	cr_expect_eq(what_it_is(&e), ARMED);
	cr_expect_eq(e.at, 99);
	exchange_end(&e);
	cr_expect_eq(what_it_is(&e), 0);
	cr_expect_eq(e.number, 7);
}
