// SPDX-License-Identifier: BSD-3-Clause
// Lists of free slots, linked by index.
#include "control/free_slots.h"

#include "base/memory.h"
#include "control/planner.h"

static struct plan_free *list_of(struct hl_plan *plan, uint32_t slot)
{
	uint32_t worker = 0;

	while (slot >= plan->table.first[worker + 1])
		worker++;
	return &plan->table.free[worker];
}

void free_slot_give(struct hl_plan *plan, uint32_t slot)
{
	struct plan_free *list = list_of(plan, slot);

	plan->table.next_free[slot] = 0;
	if (list->tail != 0)
		plan->table.next_free[list->tail - 1] = slot + 1;
	else
		list->head = slot + 1;
	list->tail = slot + 1;
	list->n++;
	plan->table.n_free++;
}

void free_slot_put_back(struct hl_plan *plan, uint32_t slot)
{
	struct plan_free *list = list_of(plan, slot);

	plan->table.next_free[slot] = list->head;
	if (list->head == 0)
		list->tail = slot + 1;
	list->head = slot + 1;
	list->n++;
	plan->table.n_free++;
}

static bool is_among(const struct hl_plan *plan, uint32_t slot, uint16_t first, uint16_t last)
{
	return first <= plan->table.lines[slot].port && plan->table.lines[slot].port <= last;
}

// The link that leads to the first slot among these ports; NULL: there is none.
static uint32_t *find(struct hl_plan *plan, struct plan_free *list, uint16_t first, uint16_t last)
{
	uint32_t *link = &list->head;

	while (*link != 0 && !is_among(plan, *link - 1, first, last))
		link = &plan->table.next_free[*link - 1];
	return *link != 0 ? link : NULL;
}

static void take_out(struct hl_plan *plan, struct plan_free *list, uint32_t *link)
{
	uint32_t slot = *link - 1;

	*link = plan->table.next_free[slot];
	if (list->tail == slot + 1) // the last one: what led to it is the last now
		list->tail = link == &list->head ? 0 : (uint32_t)(link - plan->table.next_free) + 1;
	list->n--;
	plan->table.n_free--;
}

uint32_t free_slot_take(struct hl_plan *plan, uint16_t first_port, uint16_t last_port)
{
	struct plan_free *best = NULL;
	uint32_t *best_link = NULL;

	for (uint32_t worker = 0; worker < plan->options.n_workers; worker++) {
		struct plan_free *list = &plan->table.free[worker];
		uint32_t *link = best != NULL && list->n <= best->n
					 ? NULL
					 : find(plan, list, first_port, last_port);

		if (link == NULL)
			continue;
		best = list;
		best_link = link;
	}
	if (best == NULL)
		return SLOT_NONE;
	uint32_t slot = *best_link - 1;
	take_out(plan, best, best_link);
	return slot;
}

uint32_t free_slots_count(const struct hl_plan *plan, uint16_t first_port, uint16_t last_port)
{
	uint32_t n = 0;

	for (uint32_t worker = 0; worker < plan->options.n_workers; worker++)
		for (uint32_t link = plan->table.free[worker].head; link != 0;
		     link = plan->table.next_free[link - 1])
			n += is_among(plan, link - 1, first_port, last_port);
	return n;
}

// Memory of a slot that is never free is never touched.
int plan_free_slots(struct planner *p)
{
	struct hl_plan *plan = p->plan;

	plan->table.next_free = memory_zalloc(plan->table.n_lines, sizeof(*plan->table.next_free),
					      64);
	plan->table.blocks = memory_zalloc(plan->table.n_lines, sizeof(*plan->table.blocks), 64);
	if (plan->table.next_free == NULL || plan->table.blocks == NULL)
		return plan_no_memory(p);
	for (uint32_t slot = 0; slot < plan->table.n_lines; slot++)
		if (plan->table.lines[slot].shape == PLAN_NO_SHAPE)
			free_slot_give(plan, slot);
	return 0;
}

void plan_free_end(struct hl_plan *plan)
{
	for (uint32_t slot = 0; plan->table.blocks != NULL && slot < plan->table.n_lines; slot++)
		if (plan->table.blocks[slot] != NULL && --plan->table.blocks[slot]->n_lines == 0)
			memory_free(plan->table.blocks[slot]);
	memory_free(plan->table.blocks);
	memory_free(plan->table.next_free);
}
