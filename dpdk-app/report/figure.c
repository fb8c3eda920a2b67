// SPDX-License-Identifier: BSD-3-Clause
// Writes a figure, or "-" for one that was not measured.

#include "report/figure.h"

#include <math.h>
#include <stdio.h>

const char *figure_text(double value, char out[FIGURE_ROOM])
{
	if (isnan(value))
		return "-";
	snprintf(out, FIGURE_ROOM, "%.0f", value);
	return out;
}
