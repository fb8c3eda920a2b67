// SPDX-License-Identifier: BSD-3-Clause
// The timer wheel: three levels of slots, a slot is a ring of entries; bitmaps of what is in use.
//
// Let `tick` be where the wheel stands. An entry is kept in the lowest level that reaches as far:
//
//   level 0   8192 slots of a tick (131 us)                this block and the next
//   level 1   2048 slots of a block, 4096 ticks (0.54 s)   this span and the next
//   level 2   1024 slots of a span, 1024 blocks (550 s)    all that 32 bits can be ahead of it
//
// So a slot of level 1 or 2 may be moved down during the whole unit before its own, a few entries a
// call. What is not moved in time is moved, as slowly, before anything of the new unit is expired.
#include "timer/wheel.h"

#include <assert.h>

#include "base/memory.h"

enum {
	WHEEL_LEVELS = 3,
	WHEEL_L0 = 8192,
	WHEEL_L1 = 2048,
	WHEEL_L2 = 1024,
	WHEEL_SLOTS = WHEEL_L0 + WHEEL_L1 + WHEEL_L2,
	WHEEL_MOVES = 64, // entries moved down a call: some us when each is a cache miss
};

static const uint8_t level_shift[WHEEL_LEVELS] = { 0, 12, 22 };
static_assert(WHEEL_L0 == 2 << 12, "level 0 holds two blocks");
static_assert(WHEEL_L1 == 2 << (22 - 12), "level 1 holds two spans");
static_assert((uint64_t)WHEEL_L2 << 22 > 1u << 31, "level 2: no two spans ahead share a slot");

// Of an id, or the head of a slot. `next` of an id that is not armed is WHEEL_NONE.
struct entry {
	uint32_t next, prev;
	uint32_t at; // of a head: its level
};
static_assert(sizeof(struct entry) == 12, "a million ids in 12 MB");

// Which slots are occupied, and which words of that are not 0.
struct level {
	uint32_t slots;
	uint32_t head; // entry of the first slot's head
	uint64_t words_used[WHEEL_L0 / 64 / 64];
	uint64_t words[WHEEL_L0 / 64];
};

struct wheel {
	uint64_t tick;         // all before it is expired
	struct entry *entries; // ids, then heads
	uint32_t n;
	struct level levels[WHEEL_LEVELS];
};

static uint64_t unit_of(unsigned level, uint64_t tick)
{
	return tick >> level_shift[level];
}

static uint32_t slot_of(const struct level *level, uint64_t unit)
{
	return (uint32_t)unit & (level->slots - 1);
}

static void slot_mark(struct level *level, uint32_t slot)
{
	level->words[slot / 64] |= 1ull << slot % 64;
	level->words_used[slot / 4096] |= 1ull << slot / 64 % 64;
}

static void slot_clear(struct level *level, uint32_t slot)
{
	level->words[slot / 64] &= ~(1ull << slot % 64);
	if (level->words[slot / 64] == 0)
		level->words_used[slot / 4096] &= ~(1ull << slot / 64 % 64);
}

// First occupied slot at or after `from`; WHEEL_NONE: no more up to the last one.
static uint32_t slot_next(const struct level *level, uint32_t from)
{
	uint32_t word = from / 64;
	uint64_t bits = level->words[word] & UINT64_MAX << from % 64;

	if (bits != 0)
		return word * 64 + (uint32_t)__builtin_ctzll(bits);
	if (++word >= level->slots / 64)
		return WHEEL_NONE;

	uint32_t group = word / 64;
	uint64_t used = level->words_used[group] & UINT64_MAX << word % 64;
	while (used == 0) {
		if (++group >= WHEEL_L0 / 64 / 64)
			return WHEEL_NONE;
		used = level->words_used[group];
	}
	word = group * 64 + (uint32_t)__builtin_ctzll(used);
	return word * 64 + (uint32_t)__builtin_ctzll(level->words[word]);
}

// First tick of the earliest unit with an entry; UINT64_MAX: none. Never before `tick`, because the
// wheel stands at the first tick of a unit until nothing of it is left above level 0.
static uint64_t level_next(const struct wheel *wheel, unsigned i)
{
	const struct level *level = &wheel->levels[i];
	uint64_t unit = unit_of(i, wheel->tick);
	uint32_t here = slot_of(level, unit);
	uint32_t slot = slot_next(level, here);

	if (slot == WHEEL_NONE)
		slot = slot_next(level, 0); // once around
	if (slot == WHEEL_NONE)
		return UINT64_MAX;
	return (unit + slot_of(level, slot - here)) << level_shift[i];
}

static void entry_unlink(struct wheel *wheel, uint32_t id)
{
	struct entry *entries = wheel->entries;
	uint32_t next = entries[id].next, prev = entries[id].prev;

	entries[prev].next = next;
	entries[next].prev = prev;
	if (next == prev && next >= wheel->n) { // only the head is left
		struct level *level = &wheel->levels[entries[next].at];
		slot_clear(level, next - level->head);
	}
}

// To the end of its slot, as seen from where the wheel stands: first armed, first out.
static void entry_link(struct wheel *wheel, uint32_t id)
{
	struct entry *entries = wheel->entries;
	int32_t ahead = (int32_t)(entries[id].at - (uint32_t)wheel->tick);
	uint64_t due = ahead > 0 ? wheel->tick + (uint32_t)ahead : wheel->tick;
	unsigned i = 0;

	while (i < WHEEL_LEVELS - 1 && unit_of(i + 1, due) > unit_of(i + 1, wheel->tick) + 1)
		i++;

	struct level *level = &wheel->levels[i];
	uint32_t slot = slot_of(level, unit_of(i, due));
	uint32_t head = level->head + slot;
	uint32_t last = entries[head].prev;

	slot_mark(level, slot);
	entries[id].next = head;
	entries[id].prev = last;
	entries[last].next = id;
	entries[head].prev = id;
}

// Move a unit that is the current one or the next to where it belongs now; false: out of moves.
static bool unit_move(struct wheel *wheel, unsigned i, uint64_t unit, uint32_t *moves)
{
	const struct level *level = &wheel->levels[i];
	uint32_t head = level->head + slot_of(level, unit);

	for (;;) {
		uint32_t id = wheel->entries[head].next;
		if (id == head)
			return true;
		if (*moves == 0)
			return false;
		--*moves;
		entry_unlink(wheel, id);
		entry_link(wheel, id);
	}
}

// The block first, as it is due first; what then comes down from the span is never put into it.
static bool units_move(struct wheel *wheel, unsigned ahead, uint32_t *moves)
{
	return unit_move(wheel, 1, unit_of(1, wheel->tick) + ahead, moves) &&
	       unit_move(wheel, 2, unit_of(2, wheel->tick) + ahead, moves);
}

struct wheel *wheel_new(uint32_t n, uint64_t now)
{
	static const uint32_t slots[WHEEL_LEVELS] = { WHEEL_L0, WHEEL_L1, WHEEL_L2 };

	if (n >= WHEEL_NONE - WHEEL_SLOTS)
		return NULL; // heads are numbered after the ids
	struct wheel *wheel = memory_zalloc(1, sizeof(*wheel), 64);
	if (wheel == NULL)
		return NULL;
	wheel->entries = memory_zalloc((size_t)n + WHEEL_SLOTS, sizeof(struct entry), 64);
	if (wheel->entries == NULL) {
		memory_free(wheel);
		return NULL;
	}

	wheel->tick = now;
	wheel->n = n;
	for (uint32_t id = 0; id < n; id++)
		wheel->entries[id].next = WHEEL_NONE;
	for (uint32_t i = 0, head = n; i < WHEEL_LEVELS; i++) {
		wheel->levels[i].slots = slots[i];
		wheel->levels[i].head = head;
		for (uint32_t end = head + slots[i]; head < end; head++)
			wheel->entries[head] = (struct entry){ .next = head,
							       .prev = head,
							       .at = i };
	}
	return wheel;
}

void wheel_free(struct wheel *wheel)
{
	if (wheel == NULL)
		return;
	memory_free(wheel->entries);
	memory_free(wheel);
}

bool wheel_armed(const struct wheel *wheel, uint32_t id)
{
	assert(id < wheel->n);
	return wheel->entries[id].next != WHEEL_NONE;
}

void wheel_prefetch(const struct wheel *wheel, uint32_t id)
{
	__builtin_prefetch(&wheel->entries[id], 1);
}

uint32_t wheel_at(const struct wheel *wheel, uint32_t id)
{
	assert(wheel_armed(wheel, id));
	return wheel->entries[id].at;
}

void wheel_arm(struct wheel *wheel, uint32_t id, uint32_t at)
{
	if (wheel_armed(wheel, id))
		entry_unlink(wheel, id);
	wheel->entries[id].at = at;
	entry_link(wheel, id);
}

void wheel_disarm(struct wheel *wheel, uint32_t id)
{
	if (!wheel_armed(wheel, id))
		return;
	entry_unlink(wheel, id);
	wheel->entries[id].next = WHEEL_NONE;
}

uint64_t wheel_next(const struct wheel *wheel)
{
	uint64_t next = UINT64_MAX;

	for (unsigned i = 0; i < WHEEL_LEVELS; i++) {
		uint64_t first = level_next(wheel, i);
		if (first < next)
			next = first;
	}
	return next;
}

// Go from one bound of wheel_next() to the next. Each step either takes an id or ends at the border
// of a unit with something to move: max and WHEEL_MOVES bound the steps, however far `now` is.
uint32_t wheel_expire(struct wheel *wheel, uint64_t now, uint32_t *ids, uint32_t max, bool *done)
{
	uint32_t n = 0, moves = WHEEL_MOVES;

	*done = false;
	if (now < wheel->tick)
		now = wheel->tick;
	while (units_move(wheel, 0, &moves)) {
		uint64_t next = wheel_next(wheel);
		if (next > now) {
			wheel->tick = now;
			*done = true;
			break;
		}
		if (n == max)
			break;
		wheel->tick = next;

		// Nothing is due before `next`, so what its slot holds is the earliest.
		const struct level *level = &wheel->levels[0];
		uint32_t head = level->head + slot_of(level, next);
		while (n < max && wheel->entries[head].next != head) {
			uint32_t id = wheel->entries[head].next;
			wheel_disarm(wheel, id);
			ids[n++] = id;
		}
	}
	units_move(wheel, 1, &moves); // ahead of time, with what is left
	return n;
}
