// SPDX-License-Identifier: BSD-3-Clause
// Slots: places for lines, which come and go while the worker runs.
//
// A line that is removed unregisters like one that is stopped, but its slot is not free at once. For 64 * T1
// (32 s, RFC 3261 17.1.2.2, timer F) after its last request has ended, answers to what it sent may come,
// and one of them may tell of a binding that it must still remove. So long, and as long as a server may
// hold a binding of it, the slot keeps its generation, its texts and what it remembers, and a server that
// did not answer is asked again each time. Then the generation is counted on, and what comes later is
// dropped as late.
//
// So a slot counts on every 32 s at the most: the 8 bits of a generation come round after 2.2 hours, when
// no answer to a line of the same number is under way any more.
#pragma once

#include "worker/worker.h"

static inline bool slot_has_line(const struct hl_worker *w, uint32_t i)
{
	return line_state(&w->lines[i]).slot == HL_SLOT_LINE;
}

// The line of this worker that has an address and port on a link, by local index, also when it is being removed;
// -1: none has.
int64_t slot_find(const struct hl_worker *w, uint16_t link, const struct hl_endpoint *own);
// Does a line have that port of an own address, given by its index, as far as this worker can tell? Of slots of other workers it says yes.
bool slot_is_taken(const struct hl_worker *w, uint32_t address, uint16_t port);

// A free slot gets the line that the plan has for it. It is off.
void slot_add(struct hl_worker *w, uint32_t i);
// Its line was stopped, and is not to come back.
void slot_remove(struct hl_worker *w, uint32_t i);
// A line has no unregister under way any more.
void slot_settled(struct hl_worker *w, uint32_t i);
// A removed line was waited for. Returns the servers that may still hold a binding of it, to be asked once
// more, as bits by enum hl_server; else it is gone.
uint8_t slot_due(struct hl_worker *w, uint32_t i);
