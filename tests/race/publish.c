// SPDX-License-Identifier: BSD-3-Clause
// Threads read what one thread publishes and reclaims, under ThreadSanitizer. What is reclaimed is poisoned before it
// is freed, so that a use after it is seen in any build.
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/publish.h"

#define READERS 3
#define VERSIONS 20000
#define WORDS 16
#define POISON 0xdb
#define START (UINT64_MAX - VERSIONS / 2) // the versions come round on the way

struct object {
	struct published published;
	uint64_t words[WORDS]; // all the same
};

static struct publisher publisher;
static _Atomic bool done;
static _Atomic uint64_t torn, looks, taken;

static struct object *object_new(uint64_t value)
{
	struct object *o = malloc(sizeof(*o));

	if (!o)
		abort();
	for (int i = 0; i < WORDS; i++)
		o->words[i] = value;
	return o;
}

// Poisoned and kept for a while, so that what is read there is the poison and not the next object.
static void object_free(struct object *o)
{
	static struct object *kept[64];
	static unsigned at;

	memset(o->words, POISON, sizeof(o->words));
	free(kept[at]);
	kept[at] = o;
	at = (at + 1) % 64;
}

static void look(const struct object *o)
{
	uint64_t first = o->words[0], poison;

	memset(&poison, POISON, sizeof(poison));
	for (int i = 0; i < WORDS; i++) {
		if (i == WORDS / 2 && first % 4 == 0) // what it has stays while others run
			sched_yield();
		if (o->words[i] != first || o->words[i] == poison)
			atomic_fetch_add(&torn, 1);
	}
	atomic_fetch_add_explicit(&looks, 1, memory_order_relaxed);
}

// As a worker does: looks whether there is something new, keeps what it has, now and then rests.
static void *read_objects(void *argument)
{
	uint32_t me = (uint32_t)(uintptr_t)argument, round = 0;
	const struct object *mine = NULL;

	while (!atomic_load(&done)) {
		if (!mine || publish_current(&publisher) != &mine->published) {
			mine = (struct object *)publish_take(&publisher, me);
			atomic_fetch_add_explicit(&taken, 1, memory_order_relaxed);
		}
		look(mine);
		if (++round % (7 + me) == 0) {
			publish_rest(&publisher, me);
			mine = NULL;
		}
		if (round % 5 == 0)
			sched_yield();
	}
	publish_rest(&publisher, me);
	return NULL;
}

static uint64_t reclaim(void)
{
	struct published *left;
	uint64_t n = 0;

	for (; (left = publish_reclaim(&publisher)) != NULL; n++)
		object_free((struct object *)left);
	return n;
}

int main(void)
{
	pthread_t threads[READERS];
	uint64_t reclaimed = 0;

	publisher_init(&publisher, &object_new(1)->published, READERS, START);
	for (uintptr_t i = 0; i < READERS; i++)
		if (pthread_create(&threads[i], NULL, read_objects, (void *)i) != 0)
			abort();
	for (uint64_t k = 2; k < VERSIONS; k++) {
		publish_next(&publisher, &object_new(k)->published);
		reclaimed += reclaim();
		if (k % 3 == 0)
			sched_yield();
	}
	atomic_store(&done, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	reclaimed += reclaim();
	bool ok = torn == 0 && reclaimed == VERSIONS - 2;
	printf("%s - %u readers of %u objects: %llu taken, %llu looks, %llu at what was reclaimed; "
	       "%llu reclaimed\n",
	       ok ? "ok" : "not ok", READERS, VERSIONS, (unsigned long long)taken,
	       (unsigned long long)looks, (unsigned long long)torn, (unsigned long long)reclaimed);
	return !ok;
}
