// SPDX-License-Identifier: BSD-3-Clause
// Writes the metrics of a run.

#include "surface/metrics_view.h"

#include <inttypes.h>

#include "alerts/alerts.h"
#include "history/history.h"
#include "survive/survive.h"
#include "report/metrics_text.h"
#include "session/run.h"
#include "trace/trace.h"

static bool is_there(const struct hl_profile *profile, unsigned server)
{
	if (server == HL_SERVER_P)
		return true;
	return profile->backup_name || profile->backup.addr.family != HL_FAMILY_NONE;
}

static void servers_write(const struct hl_config *config, const struct server_count *count,
			  FILE *to)
{
	for (const struct hl_metric *m = server_metrics; m->name; m++) {
		metrics_text_head(m, to);
		for (uint32_t k = 0; k < config->n_profiles * HL_SERVERS; k++) {
			const struct hl_profile *profile = &config->profiles[k / HL_SERVERS];
			unsigned server = k % HL_SERVERS;
			if (!is_there(profile, server))
				continue;
			fprintf(to, "%s{", m->name);
			metrics_text_label("profile", profile->name, to);
			fputc(',', to);
			metrics_text_label("server", server == HL_SERVER_P ? "P" : "B", to);
			fprintf(to, "} %" PRIu64 "\n", hl_metric_value(m, &count->lines[k], 0));
		}
	}
}

void metrics_view(const struct view *view, const struct server_count *count, FILE *to)
{
	static struct view_status status; // too large for a stack that others share

	view_status(view, &status);
	metrics_text_write(hl_metrics, &status.now, to);
	servers_write(view->run->config, count, to);
	alerts_metrics_write(view->run->alerts, to);
	if (view->run->dp->trace) {
		struct trace_counts counts;

		trace_count(view->run->dp->trace, &counts);
		metrics_text_write(trace_metrics, &counts, to);
	}
	if (view->run->dp->history) {
		struct history_counts counts;

		history_count(view->run->dp->history, &counts);
		metrics_text_write(history_metrics, &counts, to);
	}
	if (view->run->survive) {
		struct survive_counts counts;

		survive_count(view->run->survive, &counts);
		metrics_text_write(survive_metrics, &counts, to);
	}
}
