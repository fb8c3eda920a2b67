// SPDX-License-Identifier: BSD-3-Clause
// Each second: the counters of the view's sample, and all lines counted in slices, so that others have their
// turn between them. Then each rule looks at its figure.

#include "alerts/alerts.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alerts/alert_object.h"
#include "alerts/deliver.h"
#include "alerts/figures.h"
#include "alerts/rule.h"
#include "base/timebase.h"
#include "base/wall_time.h"
#include "report/metrics_text.h"
#include "session/line_query.h"
#include "session/run.h"

#define SECOND_NS 1000000000u
#define SLICE_NS 1000000u

struct alerts {
	const struct view *view;
	struct control_loop *loop;
	int second_timer, slice_timer;
	uint32_t next; // line to count; those of this second
	struct figures figures;
	struct delivery *delivery;
	uint32_t n;
	struct rule rules[];
};

const struct hl_metric alert_metrics[] = {
	{ .name = "heartline_alert_firing",
	  .help = "1 while the alert fires",
	  .unit = "alerts",
	  .type = HL_METRIC_GAUGE,
	  .n = 1,
	  .label = &(const struct hl_label){ .name = "alert" } },
	{ .name = "heartline_alert_deliveries_total",
	  .help = "webhooks and commands that were told of an alert",
	  .unit = "deliveries",
	  .type = HL_METRIC_COUNTER,
	  .n = 1,
	  .offset = offsetof(struct delivery_counts, delivered) },
	{ .name = "heartline_alert_failed_deliveries_total",
	  .help = "webhooks and commands that were not told of an alert, after all tries",
	  .unit = "deliveries",
	  .type = HL_METRIC_COUNTER,
	  .n = 1,
	  .offset = offsetof(struct delivery_counts, failed) },
	{ .name = NULL },
};

int alerts_check(const struct hl_config *config, struct hl_error *err)
{
	for (uint32_t i = 0; i < config->n_alerts; i++) {
		const struct hl_alert *a = &config->alerts[i];
		if (a->command && access(a->command[0], X_OK) < 0)
			return hl_fail(
				err, errno,
				"alerts: %s: command: %.300s: %s: name a program that can be run",
				a->name, a->command[0], strerror(errno));
	}
	return 0;
}

bool alerts_run_programs(const struct hl_config *config)
{
	for (uint32_t i = 0; i < config->n_alerts; i++)
		if (config->alerts[i].command)
			return true;
	return false;
}

static void tell(struct alerts *alerts, const struct rule *r, enum rule_event event)
{
	const struct hl_alert *a = r->alert;
	char now[WALL_ROOM], since[WALL_ROOM];
	uint64_t now_ns = timebase_ns();
	double for_s = (double)(now_ns / 1000000 - r->since_ms) / 1000;

	fprintf(stderr, "heartline: alert %s %s: %s%s%s is %.1f (%s %" PRIu64 "), after %.0f s\n",
		a->name, event == RULE_FIRES ? "fires" : "has cleared",
		hl_alert_figure_name((enum hl_alert_figure)a->figure), a->profile ? " of " : "",
		a->profile ? a->profile : "", r->value, a->is_below ? "below" : "above",
		rule_threshold(a), for_s);
	json_t *object = alert_object(r);
	if (event == RULE_CLEARS) { // of one that is clear it does not say since when it had fired
		json_object_set_new(object, "state", json_string("cleared"));
		json_object_set_new(object, "since",
				    json_string(wall_text(r->since_ms * 1000000, since)));
	}
	json_object_set_new(object, "time", json_string(wall_text(now_ns, now)));
	char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6));
	if (text)
		delivery_put(alerts->delivery, a, text);
	free(text);
	json_decref(object);
}

static void rules_look(struct alerts *alerts)
{
	uint64_t now_ms = timebase_ns() / 1000000;

	for (uint32_t i = 0; i < alerts->n; i++) {
		struct rule *r = &alerts->rules[i];
		enum rule_event event = rule_look(r, figure_value(&alerts->figures, r->alert),
						  now_ms);
		if (event != RULE_STAYS)
			tell(alerts, r, event);
	}
}

static void slice_due(void *context)
{
	struct alerts *alerts = context;
	const struct dataplane *dp = alerts->view->run->dp;
	uint32_t slots = dataplane_slots(dp);
	uint32_t end = slots - alerts->next > QUERY_SLICE ? alerts->next + QUERY_SLICE : slots;

	for (; alerts->next < end; alerts->next++) {
		struct hl_state s = dataplane_state(dp, alerts->next);
		if (s.slot == HL_SLOT_LINE)
			figure_count(&alerts->figures.lines[dataplane_profile(dp, alerts->next)],
				     &s);
	}
	if (alerts->next < slots)
		control_loop_set_timer(alerts->loop, alerts->slice_timer, SLICE_NS, 0);
	else
		rules_look(alerts);
}

// Lines that go, since the run ends or is not running yet, are no reason to wake anybody.
static void second_due(void *context)
{
	struct alerts *alerts = context;
	const struct run *run = alerts->view->run;

	if (run->draining || !run->enabled_ns || alerts->view->settings.paused)
		return;
	figures_second(&alerts->figures, &alerts->view->sample);
	memset(alerts->figures.lines, 0,
	       alerts->figures.n_profiles * sizeof(*alerts->figures.lines));
	alerts->next = 0;
	slice_due(alerts);
}

static void alerts_free(struct alerts *alerts)
{
	free(alerts->figures.lines);
	free(alerts);
}

int alerts_start(struct alerts **out, const struct view *view, struct control_loop *loop,
		 struct hl_error *err)
{
	const struct hl_config *config = view->run->config;

	*out = NULL;
	if (config->n_alerts == 0)
		return 0;
	struct alerts *alerts = calloc(1, sizeof(*alerts) + config->n_alerts * sizeof(struct rule));
	if (alerts)
		alerts->figures.lines = calloc(config->n_profiles, sizeof(struct figure_lines));
	if (!alerts || !alerts->figures.lines) {
		free(alerts);
		return hl_fail(err, ENOMEM, "alerts: no memory");
	}
	alerts->view = view;
	alerts->loop = loop;
	alerts->figures.n_profiles = config->n_profiles;
	alerts->n = config->n_alerts;
	for (uint32_t i = 0; i < alerts->n; i++)
		alerts->rules[i] = (struct rule){ .alert = &config->alerts[i], .value = NAN };
	int rc = alerts->second_timer = control_loop_add_timer(loop, second_due, alerts, err);
	if (rc >= 0)
		rc = alerts->slice_timer = control_loop_add_timer(loop, slice_due, alerts, err);
	if (rc >= 0)
		rc = delivery_start(&alerts->delivery, err);
	if (rc < 0) {
		alerts_free(alerts);
		return rc;
	}
	control_loop_set_timer(loop, alerts->second_timer, SECOND_NS, SECOND_NS);
	*out = alerts;
	return 0;
}

void alerts_stop(struct alerts *alerts, bool quiet)
{
	struct delivery_counts counts = { 0 };

	if (!alerts)
		return;
	control_loop_remove(alerts->loop, alerts->second_timer);
	control_loop_remove(alerts->loop, alerts->slice_timer);
	delivery_stop(alerts->delivery, &counts);
	if (!quiet && counts.delivered + counts.failed > 0)
		fprintf(stderr, "heartline: alerts: %" PRIu64 " delivered, %" PRIu64 " not\n",
			counts.delivered, counts.failed);
	alerts_free(alerts);
}

void alerts_metrics_write(const struct alerts *alerts, FILE *to)
{
	struct delivery_counts counts = { 0 };

	if (!alerts)
		return;
	metrics_text_head(&alert_metrics[0], to);
	for (uint32_t i = 0; i < alerts->n; i++) {
		fprintf(to, "%s{", alert_metrics[0].name);
		metrics_text_label("alert", alerts->rules[i].alert->name, to);
		fprintf(to, "} %d\n", alerts->rules[i].state == RULE_FIRING);
	}
	delivery_count(alerts->delivery, &counts);
	metrics_text_write(alert_metrics + 1, &counts, to);
}

json_t *alerts_array(const struct alerts *alerts)
{
	json_t *array = json_array();

	for (uint32_t i = 0; alerts && i < alerts->n; i++)
		json_array_append_new(array, alert_object(&alerts->rules[i]));
	return array;
}
