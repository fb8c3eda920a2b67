// SPDX-License-Identifier: BSD-3-Clause
// Takes the place of dataplane_control.c and dataplane_names.c: ten lines from 6000 on.

#include "fake_dataplane.h"

#include <errno.h>
#include <stdio.h>

#include <criterion/criterion.h>
#include <heartline/code.h>

struct fake_dataplane fake_dataplane;

void dataplane_snapshot(struct dataplane *dp, struct hl_snapshot *snapshot)
{
	(void)dp;
	*snapshot = fake_dataplane.end;
}

uint64_t dataplane_leftovers(const struct dataplane *dp)
{
	(void)dp;
	return fake_dataplane.leftovers;
}

uint64_t dataplane_maybe_left(const struct dataplane *dp)
{
	(void)dp;
	return fake_dataplane.maybe_left;
}

void dataplane_limits(const struct dataplane *dp, uint64_t limits[HL_LIMITS])
{
	(void)dp;
	for (unsigned k = 0; k < HL_LIMITS; k++)
		limits[k] += fake_dataplane.limits[k];
}

double dataplane_tx_full_ms(const struct dataplane *dp)
{
	(void)dp;
	return fake_dataplane.tx_full_ms;
}

double dataplane_lateness_us(const struct dataplane *dp, double q)
{
	(void)dp;
	cr_assert_eq(q, 0.99);
	return fake_dataplane.lateness_us;
}

const char *dataplane_phone_number(const struct dataplane *dp, uint32_t line, int *len)
{
	static char text[16];

	(void)dp;
	*len = snprintf(text, sizeof(text), "%u", 6000 + line);
	return text;
}

// Every seventh line comes from a row with a domain.
const char *dataplane_domain(const struct dataplane *dp, uint32_t line, int *len)
{
	static const char text[] = "a.example:5070"; // the end is not a part of it

	(void)dp;
	*len = 9;
	return line % 7 == 6 ? text : NULL;
}

// Two profiles, turn and turn about.
uint32_t dataplane_profile(const struct dataplane *dp, uint32_t line)
{
	(void)dp;
	return line % 2;
}

uint32_t dataplane_slots(const struct dataplane *dp)
{
	(void)dp;
	return fake_dataplane.n_states;
}

struct hl_state dataplane_state(const struct dataplane *dp, uint32_t line)
{
	(void)dp;
	return fake_dataplane.states[line];
}

struct hl_endpoint dataplane_place(const struct dataplane *dp, uint32_t line)
{
	(void)dp;
	return (struct hl_endpoint){ .port = (uint16_t)(50000 + line) };
}

const struct hl_worker *dataplane_owner(const struct dataplane *dp, uint32_t line)
{
	(void)dp;
	(void)line;
	return NULL;
}

// A worker for each thousand lines.
uint32_t dataplane_owner_end(const struct dataplane *dp, uint32_t line)
{
	uint32_t end = (line / 1000 + 1) * 1000;

	(void)dp;
	return end < fake_dataplane.n_states ? end : fake_dataplane.n_states;
}

int dataplane_tell_owner(const struct dataplane *dp, uint32_t line,
			 const struct hl_command *command)
{
	(void)dp;
	return fake_dataplane.tell ? fake_dataplane.tell(line, command) : 0;
}

void dataplane_cause(const struct dataplane *dp, uint16_t code, char text[HL_PHRASE_ROOM])
{
	const char *name = hl_local_code_name(code);

	(void)dp;
	snprintf(text, HL_PHRASE_ROOM, "%s", name ? name : code >= 100 ? hl_code_phrase(code) : "");
}

const char *dataplane_cause_text(const struct dataplane *dp, uint16_t code, char out[CAUSE_ROOM])
{
	char phrase[HL_PHRASE_ROOM];

	dataplane_cause(dp, code, phrase);
	if (code >= 100)
		snprintf(out, CAUSE_ROOM, "%u %s", code, phrase);
	else
		snprintf(out, CAUSE_ROOM, "%s", phrase);
	return out;
}

void dataplane_events(struct dataplane *dp)
{
	(void)dp;
}

bool dataplane_next_hop(const struct dataplane *dp, uint32_t k, struct hl_next_hop *hop)
{
	(void)dp;
	if (k < fake_dataplane.n_next_hops)
		*hop = fake_dataplane.next_hops[k];
	return k < fake_dataplane.n_next_hops;
}

const struct hl_example *dataplane_example(const struct dataplane *dp, enum hl_drop reason)
{
	(void)dp;
	return fake_dataplane.example.known && fake_dataplane.example_of == reason
		       ? &fake_dataplane.example
		       : NULL;
}

int dataplane_ask(const struct dataplane *dp, uint32_t line)
{
	(void)dp;
	(void)line;
	return -EAGAIN;
}

bool dataplane_answer(const struct dataplane *dp, uint32_t line, int place,
		      struct hl_line_detail *detail)
{
	(void)dp;
	(void)line;
	(void)place;
	(void)detail;
	return false;
}

void dataplane_forget_ask(const struct dataplane *dp, uint32_t line, int place)
{
	(void)dp;
	(void)line;
	(void)place;
}

uint32_t dataplane_free_slots(const struct dataplane *dp)
{
	(void)dp;
	return 0;
}
