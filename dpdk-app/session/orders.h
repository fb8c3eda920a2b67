// SPDX-License-Identifier: BSD-3-Clause
// Commands to many lines, handed to the workers over time: the lines are chosen once, as a bit each, and
// the control thread's timer brings them to their owners at an even pace.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>
#include <heartline/worker.h>

#include "base/control_loop.h"

struct dataplane;

#define ORDERS_MAX 8 // under way at a time
#define ORDER_COMMANDS_MAX 2

// What each chosen line is told, one after the other.
struct order_commands {
	unsigned n;
	enum hl_command_type types[ORDER_COMMANDS_MAX];
};

struct order {
	uint64_t *chosen; // a bit a line; NULL: this order is free
	uint32_t n_chosen, n_done;
	uint32_t next; // line to look at
	struct order_commands commands;
	uint64_t start_ns, spread_ns;
	// Lines in a row that are being handed over.
	uint32_t run_first, run_n;
	unsigned run_command; // of `commands`
};

struct orders {
	const struct dataplane *dp;
	struct control_loop *loop;
	int timer;
	struct order list[ORDERS_MAX];
};

int orders_start(struct orders *orders, const struct dataplane *dp, struct control_loop *loop,
		 struct hl_error *err);
// Lines that were not reached yet are left alone.
void orders_stop(struct orders *orders);
// The same, and new ones may follow.
void orders_cancel(struct orders *orders);

// Room for a choice of lines: a bit for each, all zero; freed by free(). NULL: no memory.
uint64_t *orders_choice_new(const struct dataplane *dp);
static inline void orders_choose(uint64_t *chosen, uint32_t line)
{
	chosen[line / 64] |= UINT64_C(1) << line % 64;
}

// Begin to tell the chosen lines, evenly over a time. Takes the choice, unless it fails.
// -EBUSY: ORDERS_MAX are under way.
int orders_begin(struct orders *orders, uint64_t *chosen, uint32_t n_chosen,
		 const struct order_commands *commands, uint64_t spread_ns, struct hl_error *err);

// Lines that are still to be told.
uint64_t orders_left(const struct orders *orders);
