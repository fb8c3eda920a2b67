// SPDX-License-Identifier: BSD-3-Clause
// Walks the chosen lines; each row of neighbours becomes a command for each worker that owns some of it.
// A worker's ring may be full: then the rest waits for the next turn.

#include "session/orders.h"

#include <errno.h>
#include <stdlib.h>

#include "base/timebase.h"
#include "dataplane/dataplane.h"

#define TURN_EVERY_NS 2000000ull
#define RUNS_A_TURN 256u // rows of lines, so that a turn is short
#define WORDS_A_TURN 8192u

static void turn_due(void *context);

int orders_start(struct orders *orders, const struct dataplane *dp, struct control_loop *loop,
		 struct hl_error *err)
{
	orders->dp = dp;
	orders->loop = loop;
	int rc = orders->timer = control_loop_add_timer(loop, turn_due, orders, err);
	return rc < 0 ? rc : 0;
}

static void order_free(struct order *o)
{
	free(o->chosen);
	*o = (struct order){ 0 };
}

void orders_cancel(struct orders *orders)
{
	for (unsigned k = 0; k < ORDERS_MAX; k++)
		order_free(&orders->list[k]);
}

void orders_stop(struct orders *orders)
{
	orders_cancel(orders);
	if (orders->loop)
		control_loop_remove(orders->loop, orders->timer);
	orders->loop = NULL;
}

uint64_t *orders_choice_new(const struct dataplane *dp)
{
	return calloc(dataplane_slots(dp) / 64 + 1, sizeof(uint64_t));
}

int orders_begin(struct orders *orders, uint64_t *chosen, uint32_t n_chosen,
		 const struct order_commands *commands, uint64_t spread_ns, struct hl_error *err)
{
	struct order *o = orders->list, *end = o + ORDERS_MAX;

	while (o < end && o->chosen)
		o++;
	if (o == end)
		return hl_fail(err, EBUSY,
			       "%d orders to lines are under way, which is all that may be; "
			       "try again when one of them is done",
			       ORDERS_MAX);
	*o = (struct order){
		.chosen = chosen,
		.n_chosen = n_chosen,
		.commands = *commands,
		.start_ns = timebase_ns(),
		.spread_ns = spread_ns,
	};
	control_loop_set_timer(orders->loop, orders->timer, 1, TURN_EVERY_NS);
	return 0;
}

uint64_t orders_left(const struct orders *orders)
{
	uint64_t n = 0;

	for (unsigned k = 0; k < ORDERS_MAX; k++)
		n += orders->list[k].n_chosen - orders->list[k].n_done;
	return n;
}

static bool is_chosen(const struct order *o, uint32_t line)
{
	return o->chosen[line / 64] >> line % 64 & 1;
}

// The next row of chosen lines, of one worker and no longer than `most`. False: not found in this turn.
static bool run_find(struct order *o, const struct dataplane *dp, uint32_t most)
{
	uint32_t slots = dataplane_slots(dp);

	for (uint32_t words = 0; o->next < slots && !is_chosen(o, o->next);)
		if (o->next % 64 == 0 && o->chosen[o->next / 64] == 0) {
			o->next += 64;
			if (++words == WORDS_A_TURN)
				return false;
		} else {
			o->next++;
		}
	if (o->next >= slots)
		return false;
	uint32_t end = dataplane_owner_end(dp, o->next);
	o->run_first = o->next;
	while (o->next < end && o->next - o->run_first < most && is_chosen(o, o->next))
		o->next++;
	o->run_n = o->next - o->run_first;
	o->run_command = 0;
	return true;
}

// False: the worker has no room now.
static bool run_tell(struct order *o, const struct dataplane *dp)
{
	for (; o->run_command < o->commands.n; o->run_command++) {
		const struct hl_command command = {
			.type = o->commands.types[o->run_command],
			.first = o->run_first,
			.n = o->run_n,
		};
		if (dataplane_tell_owner(dp, o->run_first, &command) < 0)
			return false;
	}
	o->n_done += o->run_n;
	o->run_n = 0;
	return true;
}

static uint32_t due_by_now(const struct order *o, uint64_t now_ns)
{
	uint64_t spent_ns = now_ns - o->start_ns;

	if (spent_ns >= o->spread_ns)
		return o->n_chosen;
	return (uint32_t)((unsigned __int128)o->n_chosen * spent_ns / o->spread_ns);
}

static void order_turn(struct order *o, const struct dataplane *dp, uint64_t now_ns)
{
	uint32_t due = due_by_now(o, now_ns);

	for (unsigned k = 0; k < RUNS_A_TURN && o->n_done < due; k++)
		if ((o->run_n == 0 && !run_find(o, dp, due - o->n_done)) || !run_tell(o, dp))
			break;
	if (o->n_done == o->n_chosen)
		order_free(o);
}

static void turn_due(void *context)
{
	struct orders *orders = context;
	uint64_t now_ns = timebase_ns();
	bool any = false;

	for (unsigned k = 0; k < ORDERS_MAX; k++) {
		struct order *o = &orders->list[k];
		if (o->chosen)
			order_turn(o, orders->dp, now_ns);
		any |= o->chosen != NULL;
	}
	if (!any)
		control_loop_set_timer(orders->loop, orders->timer, 0, 0);
}
