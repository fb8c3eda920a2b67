// SPDX-License-Identifier: BSD-3-Clause
// The demo's table.

#include <stdio.h>

#include "base/grouped.h"
#include "commands/demo_phases.h"
#include "report/figure.h"

static void row_print(const struct demo_row *row)
{
	char p50[FIGURE_ROOM], p99[FIGURE_ROOM];
	char primary[32], backup[32], down[32], requests[32], worst[16] = "";

	if (row->worst_ms)
		snprintf(worst, sizeof(worst), "%.1f s", (double)row->worst_ms / 1000);
	printf("%-14s %-33s %10s %10s %6s %6.1f s %7s %10s %7s %7s  %s\n", row->name, row->what,
	       grouped_text(row->on_primary, primary), grouped_text(row->on_backup, backup),
	       grouped_text(row->down, down), (double)row->took_ms / 1000, worst,
	       grouped_text(row->requests, requests), figure_text(row->p50_us, p50),
	       figure_text(row->p99_us, p99),
	       row->result == DEMO_OK        ? "OK"
	       : row->result == DEMO_STOPPED ? "stopped"
					     : "FAILED");
}

void demo_print(const struct demo *demo)
{
	static const char format[] = "%-14s %-33s %10s %10s %6s %8s %7s %10s %7s %7s  %s\n";

	printf(format, "", "", "lines on", "lines on", "lines", "it", "worst", "", "RTT p50",
	       "RTT p99", "");
	printf(format, "phase", "what happens", "primary", "backup", "down", "took", "case",
	       "requests", "us", "us", "result");
	for (unsigned i = 0; i < demo->n_done; i++)
		row_print(&demo->rows[i]);
}
