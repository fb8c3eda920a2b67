// SPDX-License-Identifier: BSD-3-Clause
// Counts lines by server in slices, then writes all metrics at once.

#include "http/serve_metrics.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/metrics_text.h"
#include "surface/metrics_view.h"
#include "surface/serve_lines.h"

void http_serve_metrics(struct http_exchange *x)
{
	struct hl_error err;
	char *text = NULL;
	size_t n = 0;

	x->serving.is_open = true; // its memory is freed with it
	int rc = servers_count(x->view, &x->serving, &err);
	if (rc < 0)
		http_refuse_text(x, 503, err.text);
	if (rc != 1)
		return;
	FILE *to = open_memstream(&text, &n);
	if (to) {
		metrics_view(x->view, &x->serving.count, to);
		if (ferror(to) | fclose(to)) {
			free(text);
			text = NULL;
		}
	}
	http_reply_owned(x, 200, METRICS_TEXT_TYPE, text, n);
}
