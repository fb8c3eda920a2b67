// SPDX-License-Identifier: BSD-3-Clause
// Figures for people: a value that was not measured is not shown as 0.
#pragma once

#define FIGURE_ROOM 16

// "217" or, when nothing was measured (NAN), "-".
const char *figure_text(double value, char out[FIGURE_ROOM]);
