// SPDX-License-Identifier: BSD-3-Clause
// Times rise, so the ring is sorted and a nonce is found by halving.
#include "registrar/once.h"

#include <errno.h>

#include "base/memory.h"

int once_init(struct once *once, uint32_t size)
{
	*once = (struct once){ .size = size };
	once->made = memory_zalloc(size, sizeof(*once->made), 64);
	return once->made != NULL ? 0 : -ENOMEM;
}

void once_free(struct once *once)
{
	memory_free(once->made);
	once->made = NULL;
}

uint64_t once_make(struct once *once, uint64_t now_ns)
{
	uint64_t latest_ns = once->n > 0 ? once->made[(once->n - 1) % once->size] >> 1 : 0;
	uint64_t made_ns = now_ns > latest_ns ? now_ns : latest_ns + 1;

	once->made[once->n++ % once->size] = made_ns << 1;
	return made_ns;
}

bool once_use(struct once *once, uint64_t made_ns)
{
	uint64_t low = once->n > once->size ? once->n - once->size : 0, high = once->n;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (once->made[middle % once->size] >> 1 < made_ns)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == once->n || once->made[low % once->size] != made_ns << 1)
		return false;
	once->made[low % once->size] |= 1;
	return true;
}
