// SPDX-License-Identifier: BSD-3-Clause
// Walks everything that failover_step() can come to and notes each step's facts and outcome.
#include "states.h"

#include <stdlib.h>
#include <string.h>

// Both counts decide at 2, so that one event and the count's end are different things. Whatever is
// counted beyond behaves as 2 does.
enum { COUNT = 2, COUNTS = COUNT + 1, NODES = HL_LINE_STATES * 3 * COUNTS * COUNTS * 4 * 3 };

const struct fact_text fact_texts[FACTS] = {
	[RETURN_ALLOWED] = { "return allowed",
			     "P is free, the line is not locked, and `return_mode` is auto" },
	[B_USABLE] = { "B usable", "B is free and was not tried yet in this cycle" },
	[P_USABLE] = { "P usable", "P is free and was not tried yet in this cycle" },
	[B_FREE] = { "B free",
		     "it is there, no Retry-After holds it, and the line is not locked on P" },
	[P_FREE] = { "P free",
		     "no Retry-After or cool-down holds P, and the line is not locked on B" },
	[P_ANSWERS] = { "P answers", "its last probe was answered, or there are no probes" },
	[P_RECOVERED] = { "P recovered", "`recover_count` probes in a row were answered" },
	[P_FAILED] = { "P failed",
		       "`max_detect_fail_count` probes in a row were lost (see `fail_compare`)" },
	[PREFER_PRIMARY] = { "prefer_primary", "the key is on" },
	[PROBES] = { "probes", "`primary_detect_interval` is not 0" },
	[HAS_BACKUP] = { "B configured", "there is a `backup_outbound_server`" },
	[LOCKED] = { "locked", "an operator keeps the line on its server" },
	[P_ACTIVE] = { "P active", "P holds the line's registration" },
	[B_ACTIVE] = { "B active", "B holds the line's registration" },
};

static uint32_t node_index(const struct failover *fo)
{
	uint32_t i = fo->state;

	i = i * 3 + fo->active;
	i = i * COUNTS + fo->fails;
	i = i * COUNTS + fo->oks;
	i = i * 4 + fo->tried;
	return i * 3 + fo->lock;
}

static bool is_free(const struct failover_policy *policy, const struct failover *fo,
		    enum hl_server server, uint8_t held)
{
	return (server == HL_SERVER_P || policy->has_backup) && !(held & 1 << server) &&
	       (fo->lock == 0 || fo->lock == 1 + server);
}

// The facts when the event has come: a probe counts before it decides.
static uint32_t situation(const struct failover_policy *policy, const struct failover *fo,
			  enum failover_event event, uint8_t held)
{
	bool p_free = is_free(policy, fo, HL_SERVER_P, held);
	bool b_free = is_free(policy, fo, HL_SERVER_B, held);
	unsigned oks = event == FO_PROBE_LOST ? 0 : fo->oks + (event == FO_PROBE_OK);
	unsigned fails = event == FO_PROBE_OK ? 0 : fo->fails + (event == FO_PROBE_LOST);
	const bool facts[FACTS] = {
		[B_USABLE] = b_free && !(fo->tried & 1 << HL_SERVER_B),
		[P_USABLE] = p_free && !(fo->tried & 1 << HL_SERVER_P),
		[B_FREE] = b_free,
		[P_FREE] = p_free,
		[P_ANSWERS] = !policy->probes || oks > 0,
		[P_RECOVERED] = oks >= policy->recover_count,
		[P_FAILED] = fails >= policy->fail_max,
		[RETURN_ALLOWED] = policy->auto_return && p_free && fo->lock == 0,
		[PREFER_PRIMARY] = policy->prefer_primary,
		[PROBES] = policy->probes,
		[HAS_BACKUP] = policy->has_backup,
		[LOCKED] = fo->lock != 0,
		[P_ACTIVE] = fo->active == HL_SERVER_P,
		[B_ACTIVE] = fo->active == HL_SERVER_B,
	};
	uint32_t bits = 0;

	for (unsigned i = 0; i < FACTS; i++)
		bits |= (uint32_t)facts[i] << i;
	return bits;
}

static void cell_note(struct cell *cell, uint32_t facts, enum hl_line_state to, uint32_t actions)
{
	unsigned outcome = 2u * to + (actions != 0);

	if (cell->by_situation == NULL) {
		cell->by_situation = calloc(SITUATIONS, sizeof(*cell->by_situation));
		cell->situations = calloc(SITUATIONS, sizeof(*cell->situations));
	}
	if (cell->by_situation == NULL || cell->situations == NULL)
		abort();
	if (cell->by_situation[facts] == 0)
		cell->situations[cell->n_situations++] = (uint16_t)facts;
	cell->by_situation[facts] |= 1u << outcome;
	if (!(cell->outcomes & 1u << outcome)) {
		cell->outcomes |= 1u << outcome;
		cell->always[outcome] = actions;
	}
	uint32_t differ = cell->always[outcome] ^ actions;
	cell->sometimes[outcome] |= differ;
	cell->always[outcome] &= actions;
}

// Can that come at all? Nobody probes where the policy says not to.
static bool event_comes(const struct failover_policy *policy, enum failover_event event)
{
	bool probe = event == FO_PROBE_OK || event == FO_PROBE_LOST || event == FO_PROBE_B_OK;

	return policy->probes || !probe;
}

static struct failover walk_step(struct walk *walk, const struct failover_policy *policy,
				 const struct failover *from, enum failover_event event,
				 uint8_t held)
{
	struct failover fo = *from;
	uint32_t actions = failover_step(policy, &fo, event, held);

	cell_note(&walk->cells[from->state][event], situation(policy, from, event, held), fo.state,
		  actions);
	walk->steps++;
	fo.fails = fo.fails > COUNT ? COUNT : fo.fails;
	fo.oks = fo.oks > COUNT ? COUNT : fo.oks;
	return fo;
}

// Breadth first from OFF.
static void walk_policy(struct walk *walk, const struct failover_policy *policy)
{
	static bool seen[NODES];
	static struct failover queue[NODES];
	uint32_t head = 0, tail = 1;

	memset(seen, 0, sizeof(seen));
	queue[0] = (struct failover){ .active = HL_SERVER_NONE };
	seen[node_index(&queue[0])] = true;
	for (; head < tail; head++)
		for (enum failover_event event = 0; event < FAILOVER_EVENTS; event++)
			for (uint8_t held = 0; held < 4 && event_comes(policy, event); held++) {
				struct failover to = walk_step(walk, policy, &queue[head], event,
							       held);
				uint32_t i = node_index(&to);

				if (!seen[i])
					queue[tail++] = to;
				seen[i] = true;
			}
}

void states_walk(struct walk *walk)
{
	memset(walk, 0, sizeof(*walk));
	for (unsigned bits = 0; bits < 32; bits++)
		walk_policy(walk, &(struct failover_policy){
					  .fail_max = COUNT,
					  .recover_count = COUNT,
					  .has_backup = bits & 1,
					  .probes = bits & 2,
					  .prefer_primary = bits & 4,
					  .auto_return = bits & 8,
					  .remove_last = bits & 16,
				  });
	for (unsigned i = 0; i < HL_LINE_STATES * FAILOVER_EVENTS; i++) {
		struct cell *cell = &walk->cells[i / FAILOVER_EVENTS][i % FAILOVER_EVENTS];

		cell->guard = guard_facts(cell);
	}
}

void states_free(struct walk *walk)
{
	for (unsigned i = 0; i < HL_LINE_STATES * FAILOVER_EVENTS; i++) {
		free(walk->cells[i / FAILOVER_EVENTS][i % FAILOVER_EVENTS].by_situation);
		free(walk->cells[i / FAILOVER_EVENTS][i % FAILOVER_EVENTS].situations);
	}
}
