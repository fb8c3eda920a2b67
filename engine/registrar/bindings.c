// SPDX-License-Identifier: BSD-3-Clause
// Open addressing with linear probing. Freeing a slot moves later ones up, so there are no tombstones.
#include "registrar/bindings.h"

#include <errno.h>
#include <string.h>

#include "base/count.h"
#include "base/memory.h"

#define SWEEP_PASS_NS 10000000000ull // the whole table in ten seconds
#define SWEEP_SLOTS_MAX 256          // a call
#define SWEEP_FULL_SLOTS 64          // looked at when there is no room
#define SWEEP_CROWDED_SLOTS 32

int bindings_init(struct bindings *table, uint32_t capacity, _Atomic uint64_t *counter)
{
	// A third more slots than live bindings, for short runs and for bindings that linger.
	*table = (struct bindings){
		.n_slots = capacity + capacity / 3 + 64,
		.capacity = capacity,
		.generation = 1,
		.counter = counter,
	};
	table->slots = memory_zalloc(table->n_slots, sizeof(struct binding), 128);
	return table->slots != NULL ? 0 : -ENOMEM;
}

void bindings_free(struct bindings *table)
{
	memory_free(table->slots);
	table->slots = NULL;
}

void bindings_wipe(struct bindings *table)
{
	table->generation++;
	table->used = 0;
	table->live = 0;
	atomic_store_explicit(table->counter, 0, memory_order_relaxed);
}

static bool slot_free(const struct bindings *table, uint32_t slot)
{
	return table->slots[slot].generation != table->generation;
}

static uint32_t slot_after(const struct bindings *table, uint32_t slot)
{
	return slot + 1 < table->n_slots ? slot + 1 : 0;
}

// Where the run of an AoR starts.
static uint32_t slot_home(const struct bindings *table, uint64_t aor)
{
	return (uint32_t)((aor >> 32) * table->n_slots >> 32);
}

static uint32_t slot_distance(const struct bindings *table, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : to + table->n_slots - from;
}

static void live_set(struct bindings *table, struct binding *b, bool live)
{
	if (b->counted == live)
		return;
	b->counted = live;
	table->live += live ? 1 : -1u;
	count_add(table->counter, live ? 1 : UINT64_MAX);
}

// An expired binding leaves the count when it is seen.
static void binding_look(struct bindings *table, struct binding *b, uint64_t now_ns)
{
	if (b->counted && !binding_live(b, now_ns))
		live_set(table, b, false);
}

struct binding *bindings_walk(struct bindings *table, struct binding_walk *walk, uint64_t aor,
			      uint64_t now_ns)
{
	if (walk->steps == 0)
		walk->slot = slot_home(table, aor);
	while (walk->steps < table->n_slots && !slot_free(table, walk->slot)) {
		struct binding *b = &table->slots[walk->slot];

		walk->slot = slot_after(table, walk->slot);
		walk->steps++;
		if (b->aor == aor) {
			binding_look(table, b, now_ns);
			return b;
		}
	}
	return NULL;
}

struct binding *bindings_find(struct bindings *table, uint64_t aor, struct slice contact,
			      uint64_t now_ns)
{
	struct binding_walk walk = { 0 };
	struct binding *b;

	while ((b = bindings_walk(table, &walk, aor, now_ns)) != NULL) {
		if (b->contact_len == contact.len &&
		    memcmp(b->contact, contact.at, contact.len) == 0)
			return b;
	}
	return NULL;
}

// Free a slot: a later binding of its run that may be there moves up, so that no walk ends early.
static void slot_release(struct bindings *table, uint32_t hole)
{
	live_set(table, &table->slots[hole], false);
	for (uint32_t slot = slot_after(table, hole); !slot_free(table, slot);
	     slot = slot_after(table, slot)) {
		uint32_t home = slot_home(table, table->slots[slot].aor);

		if (slot_distance(table, home, slot) >= slot_distance(table, hole, slot)) {
			table->slots[hole] = table->slots[slot];
			hole = slot;
		}
	}
	table->slots[hole].generation = 0;
	table->used--;
}

// Look at n slots; what has been dead for linger_ns is freed.
static void sweep(struct bindings *table, uint32_t n, uint64_t linger_ns, uint64_t now_ns)
{
	for (; n > 0 && table->used > 0; n--) {
		uint32_t slot = table->sweep_slot;
		struct binding *b = &table->slots[slot];

		if (!slot_free(table, slot)) {
			binding_look(table, b, now_ns);
			if (now_ns >= b->expires_ns + linger_ns) {
				slot_release(table, slot); // another one may stand there now
				continue;
			}
		}
		table->sweep_slot = slot_after(table, slot);
	}
}

void bindings_sweep(struct bindings *table, uint64_t now_ns)
{
	uint64_t slot_ns = SWEEP_PASS_NS / table->n_slots;
	uint64_t due = (now_ns - table->sweep_ns) / (slot_ns > 0 ? slot_ns : 1);

	if (due == 0)
		return;
	if (due > SWEEP_SLOTS_MAX) {
		due = SWEEP_SLOTS_MAX;
		table->sweep_ns = now_ns; // late: no catching up in a burst
	} else
		table->sweep_ns += due * (slot_ns > 0 ? slot_ns : 1);
	sweep(table, (uint32_t)due, BINDING_LINGER_NS, now_ns);
}

bool bindings_room(struct bindings *table, uint32_t n, uint64_t now_ns)
{
	if (table->live + n > table->capacity)
		sweep(table, SWEEP_FULL_SLOTS, BINDING_LINGER_NS, now_ns);
	return table->live + n <= table->capacity;
}

// A slot for a new binding of this AoR: the free one after its run. In a crowded table, bindings that
// linger are freed before walks become long.
static struct binding *slot_claim(struct bindings *table, uint64_t aor, uint64_t now_ns)
{
	if (table->used >= table->capacity + table->capacity / 8 + 32)
		sweep(table, SWEEP_CROWDED_SLOTS, 0, now_ns);
	if (table->used + 1 >= table->n_slots) // a free one must stay, to end the walks
		return NULL;

	uint32_t slot = slot_home(table, aor);
	while (!slot_free(table, slot))
		slot = slot_after(table, slot);
	table->used++;
	return &table->slots[slot];
}

struct binding *bindings_put(struct bindings *table, uint64_t aor, struct slice contact,
			     uint64_t expires_ns, uint64_t now_ns)
{
	struct binding *b = bindings_find(table, aor, contact, now_ns);

	assert(contact.len <= BINDING_CONTACT_MAX);
	if (b == NULL || !b->counted) {
		if (!bindings_room(table, 1, now_ns))
			return NULL;
		// Making room may have moved it.
		b = bindings_find(table, aor, contact, now_ns);
	}
	if (b == NULL) {
		b = slot_claim(table, aor, now_ns);
		if (b == NULL)
			return NULL;
		b->aor = aor;
		b->generation = table->generation;
		b->counted = false;
		b->contact_len = (uint8_t)contact.len;
		memcpy(b->contact, contact.at, contact.len);
	}
	b->expires_ns = expires_ns;
	live_set(table, b, true);
	return b;
}

void binding_end(struct bindings *table, struct binding *b, uint64_t now_ns)
{
	if (binding_live(b, now_ns))
		b->expires_ns = now_ns;
	live_set(table, b, false);
}
