// SPDX-License-Identifier: BSD-3-Clause
// The alerts of a run: looked at once a second, told to the log, to webhooks and to commands.
#pragma once

#include <stdio.h>

#include <jansson.h>

#include <heartline/metrics.h>

#include "session/view.h"

struct alerts;

// Are the commands there? Before anything starts. 0, or -errno with a message.
int alerts_check(const struct hl_config *config, struct hl_error *err);
// Does a run with them start other programs?
bool alerts_run_programs(const struct hl_config *config);

// *alerts is NULL where the configuration has none.
int alerts_start(struct alerts **alerts, const struct view *view, struct control_loop *loop,
		 struct hl_error *err);
// Says how many were delivered, unless quiet. alerts may be NULL.
void alerts_stop(struct alerts *alerts, bool quiet);

// As Prometheus reads them. Nothing for NULL.
void alerts_metrics_write(const struct alerts *alerts, FILE *to);
extern const struct hl_metric alert_metrics[]; // ends with a NULL name

// Each with its state, as alert_object() has it. Empty for NULL.
json_t *alerts_array(const struct alerts *alerts);
