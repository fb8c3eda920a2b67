// SPDX-License-Identifier: BSD-3-Clause
// Figures for people: what was not measured is no 0.
#pragma once

#define FIGURE_ROOM 16

// "217" or, when nothing was measured (NAN), "-".
const char *figure_text(double value, char out[FIGURE_ROOM]);
