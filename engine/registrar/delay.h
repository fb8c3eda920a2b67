// SPDX-License-Identifier: BSD-3-Clause
// Delayed answers of one server: copied frames, first in, first out, in memory made at set-up.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/packet.h>

struct delay {
	uint8_t *bytes;
	uint32_t size;
	uint64_t head, tail; // positions that only rise; taken modulo size
	uint64_t last_due_ns;
};

int delay_init(struct delay *delay, uint32_t size); // rounded up to a multiple of 16
void delay_free(struct delay *delay);

// Copy a frame, to leave at due_ns, but never before the one in front of it. False: no room.
bool delay_push(struct delay *delay, const struct hl_packet *pkt, uint64_t due_ns);

// When the first frame is due; UINT64_MAX: there is none.
uint64_t delay_next(const struct delay *delay);

// Copy the first one out (NULL: drop it). There must be one.
void delay_pop(struct delay *delay, struct hl_packet *pkt);
