// SPDX-License-Identifier: BSD-3-Clause
// Times of the workers' clock as people write them.
#pragma once

#include <stdint.h>

#define WALL_ROOM 64

// UTC, since 1970.
int64_t wall_now_ms(void);

// The wall clock minus timebase_ns(), as it is now.
int64_t wall_offset_ns(void);

// "2026-11-29T11:46:02.123Z".
const char *wall_text_of(uint64_t since_1970_ms, char out[WALL_ROOM]);
// Likewise of a time of timebase_ns(), by what the clock on the wall says now.
const char *wall_text(uint64_t at_ns, char out[WALL_ROOM]);
// Likewise, with microseconds.
const char *wall_text_us(uint64_t at_ns, char out[WALL_ROOM]);
