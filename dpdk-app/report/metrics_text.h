// SPDX-License-Identifier: BSD-3-Clause
// The tables of metrics as Prometheus reads them (text format 0.0.4).
#pragma once

#include <stdio.h>

#include <heartline/metrics.h>

#define METRICS_TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"

// Write all of a table, out of the structure that it is about.
void metrics_text_write(const struct hl_metric table[], const void *structure, FILE *to);

// The head of a metric whose samples are written one by one.
void metrics_text_head(const struct hl_metric *metric, FILE *to);

// A value of a label, with its name and in quotes.
void metrics_text_label(const char *name, const char *value, FILE *to);
