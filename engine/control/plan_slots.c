// SPDX-License-Identifier: BSD-3-Clause
// Slots: a range of them for each worker, with its share of the configured lines first, and behind these
// its share of spare ones, for lines that are added while the run goes on.
//
// Spare slots are groups of lines like those of the configuration, as far as addresses and ports go. Lines
// that use the same ports may take each other's slots, so there is a group for each worker and window.
#include "control/planner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/entries.h"
#include "line/branch.h"

static_assert(HL_LINES_MAX <= BRANCH_LINES, "each line has its branches");

// Of n in a row, what the workers before this one have.
static uint32_t share_before(const struct hl_plan *plan, uint32_t n, uint32_t worker)
{
	return (uint32_t)((uint64_t)n * worker / plan->options.n_workers);
}

uint32_t plan_slot(const struct planner *p, uint32_t group, uint32_t k)
{
	const struct hl_plan *plan = p->plan;
	uint32_t line = p->group_first[group] + k, n = (uint32_t)p->configured->total;

	if (p->line_slots != NULL && group < p->configured->n_lines)
		return p->line_slots[line];
	if (group >= p->configured->n_lines || plan->options.spare_lines == 0)
		return line;
	uint32_t worker = (uint32_t)((uint64_t)line * plan->options.n_workers / n);
	while (line >= share_before(plan, n, worker + 1)) // the division rounds
		worker++;
	return line + share_before(plan, plan->options.spare_lines, worker);
}

// The first profile of each window, which stands for all that use it.
static uint32_t windows_gather(const struct hl_config *config, uint32_t profiles[])
{
	uint32_t n = 0;

	for (uint32_t g = 0; g < config->n_lines; g++) {
		uint16_t first, last, its_first, its_last;
		uint32_t k = 0;

		profile_window(&config->profiles[config->lines[g].profile], &first, &last);
		for (; k < n; k++) {
			profile_window(&config->profiles[profiles[k]], &its_first, &its_last);
			if (first == its_first && last == its_last)
				break;
		}
		if (k == n)
			profiles[n++] = config->lines[g].profile;
	}
	return n;
}

// Spare slot s is of window s modulo their number; those of one window stand together.
static void spare_group(struct planner *p, uint32_t worker, uint32_t window, uint32_t n_windows,
			uint32_t profile)
{
	uint32_t n_spare = p->plan->options.spare_lines, n = 0;
	uint32_t *slot = &p->group_first[p->all.n_lines];

	for (uint32_t s = share_before(p->plan, n_spare, worker);
	     s < share_before(p->plan, n_spare, worker + 1); s++)
		n += s % n_windows == window;
	if (n == 0)
		return;
	p->all.lines[p->all.n_lines++] = (struct hl_lines){ .profile = profile, .last = n - 1 };
	slot[1] = slot[0] + n;
}

static void spare_groups(struct planner *p, const uint32_t profiles[], uint32_t n_windows)
{
	struct hl_plan *plan = p->plan;
	uint32_t n_lines = (uint32_t)p->configured->total;

	for (uint32_t worker = 0; worker < plan->options.n_workers; worker++) {
		p->group_first[p->all.n_lines] = plan->table.first[worker] +
						 share_before(plan, n_lines, worker + 1) -
						 share_before(plan, n_lines, worker);
		for (uint32_t window = 0; window < n_windows; window++)
			spare_group(p, worker, window, n_windows, profiles[window]);
	}
}

static uint16_t line_port(const struct planner *p, uint32_t line)
{
	return p->plan->directory.networks[p->line_networks[line]].port;
}

// Of several ports: the lines of each belong to its workers, in their order.
static int ranges_of_ports(struct planner *p)
{
	struct plan_directory *directory = &p->plan->directory;
	uint32_t total = (uint32_t)p->configured->total, n[HL_PORTS_MAX] = { 0 }, next = 0;

	p->line_slots = calloc(total, sizeof(*p->line_slots));
	if (p->line_slots == NULL)
		return plan_no_memory(p);
	for (uint32_t i = 0; i < total; i++)
		n[line_port(p, i)]++;
	for (uint32_t i = 0; i < directory->n_ports; i++) {
		const struct plan_port *port = &directory->ports[i];
		uint32_t lines = n[i];

		for (uint32_t w = 0; w < port->n_workers; w++)
			p->plan->table.first[port->first_worker + w] =
				next + (uint32_t)((uint64_t)lines * w / port->n_workers);
		n[i] = next;
		next += lines;
	}
	p->plan->table.first[p->plan->options.n_workers] = next;
	for (uint32_t i = 0; i < total; i++)
		p->line_slots[i] = n[line_port(p, i)]++;
	return 0;
}

static void ranges_make(struct planner *p)
{
	struct hl_plan *plan = p->plan;

	for (uint32_t w = 0; w <= plan->options.n_workers; w++)
		plan->table.first[w] = share_before(plan, (uint32_t)p->configured->total, w) +
				       share_before(plan, plan->options.spare_lines, w);
}

static int slots_check(const struct planner *p)
{
	uint64_t n = p->configured->total + p->plan->options.spare_lines;

	if (n <= HL_LINES_MAX)
		return 0;
	return hl_fail(p->err, EINVAL,
		       "spare_lines = %u: with %" PRIu64
		       " lines they are too many; allowed: %u together",
		       p->plan->options.spare_lines, p->configured->total, HL_LINES_MAX);
}

static int groups_make(struct planner *p, uint32_t profiles[])
{
	const struct hl_config *c = p->configured;
	uint32_t n = c->n_lines, n_windows = windows_gather(c, profiles);
	uint32_t most = n + p->plan->options.n_workers * n_windows;

	p->all = *c;
	p->all.lines = calloc(most, sizeof(*p->all.lines));
	p->group_first = calloc((size_t)most + 1, sizeof(*p->group_first));
	if (p->all.lines == NULL || p->group_first == NULL)
		return plan_no_memory(p);
	memcpy(p->all.lines, c->lines, n * sizeof(*c->lines));
	p->config = &p->all;
	for (uint32_t g = 0; g < n; g++)
		p->group_first[g + 1] = p->group_first[g] + (uint32_t)lines_count(&c->lines[g]);
	if (p->plan->directory.n_ports > 1)
		return ranges_of_ports(p);
	ranges_make(p);
	spare_groups(p, profiles, n_windows);
	return 0;
}

int plan_slots(struct planner *p)
{
	const struct hl_config *c = p->configured;
	struct hl_plan *plan = p->plan;
	uint32_t *profiles = calloc(c->n_lines, sizeof(*profiles));
	int rc = slots_check(p);

	plan->table.n_lines = (uint32_t)c->total + plan->options.spare_lines;
	if (rc == 0)
		rc = profiles != NULL ? groups_make(p, profiles) : plan_no_memory(p);
	free(profiles);
	return rc;
}
