// SPDX-License-Identifier: BSD-3-Clause
// One request as a frame, into the burst. A retransmission is the same bytes: all that goes in is kept
// in the line until the transaction ends.
#pragma once

#include "worker/transport.h"
#include "worker/worker.h"

struct request;
enum write_result write_request(struct hl_worker *w, uint32_t i, const struct request *request);
#define CALL_ID_LEN 16
#define TAG_LEN 8
// Call-ID and From tag go together.
void write_ids(uint64_t id, char call_id[CALL_ID_LEN], char tag[TAG_LEN]);

// Software checksums of the requests that this call has written into the burst, from its packet
// `from` on; their bytes are in the cache by now.
void write_burst_end(struct hl_worker *w, uint16_t from);
