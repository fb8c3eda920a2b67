// SPDX-License-Identifier: BSD-3-Clause
// Publish and reclaim: one writer replaces an object that readers use without a lock, and frees the old one
// when no reader can have it any more.
//
// A reader takes what is current at its quiescent points, where it holds nothing of what it took before, and
// keeps it until the next. It announces the version that it reads from now on; only when that changes does it
// write anything. A reader that rests, asleep or stopped, announces that it reads none, so nothing waits for it.
// The writer never waits either: it looks whether the oldest object was left by all, and tries again later.
#pragma once

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PUBLISH_READERS_MAX 64

// The first member of an object that is published. Writer: the publisher's.
struct published {
	uint64_t version;
	struct published *newer; // what took its place
};

struct publish_reader {
	// The oldest version that it may read; 0: none, it rests. Writer: the reader.
	alignas(64) _Atomic uint64_t reads;
};

struct publisher {
	alignas(64) _Atomic(struct published *) current;
	_Atomic uint64_t version; // of `current`, or of the one before: it is written behind it
	struct published *oldest; // that was not reclaimed. Writer and reader: the writer
	uint32_t n_readers;
	struct publish_reader readers[PUBLISH_READERS_MAX]; // all at rest
};

// Versions are told apart by their difference, so they may come round. 0 is none.
#define PUBLISH_FIRST_VERSION 1

// n_readers: at most PUBLISH_READERS_MAX; their numbers count from 0.
void publisher_init(struct publisher *p, struct published *first, uint32_t n_readers,
		    uint64_t version);

// What the writer published last. For a reader only between publish_take() and publish_rest(), to compare with
// what it took: when it differs, it may take it.
static inline struct published *publish_current(const struct publisher *p)
{
	struct publisher *at = (struct publisher *)p;

	return atomic_load_explicit(&at->current, memory_order_acquire);
}

// At a quiescent point of this reader: what it reads from now on, in place of all that it took before.
struct published *publish_take(struct publisher *p, uint32_t reader);
// It reads nothing until it takes again.
void publish_rest(struct publisher *p, uint32_t reader);

// Writer: `next` is what readers take from now on.
void publish_next(struct publisher *p, struct published *next);
// Writer: the oldest object, when a newer one has taken its place and no reader can have it any more; else NULL.
// It is the caller's now; its `newer` still stands. Call it until it says NULL.
struct published *publish_reclaim(struct publisher *p);
