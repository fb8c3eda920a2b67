// SPDX-License-Identifier: BSD-3-Clause
// What the live screen knows and shows: the latest answers of the run, the page, what was typed, and what
// the run is still to be told. Free of terminal and socket, so that tests drive it by keys and answers.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "top/sheet.h"

#define TOP_ROWS_MIN 10
#define TOP_COLUMNS_MIN 64
#define TOP_INPUT_ROOM 128
#define TOP_SAID_ROOM 512
#define TOP_CURSOR_ROOM 48

enum top_page {
	TOP_MAIN,
	TOP_LINES,
	TOP_SERVERS,
	TOP_TABS,
	TOP_LINE = TOP_TABS, // one line, from the page of lines
	TOP_HELP,
};

// What the last row asks for.
enum top_prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_QUIT };

enum top_sort { TOP_BY_LINE, TOP_BY_SINCE, TOP_BY_OLDEST, TOP_SORTS };

// Where a page of lines begins.
struct top_place {
	char after[TOP_CURSOR_ROOM]; // "": at the first one
	uint64_t first;              // lines before it
};

struct top_list {
	char filter[TOP_INPUT_ROOM]; // as typed
	json_t *members;             // of the request, from the filter; NULL: none
	enum top_sort sort;
	struct top_place *places; // of this page and of those before it
	unsigned n_places, room;  // the last one is that of this page
	int selected;             // row of the page
};

// What the run was asked; answers come one at a time.
enum top_question {
	ASK_NOTHING,
	ASK_STATUS,
	ASK_LINES,
	ASK_SERVERS,
	ASK_LINE,
	ASK_RATE,
	ASK_PAUSE,
	ASK_DRAIN,
};

struct viewer {
	bool of_run;              // shown by the run itself
	uint64_t rate_scale;      // what + and - are worth
	enum top_page page, back; // back: where help returns to
	int scroll;
	enum top_prompt prompt;
	char input[TOP_INPUT_ROOM];
	struct top_list list;
	json_t *status, *before; // the two latest; before: NULL when there is one
	json_t *lines, *servers, *line;

	// Answers and messages, until `said_until_ns`.
	char said[TOP_SAID_ROOM];
	enum ink said_ink;
	uint64_t said_until_ns;

	// What the run is to be told.
	bool rate_wanted, pause_wanted, drain_wanted;
	uint64_t rate;
	bool pauses;
	bool drained;    // it was told to end
	bool quit_again; // at once

	enum top_question asked;
	uint64_t asked_ns;
	uint64_t status_due_ns, page_due_ns; // when these are asked for again
	bool away;                           // nobody answers
	bool was_there;                      // somebody did
	bool leaves;                         // the screen is to end
	bool saves;                          // a snapshot is wanted
};

void viewer_free(struct viewer *viewer);

// Say something in the row above the last one, for a while.
void viewer_say(struct viewer *viewer, enum ink ink, uint64_t now_ns, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

// A screen of these rows shows so many lines of a page.
int viewer_lines_shown(int rows);

// The number of seconds between the two latest answers; 0: there are not two.
double viewer_seconds(const struct viewer *viewer);
