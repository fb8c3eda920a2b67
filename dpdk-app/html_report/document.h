// SPDX-License-Identifier: BSD-3-Clause
// The report as one HTML file, which needs nothing else: no script, no other file, no network.
#pragma once

#include <stdio.h>

#include "html_report/result.h"

// results: side by side. sum: all of them as one, or NULL.
void document_write(FILE *to, const struct result results[], unsigned n, const struct result *sum);

// Sections, each in a file of its own.
void figures_write(FILE *to, const struct result results[], unsigned n, const struct result *sum);
void causes_write(FILE *to, const struct result *result);
void servers_write(FILE *to, const struct result *result);
void generator_write(FILE *to, const struct result *result);
void setting_write(FILE *to, const struct result *result);
void expected_write(FILE *to, const struct result *result);
