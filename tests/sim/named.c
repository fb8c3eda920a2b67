// SPDX-License-Identifier: BSD-3-Clause
// All scenarios that have a name, and what they are made of.
#include "named.h"

#include <stddef.h>
#include <stdlib.h>

static const struct named *const themes[] = { named_servers, named_network,  named_digest,
					      named_grants,  named_operator, named_ends,
					      named_survive };

const struct named *scenario_named(uint32_t k)
{
	for (unsigned i = 0; i < sizeof(themes) / sizeof(themes[0]); i++)
		for (const struct named *n = themes[i]; n->name; n++)
			if (k-- == 0)
				return n;
	return NULL;
}

static struct scenario_fault *add(struct scenario *s, struct scenario_fault fault)
{
	if (s->n_faults == SCENARIO_FAULTS_MAX)
		abort();
	s->faults[s->n_faults] = fault;
	return &s->faults[s->n_faults++];
}

struct scenario_fault *named_fault(struct scenario *s, uint64_t at_ms, uint32_t server,
				   enum hl_fault what, uint32_t value)
{
	return add(s, (struct scenario_fault){
			      .at_ms = at_ms, .server = server, .fault = what, .value = value });
}

struct scenario_fault *named_network_fault(struct scenario *s, uint64_t at_ms,
					   struct network_faults network)
{
	return add(s, (struct scenario_fault){
			      .at_ms = at_ms, .kind = FAULT_NETWORK, .network = network });
}

struct scenario_fault *named_command(struct scenario *s, uint64_t at_ms,
				     enum hl_command_type command)
{
	return add(s, (struct scenario_fault){
			      .at_ms = at_ms, .kind = FAULT_OPERATOR, .command = command });
}
