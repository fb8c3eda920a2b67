// SPDX-License-Identifier: BSD-3-Clause
// The first rows of an order, without sorting all lines: a heap whose top is the last row so far.

#include "session/line_query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t key_of(enum query_sort sort, const struct hl_state *state)
{
	switch (sort) {
	case QUERY_BY_SINCE:
		return UINT32_MAX - state->since_ms;
	case QUERY_BY_OLDEST:
		return state->since_ms;
	case QUERY_BY_LINE:
		break;
	}
	return 0;
}

static bool comes_before(const struct query_row *a, const struct query_row *b)
{
	return a->key != b->key ? a->key < b->key : a->line < b->line;
}

static int compare(const void *a, const void *b)
{
	return comes_before(a, b) ? -1 : comes_before(b, a);
}

static void swap(struct query_row *a, struct query_row *b)
{
	struct query_row kept = *a;

	*a = *b;
	*b = kept;
}

static void heap_sink(struct query_row *rows, uint32_t n, uint32_t at)
{
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= n)
			return;
		if (child + 1 < n && comes_before(&rows[child], &rows[child + 1]))
			child++;
		if (!comes_before(&rows[at], &rows[child]))
			return;
		swap(&rows[at], &rows[child]);
		at = child;
	}
}

static void heap_rise(struct query_row *rows, uint32_t at)
{
	while (at > 0 && comes_before(&rows[(at - 1) / 2], &rows[at])) {
		swap(&rows[(at - 1) / 2], &rows[at]);
		at = (at - 1) / 2;
	}
}

static void row_add(struct line_query *q, const struct query_row *row)
{
	if (q->n < q->limit) {
		q->rows[q->n] = *row;
		heap_rise(q->rows, q->n++);
	} else if (comes_before(row, &q->rows[0])) {
		q->rows[0] = *row;
		heap_sink(q->rows, q->n, 0);
	}
}

static void line_look(struct line_query *q, const struct dataplane *dp, uint32_t line)
{
	struct query_row row = { .line = line, .state = dataplane_state(dp, line) };

	if (!line_filter_holds(&q->filter, dp, line, &row.state))
		return;
	q->matched++;
	row.key = key_of(q->sort, &row.state);
	if (q->resumes && !comes_before(&q->after, &row))
		return;
	q->behind++;
	row_add(q, &row);
}

bool line_query_step(struct line_query *q, const struct dataplane *dp)
{
	uint32_t slots = dataplane_slots(dp);
	uint32_t end = slots - q->next > QUERY_SLICE ? q->next + QUERY_SLICE : slots;

	for (; q->next < end; q->next++)
		line_look(q, dp, q->next);
	if (q->next < slots)
		return false;
	qsort(q->rows, q->n, sizeof(*q->rows), compare);
	return true;
}

const char *line_query_cursor(const struct line_query *q, char out[QUERY_CURSOR_ROOM])
{
	const struct query_row *last = &q->rows[q->n - 1];

	snprintf(out, QUERY_CURSOR_ROOM, "%" PRIu64 ".%" PRIu32, last->key, last->line);
	return out;
}

int line_query_resume(struct line_query *q, const char *cursor, struct hl_error *err)
{
	int end = 0;

	if (strspn(cursor, "0123456789.") != strlen(cursor) ||
	    sscanf(cursor, "%19" SCNu64 ".%9" SCNu32 "%n", &q->after.key, &q->after.line, &end) !=
		    2 ||
	    cursor[end] != 0)
		return hl_fail(err, EINVAL,
			       "after: \"%.60s\": write what the page before says as next", cursor);
	q->resumes = true;
	return 0;
}
