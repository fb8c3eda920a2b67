// SPDX-License-Identifier: BSD-3-Clause
// What tests of refused configurations share: a text, and what is said of it.
#pragma once

#include "config_text.h"

struct refused {
	const char *text, *message;
};

static inline void expect_all(const struct refused *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		message_expect(cases[i].text, cases[i].message);
}

#define EXPECT_ALL(cases) expect_all(cases, sizeof(cases) / sizeof((cases)[0]))

#define VALUE(line) PORTS PROFILES "    " line "\n" LINES
