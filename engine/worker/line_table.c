// SPDX-License-Identifier: BSD-3-Clause
// From an address and port to the line that has it.
#include "worker/line_table.h"

int64_t line_table_find(const struct line_table *table, uint32_t address, uint16_t port)
{
	const uint32_t *slots = table->slots + (size_t)address * table->slots_per_address;

	for (uint32_t i = 0; i < table->n_windows; i++) {
		const struct port_window *w = &table->windows[i];

		if (w->first <= port && port <= w->last)
			return (int64_t)slots[w->offset + port - w->first] - 1;
	}
	return -1;
}
