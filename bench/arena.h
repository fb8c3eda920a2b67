// SPDX-License-Identifier: BSD-3-Clause
// Memory of the engine by owner, so that pages can be write-protected and every write elsewhere counted.
#pragma once

#include <stdint.h>

#define ARENA_OWNERS_MAX 65

// Take over hl_set_allocator(); what is allocated from now on is the owner's.
void arena_use(void);
void arena_own(uint32_t owner);

// Only this owner and those from `free_from` on may write; pages of the others that are written to
// are counted, each once.
void arena_protect(uint32_t writer, uint32_t free_from);
void arena_release(void);
uint64_t arena_pages_written(uint32_t owner);
