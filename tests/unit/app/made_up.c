// SPDX-License-Identifier: BSD-3-Clause
// Takes the place of crew_control.c and crew_names.c: ten lines from 6000 on.

#include "made_up.h"

#include <stdio.h>

#include <criterion/criterion.h>
#include <heartline/code.h>

struct made_up made_up;

void crew_snapshot(struct crew *crew, struct hl_snapshot *snapshot)
{
	(void)crew;
	*snapshot = made_up.end;
}

uint64_t crew_leftovers(const struct crew *crew)
{
	(void)crew;
	return made_up.leftovers;
}

uint64_t crew_maybe_left(const struct crew *crew)
{
	(void)crew;
	return made_up.maybe_left;
}

void crew_limits(const struct crew *crew, uint64_t limits[HL_LIMITS])
{
	(void)crew;
	for (unsigned k = 0; k < HL_LIMITS; k++)
		limits[k] += made_up.limits[k];
}

double crew_tx_full_ms(const struct crew *crew)
{
	(void)crew;
	return made_up.tx_full_ms;
}

double crew_lateness_us(const struct crew *crew, double q)
{
	(void)crew;
	cr_assert_eq(q, 0.99);
	return made_up.lateness_us;
}

const char *crew_number(const struct crew *crew, uint32_t line, int *len)
{
	static char text[16];

	(void)crew;
	*len = snprintf(text, sizeof(text), "%u", 6000 + line);
	return text;
}

void crew_cause(const struct crew *crew, uint16_t code, char text[HL_PHRASE_ROOM])
{
	const char *name = hl_local_code_name(code);

	(void)crew;
	snprintf(text, HL_PHRASE_ROOM, "%s", name ? name : code >= 100 ? hl_code_phrase(code) : "");
}

const char *crew_cause_text(const struct crew *crew, uint16_t code, char out[CAUSE_ROOM])
{
	char phrase[HL_PHRASE_ROOM];

	crew_cause(crew, code, phrase);
	if (code >= 100)
		snprintf(out, CAUSE_ROOM, "%u %s", code, phrase);
	else
		snprintf(out, CAUSE_ROOM, "%s", phrase);
	return out;
}

void crew_events(struct crew *crew)
{
	(void)crew;
}

bool crew_next_hop(const struct crew *crew, uint32_t k, struct hl_next_hop *hop)
{
	(void)crew;
	if (k < made_up.n_next_hops)
		*hop = made_up.next_hops[k];
	return k < made_up.n_next_hops;
}

const struct hl_example *crew_example(const struct crew *crew, enum hl_drop reason)
{
	(void)crew;
	return made_up.example.known && made_up.example_of == reason ? &made_up.example : NULL;
}
