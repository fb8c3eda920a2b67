// SPDX-License-Identifier: BSD-3-Clause
// Texts for what the workers know as numbers: lines, codes, reasons for a drop.

#include <stdio.h>

#include <heartline/code.h>

#include "dataplane/dataplane.h"

#include "base/counter.h"

const char *dataplane_phone_number(const struct dataplane *dp, uint32_t line, int *len)
{
	uint32_t n = 0;
	const char *text = hl_plan_phone_number(dp->plan, line, &n);

	*len = (int)n;
	return text;
}

const char *dataplane_domain(const struct dataplane *dp, uint32_t line, int *len)
{
	uint32_t n = 0;
	bool of_row;
	const char *text = hl_plan_domain(dp->plan, line, &n, &of_row);

	*len = (int)n;
	return of_row ? text : NULL;
}

uint32_t dataplane_profile(const struct dataplane *dp, uint32_t line)
{
	return hl_plan_profile(dp->plan, line);
}

struct hl_endpoint dataplane_place(const struct dataplane *dp, uint32_t line)
{
	return hl_plan_place(dp->plan, line);
}

uint32_t dataplane_slots(const struct dataplane *dp)
{
	return hl_plan_slots(dp->plan);
}

uint32_t dataplane_free_slots(const struct dataplane *dp)
{
	return hl_plan_slots(dp->plan) - hl_plan_lines(dp->plan);
}

// Workers own lines in their order.
const struct hl_worker *dataplane_owner(const struct dataplane *dp, uint32_t line)
{
	unsigned i = dp->n_workers - 1;

	while (i > 0 && line < hl_worker_first(dp->workers[i]))
		i--;
	return dp->workers[i];
}

struct hl_state dataplane_state(const struct dataplane *dp, uint32_t line)
{
	return hl_state_unpack(hl_worker_state(dataplane_owner(dp, line), line));
}

// The phrase of this code as a worker received it. Each worker keeps the first one it received.
void dataplane_cause(const struct dataplane *dp, uint16_t code, char text[HL_PHRASE_ROOM])
{
	unsigned from = 0;

	for (unsigned i = 0; i < dp->n_workers && code < HL_CAUSES; i++) {
		const struct hl_counters *c = hl_worker_counters(dp->workers[i]);
		if (counter_load(&c->causes[code])) {
			from = i;
			break;
		}
	}
	hl_worker_cause(dp->workers[from], code, text);
}

const char *dataplane_cause_text(const struct dataplane *dp, uint16_t code, char out[CAUSE_ROOM])
{
	char phrase[HL_PHRASE_ROOM];

	dataplane_cause(dp, code, phrase);
	if (code >= HL_CODE_FIRST)
		snprintf(out, CAUSE_ROOM, "%u %s", code, phrase);
	else
		snprintf(out, CAUSE_ROOM, "%s", phrase[0] ? phrase : "no failure seen");
	return out;
}

bool dataplane_next_hop(const struct dataplane *dp, uint32_t k, struct hl_next_hop *hop)
{
	return hl_plan_next_hop(dp->plan, k, hop);
}

const struct hl_example *dataplane_example(const struct dataplane *dp, enum hl_drop reason)
{
	const struct hl_example *first = NULL;

	for (unsigned i = 0; i < dp->n_workers; i++) {
		const struct hl_example *of = hl_worker_example(dp->workers[i], reason);
		if (of && (!first || of->at_ns < first->at_ns))
			first = of;
	}
	return first;
}
