// SPDX-License-Identifier: BSD-3-Clause
// The rows of FAILOVER.md section 3 and the transitions that belong to each.
#include "states.h"

#include <string.h>

enum { ANY = -1 };

static const struct row {
	const char *row;
	int from, event, to; // ANY: all
} rows[] = {
	{ "1", HL_OFF, FO_ENABLE, ANY },
	{ "2", HL_REG_P, FO_REGISTERED, HL_ON_P },
	{ "3", HL_REG_P, FO_FAILED, HL_SW_B },
	{ "4", HL_ON_P, FO_REFRESH, HL_ON_P },
	{ "4", HL_ON_P, FO_REGISTERED, HL_ON_P },
	{ "5", HL_ON_P, FO_FAILED, HL_SW_B },
	{ "5", HL_ON_P, FO_PROBE_LOST, HL_SW_B },
	{ "6", HL_SW_B, FO_REGISTERED, HL_ON_B },
	{ "7", HL_SW_B, FO_FAILED, HL_REG_P },
	{ "7", HL_SW_B, FO_REJECTED, HL_REG_P },
	{ "8", HL_REG_P, FO_FAILED, HL_DOWN },
	{ "8", HL_ON_P, FO_FAILED, HL_DOWN },
	{ "8", HL_SW_B, FO_FAILED, HL_DOWN },
	{ "9", HL_ON_B, FO_PROBE_OK, HL_SW_P },
	{ "10", HL_ON_B, FO_PROBE_OK, HL_HOLD_B },
	{ "11", HL_HOLD_B, FO_PROBE_LOST, HL_ON_B },
	{ "12", HL_HOLD_B, FO_TIMER, ANY },
	{ "13", HL_SW_P, FO_REGISTERED, HL_ON_P },
	{ "14", HL_SW_P, FO_FAILED, HL_ON_B },
	{ "14", HL_SW_P, FO_REJECTED, HL_ON_B },
	{ "14", HL_SW_P, FO_TIMER, HL_ON_B },
	{ "15", HL_ON_B, FO_FAILED, ANY },
	{ "15", HL_HOLD_B, FO_FAILED, ANY },
	{ "16", HL_DOWN, FO_TIMER, ANY },
	{ "16", HL_DOWN, FO_PROBE_OK, HL_REG_P },
	{ "16", HL_DOWN, FO_PROBE_B_OK, HL_SW_B },
	{ "18", ANY, FO_REJECTED, HL_PARK },
	{ "19", HL_PARK, FO_TIMER, ANY },
	{ "20", ANY, FO_FORCE_P, ANY },
	{ "20", ANY, FO_FORCE_B, ANY },
	{ "20", ANY, FO_LOCK, ANY },
	{ "20", ANY, FO_DISABLE, ANY },
	// On B the refresh is as in row 4; without probes it tries P first (section 1).
	{ "4 at B", HL_ON_B, FO_REFRESH, HL_ON_B },
	{ "4 at B", HL_ON_B, FO_REGISTERED, HL_ON_B },
	{ "4 at B", HL_HOLD_B, FO_REFRESH, HL_HOLD_B },
	{ "4 at B", HL_HOLD_B, FO_REGISTERED, HL_HOLD_B },
	{ "section 1", HL_ON_B, FO_REFRESH, HL_SW_P },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool row_fits(const struct row *row, int from, int event, int to)
{
	return (row->from == ANY || row->from == from) &&
	       (row->event == ANY || row->event == event) && (row->to == ANY || row->to == to);
}

const char *row_of(enum hl_line_state from, enum failover_event event, enum hl_line_state to)
{
	const char *found = NULL;

	for (unsigned i = 0; i < ROWS; i++) {
		if (!row_fits(&rows[i], (int)from, (int)event, (int)to))
			continue;
		if (found != NULL)
			return NULL;
		found = rows[i].row;
	}
	return found;
}

static bool row_is_used(const struct row *row, const struct walk *walk)
{
	for (int from = 0; from < HL_LINE_STATES; from++)
		for (int event = 0; event < FAILOVER_EVENTS; event++)
			for (unsigned o = 0; o < OUTCOMES; o++)
				if (walk->cells[from][event].outcomes & 1u << o &&
				    !outcome_is_nothing((enum hl_line_state)from, o) &&
				    row_fits(row, from, event, (int)(o / 2)))
					return true;
	return false;
}

const char *row_without_transition(const struct walk *walk)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (!row_is_used(&rows[i], walk))
			return rows[i].row;
	return NULL;
}
