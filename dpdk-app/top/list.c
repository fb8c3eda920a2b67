// SPDX-License-Identifier: BSD-3-Clause
// Keeps the places of the pages that were seen, since a cursor leads forward only.

#include "top/list.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "surface/ctl_values.h"

static const char *const sorts[TOP_SORTS] = { "line", "since", "oldest" };

static const struct top_place *place(const struct top_list *list)
{
	return list->n_places ? &list->places[list->n_places - 1] : NULL;
}

json_t *list_request(struct top_list *list, int limit)
{
	json_t *request = json_pack("{ss ss si}", "command", "lines", "sort", sorts[list->sort],
				    "limit", limit);

	if (place(list))
		json_object_set_new(request, "after", json_string(place(list)->after));
	if (list->members)
		json_object_update(request, list->members);
	return request;
}

json_t *list_line_request(const struct viewer *v)
{
	const json_t *rows = json_object_get(v->lines, "lines");
	const json_t *row = json_array_get(rows, (size_t)v->list.selected);
	const json_t *of = v->page == TOP_LINE && v->line ? v->line : row;
	const char *domain = ctl_text(of, "domain");
	json_t *request;

	if (!ctl_text(of, "number"))
		return NULL;
	request = json_pack("{ss ss}", "command", "line show", "number", ctl_text(of, "number"));
	if (domain)
		json_object_set_new(request, "domain", json_string(domain));
	return request;
}

void list_take(struct top_list *list, const json_t *reply)
{
	int n = (int)json_array_size(json_object_get(reply, "lines"));

	if (list->selected >= n)
		list->selected = n ? n - 1 : 0;
}

uint64_t list_first(const struct top_list *list)
{
	return place(list) ? place(list)->first : 0;
}

void list_restart(struct top_list *list)
{
	list->n_places = 0;
	list->selected = 0;
}

bool list_forward(struct top_list *list, const json_t *reply)
{
	const char *next = ctl_text(reply, "next");
	uint64_t first = list_first(list) + json_array_size(json_object_get(reply, "lines"));

	if (!next)
		return false;
	if (list->n_places == list->room) {
		unsigned room = list->room ? 2 * list->room : 64;
		struct top_place *places = realloc(list->places, room * sizeof(*places));
		if (!places)
			return false;
		list->places = places;
		list->room = room;
	}
	struct top_place *to = &list->places[list->n_places++];
	snprintf(to->after, sizeof(to->after), "%s", next);
	to->first = first;
	list->selected = 0;
	return true;
}

bool list_backward(struct top_list *list)
{
	if (list->n_places == 0)
		return false;
	list->n_places--;
	list->selected = INT_MAX; // the last row of what comes: list_take() brings it there
	return true;
}

bool list_move(struct viewer *v, int by)
{
	struct top_list *list = &v->list;
	int n = (int)json_array_size(json_object_get(v->lines, "lines"));

	if (list->selected + by < 0)
		return list_backward(list);
	if (list->selected + by >= n)
		return list_forward(list, v->lines);
	list->selected += by;
	return false;
}
