// SPDX-License-Identifier: BSD-3-Clause
// The result of a run as JUnit XML, which continuous integration reads.
#pragma once

#include "report/judge.h"
#include "report/report.h"

// Write a report that was judged: a test case for the verdict and for each expectation, and a failure with
// target and value for each that did not come true. `source` is the configuration, NULL: flags.
int junit_write(const struct report *report, const struct judgement *judgement, const char *source,
		const char *path, struct hl_error *err);
