// SPDX-License-Identifier: BSD-3-Clause
// A hierarchical timer wheel over dense ids: one entry an id, 32-bit links, bounded work per call.
//
// Three levels. A slot of level 0 is one tick; a slot of level 1 is WHEEL_L0 / 2 ticks and is moved
// down in small steps while the slot before it runs, so that no call ever has to move a whole slot
// at once.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WHEEL_NONE UINT32_MAX

struct wheel;

// ids 0..n-1, none armed; now: current tick. NULL: no memory.
struct wheel *wheel_new(uint32_t n, uint64_t now);
void wheel_free(struct wheel *wheel);

// Arm (or move) an id; at or before the current tick means with the next wheel_expire(). `at` is
// the low 32 bits of a tick less than 2^30 ahead.
void wheel_arm(struct wheel *wheel, uint32_t id, uint32_t at);
void wheel_disarm(struct wheel *wheel, uint32_t id);
void wheel_prefetch(const struct wheel *wheel, uint32_t id); // it will be armed soon
bool wheel_armed(const struct wheel *wheel, uint32_t id);
uint32_t wheel_at(const struct wheel *wheel, uint32_t id); // of an armed id

// Go on towards `now` and take at most max ids whose tick is <= now, earliest tick first; each is
// disarmed. Fewer than max may come back although more are due when moving slots used up the call's
// work: *done is true only when the wheel has arrived at now.
uint32_t wheel_expire(struct wheel *wheel, uint64_t now, uint32_t *ids, uint32_t max, bool *done);

// Lower bound of the earliest armed tick (64 bits), exact when it is within level 0; UINT64_MAX:
// none.
uint64_t wheel_next(const struct wheel *wheel);
