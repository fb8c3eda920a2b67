// SPDX-License-Identifier: BSD-3-Clause
// Publish and reclaim, by quiescent states.
//
// Why it is safe: a reader announces a version no newer than what it reads, always. One that was active
// announces a newer version only where it holds nothing older (release), and the writer frees what it has seen
// left (acquire). One that rested announces before it loads `current`, the writer stores `current` before it looks at
// the announcements, and these four are sequentially consistent: either the writer sees the announcement, or
// the reader sees what was published.
#include "base/publish.h"

#include <stddef.h>

void publisher_init(struct publisher *p, struct published *first, uint32_t n_readers,
		    uint64_t version)
{
	first->version = version;
	first->newer = NULL;
	p->oldest = first;
	p->n_readers = n_readers;
	for (uint32_t i = 0; i < PUBLISH_READERS_MAX; i++)
		atomic_init(&p->readers[i].reads, 0);
	atomic_init(&p->version, version);
	atomic_init(&p->current, first);
}

struct published *publish_take(struct publisher *p, uint32_t reader)
{
	_Atomic uint64_t *reads = &p->readers[reader].reads;
	struct published *now;

	// What is current may be freed before its version was read, unless something older is announced.
	if (atomic_load_explicit(reads, memory_order_relaxed) == 0)
		atomic_store_explicit(reads,
				      atomic_load_explicit(&p->version, memory_order_acquire),
				      memory_order_seq_cst);
	now = atomic_load_explicit(&p->current, memory_order_seq_cst);
	atomic_store_explicit(reads, now->version, memory_order_release);
	return now;
}

void publish_rest(struct publisher *p, uint32_t reader)
{
	atomic_store_explicit(&p->readers[reader].reads, 0, memory_order_release);
}

void publish_next(struct publisher *p, struct published *next)
{
	struct published *before = atomic_load_explicit(&p->current, memory_order_relaxed);

	next->version = before->version + 1 != 0 ? before->version + 1 : PUBLISH_FIRST_VERSION;
	next->newer = NULL;
	before->newer = next;
	atomic_store_explicit(&p->current, next, memory_order_seq_cst);
	atomic_store_explicit(&p->version, next->version, memory_order_release);
}

static bool may_read(struct publish_reader *reader, uint64_t version)
{
	uint64_t reads = atomic_load_explicit(&reader->reads, memory_order_seq_cst);

	return reads != 0 && (int64_t)(reads - version) <= 0;
}

struct published *publish_reclaim(struct publisher *p)
{
	struct published *oldest = p->oldest;

	if (oldest == atomic_load_explicit(&p->current, memory_order_relaxed))
		return NULL;
	for (uint32_t i = 0; i < p->n_readers; i++)
		if (may_read(&p->readers[i], oldest->version))
			return NULL;
	p->oldest = oldest->newer;
	return oldest;
}
