// SPDX-License-Identifier: BSD-3-Clause
// Gives each line an address and a port: addresses in turn, the ports of a window in a pseudo-random
// order that differs between addresses and uses no port twice. Where the port decides which worker gets
// a reply, lines first get ports that bring replies to their own worker, as long as there are any.
#include "control/planner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "base/siphash.h"
#include "control/entries.h"
#include "control/saved.h"
#include "control/steer.h"

// The outermost windows become the columns of the slot table, so that overlapping ones share slots.
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
		plan->table.windows[plan->table.n_windows++] = (struct port_window){
			.first = w->first,
			.last = w->last,
			.offset = plan->table.slots_per_address,
		};
		plan->table.slots_per_address += window_ports(w);
	}
	plan->table.slots = memory_zalloc((size_t)plan->table.n_addresses *
						  plan->table.slots_per_address,
					  sizeof(*plan->table.slots), 64);
	return plan->table.slots != NULL ? 0 : plan_no_memory(p);
}

// The progress of an address in a window's order of ports.
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
	uint32_t *next;         // the address that is tried next, by network, from its first one
	struct steer *steer;    // NULL: any port is as good
	uint32_t worker;        // whose ports are wanted, when steered
};

static void deal_rewind(struct deal *d)
{
	memset(d->next, 0, d->plan->directory.n_networks * sizeof(*d->next));
	memset(d->cursors, 0, d->plan->table.n_addresses * sizeof(*d->cursors));
}

static void deal_begin(struct deal *d, const struct window *window)
{
	struct hl_plan *plan = d->plan;
	uint32_t n = window_ports(window);
	struct rng rng;

	d->window = window;
	for (uint32_t i = 0; i < plan->table.n_windows; i++)
		if (plan->table.windows[i].first <= window->first &&
		    window->last <= plan->table.windows[i].last)
			d->slots = plan->table.slots + plan->table.windows[i].offset +
				   window->first - plan->table.windows[i].first;
	rng_seed(&rng, siphash_u64(plan->keys[PLAN_KEY_PORTS], (uint64_t)window->first << 16 | n));
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
	uint32_t *slots = d->slots + (size_t)addr * plan->table.slots_per_address;
	uint32_t n = window_ports(d->window);
	struct cursor *cursor = &d->cursors[addr];

	if (d->steer != NULL && (n == 1 || !d->steer->ports_matter) &&
	    !steer_fits(d->steer, addr, 0, d->worker))
		return false; // nor would another port
	if (cursor->start == 0)
		cursor->start = 1 +
				(uint32_t)(siphash_u64(plan->keys[PLAN_KEY_PORTS],
						       (uint64_t)addr << 32 | d->window->first) %
					   n);
	while (cursor->used < n) {
		uint32_t at = cursor->start - 1 + cursor->used++;
		uint16_t port = d->order[at < n ? at : at - n];

		if (d->steer != NULL && !steer_fits(d->steer, addr, port, d->worker))
			continue;
		if (slots[port] != 0)
			continue; // taken by a window inside of this one, or by a steered line
		slots[port] = line + 1;
		plan->table.lines[line].addr = addr;
		plan->table.lines[line].port = (uint16_t)(d->window->first + port);
		return true;
	}
	return false;
}

// False, after one turn over all addresses of its network: none has a port left.
static bool deal_line(struct deal *d, uint32_t line, uint16_t network)
{
	const struct plan_network *of = &d->plan->directory.networks[network];
	uint32_t *next = &d->next[network];

	for (uint32_t i = 0; i < of->addresses.total; i++) {
		bool done = deal_port(d, of->first_address + *next, line);

		if (++*next == of->addresses.total)
			*next = 0;
		if (done)
			return true;
	}
	return false;
}

static bool deal_is_for(const struct planner *p, const struct deal *d, uint32_t group)
{
	uint16_t first, last;

	profile_window(&p->config->profiles[p->config->lines[group].profile], &first, &last);
	return first == d->window->first && last == d->window->last;
}

static void line_note_steered(struct hl_plan *plan, uint32_t line)
{
	plan->table.steered[line / 64] |= UINT64_C(1) << line % 64;
	plan->table.n_steered++;
}

// A line that has its place already, from an earlier run.
static void note_if_steered(const struct deal *d, uint32_t line)
{
	const struct plan_line *at = &d->plan->table.lines[line];

	if (steer_fits(d->steer, at->addr, (uint16_t)(at->port - d->window->first), d->worker))
		line_note_steered(d->plan, line);
}

// Lines of one worker and one profile draw from the same ports: those that suit its servers. Lines are
// in order of their index, so the lines of a worker are adjacent; so are its spare slots, which come later.
static void deal_profile(struct planner *p, struct deal *d, uint32_t profile)
{
	const uint32_t *first = p->plan->table.first;
	uint32_t end = 0; // of the worker's lines
	bool some_left = false;

	for (uint32_t g = 0; g < p->config->n_lines; g++) {
		if (p->config->lines[g].profile != profile)
			continue;
		for (uint32_t k = 0; k < lines_count(&p->config->lines[g]); k++) {
			uint32_t line = plan_slot(p, g, k);

			if (line >= end || line < first[d->worker]) {
				for (d->worker = 0; line >= first[d->worker + 1]; d->worker++)
					continue;
				end = first[d->worker + 1];
				some_left = steer_possible(d->steer, d->worker);
				deal_rewind(d);
			}
			if (p->plan->table.lines[line].port != 0) {
				note_if_steered(d, line);
				continue;
			}
			some_left = some_left && deal_line(d, line, plan_line_network(p, g, k));
			if (some_left)
				line_note_steered(p->plan, line);
		}
	}
}

static void deal_steered(struct planner *p, struct deal *d, struct steer *steer)
{
	uint16_t first, last;

	steer_window(steer, d->window);
	d->steer = steer;
	for (uint32_t i = 0; i < p->config->n_profiles; i++) {
		profile_window(&p->config->profiles[i], &first, &last);
		if (first != d->window->first || last != d->window->last ||
		    !steer_profile(steer, &p->config->profiles[i]))
			continue;
		deal_profile(p, d, i);
	}
	d->steer = NULL;
}

// Who line k of a group is, as saved_identity() has it.
static void line_identity(const struct planner *p, uint32_t group, uint32_t k, uint64_t identity[2])
{
	const struct hl_lines *lines = &p->config->lines[group];
	const struct plan_domain *domain = &p->constants->domains[plan_domain_of(p, group, k)];
	struct identity texts;

	identity_make(p->config, lines, k, &texts);
	const struct saved_who who = {
		.profile = p->constants->profiles[lines->profile].name_hash,
		.domain = { domain->uri, domain->uri_len },
		.number = texts.part[IDENTITY_NUMBER],
		.account = texts.part[IDENTITY_ACCOUNT],
	};
	saved_identity(&who, identity);
}

// A line that an earlier run has left has its place again, so that its Contact is the same: servers would keep
// another one beside it until that runs out.
static void deal_again(const struct planner *p, struct deal *d, uint32_t group, uint32_t k)
{
	struct hl_plan *plan = p->plan;
	uint32_t line = plan_slot(p, group, k);
	uint64_t identity[2];
	struct saved_line saved;

	line_identity(p, group, k, identity);
	if (saved_find(plan->options.saved, identity, &saved) == NULL)
		return;
	const struct plan_network *network =
		&plan->directory.networks[plan_line_network(p, group, k)];
	int64_t addr = plan_network_find(network, &saved.place.addr);
	if (addr < 0 || saved.place.port < d->window->first || saved.place.port > d->window->last)
		return;
	addr += network->first_address;
	uint32_t *slot = d->slots + (size_t)addr * plan->table.slots_per_address +
			 saved.place.port - d->window->first;
	if (*slot != 0)
		return;
	*slot = line + 1;
	plan->table.lines[line].addr = (uint32_t)addr;
	plan->table.lines[line].port = saved.place.port;
}

static void deal_saved(const struct planner *p, struct deal *d)
{
	if (p->plan->options.saved == NULL)
		return;
	for (uint32_t g = 0; g < p->configured->n_lines; g++)
		for (uint32_t k = 0; deal_is_for(p, d, g) && k < lines_count(&p->config->lines[g]);
		     k++)
			deal_again(p, d, g, k);
}

static void deal_window(struct planner *p, struct deal *d)
{
	deal_rewind(d);
	for (uint32_t g = 0; g < p->config->n_lines; g++) {
		if (!deal_is_for(p, d, g))
			continue;
		for (uint32_t k = 0; k < lines_count(&p->config->lines[g]); k++) {
			plan_looked(p);
			if (p->plan->table.lines[plan_slot(p, g, k)].port == 0)
				// the checks made sure of the room
				deal_line(d, plan_slot(p, g, k), plan_line_network(p, g, k));
		}
	}
}

static int steer_prepare(struct planner *p, struct steer *steer)
{
	struct hl_plan *plan = p->plan;

	plan->table.steered = memory_zalloc((plan->table.n_lines + 63) / 64,
					    sizeof(*plan->table.steered), 64);
	if (plan->table.steered == NULL)
		return plan_no_memory(p);
	return steer_init(steer, plan->options.steering, &plan->table, p->err);
}

// The configuration was checked without them.
static int spare_check(const struct planner *p, const struct windows *windows)
{
	for (uint32_t i = 0; i < windows->n; i++) {
		const struct window *w = &windows->list[i];
		uint64_t n = 0, room = (uint64_t)p->plan->table.n_addresses * window_ports(w);

		for (uint32_t j = 0; j < windows->n; j++)
			n += window_holds(w, &windows->list[j]) ? windows->list[j].lines : 0;
		if (n <= room)
			continue;
		return hl_fail(p->err, EINVAL,
			       "spare_lines = %u: with them %" PRIu64
			       " lines use ports %u-%u, and %u addresses have room for %" PRIu64
			       "; give more addresses or more ports, or spare fewer lines",
			       p->plan->options.spare_lines, n, w->first, w->last,
			       p->plan->table.n_addresses, room);
	}
	return 0;
}

int plan_ports(struct planner *p)
{
	struct deal d = { .plan = p->plan };
	struct fault fault = { .code = EINVAL };
	struct windows windows;
	struct steer steer = { 0 };
	bool steers = p->plan->options.steering != NULL;
	int rc = windows_make(&windows, p->config, &fault);

	if (rc != 0)
		rc = fault_fail(&fault, p->err);
	else
		rc = spare_check(p, &windows);
	if (rc == 0)
		rc = slots_make(p, &windows);
	if (rc == 0) {
		d.order = calloc(UINT16_MAX + 1, sizeof(*d.order));
		d.cursors = calloc(p->plan->table.n_addresses, sizeof(*d.cursors));
		d.next = calloc(p->plan->directory.n_networks, sizeof(*d.next));
		if (d.order == NULL || d.cursors == NULL || d.next == NULL)
			rc = plan_no_memory(p);
	}
	if (rc == 0 && steers)
		rc = steer_prepare(p, &steer);
	for (uint32_t i = 0; rc == 0 && i < windows.n; i++) { // narrow ones first
		deal_begin(&d, &windows.list[i]);
		deal_saved(p, &d);
		if (steers)
			deal_steered(p, &d, &steer);
		deal_window(p, &d);
	}
	free(d.order);
	free(d.cursors);
	free(d.next);
	steer_free(&steer);
	windows_free(&windows);
	return rc;
}
