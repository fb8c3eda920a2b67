// SPDX-License-Identifier: BSD-3-Clause
// Changes on their way from the control thread to the thread that writes the history, in a ring of bytes.
#pragma once

#include "base/byte_ring.h"
#include "history/change.h"

// Control thread only. The texts are copied. False: there is no room.
bool history_queue_put(struct byte_ring *queue, const struct history_change *change);

// Of the writer alone. Texts point into the ring. False: there is none behind the cursor.
bool history_queue_next(const struct byte_ring *queue, uint64_t *cursor,
			struct history_change *change);
