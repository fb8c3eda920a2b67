// SPDX-License-Identifier: BSD-3-Clause
// A queue between an engine and a device that both do as a test says.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "loop/queue_context.h"

#define RIG_SENT 8192
#define MS 1000000ull

struct rig {
	struct queue_context *queue;
	// the engine: frames that it wants to send; each call writes what the burst has room for
	uint32_t wanted;
	_Atomic uint32_t ticks; // calls
	_Atomic uint32_t rests; // likewise
	uint32_t read;          // frames that it was given
	uint16_t first_len;     // of the first of the last call
	uint8_t first[16];      // its bytes
	uint32_t written;       // frames; each holds its number
	uint64_t engine_ns;     // "now" of the last call
	// the device
	uint32_t arriving;       // frames that it has received
	uint16_t stripped;       // the VLAN tag that it took out of each; 0: none
	uint32_t room;           // frames that it takes a call
	atomic_bool hangs;       // in a call as af_packet's does: poll() without a time-out
	_Atomic uint32_t sends;  // calls
	uint32_t sent[RIG_SENT]; // numbers of the frames that it took
	uint32_t n_sent;
};

extern struct rig rig;

// EAL without anything, a pool of so many buffers, a queue on port 0.
void rig_make(unsigned n_buffers);

// Set the time, then poll once.
void rig_poll(uint64_t now_ns);

// Buffers that nobody has.
unsigned rig_buffers(void);
