// SPDX-License-Identifier: BSD-3-Clause
// engine/failover/STATES.md is what the code does, and what it says is complete and can be drawn.
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "states.h"

#define PAGE "engine/failover/STATES.md"
#define AGAIN "ninja -C build tests/states && build/tests/states >" PAGE

static struct walk walk;

static void walk_setup(void)
{
	states_walk(&walk);
}

static void walk_teardown(void)
{
	states_free(&walk);
}

TestSuite(diagram, .init = walk_setup, .fini = walk_teardown);

static char *page_make(void)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	cr_assert_not_null(to);
	states_print(&walk, to);
	cr_assert_eq(fclose(to), 0);
	return text;
}

Test(diagram, the_page_is_what_the_code_does)
{
	FILE *file = fopen(HL_SOURCE_ROOT "/" PAGE, "r");
	char *text = page_make(), *rest = text;
	char have[1024], *want;
	unsigned line = 0;

	cr_assert_not_null(file, PAGE " is missing; make it: " AGAIN);
	while ((want = strsep(&rest, "\n")) != NULL && rest != NULL) {
		line++;
		cr_assert_not_null(fgets(have, sizeof(have), file),
				   PAGE ":%u: ends, but the code says: %s\nmake it anew: " AGAIN,
				   line, want);
		have[strcspn(have, "\n")] = '\0';
		cr_assert_str_eq(have, want,
				 PAGE ":%u: says: %s\nbut the code does: %s\n"
				      "make it anew, and look at the change: " AGAIN,
				 line, have, want);
	}
	cr_assert_null(fgets(have, sizeof(have), file), PAGE ":%u: too long; make it anew: " AGAIN,
		       line + 1);
	fclose(file);
	free(text);
}

Test(diagram, every_transition_belongs_to_one_row_of_the_specification)
{
	for (enum hl_line_state from = 0; from < HL_LINE_STATES; from++)
		for (enum failover_event event = 0; event < FAILOVER_EVENTS; event++)
			for (unsigned o = 0; o < OUTCOMES; o++) {
				enum hl_line_state to = (enum hl_line_state)(o / 2);

				if (!(walk.cells[from][event].outcomes & 1u << o) ||
				    outcome_is_nothing(from, o))
					continue;
				cr_expect_not_null(row_of(from, event, to),
						   "%s, %s, to %s: no row, or several",
						   hl_line_state_name(from), event_name(event),
						   hl_line_state_name(to));
			}
}

Test(diagram, every_row_of_the_specification_has_a_transition)
{
	const char *row = row_without_transition(&walk);
	char *text = page_make(), cell[16];

	cr_expect_null(row, "row %s: the code never does that", row);
	for (int i = 1; i <= 20; i++) {
		snprintf(cell, sizeof(cell), "\n| %d | ", i);
		if (i != 17) // a challenge, which the machine does not hear of
			cr_expect_not_null(strstr(text, cell), "row %d is not on the page", i);
	}
	free(text);
}

Test(diagram, every_guard_is_found_and_everything_has_a_name)
{
	char *text = page_make();

	for (unsigned i = 0; i < HL_LINE_STATES * FAILOVER_EVENTS; i++)
		cr_expect_geq(walk.cells[i / FAILOVER_EVENTS][i % FAILOVER_EVENTS].guard, 0,
			      "%s, %s: the facts in states_walk.c do not tell its outcomes apart",
			      hl_line_state_name(i / FAILOVER_EVENTS),
			      event_name(i % FAILOVER_EVENTS));
	cr_expect_null(strchr(text, '?'), "an event or action has no name: %.60s",
		       strchr(text, '?'));
	free(text);
}

// What the page says of these two in a sentence instead of edges.
Test(diagram, disable_leads_to_off_and_unlock_nowhere)
{
	for (enum hl_line_state from = HL_REG_P; from < HL_LINE_STATES; from++) {
		cr_expect_eq(walk.cells[from][FO_DISABLE].outcomes, 1u << (2 * HL_OFF + 1), "%s",
			     hl_line_state_name(from));
		cr_expect_eq(walk.cells[from][FO_UNLOCK].outcomes, 1u << (2 * from), "%s",
			     hl_line_state_name(from));
	}
}

Test(diagram, every_state_is_entered_and_left)
{
	for (enum hl_line_state state = 0; state < HL_LINE_STATES; state++) {
		bool entered = false, left = false;

		for (enum hl_line_state other = 0; other < HL_LINE_STATES; other++)
			for (unsigned event = 0; event < FAILOVER_EVENTS && other != state;
			     event++) {
				entered |= walk.cells[other][event].outcomes >> (2 * state) & 3;
				left |= walk.cells[state][event].outcomes >> (2 * other) & 3;
			}
		cr_expect(entered && left, "%s", hl_line_state_name(state));
	}
}

static const char *skip_state(const char *at)
{
	for (enum hl_line_state state = 0; state < HL_LINE_STATES; state++) {
		const char *name = hl_line_state_name(state);
		size_t n = strlen(name);

		if (strncmp(at, name, n) == 0 && !isalnum((unsigned char)at[n]) && at[n] != '_')
			return at + n;
	}
	return NULL;
}

// "A --> B : text" or "A : text"; a colon, a semicolon or a hash in the text would end it.
static bool mermaid_reads(const char *line)
{
	const char *at = skip_state(line + strspn(line, " "));

	if (at != NULL && strncmp(at, " --> ", 5) == 0)
		at = skip_state(at + 5);
	return at != NULL && strncmp(at, " : ", 3) == 0 && at[3] != '\0' &&
	       strpbrk(at + 3, ":;#%{}\"") == NULL;
}

Test(diagram, every_drawing_is_mermaid)
{
	char *text = page_make(), *rest = text, *line;
	unsigned blocks = 0, lines = 0;
	bool inside = false;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strcmp(line, "```mermaid") == 0) {
			inside = true;
			blocks++;
			cr_expect_str_eq(strsep(&rest, "\n"), "stateDiagram-v2");
		} else if (strcmp(line, "```") == 0) {
			inside = false;
		} else if (inside && strcmp(line, "    [*] --> OFF") != 0) {
			cr_expect(mermaid_reads(line), "%s", line);
			lines++;
		}
	}
	cr_expect_not(inside);
	cr_expect_eq(blocks, 3);
	cr_expect_gt(lines, 40);
	free(text);
}
