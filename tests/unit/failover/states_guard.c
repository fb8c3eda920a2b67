// SPDX-License-Identifier: BSD-3-Clause
// Finds the guards of a transition: the smallest set of facts that tells its outcomes apart.
#include "states.h"

#include <string.h>

enum { FACTS_MAX = 4, PROJECTED = 1 << FACTS_MAX, TERMS = 81 }; // 3^4 conjunctions

// The facts of a set, closed up: bit i is the i-th fact of the set.
static unsigned project(uint32_t facts, uint32_t set)
{
	unsigned out = 0, n = 0;

	for (unsigned i = 0; i < FACTS; i++)
		if (set & 1u << i)
			out |= (facts >> i & 1) << n++;
	return out;
}

static bool is_single(uint32_t bits)
{
	return (bits & (bits - 1)) == 0;
}

// Outcomes by projected situation; false: one of them has several.
static bool outcomes_part(const struct cell *cell, uint32_t set, uint32_t by[PROJECTED])
{
	memset(by, 0, PROJECTED * sizeof(*by));
	for (uint32_t i = 0; i < cell->n_situations; i++) {
		uint16_t facts = cell->situations[i];
		unsigned at = project(facts, set);

		by[at] |= cell->by_situation[facts];
		if (!is_single(by[at]))
			return false;
	}
	return true;
}

int guard_facts(const struct cell *cell)
{
	uint32_t by[PROJECTED];

	for (int size = 0; size <= FACTS_MAX; size++)
		for (uint32_t set = 0; set < SITUATIONS; set++)
			if (__builtin_popcount(set) == size && outcomes_part(cell, set, by))
				return (int)set;
	return -1;
}

// "Those facts of `care` are as in `value`".
struct term {
	unsigned care, value;
};

static bool term_holds(const struct term *term, unsigned at)
{
	return ((at ^ term->value) & term->care) == 0;
}

// How many of the situations in `want` a term adds; 0 when it takes another outcome's along.
static unsigned term_gain(const struct term *term, const uint32_t by[PROJECTED], uint32_t outcome,
			  unsigned want)
{
	unsigned gain = 0;

	for (unsigned at = 0; at < PROJECTED; at++) {
		if (!term_holds(term, at) || by[at] == 0)
			continue;
		if (by[at] != outcome)
			return 0;
		gain += want >> at & 1;
	}
	return gain;
}

// The shortest term that covers most of what is left.
static struct term term_best(const uint32_t by[PROJECTED], uint32_t outcome, unsigned want, int n)
{
	struct term best = { 0 };
	unsigned best_gain = 0;

	for (int size = 0; size <= n && best_gain == 0; size++)
		for (unsigned care = 0; care < 1u << n; care++)
			for (unsigned value = 0; value < 1u << n; value++) {
				struct term term = { care, value };
				unsigned gain;

				if (__builtin_popcount(care) != size || value & ~care)
					continue;
				gain = term_gain(&term, by, outcome, want);
				if (gain > best_gain) {
					best_gain = gain;
					best = term;
				}
			}
	return best;
}

static size_t term_print(const struct term *term, uint32_t set, char *out, size_t room)
{
	size_t n = 0;
	unsigned bit = 0;

	for (unsigned i = 0; i < FACTS; i++) {
		if (!(set & 1u << i))
			continue;
		if (term->care & 1u << bit && n < room)
			n += (size_t)snprintf(out + n, room - n, "%s%s%s", n ? ", " : "",
					      term->value & 1u << bit ? "" : "not ",
					      fact_texts[i].name);
		bit++;
	}
	return n;
}

// Returns how long the text is: its facts, and a "not" counts too.
static unsigned condition(const uint32_t by[PROJECTED], uint32_t set, unsigned outcome, char *out,
			  size_t room)
{
	unsigned want = 0, literals = 0;
	size_t n = 0;

	out[0] = '\0';
	for (unsigned at = 0; at < PROJECTED; at++)
		want |= (by[at] == 1u << outcome ? 1u : 0) << at;
	while (want != 0 && n < room) {
		struct term term = term_best(by, 1u << outcome, want, __builtin_popcount(set));

		if (n > 0)
			n += (size_t)snprintf(out + n, room - n, " or ");
		n += term_print(&term, set, out + n, room - n);
		literals += (unsigned)(2 * __builtin_popcount(term.care) -
				       __builtin_popcount(term.value));
		for (unsigned at = 0; at < PROJECTED; at++)
			if (term_holds(&term, at))
				want &= ~(1u << at);
	}
	return literals;
}

// The outcome that is what is left when no other one is: nothing, or else the longest to tell.
static unsigned outcome_left(const struct cell *cell, enum hl_line_state from, uint32_t set,
			     const uint32_t by[PROJECTED])
{
	unsigned left = 0, longest = 0;
	char text[256];

	if (cell->outcomes & 1u << (2 * from))
		return 2 * from;
	for (unsigned o = 0; o < OUTCOMES; o++) {
		unsigned n = cell->outcomes & 1u << o ? condition(by, set, o, text, sizeof(text))
						      : 0;

		if (n > longest) {
			longest = n;
			left = o;
		}
	}
	return left;
}

void guard_text(const struct cell *cell, enum hl_line_state from, unsigned outcome, char *out,
		size_t room)
{
	uint32_t by[PROJECTED], set = (uint32_t)cell->guard;

	out[0] = '\0';
	if (is_single(cell->outcomes))
		return;
	if (cell->guard < 0 || !outcomes_part(cell, set, by))
		snprintf(out, room, "?");
	else if (outcome_left(cell, from, set, by) == outcome)
		snprintf(out, room, "else");
	else
		condition(by, set, outcome, out, room);
}

bool guard_is_else(const struct cell *cell, enum hl_line_state from, unsigned outcome)
{
	char text[256];

	guard_text(cell, from, outcome, text, sizeof(text));
	return strcmp(text, "else") == 0;
}
