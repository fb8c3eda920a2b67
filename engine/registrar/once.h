// SPDX-License-Identifier: BSD-3-Clause
// Nonces that are good for one request: the latest ones given out, in order of their time.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct once {
	uint64_t *made; // ring of times, each with its used bit: time << 1 | used
	uint32_t size;
	uint64_t n; // given out so far; the next one stands at n % size
};

int once_init(struct once *once, uint32_t size);
void once_free(struct once *once);

// The time to make a nonce of: now, or a little later, so that no two are the same.
uint64_t once_make(struct once *once, uint64_t now_ns);
// Use it up. False: it was used before, or is older than the memory.
bool once_use(struct once *once, uint64_t made_ns);
