// SPDX-License-Identifier: BSD-3-Clause
// Thresholds as they are written in a file: NAME: [at least|at most|exactly] VALUE.
#pragma once

#include <heartline/expect.h>

#include "control/fault.h"

// The measure of this name; HL_MEASURES: there is none.
enum hl_measure measure_find(const char *name);

// Read a value of a measure and add the expectation; it replaces one of the same measure.
// 0; -EINVAL with the fault.
int expectation_add(struct hl_expectations *expectations, enum hl_measure measure, const char *text,
		    struct fault *fault);

// What may stand there, as a text.
void measure_allowed(enum hl_measure measure, char *out, size_t room);
