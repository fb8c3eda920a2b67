// SPDX-License-Identifier: BSD-3-Clause
// Windows gathered from the profiles that have lines; windows that overlap in part are refused.
#include "control/windows.h"

#include <stdlib.h>

#include "control/entries.h"

void profile_window(const struct hl_profile *profile, uint16_t *first, uint16_t *last)
{
	bool random = profile->use_random_sip_port;

	*first = random ? profile->min_random_sip_port : profile->local_sip_port;
	*last = random ? profile->max_random_sip_port : profile->local_sip_port;
}

static int window_order(const void *left, const void *right)
{
	const struct window *a = left, *b = right;
	uint32_t na = window_ports(a), nb = window_ports(b);

	if (na != nb)
		return na < nb ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

static void window_count(struct windows *windows, const struct hl_config *config, uint32_t group)
{
	const struct hl_lines *lines = &config->lines[group];
	struct window window = { .group = group };

	profile_window(&config->profiles[lines->profile], &window.first, &window.last);
	for (uint32_t i = 0; i < windows->n; i++)
		if (window_order(&windows->list[i], &window) == 0) {
			windows->list[i].lines += lines_count(lines);
			return;
		}
	window.lines = lines_count(lines);
	windows->list[windows->n++] = window;
}

static int cross_fail(const struct hl_config *config, const struct window *late,
		      const struct window *early, struct fault *fault)
{
	fault_say(fault, "ports %u-%u overlap those of profile %.60s, %u-%u, in part", late->first,
		  late->last, config->profiles[config->lines[early->group].profile].name,
		  early->first, early->last);
	fault_hint(fault, "allowed: the same ports, other ports, or ports inside");
	return fault_at(fault, FAULT_PROFILE, config->lines[late->group].profile,
			"min_random_sip_port");
}

// Ports of a window are given out to what is inside of it first; windows that cross would make it
// a matter of luck whether there are enough.
static int cross_check(const struct windows *windows, const struct hl_config *config,
		       struct fault *fault)
{
	for (uint32_t i = 0; i < windows->n; i++)
		for (uint32_t j = i + 1; j < windows->n; j++) {
			const struct window *a = &windows->list[i], *b = &windows->list[j];

			if (a->last < b->first || b->last < a->first || window_holds(b, a))
				continue;
			return cross_fail(config, a->group < b->group ? b : a,
					  a->group < b->group ? a : b, fault);
		}
	return 0;
}

int windows_make(struct windows *windows, const struct hl_config *config, struct fault *fault)
{
	windows->n = 0;
	windows->list = calloc(config->n_profiles + 1, sizeof(*windows->list)); // one each at most
	if (windows->list == NULL) {
		fault_say(fault, "out of memory");
		fault->code = ENOMEM;
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < config->n_lines; i++)
		window_count(windows, config, i);
	qsort(windows->list, windows->n, sizeof(*windows->list), window_order);
	return cross_check(windows, config, fault);
}

void windows_free(struct windows *windows)
{
	free(windows->list);
	windows->list = NULL;
}
