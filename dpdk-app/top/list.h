// SPDX-License-Identifier: BSD-3-Clause
// The page of lines: which part of all lines it shows, and how it moves. The run makes each page by its
// cursor, so a million lines cost no more here than one screen of them.
#pragma once

#include "top/viewer.h"

// The request for the page as it is now. The caller's.
json_t *list_request(struct top_list *list, int limit);
// The request for the line of the selected row. NULL: there is none.
json_t *list_line_request(const struct viewer *viewer);

// Its answer has come: fewer rows may be there.
void list_take(struct top_list *list, const json_t *reply);

// Lines before the first one of this page.
uint64_t list_first(const struct top_list *list);

// Back to the first page, say behind a new filter.
void list_restart(struct top_list *list);
// True: another page is wanted.
bool list_forward(struct top_list *list, const json_t *reply);
bool list_backward(struct top_list *list);
bool list_move(struct viewer *viewer, int by);
