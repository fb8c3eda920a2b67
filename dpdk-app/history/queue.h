// SPDX-License-Identifier: BSD-3-Clause
// Changes on their way from the control thread to the thread that writes the history. Bounded: neither
// of the two ever waits for the other.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "history/change.h"

struct history_queue;

// bytes: a power of two. NULL: no memory. What was never used takes none.
struct history_queue *history_queue_new(size_t bytes);
void history_queue_free(struct history_queue *queue);

// Control thread only. The texts are copied. False: there is no room.
bool history_queue_put(struct history_queue *queue, const struct history_change *change);

// Of the writer alone. From the first change that was not given up yet, go on by a cursor; texts point
// into the queue. False: there is none behind the cursor.
uint64_t history_queue_cursor(const struct history_queue *queue);
bool history_queue_next(const struct history_queue *queue, uint64_t *cursor,
			struct history_change *change);
// What is before the cursor was written: its room is free again.
void history_queue_release(struct history_queue *queue, uint64_t cursor);

bool history_queue_empty(const struct history_queue *queue);
