// SPDX-License-Identifier: BSD-3-Clause
// An address and a port for each line: addresses in turn, ports of a window in an order that looks
// random, differs from address to address, and never gives one out twice.
#include "control/planner.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "base/siphash.h"
#include "control/entries.h"

int plan_addresses(struct planner *p)
{
	const struct hl_port *port = &p->config->ports[0];
	struct hl_plan *plan = p->plan;

	for (uint32_t i = 0; i < port->n_ranges; i++) {
		int rc = addr_set_add(&plan->addr_set, &port->ranges[i].first,
				      &port->ranges[i].last);

		if (rc != 0)
			return hl_fail(p->err, -rc, "addresses: range %u cannot be added", i + 1);
	}
	addr_set_seal(&plan->addr_set);
	plan->addresses = memory_zalloc(plan->addr_set.total, sizeof(*plan->addresses), 64);
	if (plan->addresses == NULL)
		return plan_no_memory(p);
	for (uint32_t i = 0; i < plan->addr_set.total; i++) {
		struct plan_address *own = &plan->addresses[i];

		own->addr = addr_set_at(&plan->addr_set, i);
		own->text_len = (uint8_t)hl_addr_format(&own->addr, own->text);
	}
	return 0;
}

// Outermost windows become the columns of the slot table, so that overlapping ones are one.
static int slots_make(struct planner *p, const struct windows *windows)
{
	struct hl_plan *plan = p->plan;

	for (uint32_t i = 0; i < windows->n; i++) {
		const struct window *w = &windows->list[i];
		bool inside = false;

		for (uint32_t j = 0; j < windows->n; j++)
			inside = inside || (j != i && window_holds(&windows->list[j], w));
		if (inside)
			continue;
		plan->windows[plan->n_windows++] = (struct port_window){
			.first = w->first,
			.last = w->last,
			.offset = plan->slots_per_address,
		};
		plan->slots_per_address += window_ports(w);
	}
	plan->slots = memory_zalloc((size_t)plan->addr_set.total * plan->slots_per_address,
				    sizeof(*plan->slots), 64);
	return plan->slots != NULL ? 0 : plan_no_memory(p);
}

// How far an address is in the order of a window's ports.
struct cursor {
	uint32_t used;
	uint32_t start; // + 1; 0: not chosen yet
};

struct deal {
	struct hl_plan *plan;
	const struct window *window;
	uint32_t *slots;        // of the first address, of the window's first port
	uint16_t *order;        // of ports, from 0
	struct cursor *cursors; // by address
	uint32_t next;          // address whose turn it is
};

static void deal_begin(struct deal *d, const struct window *window)
{
	struct hl_plan *plan = d->plan;
	uint32_t n = window_ports(window);
	struct rng rng;

	d->window = window;
	d->next = 0;
	memset(d->cursors, 0, plan->addr_set.total * sizeof(*d->cursors));
	for (uint32_t i = 0; i < plan->n_windows; i++)
		if (plan->windows[i].first <= window->first &&
		    window->last <= plan->windows[i].last)
			d->slots = plan->slots + plan->windows[i].offset + window->first -
				   plan->windows[i].first;
	rng_seed(&rng, siphash_u64(plan->options.boot_key, (uint64_t)window->first << 16 | n));
	for (uint32_t i = 0; i < n; i++) { // Fisher and Yates, from the inside out
		uint32_t at = rng_below(&rng, i + 1);

		d->order[i] = d->order[at];
		d->order[at] = (uint16_t)i;
	}
}

// A free port of an address; false: it has none left.
static bool deal_port(struct deal *d, uint32_t addr, uint32_t line)
{
	struct hl_plan *plan = d->plan;
	uint32_t *slots = d->slots + (size_t)addr * plan->slots_per_address;
	uint32_t n = window_ports(d->window);
	struct cursor *cursor = &d->cursors[addr];

	if (cursor->start == 0)
		cursor->start = 1 +
				(uint32_t)(siphash_u64(plan->options.boot_key,
						       (uint64_t)addr << 32 | d->window->first) %
					   n);
	while (cursor->used < n) {
		uint32_t at = cursor->start - 1 + cursor->used++;
		uint16_t port = d->order[at < n ? at : at - n];

		if (slots[port] != 0)
			continue; // taken by a window inside of this one
		slots[port] = line + 1;
		plan->lines[line].addr = addr;
		plan->lines[line].port = (uint16_t)(d->window->first + port);
		return true;
	}
	return false;
}

static void deal_line(struct deal *d, uint32_t line)
{
	bool done;

	do { // ends: the check has counted the room
		done = deal_port(d, d->next, line);
		if (++d->next == d->plan->addr_set.total)
			d->next = 0;
	} while (!done);
}

static void deal_window(struct planner *p, struct deal *d)
{
	for (uint32_t g = 0; g < p->config->n_lines; g++) {
		uint16_t first, last;

		profile_window(&p->config->profiles[p->config->lines[g].profile], &first, &last);
		if (first != d->window->first || last != d->window->last)
			continue;
		for (uint32_t line = p->group_first[g]; line < p->group_first[g + 1]; line++)
			deal_line(d, line);
	}
}

int plan_ports(struct planner *p)
{
	struct deal d = { .plan = p->plan };
	struct fault fault = { .code = EINVAL };
	struct windows windows;
	int rc = windows_make(&windows, p->config, &fault);

	if (rc != 0)
		rc = fault_fail(&fault, p->err);
	else
		rc = slots_make(p, &windows);
	if (rc == 0) {
		d.order = calloc(UINT16_MAX + 1, sizeof(*d.order));
		d.cursors = calloc(p->plan->addr_set.total, sizeof(*d.cursors));
		if (d.order == NULL || d.cursors == NULL)
			rc = plan_no_memory(p);
	}
	for (uint32_t i = 0; rc == 0 && i < windows.n; i++) { // narrow ones first
		deal_begin(&d, &windows.list[i]);
		deal_window(p, &d);
	}
	free(d.order);
	free(d.cursors);
	windows_free(&windows);
	return rc;
}
