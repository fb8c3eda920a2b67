// SPDX-License-Identifier: BSD-3-Clause
// The wheel against a sorted list: the same seeded operations, the same answers.
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/rng.h"
#include "timer/wheel.h"

#define FAR ((1u << 30) - 1)
#define HOUR 27465820u // ticks

enum { IDS = 600 };

struct timer {
	uint64_t due;
	uint32_t id;
};

struct model {
	struct wheel *wheel;
	struct rng rng;
	uint64_t now;
	bool arrived;             // the wheel is at now
	struct timer sorted[IDS]; // armed ahead, earliest first
	uint32_t n;
	bool armed[IDS], late[IDS]; // late: due already when armed at a wheel that is behind
	uint64_t due[IDS];
	uint32_t n_late;
	uint64_t expired, ops;
};

static bool timer_before(struct timer a, struct timer b)
{
	return a.due != b.due ? a.due < b.due : a.id < b.id;
}

static uint32_t model_find(const struct model *m, struct timer timer)
{
	uint32_t low = 0, high = m->n;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (timer_before(m->sorted[middle], timer))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void model_remove(struct model *m, uint32_t id)
{
	m->armed[id] = false;
	if (m->late[id]) {
		m->late[id] = false;
		m->n_late--;
		return;
	}
	uint32_t i = model_find(m, (struct timer){ m->due[id], id });
	memmove(&m->sorted[i], &m->sorted[i + 1], (--m->n - i) * sizeof(struct timer));
}

// Where a lagging wheel stands is its own affair: what is due at once has no exact place there.
static void model_add(struct model *m, uint32_t id, uint64_t due)
{
	m->armed[id] = true;
	if (due <= m->now && !m->arrived) {
		m->late[id] = true;
		m->n_late++;
		return;
	}
	m->due[id] = due > m->now ? due : m->now;
	struct timer timer = { m->due[id], id };
	uint32_t i = model_find(m, timer);
	memmove(&m->sorted[i + 1], &m->sorted[i], (m->n++ - i) * sizeof(struct timer));
	m->sorted[i] = timer;
}

// A span of ticks such that every level, and every border between them, is hit often.
static uint32_t random_span(struct rng *rng, uint32_t longest)
{
	uint32_t span = rng_below(rng, 1u << (1 + rng_below(rng, 30)));

	if (rng_below(rng, 4) == 0)
		span = (span & ~4095u) + rng_below(rng, 3) - 1; // beside a border; may be -1
	if (rng_below(rng, 16) == 0)
		span = (span & ~((1u << 22) - 1)) + rng_below(rng, 3) - 1;
	return (int32_t)span < 0 ? 0 : span < longest ? span : longest;
}

static void random_arm(struct model *m)
{
	uint32_t id = rng_below(&m->rng, IDS);
	uint64_t due = m->now + random_span(&m->rng, FAR);

	if (rng_below(&m->rng, 20) == 0)
		due = m->now - rng_below(&m->rng, 100000);
	if (m->armed[id])
		model_remove(m, id);
	model_add(m, id, due);
	wheel_arm(m->wheel, id, (uint32_t)due);
	if (!wheel_armed(m->wheel, id) || wheel_at(m->wheel, id) != (uint32_t)due)
		cr_assert_fail("op %lu: id %u is not armed at %lu", m->ops, id, due);
}

static void random_disarm(struct model *m)
{
	uint32_t id = rng_below(&m->rng, IDS);

	if (m->armed[id] != wheel_armed(m->wheel, id))
		cr_assert_fail("op %lu: id %u: armed is %d", m->ops, id, !m->armed[id]);
	if (m->armed[id])
		model_remove(m, id);
	wheel_disarm(m->wheel, id);
	if (wheel_armed(m->wheel, id))
		cr_assert_fail("op %lu: id %u is still armed", m->ops, id);
}

// One call, each of its answers held against the list.
static void expire_once(struct model *m, uint32_t max)
{
	uint32_t ids[64];
	bool done;
	uint32_t n = wheel_expire(m->wheel, m->now, ids, max, &done);

	if (n > max)
		cr_assert_fail("op %lu: %u of at most %u", m->ops, n, max);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t id = ids[i];

		if (id >= IDS || !m->armed[id])
			cr_assert_fail("op %lu: id %u came and is not armed", m->ops, id);
		if (!m->late[id] && m->due[id] > m->now)
			cr_assert_fail("op %lu: id %u came early", m->ops, id);
		if (!m->late[id] && m->due[id] != m->sorted[0].due)
			cr_assert_fail("op %lu: id %u of tick %lu came before tick %lu", m->ops, id,
				       m->due[id], m->sorted[0].due);
		if (wheel_armed(m->wheel, id))
			cr_assert_fail("op %lu: id %u came and is still armed", m->ops, id);
		model_remove(m, id);
	}
	m->expired += n;
	m->arrived = done;
	if (done && (m->n_late > 0 || (m->n > 0 && m->sorted[0].due <= m->now)))
		cr_assert_fail("op %lu: done at %lu, but something is due", m->ops, m->now);
}

static void check_next(const struct model *m)
{
	uint64_t next = wheel_next(m->wheel);

	if (m->n == 0 && m->n_late == 0) {
		if (next != UINT64_MAX)
			cr_assert_fail("op %lu: empty, but next is %lu", m->ops, next);
		return;
	}
	uint64_t earliest = m->n_late > 0 ? m->now : m->sorted[0].due;
	if (next > earliest)
		cr_assert_fail("op %lu: next is %lu, but %lu is due", m->ops, next, earliest);
	if (m->arrived && next < m->now)
		cr_assert_fail("op %lu: next %lu is before now %lu", m->ops, next, m->now);
	if (m->arrived && earliest - m->now <= 4096 && next != earliest &&
	    (earliest ^ m->now) >> 12 == 0)
		cr_assert_fail("op %lu: next is %lu, not exactly %lu", m->ops, next, earliest);
}

static void random_advance(struct model *m)
{
	switch (rng_below(&m->rng, 8)) {
	case 0:
		m->now += random_span(&m->rng, 10 * HOUR);
		break;
	case 1: // just before, at, or just after the next one
		if (m->n > 0 && m->sorted[0].due > m->now)
			m->now += m->sorted[0].due - m->now + rng_below(&m->rng, 3) - 1;
		break;
	case 2: // the simulator's step
		if (wheel_next(m->wheel) != UINT64_MAX && wheel_next(m->wheel) > m->now)
			m->now = wheel_next(m->wheel);
		break;
	case 3:
		break; // again at the same tick
	default:
		m->now += rng_below(&m->rng, 50);
	}
	m->arrived = false;
}

static void run(uint64_t seed, uint64_t start, uint32_t n_ops)
{
	struct model m = { .wheel = wheel_new(IDS, start), .now = start };

	rng_seed(&m.rng, seed);
	expire_once(&m, 0);
	cr_assert(m.arrived);
	for (m.ops = 0; m.ops < n_ops; m.ops++) {
		uint32_t what = rng_below(&m.rng, 16);

		if (what < 8)
			random_arm(&m);
		else if (what < 10)
			random_disarm(&m);
		else {
			random_advance(&m);
			uint32_t max = rng_below(&m.rng, 4) == 0 ? rng_below(&m.rng, 4) : 64;
			expire_once(&m, max);
			// often left behind, so that arming at a wheel that lags is seen too
			while (!m.arrived && rng_below(&m.rng, 3) != 0)
				expire_once(&m, 1 + rng_below(&m.rng, 8));
		}
		check_next(&m);
	}

	for (uint32_t left = 100 * IDS; m.n > 0 || m.n_late > 0; left--) { // nothing was lost
		cr_assert_gt(left, 0, "bounds that lead nowhere");
		uint64_t next = wheel_next(m.wheel);
		if (next > m.now)
			m.now = next;
		expire_once(&m, 64);
		check_next(&m);
	}
	cr_assert_gt(m.expired, n_ops / 8, "only %lu expired: the test tests little", m.expired);
	wheel_free(m.wheel);
}

Test(wheel_random, agrees_with_a_sorted_list)
{
	for (uint64_t seed = 1; seed <= 8; seed++)
		run(seed, seed * 1234567, 250000);
}

// The low 32 bits wrap early in the run, and again whenever 2^32 ticks have gone by.
Test(wheel_random, agrees_with_a_sorted_list_across_the_wrap)
{
	for (uint64_t seed = 11; seed <= 14; seed++)
		run(seed, (seed << 32) - 100000, 250000);
}

Test(wheel_random, agrees_with_a_sorted_list_from_tick_0)
{
	run(21, 0, 250000);
}
