// SPDX-License-Identifier: BSD-3-Clause
// Writes the latest seconds as rows of numbers.

#include "http/serve_seconds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "report/summary_metrics.h"
#include "surface/command_table.h"

static const struct ctl_argument arguments[] = {
	{ .name = "after", .kind = CTL_COUNT, .max = 999999999999999999 },
	{ .name = "limit", .kind = CTL_COUNT, .min = 1, .max = VIEW_SERIES_SECONDS },
};
#define N_ARGUMENTS (sizeof(arguments) / sizeof(*arguments))

struct query {
	uint64_t values[N_ARGUMENTS];
	struct hl_error err;
};

static enum MHD_Result query_take(void *context, enum MHD_ValueKind kind, const char *key,
				  const char *value)
{
	struct query *q = context;

	(void)kind;
	for (unsigned k = 0; k < N_ARGUMENTS; k++) {
		if (strcmp(arguments[k].name, key) != 0)
			continue;
		if (ctl_value_check(&arguments[k], value ? value : "", &q->err) < 0)
			return MHD_NO;
		q->values[k] = strtoull(value, NULL, 10);
		return MHD_YES;
	}
	hl_fail(&q->err, EINVAL, "%.60s: is not known; allowed after, limit", key);
	return MHD_NO;
}

void http_serve_seconds(struct http_exchange *x)
{
	const struct view_series *series = x->view->series;
	struct query q = { .values = { 0, VIEW_SERIES_SECONDS } };
	json_t *rows = json_array();

	MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, query_take, &q);
	if (q.err.code) {
		json_decref(rows);
		http_refuse_text(x, 400, q.err.text);
		return;
	}
	for (uint64_t k = view_series_first(series, q.values[0], (uint32_t)q.values[1]);
	     k <= series->n; k++)
		json_array_append_new(rows, second_row(view_series_at(series, k)));
	http_reply_json(x, 200,
			json_pack("{so so so}", "next", whole(series->n), "columns",
				  second_columns(), "rows", rows));
}
