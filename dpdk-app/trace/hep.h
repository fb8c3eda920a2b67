// SPDX-License-Identifier: BSD-3-Clause
// SIP messages in the encapsulation HEP3, to a collector such as Homer, by UDP. Never waits: what the kernel
// does not take is counted.
#pragma once

#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/error.h>

#include "trace/glance.h"

struct hep;

#define HEP_ROOM 2600 // for hep_write()

// Write one message. @return bytes
uint32_t hep_write(uint8_t out[HEP_ROOM], const struct glance_datagram *datagram, uint64_t wall_ns,
		   uint32_t capture_id);

// A socket to the collector. -errno with a message.
int hep_open(struct hep **hep, const struct hl_endpoint *to, uint32_t capture_id,
	     struct hl_error *err);
void hep_send(struct hep *hep, const struct glance_datagram *datagram, uint64_t wall_ns);
void hep_close(struct hep *hep); // may be NULL

// Any thread.
uint64_t hep_sent(const struct hep *hep);
uint64_t hep_unsent(const struct hep *hep);
