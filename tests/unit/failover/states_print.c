// SPDX-License-Identifier: BSD-3-Clause
// Writes STATES.md: two Mermaid diagrams, the matrix, the transitions with guards and actions.
#include "states.h"

#define PAGE "engine/failover/STATES.md"

static bool is_operators(enum failover_event event)
{
	return event >= FO_FORCE_P && event <= FO_DISABLE;
}

static void intro_print(FILE *to)
{
	fputs("# The states of a line, as the code has them\n\n"
	      "[FAILOVER.md](FAILOVER.md) section 3 says what a line must do, and why. This page "
	      "says what `failover_step()` does: a\n"
	      "program prints it that walks everything a line can come to, under every policy, "
	      "with every event, and `tests/run unit`\n"
	      "fails while page and code differ. After a change of the machine:\n\n"
	      "    ninja -C build tests/states && build/tests/states >" PAGE "\n\n"
	      "P is the primary server, B the backup. What the events FAIL, TEMP and REJ are is in "
	      "FAILOVER.md section 2. Row 17 is\n"
	      "not here: a challenge is answered before the machine hears of it. The drawings "
	      "leave out what keeps the state, and\n"
	      "*disable*, which leads from every state to OFF; *unlock* moves nothing.\n",
	      to);
}

// One drawing of everything could not be read.
enum drawing { BETWEEN_SERVERS, IN_TROUBLE, OPERATOR };

static bool is_drawn(enum drawing drawing, enum hl_line_state from, enum failover_event event,
		     enum hl_line_state to)
{
	bool trouble = from == HL_DOWN || from == HL_PARK || to == HL_DOWN || to == HL_PARK;

	if (from == to || event == FO_DISABLE)
		return false;
	if (is_operators(event))
		return drawing == OPERATOR;
	return drawing == (trouble ? IN_TROUBLE : BETWEEN_SERVERS);
}

// One edge with all its events; nothing when there are none.
static void edge_print(const struct walk *walk, enum drawing drawing, enum hl_line_state from,
		       enum hl_line_state state, FILE *to)
{
	bool first = true;

	for (enum failover_event event = 0; event < FAILOVER_EVENTS; event++) {
		if (!(walk->cells[from][event].outcomes >> (2 * state) & 3) ||
		    !is_drawn(drawing, from, event, state))
			continue;
		if (first)
			fprintf(to, "    %s --> %s : ", hl_line_state_name(from),
				hl_line_state_name(state));
		fprintf(to, "%s%s", first ? "" : "<br/>", event_in(from, event));
		first = false;
	}
	if (!first)
		fputc('\n', to);
}

static void drawing_print(const struct walk *walk, enum drawing drawing, const char *title,
			  FILE *to)
{
	fprintf(to, "\n## %s\n\n```mermaid\nstateDiagram-v2\n", title);
	if (drawing == BETWEEN_SERVERS)
		fputs("    [*] --> OFF\n", to);
	for (enum hl_line_state state = 0; state < HL_LINE_STATES; state++)
		if (is_drawn(drawing, state, FO_ENABLE, HL_LINE_STATES))
			fprintf(to, "    %s : %s<br/>%s\n", hl_line_state_name(state),
				hl_line_state_name(state), state_meaning(state));
	for (enum hl_line_state from = 0; from < HL_LINE_STATES; from++)
		for (enum hl_line_state state = 0; state < HL_LINE_STATES; state++)
			edge_print(walk, drawing, from, state, to);
	fputs("```\n", to);
}

// The states that an outcome leads to, for the matrix.
static void targets_print(const struct cell *cell, enum hl_line_state from, FILE *to)
{
	bool any = false;

	for (unsigned o = 0; o < OUTCOMES; o++) {
		if (!(cell->outcomes & 1u << o) || outcome_is_nothing(from, o))
			continue;
		fprintf(to, "%s%s", any ? ", " : " ",
			o / 2 == from ? "stays" : hl_line_state_name((enum hl_line_state)(o / 2)));
		any = true;
	}
	fputs(" |", to);
}

static void matrix_print(const struct walk *walk, FILE *to)
{
	fputs("\n## Every state and every event\n\n"
	      "Where a line can go; *stays*: it acts and stays; empty: nothing happens.\n\n|",
	      to);
	for (enum hl_line_state state = 0; state < HL_LINE_STATES; state++)
		fprintf(to, " | %s", hl_line_state_name(state));
	fputs(" |\n|---", to);
	for (enum hl_line_state state = 0; state < HL_LINE_STATES; state++)
		fputs("|---", to);
	fputs("|\n", to);
	for (enum failover_event event = 0; event < FAILOVER_EVENTS; event++) {
		fprintf(to, "| %s |", event_name(event));
		for (enum hl_line_state state = 0; state < HL_LINE_STATES; state++)
			targets_print(&walk->cells[state][event], state, to);
		fputc('\n', to);
	}
}

static void actions_print(uint32_t always, uint32_t sometimes, FILE *to)
{
	const char *between = "";

	for (unsigned bit = 0; bit < 32; bit++) {
		const char *name = action_name(bit) != NULL ? action_name(bit) : "?";

		if (!((always | sometimes) >> bit & 1))
			continue;
		fprintf(to, always >> bit & 1 ? "%s%s" : "%s(%s)", between, name);
		between = ", ";
	}
}

static void transition_print(const struct cell *cell, enum hl_line_state from,
			     enum failover_event event, unsigned o, FILE *to)
{
	enum hl_line_state state = (enum hl_line_state)(o / 2);
	const char *row = row_of(from, event, state);
	char guard[256];

	guard_text(cell, from, o, guard, sizeof(guard));
	fprintf(to, "| %s | %s | %s%s%s%s | ", row != NULL ? row : "?", hl_line_state_name(from),
		event_in(from, event), *guard ? " [" : "", guard, *guard ? "]" : "");
	actions_print(cell->always[o], cell->sometimes[o], to);
	fprintf(to, " | %s |\n", hl_line_state_name(state));
}

static void transitions_print(const struct walk *walk, FILE *to)
{
	fputs("\n## Every transition\n\n"
	      "The guards are found, not written: the fewest facts that tell where the line goes. "
	      "Actions in parentheses depend on the\n"
	      "profile or on what came before. # is the row of FAILOVER.md section 3.\n\n"
	      "| # | in | event [guard] | actions | to |\n|---|---|---|---|---|\n",
	      to);
	for (enum hl_line_state from = 0; from < HL_LINE_STATES; from++)
		for (enum failover_event event = 0; event < FAILOVER_EVENTS; event++) {
			const struct cell *cell = &walk->cells[from][event];

			// "else" comes last
			for (unsigned i = 0; i < 2 * OUTCOMES; i++) {
				unsigned o = i % OUTCOMES;

				if (cell->outcomes & 1u << o && !outcome_is_nothing(from, o) &&
				    guard_is_else(cell, from, o) == (i >= OUTCOMES))
					transition_print(cell, from, event, o, to);
			}
		}
}

static void terms_print(const struct walk *walk, FILE *to)
{
	uint32_t used = 0;

	for (unsigned i = 0; i < HL_LINE_STATES * FAILOVER_EVENTS; i++) {
		int guard = walk->cells[i / FAILOVER_EVENTS][i % FAILOVER_EVENTS].guard;

		used |= guard > 0 ? (uint32_t)guard : 0;
	}
	fputs("\n## The words\n\n| guard | is true when |\n|---|---|\n", to);
	for (unsigned i = 0; i < FACTS; i++)
		if (used & 1u << i)
			fprintf(to, "| %s | %s |\n", fact_texts[i].name, fact_texts[i].meaning);
	fputs("\n| action | what is done |\n|---|---|\n", to);
	for (unsigned bit = 0; action_name(bit) != NULL; bit++)
		fprintf(to, "| %s | %s |\n", action_name(bit), action_meaning(bit));
}

void states_print(const struct walk *walk, FILE *to)
{
	intro_print(to);
	drawing_print(walk, BETWEEN_SERVERS, "Between the servers", to);
	drawing_print(walk, IN_TROUBLE, "When both fail, or one rejects the line", to);
	drawing_print(walk, OPERATOR, "What an operator makes it do", to);
	matrix_print(walk, to);
	transitions_print(walk, to);
	terms_print(walk, to);
}
